"""Candidates for a role: their keys, and what all frames of one have to agree on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dicom_series import numbered_series
from pnst.io.dicom.files import read_tree
from pnst.io.dicom.stack import build_stacks


@pytest.fixture
def dwi(formula, write):
    """The one stack of a series of three b-values."""
    volumes = [{"DiffusionBValue": b} for b in (0.0, 400.0, 800.0)]
    (stack,) = build_stacks(read_tree(write(formula(volumes=volumes).instances())).headers)
    return stack


def test_a_time_point_is_one_volume_with_its_own_b_value(dwi):
    assert (dwi.key, dwi.b_values) == ("s4", (0.0, 400.0, 800.0))
    second = dwi.time_point(2)
    assert (second.key, second.b_values, second.volumes) == ("s4-t2", (400.0,), (dwi.volumes[1],))
    assert second.grid is dwi.grid


def test_a_unit_counts_where_all_frames_write_the_same(dwi):
    def with_units(*units):
        volumes = tuple(
            tuple(replace(frame, unit=unit) for frame in volume)
            for volume, unit in zip(dwi.volumes, units, strict=True)
        )
        return replace(dwi, volumes=volumes)

    assert with_units("um2/s", "um2/s", "um2/s").written_unit == "um2/s"
    assert with_units("um2/s", "um2/s", "mm2/s").written_unit == ""


def test_keys_are_the_series_numbers_in_order(write):
    tree = read_tree(write([*numbered_series(12, "b"), *numbered_series(3, "a")]))
    stacks = build_stacks(tree.headers)
    assert [(stack.key, stack.header.description) for stack in stacks] == [("s3", "a"), ("s12", "b")]
    assert [stack.b_values for stack in stacks] == [None, None]
    assert not stacks[0].is_trace
