"""`summarise_evidence`. Witnesses: a cohort whose counts were laid down; the bytes that may not hold a patient."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import pnst
from pnst.evidence.site_files import site_files
from site_tables import counted_cohort


def test_the_public_name_counts_a_table():
    site = pnst.summarise_evidence(counted_cohort(), "malignant", site="north")
    assert (site.name, site.publication.n_malignant, site.publication.n_benign) == ("north", 20, 40)
    assert [row.predictor for row in site.sign_counts] == ["cyst_or_necrosis"]
    assert [row.predictor for row in site.moments] == ["longest_diameter"]


def test_no_patient_is_in_the_files():
    """Names, ages and a free column that would be found if they were."""
    table = counted_cohort().assign(birth="1971-03-04", mrn=range(99_001, 99_061))
    text = b"".join(site_files(pnst.summarise_evidence(table, "malignant")).values()).decode()
    assert not re.search(r"NAME|1971|99\d\d\d|\d\d\.5\b", text)


def test_no_cell_under_five_is_in_the_files():
    """Every count and complement of a row, over cohorts with every count."""
    for positive in range(21):
        (row,) = pnst.summarise_evidence(counted_cohort((positive, 20 - positive)), "malignant").sign_counts
        for count, n in ((row.malignant_positive, row.n_malignant), (row.benign_positive, row.n_benign)):
            assert not isinstance(count, int) or 5 <= count <= n - 5


def test_without_a_name_it_follows_from_the_counts_and_not_from_the_order_of_rows():
    table = counted_cohort()
    one, again = (pnst.summarise_evidence(t, "malignant") for t in (table, table.sample(frac=1, random_state=1)))
    other = pnst.summarise_evidence(counted_cohort((13, 3)), "malignant")
    assert one == again
    assert re.fullmatch(r"site-[0-9a-f]{8}", one.name)
    assert other.name != one.name


def test_words_of_a_diagnosis_are_those_of_training():
    table = counted_cohort()
    words = table.assign(malignant=table["malignant"].map({1: "malignant", 0: "benign"}))
    assert pnst.summarise_evidence(words, "malignant") == pnst.summarise_evidence(table, "malignant")


@pytest.mark.parametrize("place", ["intradural", "intramedullary", "intracranial"])
def test_lesions_of_another_question_are_refused(place):
    table = counted_cohort().assign(location=["limb"] * 59 + [place])
    with pytest.raises(pnst.InputError, match=r"mixes questions; got: 1 of 60 .* row 60"):
        pnst.summarise_evidence(table, "malignant")


def test_a_class_of_fewer_than_five_tells_nothing_and_two_are_refused():
    small = pnst.summarise_evidence(counted_cohort((2, 10), (4, 40)), "malignant")
    assert (small.publication.n_malignant, small.sign_counts[0].n_malignant, small.moments[0].n_malignant) == (
        None,
        0,
        0,
    )
    assert small.sign_counts[0].n_benign == 40
    with pytest.raises(pnst.InputError, match="too few lesions to tell anything"):
        pnst.summarise_evidence(counted_cohort((2, 2), (4, 4)), "malignant")


def test_a_table_without_a_predictor_and_a_bad_name_are_refused():
    with pytest.raises(pnst.InputError, match="nothing that the evidence model reads"):
        pnst.summarise_evidence(pd.DataFrame({"malignant": [1, 0] * 9, "x": range(18)}), "malignant")
    with pytest.raises(pnst.SettingError, match="cannot be the name of a site"):
        pnst.summarise_evidence(counted_cohort(), "malignant", site="Yu2016")
