"""Series as the page gets them. Witness: voxels and letters of a study with a formula."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.image import Grid, Mask, Volume
from pnst.reporting.canvas import window_of
from pnst.reporting.plane import FieldOfView, ImagePlane
from pnst.study import Lesion, Role
from pnst.viewer.shown_series import LEVELS, ShownSeries, shown_adc, shown_series
from viewed_study import SCENE

STUDY = SCENE.study()


def decoded(shown: ShownSeries, axis: int, index: int) -> np.ndarray:
    low, high = shown.signal_range
    shape = shown.plane(axis, index).image(shown.volume.data).shape
    levels = np.frombuffer(shown.levels(axis, index), "<u2").reshape(shape).astype(float)
    return np.where(levels == 0, np.nan, low + (levels - 1) / LEVELS * (high - low))


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("role", list(STUDY.series))
def test_a_slice_holds_its_signal_as_it_stands_on_the_screen(role, axis):
    shown = shown_series(STUDY)[role]
    index = shown.volume.grid.shape[axis] // 2
    low, high = shown.signal_range
    expected = ImagePlane(shown.volume.grid, axis, index).image(shown.volume.data)
    np.testing.assert_allclose(decoded(shown, axis, index), expected, atol=(high - low) / LEVELS)


def test_diffusion_is_shown_at_its_highest_b_value():
    dwi = STUDY.series[Role.DWI]
    highest = dwi.volume.data[..., int(np.argmax(dwi.b_values))]
    shown = shown_series(STUDY)["dwi"].volume
    np.testing.assert_allclose(shown.data, dwi.volume.grid.to_canonical(highest), rtol=1e-6)


def test_what_has_no_signal_is_level_0_and_an_even_image_has_a_range():
    grid = Grid((3, 4, 5), np.diag([1.0, 2.0, 3.0, 1.0]))
    data = np.full(grid.shape, 7.0)
    data[1, 2, 3] = np.nan
    shown = shown_adc(Volume(data, grid, "um2_per_ms"))
    assert np.isnan(decoded(shown, 2, 3)).sum() == 1
    assert shown.signal_range == (7.0, 8.0)
    nothing = shown_adc(Volume(np.full(grid.shape, np.nan), grid))
    assert nothing.signal_range == (0.0, 1.0)


def test_the_page_is_told_where_the_voxels_are():
    shown = shown_series(STUDY)["t1"]
    told = shown.to_dict()
    np.testing.assert_allclose(np.array(told["affine"]) @ np.array(told["inverse"]), np.eye(4), atol=1e-9)
    assert [plane["title"] for plane in told["planes"]] == ["sagittal", "coronal", "axial"]
    assert told["planes"][2]["letters"][0][0] == "R"
    assert told["window"][0] < told["window"][1]
    assert told["title"] == "T1"
    assert [plane["from"] for plane in told["planes"]] == ["left", "posterior", "inferior"]


def test_the_page_begins_with_the_grey_levels_of_the_lesion_and_its_surroundings():
    """As the report has them; without a lesion those of the middle slice, and so where the lesion lies elsewhere."""
    t1 = STUDY.series[Role.T1]
    index = np.indices(t1.volume.grid.shape)
    middle = np.array(t1.volume.grid.shape)[:, None, None, None] // 2
    lesion = Lesion("1", Mask((abs(index - middle) <= 1).all(axis=0), t1.volume.grid), "simulation")
    shown = shown_series(STUDY)["t1"]
    field = FieldOfView.around(shown.volume, lesion.mesh.vertices, shown.volume.grid.slice_axis, lesion)
    own = window_of(field, field.volume.data, lesion.mesh.vertices)
    assert shown.to_dict(lesion)["window"] == list(own)
    assert shown.to_dict()["window"] != list(own)
    far = Grid(t1.volume.grid.shape, t1.volume.grid.affine + np.array([[0, 0, 0, 900.0], *[[0] * 4] * 3]))
    assert shown.to_dict(Lesion("1", Mask(lesion.mask.data, far), "x"))["window"] == shown.to_dict()["window"]
