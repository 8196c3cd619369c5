"""Does the model give back what was published? Every row against its prediction for a new study of that size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, ndtr, ndtri

from pnst.classification.evidence_model.calibration import CALIBRATED_ON, auc, joint_outcomes, severity_outcomes
from pnst.classification.evidence_model.likelihood import MAX_LOADING, Likelihood
from pnst.classification.evidence_model.parameters import LogNormalParameters, SignParameters
from pnst.evidence.published import Cutoff, Estimate, Pooled, SignCounts, cutoffs, pooled, sign_counts
from pnst.typing import FloatArray

LARGE_LOG_CM = float(np.log(5.0))
_DIRECTION = {"<": -1.0, "<=": -1.0, ">": 1.0, ">=": 1.0}


@dataclass(frozen=True)
class ValidityRow:
    """One published figure and what the model says of it."""

    file: str
    study: str
    predictor: str
    quantity: str
    """"malignant positive", "benign positive" (counts), "sensitivity", "specificity", "AUC"."""
    published: str
    predicted: str
    """95 % predictive interval of a count, or the model's own value."""
    fits: bool | None
    """None: not modelled."""
    reason: str = ""
    """Why it does not fit, or is not modelled."""


NOT_FITTING = {
    ("Bhargava1997", "target_sign_absent", "benign positive"): (
        "its patients are up to 20 years old; 0 of 12 against 6 of 18 and 11 of 23 is a wider spread than the "
        "assumed between-study SD of 0.6"
    ),
    ("Martin2021", "target_sign_absent", "sensitivity"): (
        "with half a count added, three small rows (38 of 39 together) do not reach the printed interval; "
        "Martin2021 itself reports a target sign in 6 of 94 MPNST, which is below it too"
    ),
    ("Martin2021", "target_sign_absent", "specificity"): (
        "the three rows of counts lack the sign in 17 of 53 benign lesions, Martin2021 in 60 %: other studies pooled"
    ),
    ("Martin2021", "margin_ill_defined", "specificity"): (
        "the five rows of counts have 18 of 117 benign lesions ill-defined, Martin2021 6 %: other studies were pooled"
    ),
}
"""(source, predictor, quantity) → reason, for the figures that the model does not meet."""


def validity_table(likelihood: Likelihood) -> tuple[ValidityRow, ...]:
    """Every row of `signs_2x2.csv`, `cutoffs.csv` and `pooled.csv` against the model."""
    return (
        *(row for counts in sign_counts() for row in _sign_rows(counts, likelihood)),
        *(row for cutoff in cutoffs() for row in _cutoff_rows(cutoff, likelihood)),
        *(row for estimate in pooled() for row in _pooled_rows(estimate, likelihood)),
    )


def predictive_interval(frequency: FloatArray, total: int) -> tuple[int, int]:
    """95 % interval of a count of `total` whose frequency is one of the draws (draws,).

    Heads among ten throws of a fair coin: 1.1 % lie at 1 or below, 5.5 % at 2 or below.

    >>> predictive_interval(np.array([0.5]), 10)
    (2, 8)
    """
    counts = np.arange(total + 1)
    cumulative = bdtr(counts[:, None], total, frequency).mean(axis=1)
    return int(np.searchsorted(cumulative, 0.025)), int(np.searchsorted(cumulative, 0.975))


def sign_frequencies(p: SignParameters, delta: float) -> tuple[FloatArray, FloatArray]:
    """A sign's frequency in malignant and benign lesions as the model has it: probit difference within 0 and 0.95·δ."""
    malignant, benign = ndtri(p.malignant), ndtri(p.benign)
    middle, step = (malignant + benign) / 2, np.clip(malignant - benign, 0.0, MAX_LOADING * delta)
    return ndtr(middle + step / 2), ndtr(middle - step / 2)


def value_frequencies(p: LogNormalParameters, log_cutoff: float, direction: float) -> tuple[FloatArray, FloatArray]:
    """Frequency of a value beyond a cutoff (direction +1: above) in malignant and benign lesions."""
    malignant, benign = (ndtr(direction * (median - log_cutoff) / p.sd) for median in (p.malignant, p.benign))
    return malignant, benign


def _sign_rows(row: SignCounts, likelihood: Likelihood) -> Iterator[ValidityRow]:
    published = ((row.malignant_positive, row.n_malignant), (row.benign_positive, row.n_benign))
    if row.predictor == "size_gt_50mm":
        diameter = _lognormal(likelihood, "longest_diameter")
        frequencies = value_frequencies(diameter, LARGE_LOG_CM, 1.0)
    elif isinstance(p := likelihood.parameters.get(row.predictor), SignParameters):
        frequencies = sign_frequencies(p, likelihood.delta)
    else:
        yield _not_modelled("signs_2x2.csv", row.study, row.predictor)
        return
    for quantity, (positive, total), frequency in zip(
        ("malignant positive", "benign positive"), published, frequencies, strict=True
    ):
        yield _count_row("signs_2x2.csv", row.study, row.predictor, quantity, positive, total, frequency)


