"""Witness: tissues drawn from known distributions under magnitude noise, beside air, fat and bone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from bodies import oblique
from pnst.image import Grid, Mask, Volume
from pnst.kernels.histogram import Mode
from pnst.segmentation.fat import _brightest, fat_scale
from pnst.segmentation.muscle import muscle_level, muscle_on_t1
from pnst.segmentation.perilesional import Perilesional, crop_perilesional
from pnst.segmentation.settings import TissueSettings
from pnst.segmentation.tissue import FatScale, MuscleLevel, TissueNotFound

GRID = oblique((84, 78, 17), (1.2, 1.3, 4.0))
T1 = {"lesion": 330.0, "muscle": 300.0, "fat": 1000.0, "bone": 60.0, "marrow": 900.0, "air": 0.0}
STIR = {"lesion": 520.0, "muscle": 110.0, "fat": 160.0, "bone": 20.0, "marrow": 130.0, "air": 0.0}
SIGMA = 12.0


@dataclass(frozen=True)
class Limb:
    """A ball in muscle, a bone beside it, fat round both, air outside; radii in mm about the grid's middle."""

    lesion: float = 9.0
    muscle: float = 33.0
    fat: float = 45.0
    grid: Grid = GRID

    @property
    def tissue(self) -> np.ndarray:
        """(ni, nj, nk) names."""
        index = np.stack(np.meshgrid(*[np.arange(n) for n in self.grid.shape], indexing="ij"), axis=-1)
        x, y, z = np.moveaxis((index - (np.array(self.grid.shape) - 1) / 2) * self.grid.spacing, -1, 0)
        out = np.full(self.grid.shape, "air", dtype="<U8")
        across = np.hypot(x, y)
        out[across < self.fat] = "fat"
        out[across < self.muscle] = "muscle"
        bone = np.hypot(x + 20, y - 4)
        out[(bone < 9) & (across < self.muscle)] = "bone"
        out[(bone < 6) & (across < self.muscle)] = "marrow"
        out[x * x + y * y + z * z < self.lesion**2] = "lesion"
        return out

    def perilesional(self, levels: dict[str, float], sigma: float = SIGMA, seed: int = 3) -> Perilesional:
        """The surroundings in an image of these levels with magnitude noise."""
        tissue, rng = self.tissue, np.random.default_rng(seed)
        clean = np.vectorize(levels.get, otypes=[float])(tissue)
        noise = rng.normal(scale=sigma, size=(2, *self.grid.shape))
        data = np.hypot(clean + noise[0], noise[1]).astype(np.float32)
        return crop_perilesional(Volume(data, self.grid), Mask(tissue == "lesion", self.grid))

    def cropped(self, name: str, perilesional: Perilesional) -> np.ndarray:
        """Where the tissue of that name lies, on the surroundings' grid."""
        whole = Mask(self.tissue == name, self.grid)
        start = np.rint(self.grid.to_index(perilesional.volume.grid.affine[:3, 3])).astype(int)
        return whole.data[tuple(slice(a, a + n) for a, n in zip(start, perilesional.volume.grid.shape, strict=True))]


LIMB = Limb()


@pytest.fixture(scope="module")
def t1() -> Perilesional:
    return LIMB.perilesional(T1)


@pytest.fixture(scope="module")
def stir() -> Perilesional:
    return LIMB.perilesional(STIR)


# --- muscle and fat on T1 --------------------------------------------------------------------------------------------


def test_muscle_and_fat_are_the_levels_that_were_drawn(t1):
    scale = fat_scale(t1)
    assert scale.muscle == pytest.approx(300, abs=7)  # 1 % of the step
    assert scale.fat == pytest.approx(1000, abs=14)


@pytest.mark.parametrize("lesion", [240.0, 300.0, 400.0])
def test_the_lesion_may_be_darker_or_brighter_than_muscle(lesion):
    scale = fat_scale(LIMB.perilesional({**T1, "lesion": lesion}))
    assert scale.muscle == pytest.approx(300, abs=7)
    assert scale.fat == pytest.approx(1000, abs=14)


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


def test_fat_fraction_is_linear_and_not_clipped():
    """Closed form."""
    values = np.array([0.0, 300.0, 650.0, 1000.0, 1350.0])
    assert FatScale(300, 1000).fraction(values) == pytest.approx([-3 / 7, 0, 0.5, 1, 1.5], abs=1e-6)


def test_voxels_without_data_leave_the_levels_alone(t1):
    """NaN in a corner, and in a part of the lesion."""
    data = t1.volume.data.copy()
    data[:9, :9, :3] = np.nan
    data[tuple(n // 2 for n in data.shape)] = np.nan
    holed = fat_scale(crop_perilesional(Volume(data, t1.volume.grid), t1.lesion))
    assert holed.muscle == pytest.approx(300, abs=7)
    assert holed.fat == pytest.approx(1000, abs=14)


def test_the_anchor_is_the_median_of_the_lesion(t1):
    assert t1.lesion_median == pytest.approx(np.median(t1.volume.data[t1.lesion.data]))


# --- muscle voxels on T1 ---------------------------------------------------------------------------------------------


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


# --- muscle's level --------------------------------------------------------------------------------------------------


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


# --- each reason why a tissue is not found ---------------------------------------------------------------------------


def reason(call) -> str:
    with pytest.raises(TissueNotFound) as found:
        call()
    return str(found.value)


def test_a_lesion_outside_the_series():
    empty = Mask(np.zeros(GRID.shape, bool), GRID)
    image = Volume(np.ones(GRID.shape, np.float32), GRID)
    assert "outside this series" in reason(lambda: crop_perilesional(image, empty))


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


def test_too_little_muscle_in_a_mask(stir):
    few = np.zeros(stir.volume.grid.shape, bool)
    few[3:6, 3:6, 3:6] = True
    assert "too little muscle" in reason(lambda: muscle_level(stir, few, "given mask"))


def test_muscle_without_spread(stir):
    """Muscle of one value, as in an image without noise: its mode is that value, its SD 0."""
    where = LIMB.cropped("muscle", stir) & stir.downsampled.shell
    volume = replace(stir.volume, data=np.full_like(stir.volume.data, 100))
    flat = replace(stir, volume=volume, downsampled=replace(stir.downsampled, volume=volume))
    assert muscle_level(flat, where, "given mask") == MuscleLevel(100.0, 0.0, "given mask")
