"""The list of held-out answers. Witness: the answers themselves, by row."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from pnst.classification.training.held_out import from_csv, held_out_list, look_up, to_csv

DIGESTS = ["b", "a", "b", "c", "b"]
PROBABILITY = np.array([0.1, 0.25, 1 / 3, 0.4, 0.5])
FOLDS = np.array([0, 1, 2, 0, 1])


def test_every_row_of_the_table_of_training_is_given_its_own_answer():
    """Also those whose features are equal, in any number of folds."""
    probability, folds = look_up(held_out_list(DIGESTS, PROBABILITY, FOLDS), DIGESTS)
    assert probability.tolist() == PROBABILITY.tolist()
    assert folds.tolist() == FOLDS.tolist()


def test_a_lesion_that_was_not_trained_on_has_none():
    probability, folds = look_up(held_out_list(DIGESTS, PROBABILITY, FOLDS), ["d"])
    assert np.isnan(probability).all()
    assert folds.tolist() == [-1]


def test_it_is_read_as_it_was_written():
    answers = held_out_list(DIGESTS, PROBABILITY, FOLDS)
    assert from_csv(to_csv(answers)) == (answers, True)
    assert from_csv(to_csv({})) == ({}, True)


def test_a_list_of_before_the_folds():
    """Read until 0.3.0: all in one fold, and it is said."""
    answers, with_folds = from_csv("lesion,probability\na,0.25\nb,0.5\n")
    assert not with_folds
    assert look_up(answers, ["b", "a"])[1].tolist() == [0, 0]


@pytest.mark.parametrize(
    "text",
    ["", "lesion,fold\na,1\n", "lesion,fold,probability\na,0.5\n", "lesion,fold,probability\na,-1,0.5\n", "a,b,c\n"],
)
def test_another_list_is_refused(text):
    with pytest.raises((ValueError, csv.Error)):
        from_csv(text)
