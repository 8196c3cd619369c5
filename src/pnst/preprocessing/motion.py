"""The rigid motion between two images of one body."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pnst.image import Grid, Mask, Volume
from pnst.preprocessing.itk import bin_voxels, mutual_information, register_rigid
from pnst.preprocessing.settings import AlignmentSettings
from pnst.typing import FloatArray

POINTS_PER_AXIS = 9
"""Points along each axis of a grid that stand for all of it."""


@dataclass(frozen=True, eq=False)
class RigidMotion:
    """How an image has to move to lie on another, and how alike they are before and after."""

    matrix: FloatArray = field(default_factory=lambda: np.eye(4))
    """(4, 4): from where the image says a place is, in RAS mm, to where the other shows it."""
    shift_mm: float = 0.0
    """Of the middle of the image."""
    rotation_deg: float = 0.0
    similarity_before: float = 0.0
    similarity_after: float = 0.0
    """Mutual information in nats, both over the same voxels."""
    failure: str | None = None
    """Why nothing could be found."""


def estimate_motion(
    moving: Volume, reference: Volume, settings: AlignmentSettings, start: FloatArray | None = None
) -> RigidMotion:
    """The motion that takes `moving` onto `reference`, first coarsely and then finely, beginning at `start` (4, 4)."""
    if overlap_fraction(moving.grid, reference.grid) < settings.least_overlap_fraction:
        return RigidMotion(failure="the two series show different parts of the body")
    images = [
        bin_voxels(volume, settings.voxel_mm) for volume in (_body(_finite(moving), settings), _finite(reference))
    ]
    if any(np.ptp(image.data) == 0 for image in images):
        return RigidMotion(failure="one of the two series is the same everywhere")
    matrix = np.eye(4) if start is None else start
    try:
        for sigma in (settings.coarse_smoothing_mm, settings.smoothing_mm):
            one, other = (_smoothed(image, sigma) for image in images)
            one_coarse = bin_voxels(one, sigma)
            matrix = register_rigid(one_coarse, other, matrix, settings.histogram_bins, settings.samples)
        before, after = (
            mutual_information(one, other, motion, settings.histogram_bins) for motion in (np.eye(4), matrix)
        )
    except ValueError as error:
        return RigidMotion(failure=str(error))
    return RigidMotion(matrix, *shift_and_rotation(matrix, moving.grid), before, after)


def coarse_similarity(moving: Volume, reference: Volume, settings: AlignmentSettings) -> float:
    """Mutual information in nats of two images where their headers lay them, seen coarsely; 0 where they do not meet.

    A limb's image and the same one 20 mm beside it:

    >>> i, j, k = np.ogrid[-16:16, -14:14, -6:6]
    >>> limb, ball = i**2 + j**2 < 150, (i - 4) ** 2 + (j + 3) ** 2 + 4 * k**2 < 30
    >>> image = (200 * limb + 300 * ball).astype(np.float32)
    >>> affines = [np.array([[3.0, 0, 0, x], [0, 3.0, 0, 0], [0, 0, 5.0, 0], [0, 0, 0, 1]]) for x in (0, 20)]
    >>> here, beside = (Volume(image, Grid(image.shape, affine)) for affine in affines)
    >>> settings = AlignmentSettings()
    >>> coarse_similarity(here, here, settings) > 2 * coarse_similarity(beside, here, settings)
    True
    """
    if overlap_fraction(moving.grid, reference.grid) < settings.least_overlap_fraction:
        return 0.0
    sigma = settings.coarse_smoothing_mm
    one, other = (
        bin_voxels(_smoothed(bin_voxels(_finite(volume), settings.voxel_mm), sigma), sigma)
        for volume in (moving, reference)
    )
    try:
        return mutual_information(one, other, np.eye(4), settings.histogram_bins)
    except ValueError:
        return 0.0


def shift_and_rotation(motion: FloatArray, grid: Grid) -> tuple[float, float]:
    """How far a motion (4, 4) takes the middle of a grid, in mm, and how far it turns it, in degrees."""
    middle = grid.to_world((np.asarray(grid.shape) - 1) / 2)
    shift = motion[:3, :3] @ middle + motion[:3, 3] - middle
    # From the sine as well: the cosine alone loses small angles to rounding.
    turn = motion[:3, :3]
    sine = np.linalg.norm((turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1])) / 2
    return float(np.linalg.norm(shift)), float(np.degrees(np.arctan2(sine, (np.trace(turn) - 1) / 2)))


def overlap_fraction(moving: Grid, reference: Grid) -> float:
    """The share of a grid's points that lie within another's voxels."""
    steps = [np.linspace(0, count - 1, POINTS_PER_AXIS) for count in moving.shape]
    points = moving.to_world(np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3))
    index = reference.to_index(points)
    return float(((index > -0.5) & (index < np.asarray(reference.shape) - 0.5)).all(axis=1).mean())


def _finite(volume: Volume) -> Volume:
    """Voxels without a number are as dark as air."""
    return Volume(np.nan_to_num(volume.data, nan=0.0, posinf=0.0, neginf=0.0), volume.grid)


def _body(volume: Volume, settings: AlignmentSettings) -> Volume:
    """The part of a volume that holds the body, with some air round it: far air tells nothing, and costs time."""
    bright = volume.data > settings.body_fraction * np.percentile(volume.data, settings.bright_percentile)
    box = Mask(bright, volume.grid).box(settings.air_margin_mm)
    return volume if box is None else volume.crop(box)


def _smoothed(volume: Volume, sigma_mm: float) -> Volume:
    from scipy.ndimage import gaussian_filter

    sigma = [sigma_mm / step for step in volume.grid.spacing]
    return Volume(gaussian_filter(volume.data.astype(np.float32), sigma, mode="nearest"), volume.grid)
