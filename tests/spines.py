"""Simulated spines with a tumour in the cord, beside it, through a foramen and beside the column."""

from __future__ import annotations

from typing import Any

import numpy as np

from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.scene import Scene
from pnst.phantom.shape import Shape
from pnst.phantom.spine import Spine
from pnst.phantom.spine_spec import SpineSpec

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
