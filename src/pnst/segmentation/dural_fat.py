"""Where the fluid round the cord ends in fat: T2 without fat suppression shows both alike, T1 tells them apart."""

from __future__ import annotations

import numpy as np

from pnst.kernels.polar import RADIUS_STEP_MM, completed_radii, first_crossing, smooth_radii
from pnst.typing import BoolArray, FloatArray

CANAL_AND_FAT = "canal_and_fat"
"""The mask of what is bright round the cord where nothing tells fat from fluid."""
MIN_KNOWN = 0.9
"""Of the ring's points: of fewer the image does not show where fat lies."""
FAT_OVER_CORD = 1.4
"""Fat is brighter than the cord by at least this factor on T1 and on an image of fat; roots and vessels are not."""
OFF_CORD_MM = 0.5


def sac_without_fat(values: FloatArray, cord: FloatArray, outer: FloatArray, hidden: BoolArray) -> FloatArray | None:
    """Radii (n, `RAYS`) in mm at which a ring of fluid ends: at its outer border, or where fat begins within it.

    None where the image does not show fluid darker than the cord, or does not cover the ring.

    Parameters
    ----------
    values : (n, `RAYS`, k) an image on which fat is bright and fluid dark, along rays, `RADIUS_STEP_MM` apart
    cord, outer : (n, `RAYS`) mm where the ring of what is bright on T2 begins and ends
    hidden : (n, `RAYS`) rays that say nothing

    Examples
    --------
    A cord of 4 mm in fluid to 7 mm, and fat beyond:

    >>> from pnst.kernels.polar import RAYS
    >>> radii = np.arange(57) * RADIUS_STEP_MM
    >>> ray = np.where(radii < 4, 300.0, np.where(radii < 7, 100.0, 900.0))
    >>> values, ring = np.tile(ray, (9, RAYS, 1)), np.ones((9, RAYS))
    >>> seen = np.zeros((9, RAYS), dtype=bool)
    >>> bool(np.allclose(sac_without_fat(values, 4 * ring, 9 * ring, seen), 7, atol=0.25))
    True
    >>> sac_without_fat(values + 900 * (values == 100), 4 * ring, 9 * ring, seen) is None
    True
    """
    radii = np.arange(values.shape[2]) * RADIUS_STEP_MM
    ring = (radii >= cord[..., None] + OFF_CORD_MM) & (radii <= outer[..., None]) & ~hidden[..., None]
    inside = (radii <= cord[..., None] - OFF_CORD_MM) & np.isfinite(values)
    if not ring.any() or not inside.any() or np.isfinite(values[ring]).mean() < MIN_KNOWN:
        return None
    known = ring & np.isfinite(values)
    darkest = np.where(known, values, np.inf).min(axis=2)
    fluid, level = float(np.median(darkest[np.isfinite(darkest)])), float(np.median(values[inside]))
    if fluid >= level:
        return None
    bright = values[known & (values > FAT_OVER_CORD * level)]
    if not bright.size:
        return outer
    wet = darkest < (fluid + level) / 2  # a cord that lies on the dura has no fluid between
    half = (np.where(wet, fluid, level) + float(np.percentile(bright, 90))) / 2
    start = np.where(wet, np.where(known, values, np.inf).argmin(axis=2), 0)
    rows = np.nan_to_num(values, nan=fluid).reshape(-1, values.shape[2])
    begins = first_crossing(rows, half.ravel(), start.ravel().astype(np.float64), rising=True).reshape(outer.shape)
    begins = begins * RADIUS_STEP_MM
    ends = np.where(begins < outer, begins, outer)
    return np.maximum(smooth_radii(completed_radii(np.where(hidden, np.nan, ends)), 1.5, 1.0), cord)
