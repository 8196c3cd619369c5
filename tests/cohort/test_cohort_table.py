"""The table of a cohort. Witness: tables written by hand, right and wrong."""

from __future__ import annotations

import pandas as pd
import pytest

from pnst.cohort.cohort_table import read_cohort_table
from pnst.errors import InputError


def table(tmp_path, *lines: str):
    (tmp_path / "cohort.csv").write_text("\n".join(lines) + "\n")
    return tmp_path / "cohort.csv"


def test_cases_in_the_order_of_the_table(tmp_path):
    cohort = read_cohort_table(table(tmp_path, "case,study,lesion,site", "b,B,,1", "a,A,m.nii,"))
    assert (cohort.count, cohort.root, cohort.columns) == (2, tmp_path, ("case", "study", "lesion", "site"))
    for _ in range(2):  # it is read again each time
        assert [(case.name, dict(case.cells)) for case in cohort.cases()] == [
            ("b", {"case": "b", "study": "B", "site": "1"}),
            ("a", {"case": "a", "study": "A", "lesion": "m.nii"}),
        ]


def test_parquet_is_read_as_csv_is(tmp_path):
    pd.DataFrame({"case": ["a"], "study": ["A"], "age": [34], "nf1": [True]}).to_parquet(tmp_path / "c.parquet")
    (case,) = read_cohort_table(tmp_path / "c.parquet").cases()
    assert dict(case.cells) == {"case": "a", "study": "A", "age": "34", "nf1": "True"}


@pytest.mark.parametrize(
    ("lines", "got"),
    [
        (["case,lesion", "a,m"], "no column 'study'"),
        (["study", "A"], "no column 'case'"),
        (["case,study"], "no row"),
        (["case,study", "a,A", "A,B"], "'A' twice"),
        (["case,study", "../a,A"], r"'\.\./a' in row 1"),
        (["case,study", "a,A", ",B"], "no case in row 2"),
        (["case,study", "a,"], "no study in row 1"),
        (["case,study,mask", "a,A,m", "lesions.csv,B,m"], "lesions.csv"),
        (["case,study,roles.t1", "a,A,m"], "called 'roles.t1'"),
        (["case,study,probability", "a,A,1"], "called 'probability'"),
        (["case,study,expert.size.volume", "a,A,1"], "called 'expert.size.volume'"),
        (["case,study,expert.edema.present", "a,A,yes", "b,B,unknown"], "'unknown' as expert.edema.present in row 2"),
        (["case,study,expert.size.volume_ml", "a,A,-3"], "-3.0 as expert.size.volume_ml in row 1"),
        (["case,study,truth.split_fat.compartment", "a,A,bone"], "'bone' as truth.split_fat.compartment in row 1"),
    ],
)
def test_tables_that_cannot_be_used(tmp_path, lines, got):
    with pytest.raises(InputError, match=got):
        read_cohort_table(table(tmp_path, *lines))
