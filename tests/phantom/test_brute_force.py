"""Witness: a count on a fine rendering, against which every geometric column of the truth is held.

The count shares with the truth only what is where (`Shape.level`, `Scene.fractions`): not its quadrature, its field of
distances, its meshes or its normals.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import lattice
from lattice import Lattice
from pnst.image import Grid
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.contents import TissueSignals
from pnst.phantom.inclusion import Inclusion
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.scene import Scene
from pnst.phantom.shape import Shape
from pnst.phantom.signal import tissue_signal
from pnst.phantom.spec import SEQUENCES
from pnst.phantom.tissue import Tissue
from pnst.phantom.truth import true_values
from pnst.phantom.vector import rotation
from pnst.study import Role

TURN = rotation((6.0, -11.0, 17.0))


def grid(spacing: tuple[float, float, float]) -> Grid:
    affine = np.eye(4)
    affine[:3, :3] = TURN * spacing
    affine[:3, 3] = affine[:3, :3] @ (-100.0, -100.0, -40.0)
    return Grid((200, 200, 80), affine)


ANATOMICAL, DIFFUSION = grid((0.6, 0.7, 2.1)), grid((1.4, 1.5, 2.5))


def seen_by(lesion: LesionSpec) -> dict[Role, TissueSignals]:
    def signal(role: Role) -> Any:
        return np.array([tissue_signal(lesion.properties(tissue), SEQUENCES[role]) for tissue in Tissue])

    roles = Role.T1, Role.T1_POST, Role.T2_FS, Role.DWI
    return {role: TissueSignals(DIFFUSION if role is Role.DWI else ANATOMICAL, signal(role)) for role in roles}


TOLERANCES: dict[str, tuple[float, float]] = {
    # share of the value, and what is added for each mm of a cell's side; two to four times what is seen
    "size.volume_ml": (0.002, 0),
    "size.longest_diameter_mm": (0.001, 0.1),
    "size.craniocaudal_mm": (0.001, 0.1),
    "size.axial_diameter_mm": (0.002, 0.1),
    "size.axial_short_diameter_mm": (0.005, 0.1),
    "size.surface_area_mm2": (0.001, 4),
    "size.least_axis_mm": (0.002, 0),
    "size.minor_axis_mm": (0.002, 0),
    "size.major_axis_mm": (0.002, 0),
    "margin.irregularity": (0.01, 0),
    "margin.sphericity": (0.002, 0.005),
    "margin.solidity": (0.003, 0),
    "margin.deep_lobulations_count": (0, 0),
    "margin.ill_defined_fraction": (0.01, 0.01),
    "edema.volume_ml": (0.004, 0),
    "edema.index": (0.004, 0),
    "edema.max_extent_mm": (0, 0.25),
    "edema.surface_fraction": (0.01, 0),
    "split_fat.coverage_fraction": (0.01, 0.01),
    "split_fat.pole_coverage_fraction": (0.01, 0.01),
    "split_fat.rim_thickness_mm": (0.01, 0),
    "cyst.fraction": (0.006, 0),
    "cyst.necrosis_fraction": (0.006, 0),
    "t1_high.fraction": (0.012, 0),
    "enhancement.enhancing_fraction": (0.002, 0),
    "enhancement.rim_core_ratio": (0.01, 0),
    "target.rim_core_ratio": (0.01, 0),
    "target.core_variation": (0.01, 0),
    "adc.mean_um2_per_ms": (0.001, 0),
    "adc.mean_whole_um2_per_ms": (0.001, 0),
    "adc.min_um2_per_ms": (0.01, 0),
}


def agree(truth: dict[str, Any], counted: dict[str, Any], step: float) -> None:
    wrong = []
    for name, count in counted.items():
        share, cells = TOLERANCES.get(name, (0, 0))
        if isinstance(count, bool | np.bool_ | str) or count is None:
            good = truth[name] == count
        else:
            good = abs(truth[name] - count) <= share * abs(count) + cells * step
        if not good:
            wrong.append(f"{name}: truth {truth[name]}, counted {count}")
    assert not wrong, "\n".join(wrong)


OUTSIDE = LesionSpec(
    radii_mm=(6.0, 7.0, 10.0),
    tilt_deg=(20, 30, -10),
    centre_mm=(5, -4, 9),
    roughness=0.06,
    edge_sigma_mm=2.0,
    indistinct_cap_deg=75.0,
    edema_mm=5.0,
    edema_irregularity=0.5,
    rim_cap_deg=60.0,
)
INSIDE = LesionSpec(
    radii_mm=(9.0, 8.0, 12.0),
    tilt_deg=(-15, 25, 40),
    centre_mm=(-3, 8, 2),
    lobes=3,
    lobe_depth=0.1,
    capsule_mm=0.8,
    hypovascular_core=0.75,
    core_uptake_mmol_per_l=0.16,
    target_core=0.4,
    inclusions=(
        Inclusion(tissue=Tissue.CYST, radius_mm=2.0, centre_mm=(4.5, 0, 0)),
        Inclusion(tissue=Tissue.NECROSIS, radius_mm=2.4, centre_mm=(-3.5, 0.5, -1), roughness=0.15),
        Inclusion(tissue=Tissue.BLOOD, radius_mm=1.7, centre_mm=(0, 0.5, 7.0)),
    ),
)


def scene_of(lesion: LesionSpec, surround: SurroundSpec) -> Scene:
    return Scene(Shape(lesion, np.random.default_rng(4)), surround)


def check_outside(lesion: LesionSpec, surround: SurroundSpec, step: float) -> None:
    scene = scene_of(lesion, surround)
    truth = true_values(scene, ANATOMICAL)
    fine = Lattice(scene, step, lesion.edema_mm + 2)
    agree(truth, lattice.size(fine) | lattice.margin(fine) | lattice.edema(fine) | lattice.split_fat(fine), step)


def check_inside(lesion: LesionSpec, surround: SurroundSpec, step: float) -> None:
    scene, signals = scene_of(lesion, surround), seen_by(lesion)
    truth = true_values(scene, ANATOMICAL, signals)
    fine = Lattice(scene, step, 2.0)
    agree(truth, lattice.contents(fine, signals) | lattice.diffusion(fine, DIFFUSION), step)


LIMB, FLANK = SurroundSpec(fat_plane_mm=3.0), SurroundSpec(region="paraspinal", fat_plane_mm=4.0)


def test_what_surrounds_a_small_tumour_agrees_with_a_count_on_0_5_mm() -> None:
    check_outside(OUTSIDE, FLANK, 0.5)


def test_what_a_small_tumour_holds_agrees_with_a_count_on_0_4_mm() -> None:
    check_inside(INSIDE, LIMB, 0.4)


def enlarged(lesion: LesionSpec, factor: float) -> LesionSpec:
    inclusions = tuple(
        replace(ball, radius_mm=ball.radius_mm * factor, centre_mm=tuple(factor * c for c in ball.centre_mm))  # type: ignore[arg-type]
        for ball in lesion.inclusions
    )
    radii = tuple(factor * r for r in lesion.radii_mm)
    return replace(lesion, radii_mm=radii, inclusions=inclusions)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("surround", [LIMB, FLANK], ids=["limb", "paraspinal"])
def test_what_surrounds_a_40_mm_tumour_agrees_with_a_count_on_0_2_mm(surround: SurroundSpec) -> None:
    check_outside(enlarged(replace(OUTSIDE, roughness=0.08, edema_mm=9.0), 2.0), surround, 0.2)


@pytest.mark.slow
def test_what_a_40_mm_tumour_holds_agrees_with_a_count_on_0_2_mm() -> None:
    check_inside(enlarged(INSIDE, 1.66), LIMB, 0.2)
