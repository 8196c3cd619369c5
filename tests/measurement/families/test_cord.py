"""The cord's columns against closed forms on tilted, anisotropic voxels, each sign saying yes, no and undetermined."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.image import Mask
from pnst.measurement.context import Context
from pnst.measurement.families.cord import Cord, measure_cord
from pnst.measurement.family import NotMeasurable, Outcome
from pnst.measurement.settings import MeasureSettings
from pnst.study import Lesion, Role, Study
from spines import AXIAL, INTRADURAL, INTRAMEDULLARY, OBLIQUE, PARASPINAL, SAGITTAL, SpineCase, spine_case

SETTINGS = MeasureSettings.without_intervals()
STRAIGHT = {"curve_mm": None, "cord_edema_mm": 0.0}


def measured(case: SpineCase, **masks: Mask | None) -> Outcome:
    kept = {name: mask for name, mask in {**case.study.masks, **masks}.items() if mask is not None}
    return measure_cord(Context(replace(case.study, masks=kept), case.lesion, SETTINGS))


def cord_of(case: SpineCase, **masks: Mask | None) -> Cord:
    family = measured(case, **masks).family
    assert isinstance(family, Cord)
    return family


@pytest.mark.parametrize("voxels", [OBLIQUE, AXIAL], ids=["oblique", "axial"])
def test_a_tumour_in_the_cord(voxels):  # closed form
    case = spine_case(*INTRAMEDULLARY, voxels)
    cord = cord_of(case)
    assert (cord.compartment, cord.compartment_threshold) == ("intramedullary", 0.5)
    assert cord.inside_fraction == pytest.approx(1, abs=0.02)
    assert cord.interface_mm2 == pytest.approx(case.truth["cord.interface_mm2"], rel=0.05)
    assert cord.compression_ratio == pytest.approx(case.truth["cord.compression_ratio"], abs=0.05)
    assert cord.displacement_mm < 0.5


def test_a_mask_of_the_cord_may_hold_the_tumour():  # invariant: other tools draw the cord with what lies in it
    case = spine_case(*INTRAMEDULLARY)
    with_tumour = Mask(case.study.masks["cord"].data | case.lesion.mask.data, case.lesion.mask.grid)
    one, other = cord_of(case), cord_of(case, cord=with_tumour)
    assert other.inside_fraction == pytest.approx(one.inside_fraction, abs=0.01)
    assert other.interface_mm2 == pytest.approx(one.interface_mm2, rel=0.02)
    assert other.compression_ratio == pytest.approx(one.compression_ratio, abs=0.04)


@pytest.mark.parametrize("voxels", [OBLIQUE, AXIAL], ids=["oblique", "axial"])
def test_a_tumour_that_pushes_the_cord_aside(voxels):  # closed form
    case = spine_case(*INTRADURAL, voxels)
    cord = cord_of(case)
    assert cord.compartment == "extramedullary"
    assert cord.inside_fraction < 0.05
    assert cord.displacement_mm == pytest.approx(case.truth["cord.displacement_mm"], abs=0.5)
    assert cord.compression_ratio == pytest.approx(case.truth["cord.compression_ratio"], rel=0.05)
    assert cord.interface_mm2 == pytest.approx(case.truth["cord.interface_mm2"], rel=0.08)


def test_in_thick_sagittal_slices_the_compartment_holds():  # closed form; four slices across the cord
    assert cord_of(spine_case(*INTRADURAL, SAGITTAL)).compartment == "extramedullary"
    assert cord_of(spine_case(*INTRAMEDULLARY, SAGITTAL)).compartment == "intramedullary"


@pytest.mark.parametrize("held", [False, True], ids=["cord less tumour", "cord with tumour"])
def test_half_of_a_ball_in_the_side_of_a_cord_that_stays_where_it_is(held):
    """Closed form, by the phantom's quadrature; the ball's 142 voxels hold 5 % less of the cord than the ball."""
    lesion, spine = {"radii_mm": (3.0, 3.0, 3.0)}, {"canal_offset_mm": (6.0, 0.0), "curve_mm": 120.0}
    case = spine_case(lesion, spine)
    spine_mask = case.study.masks["cord"]
    inside = case.scene.region.cord(case.scene.region.to_local(grid_points(spine_mask))) < 0
    mask = Mask(inside.reshape(spine_mask.grid.shape), spine_mask.grid) if held else spine_mask
    cord = cord_of(case, cord=mask)
    assert cord.compartment == case.truth["cord.compartment"] == "mixed"
    drawn = case.lesion.mask.grid.to_world(np.argwhere(case.lesion.mask.data))
    of_voxels = (case.scene.region.cord(case.scene.region.to_local(drawn)) < 0).mean()
    assert cord.inside_fraction == pytest.approx(of_voxels, rel=0.03)
    assert cord.inside_fraction == pytest.approx(case.truth["cord.inside_fraction"], rel=0.07)


def grid_points(mask: Mask) -> np.ndarray:
    return mask.grid.to_world(np.moveaxis(np.indices(mask.grid.shape), 0, -1).reshape(-1, 3))


def test_a_tumour_beside_the_column_leaves_the_cord_alone():  # closed form
    outcome = measured(spine_case(*PARASPINAL))
    cord = outcome.family
    assert (cord.compartment, cord.inside_fraction, cord.interface_mm2) == ("extramedullary", 0, 0)
    assert cord.border_roughness is None
    assert cord.compression_ratio == pytest.approx(1, abs=0.05)
    assert cord.displacement_mm < 0.3


@pytest.mark.parametrize("voxels", [OBLIQUE, AXIAL], ids=["oblique", "axial"])
def test_oedema_of_the_cord(voxels):  # closed form: 40 mm of the cord less the tumour
    lesion, spine = INTRAMEDULLARY
    case = spine_case(lesion, spine | {"curve_mm": None}, voxels, (Role.T2,))
    cord = cord_of(case)
    assert cord.series == "t2"
    assert cord.edema_length_mm == pytest.approx(40, abs=max(1.5, *voxels[0]))
    assert cord.edema_volume_ml == pytest.approx(case.truth["cord.edema_volume_ml"], rel=0.08)
    assert (cord.syrinx, cord.syrinx_width_mm, cord.syrinx_threshold) == (False, 0, 2.0)


def test_without_oedema_there_is_none():
    cord = cord_of(spine_case(INTRAMEDULLARY[0], INTRAMEDULLARY[1] | STRAIGHT, AXIAL, (Role.T2,)))
    assert (cord.edema_length_mm, cord.edema_volume_ml) == (0, 0)


@pytest.mark.parametrize(
    ("width", "length", "syrinx", "voxels"),
    [(3.0, 16.0, True, OBLIQUE), (1.2, 16.0, False, AXIAL), (3.0, 6.0, False, AXIAL)],
)
def test_a_tube_of_fluid_is_a_syrinx_when_wide_and_long_enough(width, length, syrinx, voxels):  # closed form
    lesion, spine = INTRAMEDULLARY
    made = spine | STRAIGHT | {"syrinx_mm": width, "syrinx_length_mm": length}
    case = spine_case(lesion, made, voxels, (Role.T2,))
    cord = cord_of(case)
    assert cord.syrinx is case.truth["cord.syrinx"] is syrinx
    if syrinx:
        assert cord.syrinx_width_mm == pytest.approx(width, abs=0.8)


def test_without_the_fluids_signal_a_syrinx_stays_open():
    case = spine_case(INTRAMEDULLARY[0], INTRAMEDULLARY[1] | STRAIGHT, AXIAL, (Role.T2,))
    t2 = case.study.series[Role.T2]
    dark = np.where(case.study.masks["cord"].data | case.lesion.mask.data, t2.volume.data, 100)
    volume = replace(t2.volume, data=dark.astype(np.float32))
    study = replace(case.study, series={Role.T2: replace(t2, volume=volume)})
    outcome = measured(replace(case, study=study), csf=None)
    assert outcome.family.syrinx is None
    assert "fluid" in outcome.skipped["syrinx"]


def test_what_is_missing_is_said():
    case = spine_case(*INTRAMEDULLARY)
    outcome = measured(case)
    assert outcome.skipped == {
        "border": "no contrast-enhanced T1, fat-suppressed T2 or T2 series",
        "edema": "no T2 series",
    }
    with pytest.raises(NotMeasurable, match="no mask of the cord"):
        measure_cord(Context(Study("A", {}), case.lesion, SETTINGS))


def test_a_cord_that_ends_at_the_lesion_says_nothing_or_is_doubted():
    case = spine_case(*INTRAMEDULLARY)
    cord, spine = case.study.masks["cord"], case.scene.region
    along = spine.to_local(grid_points(cord))[:, 2].reshape(cord.grid.shape)
    one_side = cord_of(case, cord=Mask(cord.data & (along > -8), cord.grid))
    assert one_side.compartment == "intramedullary"
    assert "not drawn below" in str(one_side.quality)
    with pytest.raises(NotMeasurable, match="beyond the lesion"):
        measured(case, cord=Mask(cord.data & (np.abs(along) < 8), cord.grid))


def test_a_lesion_beyond_the_end_of_the_cord_is_not_measured():
    case = spine_case(*INTRAMEDULLARY)
    grid = case.lesion.mask.grid
    away = grid.affine.copy()
    away[2, 3] += 150
    far = Lesion("far", Mask(case.lesion.mask.data, replace(grid, affine=away)), "simulation")
    with pytest.raises(NotMeasurable, match="beyond the end"):
        measure_cord(Context(case.study, far, SETTINGS))
