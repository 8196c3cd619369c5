"""The figure of balance. Witness: where closed forms put the dots."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from classification.matching.confounded import cohort
from pnst.classification.evaluation.evaluate import evaluate
from pnst.reporting.evaluation_figures import COLOURS
from pnst.reporting.matching_figures import MAX_ROWS, love_picture
from reporting.picture_pixels import near, pixels

MATCHED = evaluate(cohort(1, 80), "intramedullary", match=("age", "sex", "level")).matched


def rightmost(picture, colour):
    """The column of a colour's dots below the legend."""
    image = pixels(picture)
    return int(np.argwhere(near(image[image.shape[0] // 10 :], colour, 0.08))[:, 1].max())


def with_rows(*rows):
    return replace(MATCHED, balance=rows)


def test_what_is_further_apart_lies_further_right():
    row = MATCHED.balance[0]
    before, after = (
        love_picture(with_rows(replace(row, smd_before=b, smd_after=a))) for b, a in ((-0.8, 0.05), (0.05, -0.8))
    )
    assert rightmost(before, COLOURS[1]) > rightmost(before, COLOURS[0])
    assert rightmost(after, COLOURS[0]) > rightmost(after, COLOURS[1])


def test_it_says_the_worst():
    worst = max(abs(row.smd_after) for row in MATCHED.balance)
    assert f"{worst:.2f}" in love_picture(MATCHED).alt


def test_a_name_is_no_formula_and_many_covariates_are_cut():
    row = MATCHED.balance[0]
    many = [replace(row, name=f"$x_{n}$ of a very long name indeed", smd_before=n / 50) for n in range(MAX_ROWS + 5)]
    assert love_picture(with_rows(*many)).data.startswith(b"\x89PNG")


def test_what_has_no_difference_to_standardise_is_left_out():
    undefined = replace(MATCHED.balance[0], smd_after=None)
    assert "none" in love_picture(with_rows(undefined)).alt
