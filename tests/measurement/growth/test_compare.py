"""Lesions of one patient compared over dates: limbs made to move, grow, gain and lose lesions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from measurement.growth.dated import BALLS, measured, motion, oblique
from pnst.errors import InputError
from pnst.measurement.growth.compare import ON_T1, READERS, compare_dates
from pnst.measurement.growth.settings import CompareSettings
from pnst.preprocessing.settings import AlignmentSettings
from pnst.study import Role

A, B = BALLS["a"], BALLS["b"]


def compared(*dates, settings=None):
    return compare_dates("limb", dates, settings or CompareSettings(), AlignmentSettings())


def status(growth):
    return {lesion.label: lesion.status for lesion in growth.lesions}


def test_lesions_are_followed_under_a_re_positioning():
    """Witness: the motion that the limb was rendered under; labels that another reader gave the other way round."""
    swapped = {"a": B, "b": A}
    growth = compared(measured(0, BALLS), measured(50, swapped, motion()))
    assert status(growth) == {"a": "followed", "b": "followed"}
    assert [[visit.label for visit in lesion.visits] for lesion in growth.lesions] == [["a", "b"], ["b", "a"]]
    way = growth.dates[1].alignment
    assert way.accepted
    middles = np.array([middle for middle, _ in BALLS.values()])
    there = middles @ motion()[:3, :3].T + motion()[:3, 3]
    back = there @ way.matrix[:3, :3].T + way.matrix[:3, 3]
    assert np.linalg.norm(back - middles, axis=1).max() < 1.0


def test_images_and_measurements_are_those_of_each_date():
    """Only affines change; the numbers were made before."""
    later = measured(50, BALLS, motion())
    growth = compared(measured(0, BALLS), later)
    laid = growth.dates[1]
    assert np.array_equal(laid.study.series[Role.T2].volume.data, later.study.series[Role.T2].volume.data)
    assert laid.measurements == later.measurements


def test_new_and_vanished():
    growth = compared(measured(0, {"a": A}), measured(50, BALLS, motion()), measured(99, {"b": B}))
    assert status(growth) == {"a": "vanished", "b": "new"}
    assert [visit.state for visit in growth.lesions[1].visits] == ["absent", "measured", "measured"]


def test_what_the_images_do_not_show_has_not_vanished():
    """The later images end below the lesion b, or the earlier ones do."""
    short = oblique((0, 0, -8.0), shape=(58, 62, 18))
    assert status(compared(measured(0, BALLS), measured(50, {"a": A}, grid=short))) == {
        "a": "followed",
        "b": "no longer imaged",
    }
    assert status(compared(measured(0, {"a": A}, grid=short), measured(50, BALLS))) == {
        "a": "followed",
        "b": "first imaged later",
    }


def test_a_label_that_is_taken_gets_its_day():
    growth = compared(measured(0, {"a": A}), measured(50, {"b": A, "a": B}))
    assert [lesion.label for lesion in growth.lesions] == ["a", "a (day 50)"]


def test_a_lesion_that_cannot_be_measured_is_there_all_the_same():
    growth = compared(measured(0, BALLS), measured(50, BALLS, failing=("b",)))
    visit = growth.lesions[1].visits[1]
    assert (growth.lesions[1].status, visit.state, visit.quality) == ("followed", "not measured", "it cannot")


def noise(day, balls):
    """A date whose image shows nothing of a body."""
    date = measured(day, balls)
    series = date.study.series[Role.T2]
    data = np.random.default_rng(day).random(series.volume.data.shape).astype(np.float32)
    volume = replace(series.volume, data=data)
    return replace(date, study=replace(date.study, series={Role.T2: replace(series, volume=volume)}))


def test_several_lesions_of_a_study_that_cannot_be_aligned_are_refused():
    with pytest.raises(InputError, match="cannot be laid on the first"):
        compared(measured(0, BALLS), noise(50, BALLS))


def test_one_lesion_a_date_is_compared_all_the_same_and_that_is_told():
    growth = compared(measured(0, {"a": A}), noise(50, {"z": (A[0], 8.0)}))
    assert status(growth) == {"a": "followed"}
    assert not growth.dates[1].alignment.accepted
    assert any("not aligned" in text for text in growth.warnings)
    assert growth.lesions[0].last.volume_change_fraction == pytest.approx((8 / 7) ** 3 - 1)


def test_no_common_lesion_is_refused():
    with pytest.raises(InputError, match="no lesion is on two of the dates"):
        compared(measured(0, {"a": A}), measured(50, {"a": B}))


@pytest.mark.parametrize("days", [(0,), (0, 0), (5, 0)])
def test_dates_out_of_order_or_alone_are_refused(days):
    with pytest.raises(InputError, match="cannot be compared"):
        compared(*(measured(day, {"a": A}) for day in days))


def test_what_a_reader_must_know():
    growth = compared(measured(0, {"a": A}), measured(50, {"a": A}))
    assert growth.warnings == (READERS,)
    t1 = compared(measured(0, {"a": A}, role=Role.T1), measured(50, {"a": A}, role=Role.T1))
    assert any(ON_T1 in text for text in t1.warnings)


def test_lesions_that_merge_are_told():
    apart = {"a": ((-7.0, 0.0, 0.0), 5.5), "b": ((7.0, 0.0, 0.0), 5.5)}
    growth = compared(measured(0, apart), measured(50, {"a": ((0.0, 0.0, 0.0), 13.0)}))
    assert any("merged or parted" in text for text in growth.warnings)
