"""Muscle on T1 and its level on any image. Witness: tissues drawn from known distributions under magnitude noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.image import Mask, Volume
from pnst.segmentation.fat import fat_scale
from pnst.segmentation.muscle import muscle_level, muscle_on_t1
from pnst.segmentation.perilesional import Perilesional, crop_perilesional
from pnst.segmentation.settings import TissueSettings
from pnst.segmentation.tissue import FatScale, MuscleLevel, TissueNotFound
from segmentation.limb import LIMB, SIGMA, STIR, T1, Limb


def test_muscle_voxels_are_muscle_and_near_but_clear_of_the_lesion(t1):
    found = muscle_on_t1(t1, fat_scale(t1)).data
    true = LIMB.cropped("muscle", t1)
    assert np.count_nonzero(found & true) > 0.98 * np.count_nonzero(found)
    assert t1.downsampled.distance[found].min() > TissueSettings().clear_of_lesion_mm
    assert t1.downsampled.distance[found].max() <= TissueSettings().near_mm
    deep = true & t1.downsampled.shell & (np.abs(t1.downsampled.smooth - 300) < 30)
    assert np.count_nonzero(found & deep) > 0.95 * np.count_nonzero(deep)


def test_the_edge_between_fat_and_air_is_no_muscle():
    """A slim limb under fat: on T1 its skin passes through muscle's level, and on STIR it would be the darkest mode."""
    limb, near = Limb(muscle=24.0, fat=34.0), TissueSettings(near_mm=40.0)
    t1, stir = (blurred(limb, levels, near) for levels in (T1, STIR))
    found = muscle_on_t1(t1, fat_scale(t1))
    assert np.mean(limb.cropped("muscle", t1)[found.data]) > 0.99
    level = muscle_level(stir, found.data, "muscle on T1")
    assert level.mode == pytest.approx(STIR["muscle"], rel=0.05)
    assert level.sd == pytest.approx(SIGMA, rel=0.25)


def blurred(limb: Limb, levels: dict[str, float], settings: TissueSettings) -> Perilesional:
    """The limb's image with its edges in partial volume."""
    from scipy.ndimage import gaussian_filter

    clean = gaussian_filter(np.vectorize(levels.get, otypes=[float])(limb.tissue), (0.8, 0.8, 0.4))
    noisy = np.abs(clean + np.random.default_rng(3).normal(scale=SIGMA, size=limb.grid.shape)).astype(np.float32)
    return crop_perilesional(Volume(noisy, limb.grid), Mask(limb.tissue == "lesion", limb.grid), settings)


def test_without_muscle_no_voxel_is_muscle(t1):
    """The predicate says no: the scale of an image whose tissues lie elsewhere."""
    assert not muscle_on_t1(t1, FatScale(4000, 9000)).data.any()


def test_mode_and_sd_in_a_muscle_mask(stir):
    level = muscle_level(stir, LIMB.cropped("muscle", stir) & stir.downsampled.shell, "given mask")
    assert level.mode == pytest.approx(np.hypot(110, SIGMA), abs=3)  # the mean of magnitude noise, to first order
    assert level.sd == pytest.approx(SIGMA, rel=0.1)
    assert level.source == "given mask"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_oedema_within_the_mask_raises_neither(stir, share):
    """What looks like muscle on T1 is oedema in part: brighter on STIR, and not muscle's level."""
    where = LIMB.cropped("muscle", stir) & stir.downsampled.shell
    halfway = np.quantile(np.argwhere(where)[:, 0], share)
    wet = where & (np.indices(where.shape)[0] < halfway)
    data = np.where(wet, stir.volume.data + 220, stir.volume.data)
    level = muscle_level(crop_perilesional(Volume(data, stir.volume.grid), stir.lesion), where, "muscle on T1")
    assert level.mode == pytest.approx(np.hypot(110, SIGMA), abs=4)
    assert level.sd == pytest.approx(SIGMA, rel=0.25)


def test_without_t1_muscle_is_the_fullest_mode_below_the_lesion_and_not_air():
    """The air outside the limb holds more voxels than muscle."""
    limb = Limb(muscle=30, fat=33)
    perilesional = limb.perilesional(STIR)
    assert np.count_nonzero(limb.cropped("air", perilesional) & perilesional.downsampled.shell) > np.count_nonzero(
        limb.cropped("muscle", perilesional) & perilesional.downsampled.shell
    )
    level = muscle_level(perilesional, None, "histogram")
    assert level.mode == pytest.approx(np.hypot(110, SIGMA), abs=6)
    assert level.sd == pytest.approx(SIGMA, rel=0.5)


def test_without_t1_and_without_air_the_darkest_tissue_is_muscle():
    """Regression: beside the edge modes between muscle and bright fat, muscle was taken for air."""
    limb = Limb(muscle=40, fat=90)
    level = muscle_level(limb.perilesional({**STIR, "fat": 400, "bone": 110, "marrow": 110}), None, "histogram")
    assert level.mode == pytest.approx(np.hypot(110, SIGMA), abs=3)
    assert level.sd == pytest.approx(SIGMA, rel=0.2)


@pytest.mark.parametrize("gain", [0.02, 40.0])
def test_the_level_goes_with_the_gain(stir, gain):
    other = crop_perilesional(Volume((stir.volume.data * gain).astype(np.float32), stir.volume.grid), stir.lesion)
    before, after = muscle_level(stir, None, "histogram"), muscle_level(other, None, "histogram")
    assert (after.mode, after.sd) == pytest.approx((before.mode * gain, before.sd * gain), rel=0.02)


def test_too_little_muscle_in_a_mask(stir):
    few = np.zeros(stir.volume.grid.shape, bool)
    few[3:6, 3:6, 3:6] = True
    with pytest.raises(TissueNotFound, match="too little muscle"):
        muscle_level(stir, few, "given mask")


def test_muscle_without_spread(stir):
    """Muscle of one value, as in an image without noise: its mode is that value, its SD 0."""
    where = LIMB.cropped("muscle", stir) & stir.downsampled.shell
    volume = replace(stir.volume, data=np.full_like(stir.volume.data, 100))
    flat = replace(stir, volume=volume, downsampled=replace(stir.downsampled, volume=volume))
    assert muscle_level(flat, where, "given mask") == MuscleLevel(100.0, 0.0, "given mask")
