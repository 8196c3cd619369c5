"""Which columns there are, and what each holds."""

from __future__ import annotations

import pytest

from pnst.errors import SettingError
from pnst.evidence.columns import (
    INTRADURAL_COLUMNS,
    OVERRULED,
    PATIENT,
    RULE_COLUMNS,
    check_names,
    column_kinds,
    is_sign,
    known_columns,
    overridable_columns,
)
from pnst.evidence.published import predictors
from pnst.evidence.rules import rule_columns
from pnst.measurement.overrides import READER_COLUMNS, check_overrides

A_WORD = {bool: True, int: 1, float: 0.5}


def test_every_column_that_is_read_is_known():
    assert {p.column for p in predictors()} | set(rule_columns()) <= known_columns()


def test_every_sign_that_is_read_is_one():
    """Witness: `predictors.csv`, where a sign is positive when it is true or false."""
    signs = {p.column for p in predictors() if p.positive_when.startswith("is ")}
    assert all(map(is_sign, (*signs, *READER_COLUMNS, "split_fat.applicable", "edema.censored")))
    assert not any(map(is_sign, ("size.longest_diameter_mm", "adc.region", "margin.deep_lobulations_count")))


def test_what_a_reader_may_judge_of_a_table_is_what_measure_takes():
    """Agreement with `measurement.overrides`, but for what nothing measures."""
    kinds = column_kinds()
    for column in overridable_columns():
        if column not in (*RULE_COLUMNS, *INTRADURAL_COLUMNS):
            check_overrides({column: A_WORD[kinds[column]]})
    for column in kinds.keys() - overridable_columns():
        with pytest.raises(SettingError):
            check_overrides({column: 1.0})


def test_facts_about_the_patient_are_columns_that_no_reader_overrides():
    check_names(PATIENT)
    for name in PATIENT:
        with pytest.raises(SettingError):
            check_names([f"override.{name}"])


def test_what_a_word_overrules_are_columns():
    assert OVERRULED.keys() <= overridable_columns()
    assert {column for beside in OVERRULED.values() for column in beside} <= known_columns()


@pytest.mark.parametrize(
    "name",
    [
        "size.longest_diameter_mm",
        "override.margin.ill_defined",
        "override.reader.invasion",
        "skipped.adc",
        "skipped.margin.edge",
        "margin.ill_defined_fraction_interval",
        "reader.invasion",
        "case_id",
        "edema.quality",
        "reader.plexiform",
        "override.reader.dural_tail",
        "canal.dural_tail_mm",
        "bone.foraminal_fraction",
        "nf1",
        "age",
        "location",
        "level",
    ],
)
def test_a_column_is_known(name):
    check_names([name])


@pytest.mark.parametrize(
    "name",
    [
        "size.longest_diametre_mm",
        "override.edema.presence",
        "malignant",
        "",
        3,
        "override.case_id",
        "override.label",
        "override.edema.max_extent_mm_interval",
        "override.edema.present_threshold",
        "override.edema.quality",
        "override.adc.b_values",
        "override.adc.region",
        "override.",
        "edema.present_interval",
        "edema.quality_interval",
        "case_id_interval",
        "skipped.oedema",
        "skipped.",
        "skipped.malignant",
        "override.skipped.adc",
    ],
)
def test_an_unknown_column_is_refused(name):
    with pytest.raises(SettingError):
        check_names([name])


def test_the_refusal_names_what_is_near():
    with pytest.raises(SettingError, match=r"size\.longest_diameter_mm"):
        check_names(["size.longest_diametre_mm"])
    with pytest.raises(SettingError, match=r"override\.edema\.present"):
        check_names(["override.edema.presence"])
    with pytest.raises(SettingError, match="edema, split_fat"):
        check_names(["skipped.oedema"])
