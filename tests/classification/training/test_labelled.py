"""A table with a known diagnosis, and each way in which it can be wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from classification.simulated_cohorts import cohort
from pnst.classification.training.labelled import LabelledTable
from pnst.errors import InputError


@pytest.mark.parametrize("cells", [[1, 0], [1.0, 0.0], [True, False], ["Malignant", " benign"], ["yes", "no"]])
def test_a_diagnosis_in_any_of_its_forms(cells):
    table = LabelledTable.of(pd.DataFrame({"diagnosis": cells, "x": [1.0, 2.0]}), "diagnosis")
    assert table.malignant.tolist() == [True, False]
    assert table.groups.tolist() == [0, 1]
    assert table.reserved == ("diagnosis",)


def test_groups_and_folds_are_numbered_in_order():
    frame = pd.DataFrame({"y": [1, 0, 1, 0], "who": ["b", "a", "b", "c"], "fold": [7, 3, 7, 7]})
    table = LabelledTable.of(frame, "y", "who", "fold")
    assert table.groups.tolist() == [0, 1, 0, 2]
    assert table.folds.tolist() == [0, 1, 0, 0]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"malignant": [1] * 90}, r"has one class; got: 90 lesions, all of them malignant"),
        ({"malignant": [0] * 90}, r"has one class; got: 90 lesions, all of them benign"),
        ({"malignant": [0, 1, 2] * 30}, r"is not binary; got: 3 different values, among them '2'"),
        ({"malignant": [0.0, 1.0, np.nan] * 30}, r"empty cells; got: 30 of 90, the first in row 3"),
        ({"patient": ["a", None] * 45}, r"'patient' has empty cells; got: 45 of 90, the first in row 2"),
    ],
)
def test_a_bad_column_is_refused(change, says):
    with pytest.raises(InputError, match=says):
        LabelledTable.of(cohort().assign(**change), "malignant", "patient")


def test_an_unknown_column_is_refused_with_those_that_are_near():
    with pytest.raises(InputError, match=r"no 'malignat' among 9 columns; .*malignant"):
        LabelledTable.of(cohort(), "malignat", "patient")


def test_a_group_in_two_folds_is_refused_without_its_name():
    table = cohort().assign(fold=lambda t: np.arange(len(t)) % 3)
    with pytest.raises(InputError, match=r"rows \d+ and \d+ of one group in different folds") as refusal:
        LabelledTable.of(table, "malignant", "patient", "fold")
    assert not any(name in str(refusal.value) for name in table["patient"])
    LabelledTable.of(table.assign(fold=table["patient"].str[-1].astype(int) % 3), "malignant", "patient", "fold")
