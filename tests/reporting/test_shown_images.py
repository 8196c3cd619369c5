"""What a viewer is given. Witnesses: the study's own voxels in their place, and the pages' window and colours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import pnst
from plotted_ball import CENTRE_MM, COARSE, FINE, RADIUS_MM, plotted_ball
from pnst.errors import InputError, SettingError
from pnst.reporting.canvas import window
from pnst.reporting.figures import REGIONS
from pnst.reporting.outline_colours import LESION
from pnst.reporting.shown_images import image_layer, overlay_layers

ball = plotted_ball()
MARGIN_MM = 11.0


def part_of(whole, image):
    """The voxels of an array on a grid where a layer's image lies; they must coincide."""
    box = whole.grid.box_of(image.grid)
    assert box is not None
    return whole.data[box]


@pytest.mark.parametrize("role", ["t1", "t2_fs", pnst.Role.T2_FS])
def test_the_image_is_a_crop_of_the_series_in_its_place(role):
    layer = image_layer(ball.study, ball.lesion, role, MARGIN_MM)
    whole = ball.study.series[pnst.Role(role)].volume
    np.testing.assert_array_equal(layer.image.data, part_of(whole, layer.image))
    corners = layer.image.grid.corners()
    for axis in range(3):
        assert corners[:, axis].min() <= CENTRE_MM[axis] - RADIUS_MM - MARGIN_MM + 1
        assert corners[:, axis].max() >= CENTRE_MM[axis] + RADIUS_MM + MARGIN_MM - 1
    assert np.prod(layer.image.grid.shape) < np.prod(FINE.shape)


def test_of_diffusion_the_mean_at_the_highest_b_value_is_shown():
    layer = image_layer(ball.study, ball.lesion, "dwi", MARGIN_MM)
    dwi = ball.study.series[pnst.Role.DWI].volume
    highest = pnst.Volume(dwi.data[..., 2], COARSE)
    np.testing.assert_array_equal(layer.image.data, part_of(highest, layer.image))


def test_grey_levels_are_the_windows_of_the_page():
    """Bright fat beyond the surroundings changes nothing: the window is of the field of view."""
    t2 = ball.study.series[pnst.Role.T2_FS]
    fatty = np.array(t2.volume.data)
    fatty[:4] = 9000
    study = replace(ball.study, series={t2.role: replace(t2, volume=pnst.Volume(fatty, FINE))})
    limits = [image_layer(s, ball.lesion, "t2_fs", 60.0).limits for s in (ball.study, study)]
    assert limits[0] == limits[1]
    assert limits[0][0] < 150 < 400 < limits[0][1] < 500
    assert limits[0] != window(fatty[:, :, 8])


def test_overlays_are_the_regions_then_the_lesion_in_the_colours_of_the_house():
    layers = overlay_layers(ball.lesion, ball.m, None)
    assert [layer.title for layer in layers] == ["ADC", "Oedema", "Lesion"]
    assert [layer.colour for layer in layers] == [None, REGIONS["edema"][1], LESION]
    assert [layer.is_map for layer in layers] == [True, False, False]
    assert [layer.is_lesion for layer in layers] == [False, False, True]
    for layer, whole in zip(layers, (ball.m.regions["adc"], ball.m.regions["edema"], ball.lesion.mask), strict=True):
        np.testing.assert_array_equal(layer.image.data, part_of(whole, layer.image))
    assert layers[1].image.count == ball.m.regions["edema"].count
    assert layers[2].image.count == ball.lesion.mask.count


def test_regions_by_name_or_none_at_all():
    assert [layer.title for layer in overlay_layers(ball.lesion, ball.m, ["edema"])] == ["Oedema", "Lesion"]
    assert [layer.title for layer in overlay_layers(ball.lesion, ball.m, [])] == ["Lesion"]
    assert [layer.title for layer in overlay_layers(ball.lesion, None, None)] == ["Lesion"]


def test_what_is_not_there_is_refused():
    with pytest.raises(SettingError, match=r"no such region.*'oedema'.*edema"):
        overlay_layers(ball.lesion, ball.m, ["oedema"])
    with pytest.raises(SettingError, match=r"measurements with regions"):
        overlay_layers(ball.lesion, None, ["edema"])
    with pytest.raises(InputError, match=r"no such series.*'water'.*t1, t2_fs, dwi"):
        image_layer(ball.study, ball.lesion, "water", MARGIN_MM)
    far = pnst.Grid(FINE.shape, FINE.affine + np.array([[0, 0, 0, 700.0]] + [[0, 0, 0, 0]] * 3))
    outside = pnst.Lesion("x", pnst.Mask(ball.lesion.mask.data, far), "simulation")
    with pytest.raises(InputError, match="does not lie in the t1 series"):
        image_layer(ball.study, outside, None, MARGIN_MM)
