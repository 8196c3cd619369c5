"""The canal's columns against closed forms on tilted, anisotropic voxels, each sign saying yes, no and undetermined."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.image import Mask
from pnst.measurement.context import Context
from pnst.measurement.families.canal import Canal, measure_canal
from pnst.measurement.family import NotMeasurable, Outcome
from pnst.measurement.settings import MeasureSettings
from pnst.study import Role, Study
from spines import AXIAL, DUMBBELL, INTRADURAL, INTRAMEDULLARY, OBLIQUE, PARASPINAL, SAGITTAL, SpineCase, spine_case

SETTINGS = MeasureSettings.without_intervals()
ASIDE_MM = (2.0, 6.0, 8.0, 10.0, 14.0)


def measured(case: SpineCase, **masks: Mask | None) -> Outcome:
    kept = {name: mask for name, mask in {**case.study.masks, **masks}.items() if mask is not None}
    return measure_canal(Context(replace(case.study, masks=kept), case.lesion, SETTINGS))


def canal_of(case: SpineCase, **masks: Mask | None) -> Canal:
    family = measured(case, **masks).family
    assert isinstance(family, Canal)
    return family


@pytest.mark.parametrize("voxels", [OBLIQUE, AXIAL, SAGITTAL], ids=["oblique", "axial", "sagittal"])
def test_the_share_of_the_canal_that_is_filled(voxels):  # closed form: π · 3.5 · 5 of π · 8²
    case = spine_case(*INTRADURAL, voxels)
    canal = canal_of(case)
    assert canal.occupancy_fraction == pytest.approx(3.5 * 5 / 64, abs=0.02)
    assert canal.occupancy_level == case.truth["canal.occupancy_level"] == "C5"
    assert canal.dural_contact_fraction == pytest.approx(case.truth["canal.dural_contact_fraction"], abs=0.03)


def test_through_the_foramen_only_what_lies_in_the_canal_counts():  # closed form, by the phantom's quadrature
    case = spine_case(*DUMBBELL)
    assert canal_of(case).occupancy_fraction == pytest.approx(case.truth["canal.occupancy_fraction"], rel=0.05)


@pytest.mark.parametrize(
    ("aside_mm", "voxels"),
    [
        *((aside_mm, AXIAL) for aside_mm in ASIDE_MM),
        *((8.0, voxels) for voxels in (OBLIQUE, SAGITTAL)),  # the wall through its middle
        *(
            pytest.param(aside_mm, voxels, marks=pytest.mark.slow)
            for aside_mm in ASIDE_MM
            if aside_mm != 8.0
            for voxels in (OBLIQUE, SAGITTAL)
        ),
    ],
)
def test_the_share_that_lies_in_the_canal(aside_mm, voxels):
    """Closed form: a ball through the side of a cylinder, by quadrature of its own (no phantom's)."""
    case = spine_case({"radii_mm": (5.0, 5.0, 5.0)}, {"canal_offset_mm": (aside_mm, 0.0), "curve_mm": None}, voxels)
    share = canal_of(case).inside_fraction
    assert share == pytest.approx(ball_in_cylinder(5.0, aside_mm, 8.0), abs=0.05)
    assert case.truth["canal.inside_fraction"] == pytest.approx(ball_in_cylinder(5.0, aside_mm, 8.0), abs=0.005)


def ball_in_cylinder(ball_mm, aside_mm, cylinder_mm):
    """The share of a ball whose middle lies this far from a long cylinder's axis that the cylinder holds."""
    ticks = np.linspace(-ball_mm, ball_mm, 401)
    x, y = np.meshgrid(ticks, ticks)
    height = np.sqrt(np.maximum(ball_mm**2 - x**2 - y**2, 0))
    return float(height[np.hypot(x + aside_mm, y) < cylinder_mm].sum() / height.sum())


def test_a_dumbbells_share_in_a_bent_canal():  # the phantom's quadrature
    for lesion, spine in (DUMBBELL, INTRADURAL, ({**DUMBBELL[0]}, {**DUMBBELL[1], "curve_mm": 120.0})):
        case = spine_case(lesion, spine)
        assert canal_of(case).inside_fraction == pytest.approx(case.truth["canal.inside_fraction"], abs=0.05)


def test_the_canals_mask_may_leave_the_tumour_out_or_be_that_of_cord_and_fluid():  # invariant
    case = spine_case(*INTRADURAL)
    canal = case.study.masks["canal"]
    whole = canal_of(case)
    without = canal_of(case, canal=Mask(canal.data & ~case.lesion.mask.data, canal.grid))
    union = canal_of(case, canal=None)
    for other in (without, union):
        assert other.occupancy_fraction == pytest.approx(whole.occupancy_fraction, abs=0.03)


def test_a_tumour_beside_the_column_fills_none():
    canal = canal_of(spine_case(*PARASPINAL))
    assert (canal.occupancy_fraction, canal.inside_fraction, canal.dural_contact_fraction) == (0, 0, 0)
    assert canal.occupancy_level is None
    assert canal.csf_cleft is None


def test_without_levels_the_level_is_left_out():
    case = spine_case(*INTRADURAL)
    levels = {name: None for name in case.study.masks if name.startswith("vertebra")}
    assert canal_of(case, **levels).occupancy_level is None


def test_fluid_between_tumour_and_cord_is_a_cleft():
    """Closed forms: a small ball 2 mm from the cord has fluid before all that faces it; a tumour in the cord none."""
    apart = spine_case(
        {"radii_mm": (2.0, 2.0, 2.0)}, {"canal_offset_mm": (0.0, 12.0), "sac_mm": 15.0, "canal_mm": 16.0}, SAGITTAL
    )
    canal = canal_of(apart)
    assert canal.csf_cleft is True
    assert canal.csf_cleft_fraction == pytest.approx(1, abs=0.02)
    assert canal.csf_cleft_threshold == 0.25
    within = canal_of(spine_case(*INTRAMEDULLARY))
    assert (within.csf_cleft, within.csf_cleft_fraction) == (False, pytest.approx(0, abs=0.02))


def test_without_a_cord_the_cleft_is_skipped():
    outcome = measured(spine_case(*INTRADURAL), cord=None, csf=None)
    assert outcome.skipped["cleft"] == "no mask of the cord"
    assert outcome.family.csf_cleft is None


@pytest.mark.parametrize(
    ("tail", "voxels"),
    [
        (14.0, OBLIQUE),
        (0.0, AXIAL),
        pytest.param(14.0, AXIAL, marks=pytest.mark.slow),
        pytest.param(0.0, OBLIQUE, marks=pytest.mark.slow),
    ],
)
def test_a_dural_tail_is_as_long_as_it_is(tail, voxels):
    """Closed form. It tapers to nothing: its last sixth is thinner than half a voxel."""
    case = with_tail(tail, voxels)
    assert canal_of(case).dural_tail_mm == pytest.approx(tail, abs=max(2.5, 0.7 * max(voxels[0])))


def with_tail(tail, voxels):
    lesion, spine = INTRADURAL
    spine = spine | {"dural_tail_mm": tail, "dural_tail_width_mm": 2.5}
    return spine_case(lesion, spine, voxels, (Role.T1, Role.T1_POST))


def test_a_tail_is_skipped_without_contrast_and_where_the_tumour_takes_up_none():
    case = with_tail(0.0, AXIAL)
    t1 = case.study.series[Role.T1]
    before = replace(case, study=replace(case.study, series={Role.T1: t1}))
    assert measured(before).skipped["dural_tail"] == "no T1 series after contrast"
    same = replace(t1, role=Role.T1_POST)
    both = replace(case, study=replace(case.study, series={Role.T1: t1, Role.T1_POST: same}))
    assert measured(both).skipped["dural_tail"] == "the lesion does not enhance"


def test_without_masks_there_is_no_canal():
    case = spine_case(*INTRADURAL)
    with pytest.raises(NotMeasurable, match="no mask of the canal, nor of cord and csf"):
        measure_canal(Context(Study("A", {}), case.lesion, SETTINGS))
    blob = Mask(case.lesion.mask.data, case.lesion.mask.grid)
    with pytest.raises(NotMeasurable, match="no centre line"):
        measure_canal(Context(Study("A", {}, {"canal": blob}), case.lesion, SETTINGS))


def test_the_storage_of_the_masks_does_not_matter():  # invariant
    case = spine_case(*INTRADURAL)
    turned = {name: mask.canonical() for name, mask in case.study.masks.items()}
    turned["canal"] = Mask(np.flip(turned["canal"].data, 0), _flipped(turned["canal"]))
    one, other = canal_of(case), canal_of(case, **turned)
    assert other.occupancy_fraction == pytest.approx(one.occupancy_fraction, abs=2e-3)


def _flipped(mask: Mask):
    affine = mask.grid.affine.copy()
    affine[:3, 3] += affine[:3, 0] * (mask.grid.shape[0] - 1)
    affine[:3, 0] *= -1
    return replace(mask.grid, affine=affine)
