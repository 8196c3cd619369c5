"""The bone of the spine against closed forms: bites, recesses, widened foramina, two balls with a neck."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from carved_spine import CarvedSpine
from pnst.image import Mask
from pnst.measurement import measure as measuring
from pnst.phantom.spine_masks import spine_masks
from pnst.study import Lesion, Study
from spines import DUMBBELL, INTRADURAL, INTRAMEDULLARY, PARASPINAL, spine_scene
from touching import GRIDS, grid_of
from without_intervals import measure

FINE = ("oblique", "sagittal", "thick first")


@pytest.fixture(autouse=True)
def only_bone(monkeypatch):
    monkeypatch.setattr(measuring, "FAMILIES", tuple(one for one in measuring.FAMILIES if one[0] == "bone"))


@cache
def bone_of(scene, **given):
    return measure(scene.study(**given), scene.lesion()).bone


@pytest.mark.parametrize("grid", GRIDS)
class TestOnEveryGrid:
    def test_a_plain_spine(self, grid):
        scene = CarvedSpine(grid)
        bone = bone_of(scene)
        assert bone.scalloping_depth_mm < 0.5
        assert bone.remodelling is False
        assert bone.remodelling_threshold == 2
        assert bone.foramen_area_ratio == pytest.approx(1, abs=0.05 if grid in FINE else 0.1)

    def test_a_spherical_bite(self, grid):
        """Closed form: 3.5 mm at the middle; averaged over 4.5 mm across it, 0.2 less. To a third of a voxel's longest
        side: thick slices leave a rim of less than one of them."""
        bone = bone_of(CarvedSpine(grid, bite=3.5))
        assert bone.scalloping_depth_mm == pytest.approx(3.3, abs=0.35 * max(GRIDS[grid][0]))
        assert bone.remodelling is True
        assert bone.roughness_mm < bone.roughness_threshold == 0.5

    def test_a_widened_foramen(self, grid):
        """Closed form: 20 mm high in place of 16."""
        ratio = bone_of(CarvedSpine(grid, widened=4.0)).foramen_area_ratio
        assert ratio == pytest.approx(1.25, rel=0.05 if grid in FINE else 0.1)

    def test_a_dumbbell_through_the_foramen(self, grid):
        """Closed forms: a neck of 4 mm between balls of 7, and the tumour's share between the pedicles."""
        scene = CarvedSpine(grid)
        bone = bone_of(scene)
        assert bone.foraminal_fraction == pytest.approx(scene.foraminal_fraction, abs=0.05)
        assert bone.dumbbell_waist_ratio == pytest.approx((4 / 7) ** 2, abs=0.04)


@pytest.mark.parametrize("levels", [True, False])
def test_a_recess_with_a_mask_a_level_or_one_for_all(levels):
    """Closed form: a box 3 mm deep."""
    bone = bone_of(CarvedSpine(recess=3.0, levels=levels))
    assert bone.scalloping_depth_mm == pytest.approx(3, abs=0.4)


def test_a_rough_recess_is_no_remodelling():
    bone = bone_of(CarvedSpine("thick first", recess=4.0, rough=2.0))
    assert bone.scalloping_depth_mm > 2
    assert bone.roughness_mm > 0.5
    assert bone.remodelling is False


def test_a_shallow_bite_is_no_remodelling():
    bone = bone_of(CarvedSpine(bite=1.5))
    assert 0.8 < bone.scalloping_depth_mm < 2
    assert bone.remodelling is False
    assert bone.roughness_mm is None


def test_without_a_next_level_remodelling_is_undetermined():
    scene = CarvedSpine(bite=3.5)
    masks = {name: mask for name, mask in scene.masks().items() if name in ("canal", "vertebra_T6", "vertebra_T7")}
    m = measure(Study("A", {}, masks=masks), scene.lesion())
    assert m.skipped["bone.scalloping"] == "no next level shows to compare with"
    assert m.bone.remodelling is None
    assert m.bone.columns()["remodelling"] is None


def test_one_ball_in_the_canal_has_no_waist_and_no_foramen():
    scene = CarvedSpine(apart=0.0)
    bone = bone_of(scene)
    assert bone.dumbbell_waist_ratio == 1
    assert bone.foraminal_fraction < 0.01


