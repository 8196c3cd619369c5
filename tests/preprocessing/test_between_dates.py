"""Two dates laid on one another. Witness: motions that simulated patients were rendered under; images of nobody."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grown_patient import motion_matrix, simulated, warped
from measurement.growth.dated import BALLS, limb, motion, oblique
from pnst.phantom import benign
from pnst.preprocessing.between_dates import UNLIKE, UNSURE, DateAlignment, align_dates, moved_lesion, moved_study
from pnst.preprocessing.settings import AlignmentSettings, DateAlignmentSettings
from pnst.study import Role, Series, Source, Study

SETTINGS, BETWEEN = AlignmentSettings(), DateAlignmentSettings()


def laid(first, later, settings=SETTINGS, between=BETWEEN):
    return align_dates(first[0], later[0], first[1], later[1], settings, between)


def off_mm(way, motion, places):
    """How far places of the first date are from themselves, there by the true motion and back by what was told."""
    places = np.asarray(places)
    there = places @ motion[:3, :3].T + motion[:3, 3]
    return np.linalg.norm(there @ way.matrix[:3, :3].T + way.matrix[:3, 3] - places, axis=1).max()


def middles():
    return [middle for middle, _ in BALLS.values()]


@pytest.mark.parametrize("shift", [(5.0, -4.0, 4.8), (60.0, 40.0, -85.0), (0.0, 0.0, 0.0)])
def test_a_motion_is_undone_wherever_the_patient_lies(shift):
    """8 mm and 5°, more than a decimetre further, and none."""
    moved = motion(shift)
    way = laid(limb(BALLS), limb(BALLS, moved, grid=oblique(shift, (-3.0, 5.0, 2.0)), seed=1))
    assert way.accepted
    assert (way.role, way.reference) == (Role.T2, Role.T2)
    assert off_mm(way, moved, middles()) < 1.0
    assert way.disagreement_mm < 1.0
    assert way.rotation_deg == pytest.approx(5.0, abs=0.6)


@pytest.mark.slow
def test_a_tumour_that_grew_does_not_pull_the_alignment():
    """Witness: the phantom's motion of 8 mm and 5°, with 20 % more volume and other voxels."""
    spec = replace(benign(), roles=(Role.T1, Role.T2_FS), snr=20.0)
    first, later = simulated(spec, 1.0, 1, moved=False), simulated(spec, 1.2, 1)
    way = laid((first.study, [first.lesion]), (later.redraw(2), [later.lesion]))
    assert way.accepted
    assert off_mm(way, motion_matrix(first.scene.shape.centre), [first.scene.shape.centre]) < 0.5


def test_series_of_one_role_are_compared_else_two_others():
    t2, lesions = limb(BALLS)
    t1, _ = limb(BALLS, motion(), seed=1)
    t1 = Study("limb", {Role.T1: replace(t1.series[Role.T2], role=Role.T1)})
    way = laid((t2, lesions), (t1, lesions))
    assert (way.role, way.reference) == (Role.T1, Role.T2)
    both = Study("limb", {**t1.series, **limb(BALLS, seed=2)[0].series})
    assert laid((t2, lesions), (both, lesions)).role is Role.T2


def noise(seed=0):
    study, lesions = limb(BALLS)
    series = study.series[Role.T2]
    data = np.random.default_rng(seed).random(series.volume.data.shape).astype(np.float32)
    return Study("noise", {Role.T2: replace(series, volume=replace(series.volume, data=data))}), lesions


def test_images_of_nobody_are_not_aligned():
    way = laid(limb(BALLS), noise())
    assert not way.accepted
    assert way.reason in (UNLIKE, UNSURE)
    assert str(way).startswith(f"not aligned: {way.reason}")


def test_what_is_believed_is_a_setting():
    first, later = limb(BALLS), limb(BALLS, motion(), seed=1)
    assert laid(first, later, between=DateAlignmentSettings(largest_disagreement_mm=1e-6)).reason == UNSURE
    assert laid(first, later, between=DateAlignmentSettings(least_similarity_nats=5.0)).reason == UNLIKE


def test_without_images_that_can_be_compared_it_says_so():
    empty = Study("limb", {}), limb(BALLS)[1]
    way = laid(empty, limb(BALLS))
    assert (way.accepted, way.disagreement_mm) == (False, None)
    assert str(way) == "not aligned: the two studies have no images that can be compared"


def test_equal_images_give_equal_numbers():
    ways = [laid(limb(BALLS), limb(BALLS, motion(), seed=1)) for _ in range(2)]
    assert np.array_equal(ways[0].matrix, ways[1].matrix)


def test_only_affines_move():
    """Witness: each place's world position, and each gradient's direction seen from the voxels' own axes."""
    study, (lesion, _) = limb(BALLS)
    series = study.series[Role.T2]
    vectors = np.array([[0.0, 0.6, 0.8], [1.0, 0.0, 0.0]])
    dwi = Series(
        Role.DWI,
        replace(series.volume, data=np.stack([series.volume.data] * 2, axis=-1)),
        Source("simulated", ""),
        (0.0, 800.0),
        vectors,
    )
    study = replace(study, series={**study.series, Role.DWI: dwi}, masks={"muscle": lesion.mask})
    moved = moved_study(study, motion())
    for role in study.series:
        assert np.array_equal(moved.series[role].volume.data, study.series[role].volume.data)
    index = np.array([3.0, 7.0, 2.0])
    there = motion()[:3, :3] @ series.volume.grid.to_world(index) + motion()[:3, 3]
    assert moved.series[Role.T2].volume.grid.to_world(index) == pytest.approx(there)
    assert moved.masks["muscle"].grid.to_world(index) == pytest.approx(there)
    own = [one.series[Role.DWI].b_vectors @ one.series[Role.DWI].volume.grid.directions for one in (study, moved)]
    assert own[1] == pytest.approx(own[0], abs=1e-9)
    carried = moved_lesion(lesion, motion())
    assert carried.mesh.volume_mm3 == pytest.approx(lesion.mesh.volume_mm3, rel=1e-6)
    assert carried.label == lesion.label


def test_it_says_how_it_went():
    way = DateAlignment(Role.T2, Role.T1, shift_mm=8.04, rotation_deg=5.01, disagreement_mm=0.42)
    assert str(way) == "aligned by t2 with t1 of the first date (8.0 mm and 5.0°; there and back differ by 0.4 mm)"


def test_the_field_of_the_real_case_grows_a_lesion_by_its_factor():
    """Witness: the voxels of a ball of 7 mm, warped, whose middle is where the motion takes it."""
    study, (lesion, _) = limb(BALLS)
    _, grown = warped(study.series[Role.T2], lesion, 1.5)
    assert grown.mesh.volume_mm3 / lesion.mesh.volume_mm3 == pytest.approx(1.5, rel=0.02)
    middle = motion_matrix(lesion.mesh.centroid)[:3] @ np.append(lesion.mesh.centroid, 1)
    assert grown.mesh.centroid == pytest.approx(middle, abs=0.3)
