"""`match_groups`: lesions of either class matched by their propensity score, and compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from pnst.classification.matching.assignment import assign
from pnst.classification.matching.balance import balance_rows
from pnst.classification.matching.covariates import read_covariates, without_counterpart
from pnst.classification.matching.matched import (
    LIMIT,
    BalanceRow,
    Matched,
    MatchedSet,
    Matching,
    OutcomeRow,
    weights_of,
)
from pnst.classification.matching.outcomes import outcome_row
from pnst.classification.matching.propensity import pooled_sd, propensity_logits
from pnst.classification.training.features import choose_features, feature_matrix
from pnst.classification.training.labelled import LabelledTable
from pnst.errors import InputError, SettingError
from pnst.typing import BoolArray, FloatArray

if TYPE_CHECKING:
    import pandas as pd

MAX_RATIO = 5


def match_groups(labelled: LabelledTable, matching: Matching, has_groups: bool) -> Matched:
    """Match the lesions with the label with those without, and compare every measured column between them.

    Each lesion of the smaller group is given up to `ratio` of the larger one, each of these once, by optimal assignment
    on the logit of the propensity score, none further apart than the caliper (Austin).

    Raises
    ------
    SettingError : a ratio or caliper out of range
    InputError : covariates that cannot be used, groups that do not overlap
    """
    _check(matching)
    frame, has_label = labelled.frame, labelled.malignant
    covariates = read_covariates(frame, matching.covariates, labelled.reserved)
    left_out = without_counterpart(covariates, has_label)
    scored = np.array([row not in left_out for row in range(len(has_label))])
    logit = propensity_logits(covariates, has_label, scored)
    width = matching.caliper * pooled_sd(logit, has_label)
    cases_have_label = bool((scored & has_label).sum() <= (scored & ~has_label).sum())
    sets = _sets(logit, scored, has_label == cases_have_label, matching.ratio, width)
    matched_rows = {row for one in sets for row in (one.case, *one.controls)}
    balance = balance_rows(covariates, has_label, scored, weights_of(sets, len(has_label)))
    return Matched(
        matching=matching,
        sets=tuple(sets),
        cases_have_label=cases_have_label,
        propensity=np.asarray(expit(logit)),
        logit=logit,
        caliper_width=width,
        left_out=dict(sorted(left_out.items())),
        unmatched=tuple(row for row in np.flatnonzero(scored).tolist() if row not in matched_rows),
        balance=balance,
        outcomes=tuple(_outcomes(frame, labelled, matching, sets, cases_have_label)),
        notes=tuple(_notes(sets, balance, matching, has_groups)),
        labelled=has_label,
    )


def _check(matching: Matching) -> None:
    if not 1 <= matching.ratio <= MAX_RATIO:
        raise SettingError(
            "the ratio of a matching is not usable",
            got=str(matching.ratio),
            expected=f"a whole number from 1 to {MAX_RATIO}",
            remedy="say how many of the larger group stand for each of the smaller one",
        )
    if not (np.isfinite(matching.caliper) and matching.caliper > 0):
        raise SettingError(
            "the caliper of a matching is not usable",
            got=f"{matching.caliper:g}",
            expected="a number above 0, in standard deviations of the logit",
            remedy="leave it out for 0.2",
        )


def _sets(logit: FloatArray, scored: BoolArray, is_case: BoolArray, ratio: int, width: float) -> list[MatchedSet]:
    """Matched sets by rows of the table. Raises `InputError` where there are under two."""
    cases, controls = np.flatnonzero(scored & is_case), np.flatnonzero(scored & ~is_case)
    sets = [
        MatchedSet(int(cases[one.case]), tuple(int(controls[place]) for place in one.controls))
        for one in assign(logit[cases], logit[controls], ratio, width)
    ]
    if len(sets) < 2:
        raise InputError(
            "the two groups do not overlap, so that none can be compared",
            got=f"{len(sets)} lesions with a partner within {width:.3g} of the logit, of {len(cases)}",
            expected="two matched sets or more",
            remedy="match by fewer columns, or with a wider caliper",
        )
    return sets


def _outcomes(
    frame: pd.DataFrame, labelled: LabelledTable, matching: Matching, sets: Sequence[MatchedSet], cases_have_label: bool
) -> Iterator[OutcomeRow]:
    names = choose_features(frame, (*labelled.reserved, *matching.covariates), leave_out_constant=True).names
    for name, values in zip(names, feature_matrix(frame, names).T, strict=True):
        row = outcome_row(name, values, labelled.malignant, sets, cases_have_label)
        if row is not None:
            yield row


def _notes(
    sets: Sequence[MatchedSet], balance: Sequence[BalanceRow], matching: Matching, has_groups: bool
) -> Iterator[str]:
    off = [row.name for row in balance if row.smd_after is None or abs(row.smd_after) > LIMIT]
    if off:
        yield f"still out of balance after matching (standardised difference above {LIMIT:g}): {', '.join(off)}"
    fewer = sum(len(one.controls) < matching.ratio for one in sets)
    if fewer:
        yield f"{fewer} of {len(sets)} sets have fewer than {matching.ratio} controls within the caliper"
    if has_groups:
        yield "sets are taken as independent, lesions of one patient in several of them too"
    yield "the matched comparison's p values are not corrected for their number; only what was matched by is balanced"
