"""The propensity score: how probable the label is by the covariates alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.classification.matching.covariates import Covariate
from pnst.classification.metrics.logistic import fit_logistic
from pnst.errors import InputError
from pnst.typing import BoolArray, FloatArray


def propensity_logits(covariates: Sequence[Covariate], labelled: BoolArray, rows: BoolArray) -> FloatArray:
    """(n,): the logit of the score, NaN outside `rows`; a logistic regression without a penalty, words one-hot.

    Raises `InputError` where a group is too small, the covariates separate the groups, or they say the same twice.
    """
    target = labelled[rows]
    if min(target.sum(), (~target).sum()) < 2:
        raise _no_overlap(f"{int(target.sum())} and {int((~target).sum())} lesions with a score")
    columns = [values[rows] for one in covariates for _, values in one.indicators()[bool(one.levels) :]]
    columns = [(values - values.mean()) / values.std() for values in columns if np.ptp(values) > 0]
    design = np.column_stack([np.ones(len(target)), *columns])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise InputError(
            "the columns to match by say the same twice",
            got="covariates of which one follows from the others",
            expected="columns that each add something",
            remedy="leave one of them out",
        )
    fit = fit_logistic(design, target.astype(np.float64))
    if not fit.converged:
        raise _no_overlap("covariates that tell the two groups apart without an error")
    logits = np.full(len(labelled), np.nan)
    logits[rows] = design @ fit.coefficients
    return logits


def pooled_sd(values: FloatArray, labelled: BoolArray) -> float:
    """√ of the mean of the two groups' variances; NaN is left out."""
    groups = [values[labelled & np.isfinite(values)], values[~labelled & np.isfinite(values)]]
    return float(np.sqrt(np.mean([group.var(ddof=1) for group in groups])))


def _no_overlap(got: str) -> InputError:
    return InputError(
        "the two groups do not overlap, so that none can be matched",
        got=got,
        expected="lesions of either group with like covariates",
        remedy="match by fewer columns, or put their values together",
    )
