"""A column by diagnosis. Witnesses: a table of which the quartiles are plain, and the page's own drawing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from pnst.errors import InputError
from pnst.plot.cohort_column import cohort

TABLE = pd.DataFrame(
    {
        "case": list("abcdefg"),
        "diagnosis": ["MPNST"] * 3 + ["schwannoma"] * 4,
        "adc.mean_um2_per_ms": [0.8, 1.0, 1.1, 1.5, 1.6, 1.9, np.nan],
        "probability": [0.9, 0.8, 0.7, 0.1, 0.2, 0.3, 0.4],
        "note": list("tuvwxyz"),
    }
)


def drawn(column=None, table=TABLE):
    return cohort(table, column, Figure().add_subplot())


def test_every_value_is_a_dot_and_every_median_a_line():
    axes = drawn("adc.mean_um2_per_ms")
    dots = [line.get_xdata().tolist() for line in axes.lines if line.get_marker() == "o"]
    assert dots == [[0.8, 1.0, 1.1], [1.5, 1.6, 1.9]]
    medians = [line.get_xdata()[0] for line in axes.lines if line.get_linewidth() == 1.6]
    assert medians == [1.0, 1.6]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["MPNST (3)", "schwannoma (3)"]
    assert axes.get_xlabel() == "Diffusion: mean ADC (10⁻³ mm²/s)"


def test_without_a_column_the_probability_and_without_a_diagnosis_all_lesions():
    assert drawn().get_xlabel() == "Probability"
    axes = drawn(table=TABLE.drop(columns=["diagnosis", "probability"]))
    assert axes.get_xlabel().startswith("Diffusion")
    assert [text.get_text() for text in axes.get_yticklabels()] == ["all lesions (6)"]


@pytest.mark.parametrize("column", ["adc.mean", "note"])
def test_a_column_without_numbers_is_refused_and_those_with_some_are_named(column):
    with pytest.raises(InputError, match=f"'{column}'.*adc.mean_um2_per_ms, probability"):
        drawn(column)


def test_a_table_without_numbers_is_refused():
    with pytest.raises(InputError, match="this table has none"):
        drawn(table=TABLE[["case", "note"]])
