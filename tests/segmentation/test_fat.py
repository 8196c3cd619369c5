"""Muscle and fat on T1. Witness: tissues drawn from known distributions under magnitude noise."""

from __future__ import annotations

import numpy as np
import pytest

from bodies import oblique
from pnst.image import Volume
from pnst.kernels.histogram import Mode
from pnst.segmentation.fat import _brightest, darkest_fraction, fat_scale
from pnst.segmentation.muscle import muscle_level
from pnst.segmentation.perilesional import crop_perilesional
from pnst.segmentation.tissue import TissueNotFound
from segmentation.limb import LIMB, T1, Limb


def test_muscle_and_fat_are_the_levels_that_were_drawn(t1):
    scale = fat_scale(t1)
    assert scale.muscle == pytest.approx(300, abs=7)  # 1 % of the step
    assert scale.fat == pytest.approx(1000, abs=14)


@pytest.mark.parametrize("lesion", [240.0, 300.0, 400.0])
def test_the_lesion_may_be_darker_or_brighter_than_muscle(lesion):
    scale = fat_scale(LIMB.perilesional({**T1, "lesion": lesion}))
    assert scale.muscle == pytest.approx(300, abs=7)
    assert scale.fat == pytest.approx(1000, abs=14)


def test_the_darkest_is_air_or_bone_in_any_scale(t1):
    """Closed form: (0 − 300) ÷ (1000 − 300), but for magnitude noise, which has 1.25 of its SD in air."""
    assert darkest_fraction(t1, fat_scale(t1)) == pytest.approx(-0.42, abs=0.02)
    other = crop_perilesional(Volume((t1.volume.data * 3 + 500).astype(np.float32), t1.volume.grid), t1.lesion)
    assert darkest_fraction(other, fat_scale(other)) == pytest.approx(-0.42, abs=0.02)


def test_diluted_fat_is_not_taken_for_fat():
    """Regression: a rim that an infiltrating edge dilutes held more than the fat beyond it; a speck counts for less."""
    diluted, speck = Mode(607, 500, 660, 0.07), Mode(900, 850, 950, 0.01)
    assert _brightest([diluted, Mode(741, 700, 800, 0.057), speck], 0.5) == 741
    assert _brightest([diluted, Mode(741, 700, 800, 0.03), speck], 0.5) == 607


@pytest.mark.parametrize(("gain", "offset"), [(0.01, 0.0), (3.0, 500.0), (1.0, -400.0)])
def test_gain_and_offset_move_the_modes_and_nothing_else(t1, gain, offset):
    """Law: a·I + b."""
    other = crop_perilesional(Volume((t1.volume.data * gain + offset).astype(np.float32), t1.volume.grid), t1.lesion)
    before, after = fat_scale(t1), fat_scale(other)
    assert after.muscle == pytest.approx(before.muscle * gain + offset, abs=2 * gain)
    assert after.fat == pytest.approx(before.fat * gain + offset, abs=2 * gain)


def test_voxels_without_data_leave_the_levels_alone(t1):
    """NaN in a corner, and in a part of the lesion."""
    data = t1.volume.data.copy()
    data[:9, :9, :3] = np.nan
    data[tuple(n // 2 for n in data.shape)] = np.nan
    holed = fat_scale(crop_perilesional(Volume(data, t1.volume.grid), t1.lesion))
    assert holed.muscle == pytest.approx(300, abs=7)
    assert holed.fat == pytest.approx(1000, abs=14)


def reason(call) -> str:
    with pytest.raises(TissueNotFound) as found:
        call()
    return str(found.value)


def test_a_lesion_without_data():
    perilesional = LIMB.perilesional(T1)
    data = np.where(perilesional.lesion.data, np.nan, perilesional.volume.data)
    hollow = crop_perilesional(Volume(data, perilesional.volume.grid), perilesional.lesion)
    assert "no data within the lesion" in reason(lambda: fat_scale(hollow))


def test_too_few_voxels():
    limb = Limb(lesion=4, grid=oblique((9, 8, 4), (1.2, 1.3, 4.0)))
    assert "too few voxels" in reason(lambda: fat_scale(limb.perilesional(T1)))


def test_an_image_of_one_value():
    perilesional = LIMB.perilesional(T1)
    flat = crop_perilesional(
        Volume(np.full(perilesional.volume.grid.shape, 7.0, np.float32), perilesional.volume.grid), perilesional.lesion
    )
    assert "no fat shows" in reason(lambda: fat_scale(flat))
    assert "too little muscle" in reason(lambda: muscle_level(flat, None, "histogram"))


def test_no_fat():
    assert "no fat shows" in reason(lambda: fat_scale(LIMB.perilesional({**T1, "fat": 300, "marrow": 300})))


def test_no_muscle():
    """Fat and air alone: the mode nearest to the lesion is air."""
    perilesional = LIMB.perilesional({**T1, "muscle": 1000, "bone": 1000, "marrow": 1000})
    assert "no muscle shows" in reason(lambda: fat_scale(perilesional))
