"""What lies over the images. Witness: the lesion's own mask, the measured regions, and a series that was moved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.image import Grid, Volume
from pnst.study import Role
from pnst.viewer.overlays import LESION_LAYER, Overlays
from pnst.viewer.shown_series import ADC_MAP, shown_series
from pnst.workflow.case import Case
from pnst.workflow.editing import measured
from pnst.workflow.inputs import CaseInputs
from viewed_study import QUICK, SCENE

STUDY = SCENE.study()
CASE = Case(STUDY, (SCENE.lesion(),))


@pytest.fixture(scope="module")
def answered() -> Case:
    return measured(CASE, CaseInputs(study="."), QUICK, True)


def test_without_a_lesion_nothing_lies_over():
    overlays = Overlays(Case(STUDY, ()), 0)
    assert (overlays.layers, overlays.on("t1"), overlays.adc, overlays.shown_adc) == ([], {}, None, None)


def test_the_lesion_lies_on_every_series():
    overlays = Overlays(CASE, 0)
    for role, series in STUDY.series.items():
        grid = series.volume.grid
        expected = grid.to_canonical(CASE.lesions[0].mask_on(grid).data)
        np.testing.assert_array_equal(overlays.on(role)[LESION_LAYER], expected)


def test_regions_lie_on_the_series_that_they_were_measured_on_and_on_no_other(answered):
    overlays = Overlays(CASE, 0, answered)
    m = answered.measurements[0]
    assert overlays.on("t2_fs")["edema"].sum() == m.regions["edema"].count > 0
    assert "edema" not in overlays.on("dwi")
    assert overlays.on(ADC_MAP)["solid"].sum() == m.regions["solid"].count > 0
    assert {layer.name: layer.colour for layer in overlays.layers}["edema"] == "#e69f00"


def test_each_layer_has_a_bit(answered):
    overlays = Overlays(CASE, 0, answered)
    shown = shown_series(STUDY)["t2_fs"]
    index = shown.volume.grid.shape[2] // 2
    plane = shown.plane(2, index)
    bits = np.frombuffer(overlays.bits("t2_fs", plane), "<u4")
    for n, layer in enumerate(overlays.layers):
        mask = overlays.on("t2_fs").get(layer.name)
        expected = 0 if mask is None else plane.image(mask).sum()
        assert (bits >> n & 1).sum() == expected, layer.name


def test_a_region_of_a_moved_series_is_shown_on_the_voxels_that_it_was_measured_on(answered):
    """The series moved by 4 mm between: its voxels are the same ones."""
    series = STUDY.series[Role.T2_FS]
    affine = series.volume.grid.affine.copy()
    affine[:3, 3] -= (4, 0, 0)
    elsewhere = Volume(series.volume.data, Grid(series.volume.grid.shape, affine))
    read = replace(STUDY, series={**STUDY.series, Role.T2_FS: replace(series, volume=elsewhere)})
    overlays = Overlays(Case(read, CASE.lesions), 0, answered)
    region = answered.measurements[0].regions["edema"]
    assert overlays.on("t2_fs")["edema"].sum() == region.count


def test_another_lesion_has_a_layer_of_its_own():
    far = replace(CASE.lesions[0], label="2")
    overlays = Overlays(Case(STUDY, (CASE.lesions[0], far)), 1)
    assert [layer.name for layer in overlays.layers] == ["lesion", "other_lesions"]
