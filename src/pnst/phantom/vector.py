"""Vectors in the patient's axes, and turns of them."""

from __future__ import annotations

import numpy as np

from pnst.typing import FloatArray

Vector = tuple[float, float, float]


def rotation(angles_deg: Vector) -> FloatArray:
    """(3, 3): turns about x, then y, then z; its columns are the turned axes."""
    from scipy.spatial.transform import Rotation

    return np.asarray(Rotation.from_euler("xyz", angles_deg, degrees=True).as_matrix())
