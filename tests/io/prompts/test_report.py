"""Measurements in DICOM reports. Witness: points by hand, in reports with the codes that viewers write."""

from __future__ import annotations

import pytest

from pnst.errors import AmbiguityError, InputError, PnstError
from pnst.io.prompts.prompt_file import PromptFile
from pnst.io.prompts.read import read_prompt
from pnst.io.prompts.report import measurement_groups
from pnst.segmentation.prompt import Line, Point
from report_files import (
    LENGTH,
    LONG,
    OLD_LONG,
    OLD_SHORT,
    REGION,
    SHORT,
    group,
    in_frame,
    item,
    measured,
    on_image,
    save_report,
)

LONG_POINTS, SHORT_POINTS = [-1, -2, 3, -31, -2.5, 3], [-15, 8, 3, -15, -9, 3]
"""LPS mm."""
RAS = ((1, 2, 3), (31, 2.5, 3))
ACROSS = ((15, -8, 3), (15, 9, 3))


def bidirectional(long=LONG, short=SHORT):
    return group(measured(long, in_frame(LONG_POINTS)), measured(short, in_frame(SHORT_POINTS)))


def read(file, study, groups=None):
    return read_prompt(PromptFile(file, groups), study).prompt


@pytest.fixture
def saved(tmp_path):
    return lambda *groups, **more: save_report(tmp_path / "sr.dcm", *groups, **more)


@pytest.mark.parametrize("codes", [(LONG, SHORT), (OLD_LONG, OLD_SHORT)], ids=["SCT", "SRT"])
def test_long_and_short_axis(saved, study, codes):
    assert read(saved(bidirectional(*codes)), study) == Line(*RAS, short_axis=ACROSS)


def test_the_short_axis_may_stand_first(saved, study):
    own = group(measured(SHORT, in_frame(SHORT_POINTS)), measured(LONG, in_frame(LONG_POINTS)))
    assert read(saved(own), study) == Line(*RAS, short_axis=ACROSS)


def test_a_length(saved, study):
    assert read(saved(group(measured(LENGTH, in_frame(LONG_POINTS)))), study) == Line(*RAS)


def test_coordinates_beside_the_number(saved, study):
    region = in_frame(LONG_POINTS)
    region.ConceptNameCodeSequence = item("TEXT", REGION).ConceptNameCodeSequence
    assert read(saved(group(region, item("NUM", LENGTH))), study) == Line(*RAS)


def test_a_point(saved, study):
    assert read(saved(group(in_frame([-1, -2, 3], kind="POINT"))), study) == Point((1, 2, 3))


def test_the_group_that_is_named(saved, study):
    other = group(measured(LENGTH, in_frame([-1, -2, 9, -20, -2, 9])))
    file = saved(bidirectional(), other)
    assert read(file, study, "2") == Line((1, 2, 9), (20, 2, 9))
    assert read(file, study, "2, 1") == (Line((1, 2, 9), (20, 2, 9)), Line(*RAS, short_axis=ACROSS))


def test_several_measurements_are_not_taken_for_one_lesion(saved, study):
    with pytest.raises(AmbiguityError, match="2 measurement groups"):
        read(saved(bidirectional(), bidirectional()), study)


@pytest.mark.parametrize("groups", ["0", "3", "1,1", "a", "-1", "99999999999", ""])
def test_numbers_of_no_group(saved, study, groups):
    with pytest.raises(InputError, match="numbers of its groups"):
        read(saved(bidirectional(), bidirectional()), study, groups)


@pytest.mark.parametrize(
    ("own", "got"),
    [
        (group(), "0 shapes"),
        (group(in_frame(LONG_POINTS), in_frame(SHORT_POINTS)), "2 shapes"),
        (group(measured(SHORT, in_frame(SHORT_POINTS))), "0 of them long axes"),
        (group(*[measured(LONG, in_frame(LONG_POINTS))] * 2), "2 of them long axes"),
        (group(in_frame([*LONG_POINTS, 5, 5, 5])), "3 points"),
        (group(in_frame(LONG_POINTS, kind="POLYGON")), "a shape of another kind"),
        (group(in_frame([1, 2, 3, 4])), "4 coordinates"),
        (group(in_frame([1, 2, 3, 1, 2, 3])), "a line that no lesion has"),
        (item("CONTAINER", ("1", "DCM", "Other"), [in_frame(LONG_POINTS)]), "without a measurement group"),
    ],
)
def test_groups_that_measured_something_else(saved, study, own, got):
    with pytest.raises(InputError) as caught:
        read(saved(own), study)
    assert got in caught.value.got
    assert "Doe" not in str(caught.value)


def test_a_report_of_another_kind(saved, study):
    with pytest.raises(InputError, match="no report with coordinates"):
        read(saved(bidirectional(), kind="1.2.840.10008.5.1.4.1.1.88.11"), study)


def test_items_without_end():
    innermost = item("CONTAINER")
    for _ in range(60):
        innermost = item("CONTAINER", None, [innermost])
    with pytest.raises(ValueError, match="too deep"):
        measurement_groups(innermost)


@pytest.mark.parametrize("end", [200, 400, 600, 800])
def test_a_report_that_is_cut(saved, study, end):
    file = saved(bidirectional())
    file.write_bytes(file.read_bytes()[:end])
    with pytest.raises(PnstError):
        read(file, study)


def test_positions_on_an_image_that_is_not_there(saved, study):
    with pytest.raises(PnstError, match="not in this study"):
        read(saved(group(measured(LENGTH, on_image([1, 1, 9, 9], "2.25.4")))), study)
