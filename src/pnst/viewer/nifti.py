"""An image as the bytes of a NIfTI file."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pnst.image import Mask, Volume


def nifti_of(image: Volume | Mask) -> bytes:
    """Uncompressed NIfTI-1. It passes through a private folder of this machine, which is gone afterwards."""
    from pnst.io.nifti.read import write_volume

    with tempfile.TemporaryDirectory(prefix="pnst-") as folder:
        file = Path(folder) / "image.nii"
        write_volume(file, image)
        return file.read_bytes()
