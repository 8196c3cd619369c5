"""Simulated tumours in the places that decide the split fat sign, on T1 at SNR 20 in tilted, anisotropic voxels."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from pnst.measurement.context import Context
from pnst.measurement.families.split_fat import measure_split_fat
from pnst.measurement.family import Outcome
from pnst.measurement.settings import MeasureSettings
from pnst.phantom.acquire import GridSpec
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.spec import Spec
from pnst.phantom.study import Simulated, simulate
from pnst.study import Role

Spacing = tuple[float, float, float]

RADIUS = 14.0
BALL = LesionSpec(radii_mm=(RADIUS, RADIUS, RADIUS))
BARE = SurroundSpec(nerve=False, septa=0)
PLANE = replace(BARE, fat_plane_mm=8.0)
SHELL = replace(BARE, fat_plane_mm=6.0, fat_plane_sides="every")
BURIED = replace(BARE, bed="fat", bed_mm=20.0)
ON_FASCIA = replace(BARE, fascia_mm=0.0, subcutaneous_fat_mm=36.0)
UNDER_SKIN = replace(BARE, fascia_mm=34.0, subcutaneous_fat_mm=RADIUS + 34 + 5, skin_mm=3.0)
"""Wholly in the subcutis, 5 mm under the skin."""
BESIDE_BONE = replace(BARE, bone_mm=0.5, bone_radius_mm=7.0, cortex_mm=1.5)
"""A shaft like the fibula's: behind its thin cortex 11 mm of marrow, and muscle within 15 mm."""
THICK: Spacing = (0.6, 0.6, 4.0)
FINE: Spacing = (0.5, 0.5, 0.5)


@cache
def place(surround: SurroundSpec, spacing: Spacing = THICK, lesion: LesionSpec = BALL) -> Simulated:
    """The study, on slices that lie aslant to everything."""
    grid = GridSpec(spacing_mm=spacing, turn_deg=(12.0, -9.0, 15.0), extent_mm=(84.0, 84.0, 84.0))
    return simulate(Spec(lesion=lesion, surround=surround, roles=(Role.T1,), snr=20.0, grids={Role.T1: grid}), seed=1)


def split_fat_at(made: Simulated, settings: MeasureSettings | None = None) -> Outcome:
    """What is measured there."""
    return measure_split_fat(Context(made.study, made.lesion, settings or MeasureSettings()))
