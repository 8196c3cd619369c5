"""Overlap, contact and the cortex of bone against closed forms on tilted, anisotropic grids."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bodies import tilted
from pnst.image import Mask
from pnst.measurement import measure as measuring
from pnst.study import Role, Study
from strategies import reordered
from touching import CENTRE, GRIDS, NORMAL, BoneScene, ball, grid_of, lesion_of, voxels
from without_intervals import measure

RADIUS, REACH = 18.0, 1.5
HOLES = (0.0, 4.0, 7.5)
READABLE = [name for name, (spacing, turn) in GRIDS.items() if np.linalg.norm(NORMAL @ turn * spacing) < 1.45]
"""Grids whose voxels are not too long across the bone's surface."""


@pytest.fixture(autouse=True)
def only_invasion(monkeypatch):
    monkeypatch.setattr(measuring, "FAMILIES", tuple(one for one in measuring.FAMILIES if one[0] == "invasion"))


def invasion(lesion, series=None, **masks):
    return measure(Study("A", series or {}, masks=masks), lesion)


@pytest.mark.parametrize("mask_grid", ["same", "oblique"])
@pytest.mark.parametrize("name", GRIDS)
def test_a_ball_and_a_half_space(name, mask_grid):
    """Closed form: a cap of height h holds π h² (3R − h) ÷ 3, and the cap that is 1.5 mm higher is the contact."""
    grid = grid_of(name)
    other = grid if mask_grid == "same" else grid_of(mask_grid)
    bone = voxels(other, lambda p: (p @ NORMAL > 10) & (p @ NORMAL < 26))
    m = invasion(lesion_of(grid, ball(RADIUS)), bone=bone).invasion
    height = RADIUS - 10
    assert m.bone_overlap_ml == pytest.approx(np.pi * height**2 * (3 * RADIUS - height) / 3000, rel=0.03)
    assert m.bone_contact_mm2 == pytest.approx(2 * np.pi * RADIUS * (height + REACH), rel=0.03)


@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("between", [-6.0, 0.0])
def test_two_balls(name, between):
    """Closed form: the lens of two balls, and the part of one within 1.5 mm of the other. Where they graze, a tenth of
    a millimetre is a fifteenth of the contact."""
    grid, radius = grid_of(name), 12.0
    apart = RADIUS + radius + between
    vessel = voxels(grid, ball(radius, NORMAL * apart))
    m = invasion(lesion_of(grid, ball(RADIUS)), vessels=vessel).invasion
    cosine = (RADIUS**2 + apart**2 - (radius + REACH) ** 2) / (2 * RADIUS * apart)
    contact = 2 * np.pi * RADIUS**2 * (1 - cosine)
    sums = apart**2 + 2 * apart * (radius + RADIUS) - 3 * (RADIUS - radius) ** 2
    assert m.vessels_contact_mm2 == pytest.approx(contact, rel=0.05 if between else 0.1)
    assert m.vessels_overlap_ml == pytest.approx(np.pi * between**2 * sums / (12 * apart) / 1000, rel=0.05, abs=0.006)


@pytest.mark.parametrize("name", GRIDS)
def test_two_tilted_boxes(name):
    """Closed form: boxes that share a slab of 26 × 22 × 8 mm; the lesion touches in it and 1.5 mm beyond. The smooth
    surface of a box has round edges, which takes some area off."""
    grid, turn = grid_of(name), tilted((20, 35, -50))

    def box(low, high):
        return lambda p: ((p @ turn > low) & (p @ turn < high)).all(axis=-1)

    muscle = voxels(grid, box((-20, -20, 2), (20, 20, 22)))
    m = invasion(lesion_of(grid, box((-13, -11, -10), (13, 11, 10))), muscle=muscle).invasion
    assert m.muscle_overlap_ml == pytest.approx(26 * 22 * 8 / 1000, rel=0.03)
    assert m.muscle_contact_mm2 == pytest.approx(26 * 22 + 2 * (26 + 22) * (8 + REACH), rel=0.07)


def test_exclusive_labels_do_not_overlap():
    """Invariant: of one label map no voxel is in two regions, however smooth the lesion's surface is."""
    grid = grid_of("axial")
    inside = voxels(grid, ball(RADIUS))
    bone = Mask(~inside.data & voxels(grid, ball(RADIUS + 8)).data, grid)
    m = invasion(lesion_of(grid, ball(RADIUS)), bone=bone).invasion
    assert m.bone_overlap_ml == 0
    assert m.bone_contact_mm2 == pytest.approx(4 * np.pi * RADIUS**2, rel=0.02)


def test_what_lies_away_is_not_touched():
    grid = grid_of("oblique")
    cord = voxels(grid, ball(6.0, NORMAL * (RADIUS + 6 + 2.5)))
    m = invasion(lesion_of(grid, ball(RADIUS)), cord=cord, nerve=voxels(grid, ball(2.0, NORMAL * 30)))
    assert (m.invasion.cord_overlap_ml, m.invasion.cord_contact_mm2) == (0, 0)
    assert (m.invasion.nerve_overlap_ml, m.invasion.nerve_contact_mm2) == (0, 0)


def test_structures_without_a_mask_have_no_columns():
    grid = grid_of("oblique")
    m = invasion(lesion_of(grid, ball(RADIUS)), vessels=voxels(grid, ball(5.0, NORMAL * 20)))
    columns = m.invasion.columns()
    assert {name for name in columns if "contact" in name} == {"vessels_contact_mm2"}
    assert columns["bone_destroyed"] is None


