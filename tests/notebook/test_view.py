"""The widget's content. Witness: nibabel, which reads the bytes that are handed over."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest
from matplotlib.colors import to_rgb

import pnst
from plotted_ball import CENTRE_MM, FINE, plotted_ball
from pnst.errors import InputError, SettingError
from pnst.notebook import view as module
from pnst.notebook.view import view
from pnst.reporting.figures import REGIONS
from pnst.reporting.outline_colours import LESION

ball = plotted_ball()


@pytest.fixture(scope="module")
def widget():
    return pnst.view(ball.study, ball.lesion, ball.m, role="t2_fs", margin_mm=20)


def shown(volume):
    """The voxels and the grid of what the widget was given."""
    image = nib.Nifti1Image.from_bytes(volume.data)
    assert image.header["sform_code"] == 1
    return np.asarray(image.dataobj), pnst.Grid(image.shape, image.affine)


def originals():
    regions = ball.m.regions
    return [ball.study.series[pnst.Role.T2_FS].volume, regions["adc"], regions["edema"], ball.lesion.mask]


def test_each_layer_has_the_studys_voxels_in_the_studys_place(widget):
    assert [volume.name for volume in widget.volumes] == [
        "Fat-suppressed T2.nii",
        "ADC.nii",
        "Oedema.nii",
        "Lesion.nii",
    ]
    assert not np.allclose(FINE.directions, np.diag(np.diag(FINE.directions)), atol=0.1), "the grids are oblique"
    for volume, original in zip(widget.volumes, originals(), strict=True):
        voxels, grid = shown(volume)
        box = original.grid.box_of(grid)
        assert box is not None
        np.testing.assert_allclose(grid.affine, original.grid.crop(box).affine, atol=1e-4)
        np.testing.assert_array_equal(voxels, original.data[box])


def test_in_patient_space_the_lesion_is_the_ball(widget):
    """Closed form: the middle of the true voxels is the ball's, whatever the grid."""
    voxels, grid = shown(widget.volumes[-1])
    np.testing.assert_allclose(grid.to_world(np.argwhere(voxels)).mean(axis=0), CENTRE_MM, atol=0.3)


def test_colours_are_those_of_the_house_and_the_map_comes_hidden(widget):
    grey, adc, edema, lesion = widget.volumes
    for volume, colour in ((edema, REGIONS["edema"][1]), (lesion, LESION)):
        assert volume.colormap_label.lut[:4] == [0, 0, 0, 0]
        assert volume.colormap_label.lut[4:] == [*(round(255 * share) for share in to_rgb(colour)), 255]
        assert (volume.colormap_label.min, volume.colormap_label.max) == (0, 1)
        assert 0 < volume.opacity < 0.5
    assert (adc.colormap, adc.opacity, adc.cal_min, adc.cal_max) == ("viridis", 0.0, 0.0, 3.0)
    assert (grey.colormap, grey.opacity) == ("gray", 1.0)
    assert grey.cal_min < 150 < 400 < grey.cal_max < 500


def test_it_opens_at_the_lesions_middle_in_radiological_order(widget):
    """NiiVue counts a place as (index + ½) ÷ count along the axes closest to RAS."""
    _, grid = shown(widget.volumes[0])
    index = np.array(widget.scene.crosshair_pos) * grid.canonical().shape - 0.5
    np.testing.assert_allclose(grid.canonical().to_world(index), CENTRE_MM, atol=0.2)
    assert widget.opts.is_radiological_convention
    assert widget.opts.is_slice_mm


def test_without_the_extra_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"no package ipyniivue.*pip install 'pnst\[notebook\]'"):
        view(ball.study, ball.lesion)


def test_a_margin_below_nothing_is_refused():
    for margin in (-1.0, float("nan")):
        with pytest.raises(SettingError, match="margin"):
            view(ball.study, ball.lesion, margin_mm=margin)