@pytest.mark.parametrize("cortex", [1.5, 0.0])
def test_cortex_beside_the_lesion(cortex):
    scene = CarvedSpine(cortex=cortex, low=-8.0)
    fraction = bone_of(scene, image=True).destruction_fraction
    assert fraction > 0.8 if cortex == 0 else fraction < 0.2


def test_without_t1_destruction_is_skipped():
    scene = CarvedSpine(low=-8.0)
    m = measure(scene.study(), scene.lesion())
    assert m.bone.destruction_fraction is None
    assert m.skipped["bone.destruction"] == "no T1 series, which shows the cortex between a tumour and marrow"


def test_what_is_missing_is_said():
    scene = CarvedSpine()
    masks, lesion = scene.masks(), scene.lesion()
    assert measure(Study("A", {}), lesion).skipped["bone"] == "no mask of vertebrae"
    vertebrae = {name: mask for name, mask in masks.items() if name != "canal"}
    reason = "no mask of the canal or the cord, along which bone is looked at"
    assert measure(Study("A", {}, masks=vertebrae), lesion).skipped["bone"] == reason
    far = replace(lesion, mask=Mask(lesion.mask.data, _moved(lesion.mask.grid, 90.0)))
    assert measure(Study("A", {}, masks=masks), far).skipped["bone"] == "no vertebra lies within 30 mm of the lesion"
    blob = {**vertebrae, "canal": Mask(np.ones((4, 5, 6), dtype=bool), grid_of("oblique", 3.0).crop(_box(4, 5, 6)))}
    assert "gives no line along the spine" in measure(Study("A", {}, masks=blob), lesion).skipped["bone"]


def _box(*counts):
    return tuple(slice(0, n) for n in counts)


def _moved(grid, by):
    affine = grid.affine.copy()
    affine[0, 3] += by
    return type(grid)(grid.shape, affine)


def test_the_cord_serves_where_there_is_no_canal():
    scene = CarvedSpine(bite=3.5)
    points, grid = scene.points(), scene.voxels()
    cord = Mask((np.hypot(points[..., 0], points[..., 1]) < 5) & (np.abs(points[..., 2]) < 56), grid)
    masks = {name: mask for name, mask in scene.masks().items() if name != "canal"} | {"cord": cord}
    bone = measure(Study("A", {}, masks=masks), scene.lesion()).bone
    assert bone.scalloping_depth_mm == pytest.approx(3.3, abs=0.6)
    assert bone.quality == "the canal's place was taken from the cord"


def test_a_foramen_in_few_slices_is_said_to_be_rough():
    assert "slices of the vertebrae's mask lie in the foramen" in bone_of(CarvedSpine("axial")).quality
    assert bone_of(CarvedSpine("thick first")).quality is None


class PlainView:
    """Voxels without distortion or motion."""

    def __init__(self, grid):
        self.grid = grid

    def to_patient(self, points):
        return points


@pytest.mark.parametrize(
    ("place", "remodelled", "foraminal", "half_mm"),
    [
        (DUMBBELL, True, 0.13, 46),
        (INTRADURAL, False, 0.0, 46),
        (INTRAMEDULLARY, False, 0.0, 46),
        (PARASPINAL, False, 0.0, 54),
    ],
)
def test_simulated_spines(place, remodelled, foraminal, half_mm):
    """Straight and bent, with a tumour in the cord, beside it, through a foramen and beside the column."""
    scene = spine_scene(*place)
    grid = grid_of("oblique", half_mm)
    affine = grid.affine.copy()
    affine[:3, 3] += np.asarray(scene.shape.centre) - grid.to_world((np.asarray(grid.shape) - 1) / 2)
    grid = type(grid)(grid.shape, affine)
    inside = scene.inside(grid.to_world(np.stack(np.indices(grid.shape), axis=-1)))
    masks = spine_masks(scene, PlainView(grid))
    bone = measure(Study("A", {}, masks=masks), Lesion("1", Mask(inside, grid), "formula")).bone
    assert bone.remodelling is remodelled
    assert bone.foraminal_fraction == pytest.approx(foraminal, abs=0.05)
    assert bone.foramen_area_ratio == pytest.approx(place[1].get("foramen_ratio", 1.0), rel=0.1)
