"""Small limbs with balls in them, on oblique voxels of unequal sides, at a place of one's choosing."""

from __future__ import annotations

import numpy as np

from pnst.image import Grid, Mask, Volume
from pnst.measurement.families.adc import Adc
from pnst.measurement.families.size import Size
from pnst.measurement.growth.compare import MeasuredDate
from pnst.measurement.measurements import Measurements
from pnst.phantom.vector import rotation
from pnst.study import Lesion, Role, Series, Source, Study

SPACING = (1.2, 1.0, 2.0)
SHAPE = (58, 62, 32)
NOWHERE = ()
BALLS = {"a": ((-8.0, 6.0, -5.0), 7.0), "b": ((9.0, -8.0, 12.0), 5.5)}
"""Middle in the limb's own mm, and radius."""


def oblique(shift=(0.0, 0.0, 0.0), turn=(4.0, -3.0, 6.0), shape=SHAPE) -> Grid:
    affine = np.eye(4)
    affine[:3, :3] = rotation(turn) * SPACING
    affine[:3, 3] = np.asarray(shift) - affine[:3, :3] @ ((np.asarray(shape) - 1) / 2)
    return Grid(shape, affine)


def limb(balls, motion=None, grid=None, seed=0, role=Role.T2, patient=None) -> tuple[Study, list[Lesion]]:
    """A limb with bright balls {label: (middle, radius)}, carried by a motion (4, 4)."""
    grid = oblique() if grid is None else grid
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
    places = grid.to_world(index)
    if motion is not None:
        back = np.linalg.inv(motion)
        places = places @ back[:3, :3].T + back[:3, 3]
    x, y, z = np.moveaxis(places, -1, 0)
    image = 200.0 * (x**2 + 1.4 * y**2 < 26**2) - 150.0 * ((x - 3) ** 2 + (y - 12) ** 2 < 30 + z)
    image += 120.0 * (np.hypot(x + 15, y + 9) < 3 + 0.05 * z)
    lesions = []
    for label, (middle, radius) in balls.items():
        inside = np.linalg.norm(places - middle, axis=-1) < radius
        image = np.where(inside, 400.0, image)
        lesions.append(Lesion(label, Mask(inside, grid), "simulation"))
    image = image + np.random.default_rng(seed).normal(0, 5, image.shape)
    source = Source("simulated", "", patient_digest=patient)
    series = Series(role, Volume(image.astype(np.float32), grid), source)
    return Study("limb", {role: series}), lesions


def motion(shift=(5.0, -4.0, 4.8), turn=(3.0, -3.2, 2.4)) -> np.ndarray:
    """(4, 4): 8 mm and 5°."""
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = rotation(turn), shift
    return matrix


def size(volume_ml, diameter=20.0, interval=None, quality=None) -> Size:
    intervals = {} if interval is None else {"volume_ml": interval}
    return Size(
        longest_diameter_mm=diameter,
        axial_diameter_mm=diameter - 2,
        axial_short_diameter_mm=diameter - 4,
        craniocaudal_mm=diameter - 1,
        volume_ml=volume_ml,
        surface_area_mm2=900.0,
        major_axis_mm=diameter,
        minor_axis_mm=diameter - 3,
        least_axis_mm=diameter - 5,
        quality=quality,
        intervals=intervals,
    )


def adc(mean, **changes) -> Adc:
    known = {
        "min_um2_per_ms": mean - 0.3,
        "dark_um2_per_ms": mean - 0.2,
        "median_um2_per_ms": mean,
        "p05_um2_per_ms": mean - 0.2,
        "p95_um2_per_ms": mean + 0.2,
        "mean_whole_um2_per_ms": mean,
        "region": "whole lesion",
        "solid_volume_ml": 4.0,
        "map_source": "computed from the diffusion series",
        "b_values": (0.0, 800.0),
    }
    return Adc(mean_um2_per_ms=mean, **(known | changes))


def measurements(volume_ml=4.0, label="a", interval=None, **families) -> Measurements:
    return Measurements("limb", label, size=size(volume_ml, interval=interval), **families)


def measured(day, balls, motion=None, failing=NOWHERE, **how) -> MeasuredDate:
    """A date whose lesions have the volumes of their balls, in ml."""
    study, lesions = limb(balls, motion, seed=day, **how)
    ms = [
        None
        if lesion.label in failing
        else measurements(4 / 3 * np.pi * balls[lesion.label][1] ** 3 / 1000, lesion.label)
        for lesion in lesions
    ]
    return MeasuredDate(day, study, tuple(lesions), tuple(ms), dict.fromkeys(failing, "it cannot"))
