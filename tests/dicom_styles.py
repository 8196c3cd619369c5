"""The styles in which DICOM is written, for tests to go through, and what dcm2niix makes of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pnst.io.dicom_write.style import ENHANCED, VENDORS, DicomStyle
from pnst.study import Series

CLASSIC = [DicomStyle(vendor) for vendor in (None, *VENDORS)]
MULTIFRAME = [DicomStyle(vendor, enhanced=True) for vendor in (None, *ENHANCED)]
STYLES = [*CLASSIC, *MULTIFRAME]

each_style = pytest.mark.parametrize(
    "style", STYLES, ids=lambda style: f"{style.vendor or 'standard'}-{'enhanced' if style.enhanced else 'classic'}"
)


def half_step(series: Series) -> float:
    """Half of what 16 bits resolve from 0 on, and 2 % for the rounding of float32."""
    return 0.51 * float(series.volume.data.max()) / 65535


def converted(folder: Path, out: Path) -> Path:
    """What dcm2niix makes of the whole tree, in files called by their series' number."""
    out.mkdir()
    program = str(Path(sys.executable).with_name("dcm2niix"))
    subprocess.run([program, "-z", "n", "-f", "%s", "-o", str(out), str(folder)], check=True, capture_output=True)
    return out
