"""Digests that name an image in provenance without naming its file, and a series without its UID."""

from __future__ import annotations

import hashlib

import numpy as np

from pnst.image import Volume


def digest(volume: Volume) -> str:
    """SHA-256 (hex) of the voxels and their geometry as read; the order of voxels in memory does not matter.

    The affine counts to 1e-6 mm, so that the last bits of a header's arithmetic do not change the name.
    """
    digester = hashlib.sha256(f"{volume.data.shape} {volume.data.dtype.str} {volume.unit}".encode())
    # Adding 0.0 turns −0.0 into 0.0: they are one place.
    digester.update((np.round(volume.grid.affine, 6) + 0.0).tobytes())
    digester.update(np.ascontiguousarray(volume.data.T).data)
    return digester.hexdigest()


def uid_digest(uid: str) -> str | None:
    """The first 16 hex digits of a UID's SHA-256, None for no UID: equal where the UIDs are, and no way back."""
    return hashlib.sha256(uid.encode()).hexdigest()[:16] if uid else None


def patient_digest(kind: str, patient: str) -> str | None:
    """What tells one patient from another among files of one kind ("dicom", "bids"); None for no ID."""
    short = uid_digest(patient.strip())
    return None if short is None else f"{kind} {short}"
