"""The scale on which volumes are compared. Closed form: floating point = (stored · slope + intercept) ÷ (slope · scale
slope), Chenevert et al. 2014 (Transl Oncol 7:65)."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import InputError
from pnst.io.study import read_study
from pnst.study import Role

PHILIPS = "Philips Medical Systems"


def philips(formula, slopes, scales, **elements):
    """Volumes of b 0, 400, 800, one rescale slope and one private scale slope each; None leaves it out."""
    b_values = (0.0, 400.0, 800.0)[: len(slopes)]
    series = formula(volumes=[{"DiffusionBValue": b, "RescaleSlope": s} for b, s in zip(b_values, slopes, strict=True)])
    instances = series.instances()
    for n, ds in enumerate(instances):
        ds.Manufacturer, ds.RescaleIntercept = PHILIPS, 0
        if scales[n // 5] is not None:
            ds.private_block(0x2005, "Philips MR Imaging DD 001", create=True).add_new(0x0E, "FL", scales[n // 5])
        for name, value in elements.items():
            setattr(ds, name, value)
    return series, instances


@pytest.mark.parametrize("slopes", [(2, 2, 2), (2, 2.5, 3)])
def test_volumes_of_different_scales_become_floating_point(formula, write, slopes):
    series, instances = philips(formula, slopes, (0.5, 0.5, 0.55))
    dwi = read_study(write(instances)).series[Role.DWI]
    np.testing.assert_allclose(dwi.volume.data, series.stored / np.array([0.5, 0.5, 0.55]), rtol=1e-6)
    assert any("intensity scales within the series were divided out" in note for note in dwi.notes)


def test_one_scale_leaves_the_displayed_values(formula, write):
    series, instances = philips(formula, (2, 2, 2), (0.5, 0.5, 0.5))
    dwi = read_study(write(instances)).series[Role.DWI]
    np.testing.assert_allclose(dwi.volume.data, 2.0 * series.stored, rtol=1e-6)
    assert len(dwi.notes) == 1


def test_an_intercept_is_divided_with_the_rest(formula, write):
    series, instances = philips(formula, (2, 2, 2), (0.5, 0.5, 0.55), RescaleIntercept=6)
    dwi = read_study(write(instances)).series[Role.DWI]
    expected = (2 * series.stored + 6) / (2 * np.array([0.5, 0.5, 0.55]))
    np.testing.assert_allclose(dwi.volume.data, expected, rtol=1e-6)


def test_a_scale_in_some_images_only_is_refused(formula, write):
    _, instances = philips(formula, (2, 2, 2), (0.5, 0.5, None))
    with pytest.raises(InputError, match="cannot be compared") as refusal:
        read_study(write(instances))
    assert "10 of 15 images" in refusal.value.got


def test_slopes_that_change_without_the_private_scale_are_reported(formula, write):
    series, instances = philips(formula, (2, 2.2, 2.4), (None, None, None))
    dwi = read_study(write(instances)).series[Role.DWI]
    np.testing.assert_allclose(dwi.volume.data, series.stored * np.array([2, 2.2, 2.4]), rtol=1e-6)
    assert any("private scale slope is missing" in note for note in dwi.notes)


def test_an_enhanced_image_keeps_the_scale_of_each_frame(formula, as_enhanced, write):
    series, instances = philips(formula, (2, 2, 2), (None, None, None))
    ds = as_enhanced(instances)
    for n, group in enumerate(ds.PerFrameFunctionalGroupsSequence):
        inner = type(group)()
        inner.private_block(0x2005, "Philips MR Imaging DD 001", create=True).add_new(
            0x0E, "FL", 0.5 + 0.05 * (n // 10)
        )
        group.add_new(0x20050014, "LO", "Philips MR Imaging DD 005")
        group.add_new(0x2005140F, "SQ", [inner])
    dwi = read_study(write([ds])).series[Role.DWI]
    np.testing.assert_allclose(dwi.volume.data, series.stored / np.array([0.5, 0.5, 0.55]), rtol=1e-6)


def test_the_private_block_says_philips_where_the_manufacturer_is_gone(formula, write):
    series, instances = philips(formula, (2, 2, 2), (0.5, 0.5, 0.55))
    for ds in instances:
        del ds.Manufacturer
    dwi = read_study(write(instances)).series[Role.DWI]
    np.testing.assert_allclose(dwi.volume.data, series.stored / np.array([0.5, 0.5, 0.55]), rtol=1e-6)


def test_another_vendor_s_slopes_are_what_the_standard_says(formula, write):
    series, instances = philips(formula, (2, 2.2, 2.4), (None, None, None))
    for ds in instances:
        ds.Manufacturer = "Invented"
    dwi = read_study(write(instances)).series[Role.DWI]
    np.testing.assert_allclose(dwi.volume.data, series.stored * np.array([2, 2.2, 2.4]), rtol=1e-6)
