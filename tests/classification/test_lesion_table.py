"""Cells of lesions in whatever form they came. Witness: the three forms hold the same cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pnst.classification.assess import assess
from pnst.classification.lesion_table import LesionTable
from pnst.errors import SettingError
from pnst.measurement.measurements import Measurements

COLUMNS = {
    "edema.max_extent_mm": 12.0,
    "edema.max_extent_mm_interval": (10.0, 16.0),
    "override.edema.present": False,
    "size.longest_diameter_mm": 40.0,
}


def test_a_mapping_and_a_table_hold_the_same_cells():
    one, many = LesionTable.of(COLUMNS), LesionTable.of(pd.DataFrame([COLUMNS, COLUMNS]))
    assert one.names == many.names
    assert (one.count, many.count) == (1, 2)
    assert one.index is None
    assert one.row(0, COLUMNS) == many.row(1, COLUMNS)


def test_half_an_interval_and_none_where_a_reader_gave_the_value():
    """Closed form: (16 − 10) ÷ 2."""
    assert LesionTable.of(COLUMNS).half_widths("edema.max_extent_mm").tolist() == [3.0]
    given = LesionTable.of({**COLUMNS, "override.edema.max_extent_mm": 11.0})
    assert given.half_widths("edema.max_extent_mm").tolist() == [0.0]
    values, by_reader = given.numbers("edema.max_extent_mm")
    assert (values.tolist(), by_reader.tolist()) == ([11.0], [True])


def test_to_a_frame_and_back():
    table = LesionTable.of(pd.DataFrame([COLUMNS]))
    again = LesionTable.from_frame(table.to_frame(["edema.present", "size.longest_diameter_mm"]))
    assert again.names == ("size.longest_diameter_mm", "override.edema.present")


MEASURED = {
    "adc.mean_um2_per_ms": 1.9,
    "adc.mean_all_b_um2_per_ms": 2.0,
    "adc.min_um2_per_ms": 1.2,
    "adc.min_uniform_um2_per_ms": 1.7,
    "adc.dark_um2_per_ms": 1.3,
    "adc.dark_uniform_um2_per_ms": 1.8,
    "adc.b_values": (0.0, 800.0),
    "adc.region": "whole lesion",
    "edema.max_extent_mm": 0.0,
    "edema.present": False,
    "edema.censored": True,
    "margin.ill_defined": False,
    "target.present": True,
}


@pytest.mark.parametrize(
    ("word", "overruled"),
    [
        ({"edema.max_extent_mm": 30.0}, {"edema.present", "edema.censored"}),
        ({"edema.present": True}, {"edema.max_extent_mm", "edema.censored"}),
        ({"margin.ill_defined_fraction": 0.9}, {"margin.ill_defined"}),
        ({"adc.min_um2_per_ms": 1.0}, {"adc.min_uniform_um2_per_ms"}),
        (
            {"adc.mean_um2_per_ms": 1.0},
            {name for name in MEASURED if name.startswith("adc.")} - {"adc.mean_um2_per_ms"},
        ),
        ({"target.rim_core_ratio": 1.0}, {"target.present"}),
        ({"adc.mean_um2_per_ms": None}, set()),
        ({"reader.invasion": True}, set()),
    ],
)
def test_a_readers_word_overrules_what_was_measured_beside_it(word, overruled):
    lesions = LesionTable.of({**MEASURED, **{f"override.{name}": value for name, value in word.items()}})
    row = lesions.row(0, (*MEASURED, *word))
    given = {name: value for name, value in word.items() if value is not None}
    assert row == {name: value for name, value in MEASURED.items() if name not in overruled} | given
    for name in overruled - {"adc.b_values", "adc.region"}:
        assert np.isnan(lesions.numbers(name)[0][0] if name.endswith(("mm", "ms")) else lesions.flags(name)[0][0])
    assert lesions.texts("adc.region") == [None if "adc.region" in overruled else "whole lesion"]


def test_where_a_reader_said_nothing_the_measurement_stands_row_by_row():
    table = pd.DataFrame([{**MEASURED, "override.edema.present": word} for word in (True, None)])
    lesions = LesionTable.of(table)
    assert np.isnan(lesions.numbers("edema.max_extent_mm")[0]).tolist() == [True, False]


def test_rules_do_not_mix_a_readers_word_with_the_measurement():
    """The audit's two: a negative by the measured mean of all b-values, and a biopsy that may be omitted in spite of
    30 mm of oedema."""
    before = {rule.name: rule.result for rule in assess(MEASURED).rules}
    words = {"override.adc.mean_um2_per_ms": 1.0, "override.edema.max_extent_mm": 30.0}
    after = {rule.name: rule.result for rule in assess(MEASURED | words).rules}
    assert before["Martin2021_biopsy_may_be_omitted"] == "positive"
    assert after["Martin2021_biopsy_may_be_omitted"] == "cannot be evaluated"
    means = [name for name in after if name.endswith("_adc_mean")]
    assert {before[name] for name in means} == {"negative"}
    assert {after[name] for name in means} == {"positive"}
    lowest = {name for name in after if name.endswith(("_adc_min", "_adc_dark"))}
    assert {after[name] for name in lowest} == {"cannot be evaluated"}


def test_an_override_that_measure_refuses_is_refused_here_too():
    m = Measurements("A", "1", overrides={"split_fat.present": None})
    with pytest.raises(SettingError, match=r"split_fat\.present"):
        LesionTable.of(m)


def test_what_is_no_table_is_refused():
    with pytest.raises(SettingError, match="not measurements"):
        LesionTable.of([1.0])
    with pytest.raises(SettingError, match="a column twice"):
        LesionTable.of(pd.DataFrame([[1.0, 2.0]], columns=["size.volume_ml"] * 2))
