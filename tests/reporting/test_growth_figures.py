"""Figures of a comparison of dates. Witness: pixels where closed forms put lines, and images laid on themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from measurement.growth.dated import BALLS, measured, motion
from pnst.measurement.growth.compare import compare_dates
from pnst.measurement.growth.settings import CompareSettings
from pnst.preprocessing.between_dates import DateAlignment
from pnst.preprocessing.settings import AlignmentSettings
from pnst.reporting.growth_figures import FIRST, LAST, alignment_picture, curve_picture, outline_pictures
from reporting.picture_pixels import near, pixels


def growth_of(radius, later_motion=None):
    dates = [measured(0, {"a": BALLS["a"]}), measured(90, {"a": (BALLS["a"][0], radius)}, later_motion)]
    return compare_dates("limb", dates, CompareSettings(), AlignmentSettings())


@pytest.fixture(scope="module")
def grown():
    return growth_of(9.0, motion())


def spread(mask):
    return np.ptp(np.argwhere(mask), axis=0)


def test_both_outlines_on_either_date(grown):
    """The later outline is wider than the first by the balls' radii, on each picture."""
    pictures = outline_pictures(grown, 0)
    assert [picture.caption.split(";")[0].rpartition(" of ")[2] for picture in pictures] == ["day 0", "day 90"]
    for picture in pictures:
        image = pixels(picture)
        first, last = spread(near(image, FIRST, 0.2)), spread(near(image, LAST, 0.2))
        assert last / first == pytest.approx(9 / 7, rel=0.12)


def test_outlines_of_dates_that_are_not_aligned_are_not_laid_together(grown):
    later = replace(grown.dates[1], alignment=DateAlignment(reason="nothing alike"))
    apart = replace(grown, dates=(grown.dates[0], later))
    assert outline_pictures(apart, 0) == []
    assert alignment_picture(apart, later) is None


def test_the_check_of_a_good_alignment_shows_one_limb(grown):
    """Witness: the picture of the first date with itself by turns; a wrong alignment differs from it by far more."""
    good = pixels(alignment_picture(grown, grown.dates[1]))
    same = pixels(alignment_picture(grown, replace(grown.dates[0], alignment=grown.dates[1].alignment)))
    from pnst.preprocessing.between_dates import moved_study

    away = replace(grown.dates[1], study=moved_study(grown.dates[1].study, motion((9.0, 9.0, 0.0))))
    wrong = pixels(alignment_picture(grown, away))
    assert np.abs(good - same).mean() < 0.5 * np.abs(wrong - same).mean()


def test_a_curve_names_its_points(grown):
    picture = curve_picture(grown.lesions[0], (0.2, 0.2))
    assert "day 0: 1.44 ml; day 90: 3.05 ml" in picture.alt
    assert near(pixels(picture), "#0072b2").sum() > 50
