"""Marrow and skin near a lesion. Witness: tissues drawn in known places under magnitude noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bodies import oblique
from pnst.image import Mask, Volume
from pnst.segmentation.bone_and_skin import BoneAndSkin, find_bone_and_skin
from pnst.segmentation.fat import darkest_fraction, fat_scale
from pnst.segmentation.perilesional import Perilesional, crop_perilesional
from pnst.segmentation.settings import TissueSettings
from segmentation.limb import LIMB, T1, Limb

DIXON = {"lesion": 30.0, "muscle": 20.0, "fat": 900.0, "bone": 6.0, "marrow": 850.0, "air": 0.0}


def found(perilesional: Perilesional) -> BoneAndSkin:
    scale = fat_scale(perilesional)
    return find_bone_and_skin(perilesional, scale, darkest_fraction(perilesional, scale))


def on_voxels(part: Mask, perilesional: Perilesional) -> np.ndarray:
    """A mask on the cells, at the centres of the image's voxels."""
    centres = np.stack(np.meshgrid(*[np.arange(n) for n in perilesional.volume.grid.shape], indexing="ij"), axis=-1)
    index = np.rint(part.grid.to_index(perilesional.volume.grid.to_world(centres))).astype(int)
    inside = ((index >= 0) & (index < part.grid.shape)).all(axis=-1)
    i, j, k = np.moveaxis(np.where(inside[..., None], index, 0), -1, 0)
    return np.asarray(inside & part.data[i, j, k])


def shares(limb: Limb, perilesional: Perilesional) -> dict[str, float]:
    """The share of each tissue, within 25 mm of the lesion in the cells' slices, that is taken for marrow."""
    marrow, near = on_voxels(found(perilesional).marrow, perilesional), perilesional.downsampled.distance <= 25
    near = perilesional.on_voxels(near)
    return {
        tissue: float(marrow[where & near].mean())
        for tissue in ("marrow", "fat", "muscle", "lesion")
        if (where := limb.cropped(tissue, perilesional)).any()
    }


@pytest.mark.parametrize("spacing", [(0.5, 0.6, 1.0), (1.2, 1.3, 4.0), (1.1, 1.2, 6.0)])
def test_marrow_is_found_and_no_other_fat(spacing):
    counts = tuple(int(104 / step) for step in spacing[:2])
    limb = replace(LIMB, grid=oblique((*counts, max(9, int(50 / spacing[2]))), spacing))
    share = shares(limb, limb.perilesional(T1))
    assert share["marrow"] > 0.95
    assert share["fat"] == 0
    assert share["lesion"] == 0
    assert share["muscle"] < 0.01


@pytest.mark.parametrize("cut", [-24.0, -20.0, -17.0])
def test_marrow_that_the_crop_cuts_is_found_by_the_rest_of_its_border(cut):
    """The image ends within the bone, whose axis lies at −20."""
    grid = LIMB.grid
    first = int(np.ceil(cut / grid.spacing[0] + (grid.shape[0] - 1) / 2))
    whole = LIMB.perilesional(T1)
    part = (slice(first, None), slice(None), slice(None))
    offset = np.rint(whole.volume.grid.to_index(grid.affine[:3, 3])).astype(int)
    assert not offset.any()  # the limb fills the crop
    cropped = crop_perilesional(whole.volume.crop(part), whole.lesion.crop(part))
    marrow = on_voxels(found(cropped).marrow, cropped)
    assert marrow[(LIMB.tissue == "marrow")[part]].mean() > 0.9
    assert not marrow[(LIMB.tissue == "fat")[part]].any()


def drawn(where: dict[str, np.ndarray], levels: dict[str, float] = T1, sigma: float = 12.0) -> Perilesional:
    """The limb with other tissues painted over it."""
    tissue = LIMB.tissue
    for name, place in where.items():
        tissue[place] = name
    noise = np.random.default_rng(5).normal(scale=sigma, size=(2, *tissue.shape))
    data = np.hypot(np.vectorize(levels.get, otypes=[float])(tissue) + noise[0], noise[1]).astype(np.float32)
    return crop_perilesional(Volume(data, LIMB.grid), Mask(tissue == "lesion", LIMB.grid))


def places() -> tuple[np.ndarray, ...]:
    grid = LIMB.grid
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
    return tuple(np.moveaxis((index - (np.array(grid.shape) - 1) / 2) * grid.spacing, -1, 0))


def test_a_plane_of_fat_along_the_cortex_is_none_of_it():
    """5 mm of fat round half of the bone, cortex on one side of it and muscle on the other."""
    x, y, _ = places()
    bone = np.hypot(x + 20, y - 4)
    plane = (bone >= 9) & (bone < 14) & (x > -20) & (np.hypot(x, y) > 10)
    marrow = on_voxels(found(drawn({"fat": plane})).marrow, LIMB.perilesional(T1))
    assert marrow[plane].mean() < 0.1
    assert marrow[LIMB.tissue == "marrow"].mean() > 0.95


