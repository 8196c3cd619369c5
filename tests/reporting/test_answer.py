"""The answer before it becomes HTML. Witnesses: the assessment that it was made from, reciprocals by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pnst.classification.assess import assess
from pnst.evidence.question import INTRADURAL, MALIGNANT
from pnst.reporting.answer import answer_of

LESION = {"adc.mean_um2_per_ms": 1.1, "size.longest_diameter_mm": 60.0}


@pytest.fixture(scope="module")
def a():
    return assess(LESION)


def test_the_strip_holds_every_prior_once_lowest_first(a):
    answer = answer_of(a)
    assert [at.prior for at in answer.at_priors] == [0.01, 0.05, 0.10, MALIGNANT.prior]
    assert [at.chosen for at in answer.at_priors] == [False, False, False, True]
    assert answer.at_priors[-1].interval == a.interval
    chosen = answer_of(assess(LESION, prior=0.05))
    assert [at.prior for at in chosen.at_priors] == [0.01, 0.05, 0.10]
    assert [at.chosen for at in chosen.at_priors] == [False, True, False]


def test_the_default_prior_says_what_it_is_the_share_of_and_a_chosen_one_does_not(a):
    assert answer_of(a).prior_from == MALIGNANT.prior_from
    assert answer_of(assess(LESION, prior=0.2)).prior_from == ""
    assert answer_of(assess(LESION, patient={"location": "intradural"})).prior_from == INTRADURAL.prior_from


def test_what_lowers_the_odds_is_also_told_as_a_division(a):
    """1 ÷ 0.125 = 8."""
    assert answer_of(replace(a, odds_factor=0.125)).inverse == "8.0"
    assert answer_of(replace(a, odds_factor=1.0)).inverse == ""
    assert answer_of(replace(a, odds_factor=0.0)).inverse == ""


def test_where_no_row_speaks_there_is_no_answer():
    assert answer_of(assess(LESION, patient={"location": "intracranial"})) is None


def test_the_words_are_those_of_the_question_and_never_of_another():
    words = answer_of(assess(LESION, patient={"location": "intradural"})).words
    assert words.ends == ("meningioma", "schwannoma")
    assert "malignan" not in " ".join(map(str, vars(words).values()))