def _cutoff_rows(row: Cutoff, likelihood: Likelihood) -> Iterator[ValidityRow]:
    name = f"{row.name} {row.operator} {row.cutoff:g}"
    if row.name not in likelihood.parameters:
        yield _not_modelled("cutoffs.csv", row.study, name)
        return
    p = _lognormal(likelihood, row.name)
    malignant, benign = value_frequencies(p, float(np.log(row.cutoff)), _DIRECTION[row.operator])
    yield _count_row(
        "cutoffs.csv", row.study, name, "malignant positive", row.true_positive, row.n_malignant, malignant
    )
    if row.true_negative is not None:
        positive = row.n_benign - row.true_negative
        yield _count_row("cutoffs.csv", row.study, name, "benign positive", positive, row.n_benign, benign)


def _pooled_rows(row: Pooled, likelihood: Likelihood) -> Iterator[ValidityRow]:
    values = _pooled_values(row, likelihood)
    if values is None:
        yield _not_modelled("pooled.csv", row.source, row.predictor)
        return
    for quantity, estimate in (("sensitivity", row.sensitivity), ("specificity", row.specificity), ("AUC", row.auc)):
        if estimate is not None and quantity in values:
            yield _estimate_row(row, quantity, estimate, values[quantity])


def _pooled_values(row: Pooled, likelihood: Likelihood) -> dict[str, float] | None:
    """The model's own values: medians over draws of a sign; of a combination the mean AUC, and the mean sensitivity at
    the printed specificity.
    """
    p = likelihood.parameters.get(row.predictor)
    if isinstance(p, SignParameters):
        malignant, benign = sign_frequencies(p, likelihood.delta)
        return {"sensitivity": float(np.median(malignant)), "specificity": float(1 - np.median(benign))}
    if row.specificity is None or row.auc is None:
        return None
    conventional = severity_outcomes(likelihood, CALIBRATED_ON)
    both_axes = joint_outcomes(likelihood, CALIBRATED_ON, "adc_mean")
    outcomes = both_axes if row.predictor.startswith("diffusion") else conventional
    specificity = row.specificity.value
    sensitivity_and_auc = np.array([(sensitivity_at(m, b, specificity), auc(m, b)) for m, b in outcomes])
    return {"sensitivity": float(sensitivity_and_auc[:, 0].mean()), "AUC": float(sensitivity_and_auc[:, 1].mean())}


def sensitivity_at(malignant: FloatArray, benign: FloatArray, specificity: float) -> float:
    """Sensitivity of the likelihood ratio as score, at a specificity, of one draw's outcomes.

    Of 80 % benign lesions with the lower score, a specificity of 0.8 calls the higher score, in 60 % of the malignant.

    >>> round(sensitivity_at(np.array([0.4, 0.6]), np.array([0.8, 0.2]), 0.8), 6)
    0.6
    """
    order = np.argsort(malignant / benign)
    return float(1 - np.interp(specificity, np.cumsum(benign[order]), np.cumsum(malignant[order])))


def _count_row(
    file: str, study: str, predictor: str, quantity: str, positive: int, total: int, frequency: FloatArray
) -> ValidityRow:
    low, high = predictive_interval(frequency, total)
    fits = low <= positive <= high
    reason = "" if fits else NOT_FITTING.get((study, predictor, quantity), "no reason found")
    return ValidityRow(file, study, predictor, quantity, f"{positive}/{total}", f"{low}–{high}", fits, reason)


def _estimate_row(row: Pooled, quantity: str, estimate: Estimate, value: float) -> ValidityRow:
    fits = estimate.low <= value <= estimate.high
    published = f"{estimate.value:g} ({estimate.low:g}–{estimate.high:g})"
    reason = "" if fits else NOT_FITTING.get((row.source, row.predictor, quantity), "no reason found")
    return ValidityRow("pooled.csv", row.source, row.predictor, quantity, published, f"{value:.3f}", fits, reason)


def _not_modelled(file: str, study: str, predictor: str) -> ValidityRow:
    why = f"{predictor} is no predictor of the model"
    return ValidityRow(file, study, predictor, "", "", "", None, f"not modelled: {why}")


def _lognormal(likelihood: Likelihood, name: str) -> LogNormalParameters:
    p = likelihood.parameters[name]
    if not isinstance(p, LogNormalParameters):
        raise TypeError(f"{name} is not a lognormal predictor")
    return p
