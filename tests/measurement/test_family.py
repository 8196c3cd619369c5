"""A family's record: its columns, their kinds and their intervals. Witness: invariants of records that come back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pnst.measurement.families.edema import Edema
from pnst.measurement.families.heterogeneity import Heterogeneity
from pnst.measurement.families.split_fat import SplitFat
from pnst.measurement.families.target import Target
from pnst.measurement.family import Outcome, join_warnings
from pnst.measurement.measurements import FAMILY_TYPES
from pnst.study import Study
from scenes import Scene
from without_intervals import measure

UNEVEN = Heterogeneity(variation_t1=0.25, intervals={"variation_t1": (0.125, 0.375)})


def test_no_column_no_interval():
    size = measure(Study("x", {}), Scene().lesion()).size
    with pytest.raises(AttributeError, match="no column 'volume_interval'"):
        _ = size.volume_interval
    assert replace(size, intervals={"volume_ml": (1.0, 2.0)}).volume_ml_interval == (1.0, 2.0)


def test_a_column_that_was_not_measured_is_left_out_and_an_interval_follows_its_column():
    assert UNEVEN.columns() == {"variation_t1": 0.25, "variation_t1_interval": (0.125, 0.375)}
    assert (UNEVEN.entropy_t2, UNEVEN.entropy_t2_interval) == (None, None)


def test_a_record_comes_back_from_its_columns():  # files hold a pair as a list
    stored = {name: list(value) if isinstance(value, tuple) else value for name, value in UNEVEN.columns().items()}
    assert Heterogeneity.from_columns(stored) == UNEVEN


@pytest.mark.parametrize(
    ("family", "column", "kind"),
    [
        (Edema, "volume_ml", float),
        (Edema, "present", bool),
        (SplitFat, "applicable", bool),
        (SplitFat, "compartment", str),
        (Target, "series", str),
        (FAMILY_TYPES["adc"], "b_values", tuple),
        (FAMILY_TYPES["adc"], "map_source", str),
        (FAMILY_TYPES["margin"], "deep_lobulations_count", int),
    ],
)
def test_what_a_column_holds(family, column, kind):
    assert family.kind_of(column) is kind


@pytest.mark.parametrize("family", FAMILY_TYPES.values(), ids=FAMILY_TYPES)
def test_the_columns_that_are_always_there_have_no_default_or_a_null_of_their_own(family):
    columns = set(family.column_names())
    assert family.nullable <= set(family.required()) <= columns
    assert {"quality", "intervals"}.isdisjoint(family.required())


def test_a_warning_is_given_once():
    assert join_warnings("few slices", None, "noise", "few slices", "") == "few slices; noise"
    assert join_warnings(None, "") is None


def test_an_outcome_cannot_be_changed():
    outcome = Outcome(UNEVEN, skipped={"t2": "no T2 series"})
    with pytest.raises(TypeError):
        outcome.skipped["t2"] = "nothing"
    with pytest.raises(TypeError):
        outcome.regions["cyst"] = None