def test_a_gap_in_the_cortex_does_not_let_the_marrow_out():
    """Fat of the subcutis reaches the bone through a gap of 2 mm, in two of the slices."""
    x, y, z = places()
    gap = (np.abs(y - 4) < 1.4) & (x < -25) & (x > -40) & (np.abs(z) < 5)
    image = drawn({"fat": gap & (np.hypot(x, y) < 45)})
    marrow = on_voxels(found(image).marrow, image)
    assert marrow[LIMB.tissue == "marrow"].mean() > 0.9
    assert marrow[(LIMB.tissue == "fat")].mean() == 0


def test_subcutaneous_fat_is_bounded_by_air_and_a_tract_as_dark_as_bone_and_stays_fat():
    """The iliotibial tract under a sixth of it, a fold of skin in it, and the crop through it."""
    x, y, _ = places()
    across = np.hypot(x, y)
    tract = (across >= 31) & (across < 33) & (x > np.abs(y) * np.sqrt(3))
    fold = (np.abs(y - 10) < 1.4) & (x > 20) & (across < 46) & (across > 33)
    image = drawn({"bone": tract, "air": fold})
    marrow = on_voxels(found(image).marrow, image)
    assert not marrow[LIMB.tissue == "fat"].any()
    assert marrow[LIMB.tissue == "marrow"].mean() > 0.95


def test_fat_of_which_more_is_cut_off_than_seen_is_no_marrow():
    """All that shows of its border is dark: a strip along the edge of the image, beyond a dark plane."""
    x, _, _ = places()
    image = drawn({"fat": x > 24, "bone": (x > 21) & (x <= 24)})
    marrow = on_voxels(found(image).marrow, image)
    assert not marrow[x > 24].any()
    assert marrow[LIMB.tissue == "marrow"].mean() > 0.95


def test_where_bone_is_no_darker_than_muscle_nothing_is_told_apart():
    """On a Dixon fat image muscle holds no signal either."""
    parts = found(LIMB.perilesional(DIXON, sigma=10.0))
    assert not parts.marrow.data.any()
    assert not parts.skin.data.any()


def test_skin_is_what_lies_by_air():
    """Closed form: the outer 4 mm of the limb, to a cell; not the bone's surroundings, though it is as dark."""
    image = LIMB.perilesional(T1)
    skin = on_voxels(found(image).skin, image)
    x, y, _ = places()
    across = np.hypot(x, y)
    within = np.abs(x) < 36, np.abs(y) < 36  # the box round the lesion
    assert skin[within[0] & within[1] & (across > 45 - 2.5) & (across < 45)].mean() > 0.97
    assert not skin[across < 45 - 6].any()


def test_skin_lies_by_air_in_the_plane_of_the_slices_whatever_the_cells():
    """Thin slices are shorter than the cells are wide; 30 mm from the lesion the whole limb is seen."""
    limb = Limb(lesion=9, muscle=22, fat=34, grid=oblique((150, 126, 30), (0.5, 0.6, 1.0)))
    image = limb.perilesional(T1)
    assert image.downsampled.grid.slice_axis != image.volume.grid.slice_axis
    skin = on_voxels(found(image).skin, image)
    _, _, k = np.indices(skin.shape)
    fat = limb.cropped("fat", image)
    every = np.linalg.norm(np.argwhere(fat)[:, :2] * image.volume.grid.spacing[:2] - _middle(limb, image), axis=1)
    assert skin[fat][every > 31.5].mean() > 0.99
    assert len(np.unique(k[skin])) == skin.shape[2]


def _middle(limb: Limb, image: Perilesional) -> np.ndarray:
    """Of the limb in the image's crop, in mm along its rows and columns."""
    start = limb.grid.to_index(image.volume.grid.affine[:3, 3])
    return np.asarray((((np.array(limb.grid.shape) - 1) / 2 - start) * limb.grid.spacing)[:2])


@pytest.mark.parametrize(
    ("name", "value"),
    [("marrow_border_fraction", 1.0), ("marrow_radius_mm", 8.0), ("marrow_fat_fraction", 0.97), ("air_radius_mm", 1.0)],
)
def test_the_settings_decide(name, value):
    """Each makes what is found in the limb less: a border is not cortex all round, no such disc fits, dark is air …"""
    x, y, _ = places()
    plain = drawn({"muscle": (np.abs(y - 4) < 7) & (x < -25.5) & (x > -30)})  # no cortex on one side
    strict = crop_perilesional(plain.volume, plain.lesion, TissueSettings(**{name: value}))
    assert found(strict).marrow.data.sum() < 0.7 * found(plain).marrow.data.sum()
