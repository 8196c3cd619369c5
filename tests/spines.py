"""Simulated spines with a tumour in the cord, beside it, through a foramen and beside the column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bodies import tilted
from pnst.image import Grid, Mask, Volume
from pnst.phantom.acquire import STILL
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.geometry import moments
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.scene import Scene
from pnst.phantom.shape import Shape
from pnst.phantom.signal import tissue_signal
from pnst.phantom.spec import SEQUENCES
from pnst.phantom.spine import Spine
from pnst.phantom.spine_masks import spine_masks
from pnst.phantom.spine_spec import SpineSpec
from pnst.phantom.spine_truth import spine_truth
from pnst.phantom.surface import sample
from pnst.phantom.tissue import TISSUES, Tissue
from pnst.phantom.view import View
from pnst.study import Lesion, Role, Series, Source, Study

INTRAMEDULLARY: tuple[dict[str, Any], dict[str, Any]] = (
    {"radii_mm": (4.0, 3.2, 7.0), "centre_mm": (12.0, -40.0, 70.0)},
    {"level": "C5", "cord_edema_mm": 40.0, "curve_mm": 120.0},
)
INTRADURAL: tuple[dict[str, Any], dict[str, Any]] = (
    {"radii_mm": (3.5, 5.0, 7.0), "centre_mm": (12.0, -40.0, 70.0)},
    {
        "level": "C5",
        "canal_offset_mm": (4.0, 0.0),
        "cord_shift_mm": (-3.5, 0.0),
        "cord_squeeze": 0.3,
        "curve_mm": 120.0,
        "foramen_offset_mm": 8.0,
    },
)
DUMBBELL: tuple[dict[str, Any], dict[str, Any]] = (
    {"radii_mm": (8.0, 8.0, 17.0), "tilt_deg": (0.0, 90.0, 0.0), "waist_ratio": 0.55},
    {"canal_offset_mm": (14.0, -1.0), "foramen_ratio": 2.0, "cord_shift_mm": (-3.0, 0.0), "scallop_mm": 4.0},
)
PARASPINAL: tuple[dict[str, Any], dict[str, Any]] = (
    {"radii_mm": (12.0, 12.0, 18.0)},
    {"canal_offset_mm": (36.0, -4.0), "curve_mm": 120.0},
)


def spine_scene(lesion: dict[str, Any], spine: dict[str, Any]) -> Scene:
    surround = SurroundSpec(region="spine", spine=SpineSpec(**spine))
    scene = Scene(Shape(LesionSpec(**lesion), np.random.default_rng(0)), surround)
    # Exact on the border, which is all that a tissue's section asks for; the field of distances takes seconds.
    scene.__dict__["distance"] = lambda local: scene.shape.scaled_distance(local, 1.0)
    return scene


def spine_of(scene: Scene) -> Spine:
    assert isinstance(scene.region, Spine)
    return scene.region


SAGITTAL = ((0.7, 0.75, 3.3), (90.0, 4.0, 87.0))
AXIAL = ((0.6, 0.5, 4.0), (5.0, -7.0, 12.0))
OBLIQUE = ((0.8, 0.9, 1.1), (25.0, -40.0, 15.0))
"""Spacing in mm and turn in degrees of tilted voxels."""


def voxels(scene: Scene, spacing_turn: tuple[Any, Any], half_mm: tuple[float, float, float] = (26, 26, 46)) -> Grid:
    """Tilted voxels that hold a box round the canal's axis at the tumour's height."""
    spacing, angles = spacing_turn
    turn = tilted(angles)
    reach = np.abs(turn).T @ np.asarray(half_mm)
    shape = np.ceil(2 * reach / spacing).astype(int)
    affine = np.eye(4)
    affine[:3, :3] = turn * np.asarray(spacing)
    affine[:3, 3] = np.asarray(spine_of(scene).axis) - affine[:3, :3] @ ((shape - 1) / 2 + (0.21, -0.34, 0.13))
    return Grid((int(shape[0]), int(shape[1]), int(shape[2])), affine)


@dataclass(frozen=True)
class SpineCase:
    """A simulated tumour in a spine on voxels of one grid, its masks and its exact columns."""

    study: Study
    lesion: Lesion
    scene: Scene
    truth: dict[str, Any]


_CASES: dict[str, SpineCase] = {}


def spine_case(
    lesion: dict[str, Any],
    spine: dict[str, Any],
    spacing_turn: tuple[Any, Any] = OBLIQUE,
    roles: tuple[Role, ...] = (),
) -> SpineCase:
    """As `_spine_case`, made once."""
    key = repr((lesion, spine, spacing_turn, roles))
    if key not in _CASES:
        _CASES[key] = _spine_case(lesion, spine, spacing_turn, roles)
    return _CASES[key]


def _spine_case(
    lesion: dict[str, Any],
    spine: dict[str, Any],
    spacing_turn: tuple[Any, Any] = OBLIQUE,
    roles: tuple[Role, ...] = (),
    noise: float = 0.03,
) -> SpineCase:
    """Masks by voxel centres; images by the mixture of tissues in a voxel, borders taken as flat, and noise as a share
    of the tumour's signal.
    """
    scene = spine_scene(lesion, spine)
    grid = voxels(scene, spacing_turn)
    view = View(grid, None, STILL, None, scene.shape.centre)
    masks = spine_masks(scene, view)
    points = grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1).reshape(-1, 3))
    tumour = Mask(scene.inside(points).reshape(grid.shape), grid)
    series = {}
    if roles:
        side = float(np.cbrt(grid.voxel_volume_mm3))
        parts = np.array_split(points, grid.shape[0])  # a plane at a time stays in the cache
        mixture = np.concatenate([scene.fractions(part, side) for part in parts])
        for role in roles:
            signal = 1000 * np.array([tissue_signal(TISSUES[tissue], SEQUENCES[role]) for tissue in Tissue])
            values = mixture @ signal
            values += np.random.default_rng(3).normal(0, noise * signal[Tissue.TUMOUR], values.shape)
            data = values.reshape(grid.shape).astype(np.float32)
            series[role] = Series(role, Volume(data, grid), Source("simulated", ""), acquisition=SEQUENCES[role])
    surface = sample(scene.shape, 0.5)
    answer = spine_truth(scene, surface, moments(scene.shape, surface).volume_mm3)
    columns = {f"{family}.{name}": value for family, part in answer.items() for name, value in part.items()}
    return SpineCase(Study("spine", series, masks), Lesion("tumour", tumour, "simulation"), scene, columns)
