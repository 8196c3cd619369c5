"""The questions. Witness: the table of places and priors of the evidence."""

from __future__ import annotations

from typing import get_args

import pytest

from pnst.evidence.question import INTRADURAL, MALIGNANT, Location, question_in, question_named


@pytest.mark.parametrize(
    ("places", "question"),
    [
        (("limb", "trunk", "head_neck", "plexus", "paraspinal", None), MALIGNANT),
        (("intradural",), INTRADURAL),
        (("intramedullary", "intracranial"), None),
    ],
)
def test_a_place_picks_its_question(places, question):
    assert all(question_in(place) is question for place in places)


def test_every_place_is_asked_in_at_most_one_question():
    asked = [place for question in (MALIGNANT, INTRADURAL) for place in question.places]
    assert len(asked) == len(set(asked))
    assert set(asked) <= set(get_args(Location))


def test_priors_and_classes_are_those_of_the_sources():
    assert (MALIGNANT.prior, MALIGNANT.of_class) == (252 / 798, "MPNST")
    assert (INTRADURAL.prior, INTRADURAL.of_class) == (73 / 91, "schwannoma")


def test_a_question_is_found_by_its_name_alone():
    assert question_named("malignant") is MALIGNANT
    assert question_named("spine") is None
