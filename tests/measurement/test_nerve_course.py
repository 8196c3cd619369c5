"""The course of a nerve: its calibre, its limbs, its signal; what depends on no family."""

from __future__ import annotations

import numpy as np
import pytest

from nerves import NERVE, Limb, NerveScene
from pnst.image import Mask
from pnst.measurement.family import NotMeasurable
from pnst.measurement.nerve_course import NerveCourse, distance_from
from pnst.study import Role

SCENE = NerveScene(limbs=(Limb(radius=3.0),))


@pytest.fixture(scope="module")
def course():
    return NerveCourse.of(SCENE.mask(SCENE.limbs))


def test_distances_to_its_surface(course):
    """Closed form: 3 mm thick on either side of the axis."""
    points = SCENE.centre() + np.outer((0.0, 2.0, 5.0, 8.0), SCENE.bend.turn[:, 0])
    assert course.distance(points) == pytest.approx([-3, -1, 2, 5], abs=0.35)


def test_its_calibre_along_the_way(course):
    """Closed form."""
    single = course.calibres.diameter_mm[course.calibres.single]
    assert np.median(single) == pytest.approx(6, rel=0.02)


def test_its_axis_near_a_lesion(course):
    """Closed form: the line, to a fifth of a voxel."""
    line = course.axis_near(SCENE.lesion())
    _, beside = line.project(SCENE.bend.at(np.linspace(-25, 25, 9)))
    assert np.abs(beside).max() < 0.25


def test_its_limbs(course):
    off = distance_from(SCENE.lesion(), course.voxels)
    assert course.limbs(off < 8, off, 13.0) == 2
    assert course.limbs(off < 8, off, 99.0) == 0
    assert course.limbs(np.ones(len(off), dtype=bool), off, 1.0) == 0


def test_its_signal(course):
    volume = SCENE.study().series[Role.T2_FS].volume
    assert course.signal(volume, SCENE.lesion(), 3.0) == pytest.approx(NERVE, rel=0.02)
    with pytest.raises(NotMeasurable, match="too little of the nerve"):
        course.signal(volume, SCENE.lesion(), 200.0)


def test_distances_from_a_lesion():
    """Closed form, to the distance of the surface's points."""
    points = SCENE.centre() + np.outer((0.0, 6.0, 14.0, 30.0), SCENE.bend.turn[:, 1])
    assert distance_from(SCENE.lesion(), points) == pytest.approx([0, 0, 2, 18], abs=0.4)


def test_an_empty_mask_is_no_nerve():
    with pytest.raises(NotMeasurable, match="empty"):
        NerveCourse.of(
            Mask(np.zeros((4, 5, 6), dtype=bool), SCENE.voxels().crop((slice(0, 4), slice(0, 5), slice(0, 6))))
        )
