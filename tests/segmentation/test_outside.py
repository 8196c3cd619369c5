"""The settings of a segmenter outside pnst. Witness: commands written by hand, right and wrong."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pnst.segmentation.outside import PLACES, SegmentSettings, filled, places_of


def test_none_is_named_by_default():
    assert SegmentSettings().command is None


def test_a_command():
    command = ("tool", "--image={t1}", "{prompt}", "{mask}")
    assert SegmentSettings(command=command).command == command
    assert places_of(command) == {"t1", "prompt", "mask"}
    assert set(PLACES) >= {"t1", "water", "prompt", "scribbles", "mask"}


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ([], "names a program"),
        ([" ", "{mask}"], "names a program"),
        (["tool", "{t1}"], "names {mask}"),
        (["tool", "{T1}", "{mask}"], "{T1} is none of"),
        (["tool", "{}", "{mask}"], "{} is none of"),
        ("tool {mask}", "tuple"),
    ],
)
def test_commands_that_cannot_be(command, reason):
    with pytest.raises(ValidationError) as caught:
        SegmentSettings(command=command)
    assert reason in str(caught.value)


@pytest.mark.parametrize("limit", [0, -1, float("inf")])
def test_limits_that_cannot_be(limit):
    with pytest.raises(ValidationError):
        SegmentSettings(time_limit_s=limit)


def test_what_stands_in_a_file_name_is_not_filled_again():
    assert filled(("{t1}{mask}",), {"t1": "{mask}", "mask": "m"}) == ["{mask}m"]