def test_without_any_mask_it_is_skipped():
    m = invasion(lesion_of(grid_of("oblique"), ball(RADIUS)))
    assert m.invasion is None
    assert m.skipped["invasion"] == "no mask of bone, vessels, muscle, nerve, cord or vertebrae"


def test_levels_are_the_vertebrae_where_these_are_not_given():
    grid = grid_of("oblique")
    lesion = lesion_of(grid, ball(RADIUS))
    halves = {
        "vertebra_L2": voxels(grid, lambda p: (p @ NORMAL > 10) & (p[..., 0] < 0)),
        "vertebra_L3": voxels(grid_of("thick first"), lambda p: (p @ NORMAL > 10) & (p[..., 0] >= 0)),
    }
    whole = voxels(grid, lambda p: p @ NORMAL > 10)
    by_levels, at_once = (invasion(lesion, **masks).invasion for masks in (halves, {"vertebrae": whole}))
    assert by_levels.vertebrae_contact_mm2 == pytest.approx(at_once.vertebrae_contact_mm2, rel=0.03)
    assert by_levels.vertebrae_overlap_ml == pytest.approx(at_once.vertebrae_overlap_ml, rel=0.03)
    given = {**halves, "vertebrae": voxels(grid, ball(3.0, NORMAL * 30))}
    assert invasion(lesion, **given).invasion.vertebrae_contact_mm2 == 0


@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize("cortex", [1.5, 3.0])
def test_an_intact_cortex(name, cortex):
    scene = BoneScene(grid=name, cortex=cortex)
    m = invasion(scene.lesion(), scene.study().series, **scene.study().masks).invasion
    assert m.bone_contact_mm2 == pytest.approx(scene.contact_mm2, rel=0.05)
    assert m.bone_destroyed is False
    assert m.bone_destroyed_fraction < 0.05


@pytest.mark.parametrize("name", READABLE)
def test_a_cortex_that_is_gone(name):
    scene = BoneScene(grid=name, cortex=0.0)
    m = measure(scene.study(), scene.lesion()).invasion
    assert m.bone_destroyed is True
    assert m.bone_destroyed_threshold == 0.2
    assert m.bone_destroyed_fraction > 0.9


@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_in_the_cortex(hole):
    """Closed form: the hole's share of the disc that faces the bone."""
    scene = BoneScene(cortex=2.0, hole=hole)
    m = measure(scene.study(), scene.lesion()).invasion
    assert m.bone_destroyed_fraction == pytest.approx(np.pi * hole**2 / scene.disc_mm2, abs=0.05)
    assert m.bone_destroyed is (hole == max(HOLES))


def test_dense_bone_is_not_destroyed():
    scene = BoneScene(dense=True)
    assert measure(scene.study(), scene.lesion()).invasion.bone_destroyed is False


def test_bone_that_is_not_touched_is_not_destroyed():
    scene = BoneScene(flat=18.0)
    study = scene.without_image()
    m = measure(study, scene.lesion()).invasion
    assert (m.bone_contact_mm2, m.bone_destroyed) == (0, False)


@pytest.mark.parametrize(
    ("scene", "reason"),
    [
        (BoneScene(role=Role.T2), "no T1 series, which shows the cortex between a tumour and marrow"),
        (BoneScene(fat_suppressed=True), "the T1 series is fat suppressed, so that marrow is as dark as cortex"),
        (BoneScene(noise=120.0), "T1 holds too much noise to show a cortex"),
        (BoneScene(grid="axial"), "of the contact can be read on T1 (25 mm² are needed)"),
    ],
)
def test_what_no_image_shows_is_undetermined(scene, reason):
    m = measure(scene.study(), scene.lesion())
    assert m.invasion.bone_destroyed is None
    assert reason in m.skipped["invasion.bone_destroyed"]
    assert m.invasion.columns()["bone_destroyed"] is None


def test_a_mask_that_does_not_hold_the_lesion_is_reported():
    grid = grid_of("oblique")
    inside = voxels(grid, ball(60.0))
    part = inside.crop((slice(0, grid.shape[0] // 2), slice(0, grid.shape[1]), slice(0, grid.shape[2])))
    m = invasion(lesion_of(grid, ball(RADIUS)), bone=part)
    assert "outside the image that the bone mask was drawn on" in m.invasion.quality


@pytest.mark.parametrize("order", [((1, 2, 0), (0,)), ((2, 1, 0), (1, 2))])
def test_the_storage_of_the_voxels_changes_nothing(order):
    """Invariant."""
    grid = grid_of("axial")
    lesion, bone = lesion_of(grid, ball(RADIUS)), voxels(grid, lambda p: p @ NORMAL > 10)
    plain = invasion(lesion, bone=bone).invasion
    turned = invasion(replace(lesion, mask=reordered(lesion.mask, order)), bone=reordered(bone, order)).invasion
    assert turned.bone_contact_mm2 == pytest.approx(plain.bone_contact_mm2, rel=1e-6)
    assert turned.bone_overlap_ml == pytest.approx(plain.bone_overlap_ml, rel=1e-9)


def test_the_contact_is_kept_for_the_picture():
    grid = grid_of("oblique")
    m = invasion(lesion_of(grid, ball(RADIUS)), bone=voxels(grid, lambda p: p @ NORMAL > 10))
    contact = m.regions["contact"]
    height = (contact.points - CENTRE) @ NORMAL
    assert contact.values[height > 10].min() == 1
    assert contact.values[height < 7].max() == 0
