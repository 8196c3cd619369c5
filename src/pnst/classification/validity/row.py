"""One published figure beside what the model says of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr

from pnst.typing import FloatArray


@dataclass(frozen=True)
class ValidityRow:
    """One published figure and what the model says of it."""

    file: str
    study: str
    predictor: str
    quantity: str
    """"malignant positive" (a count), "sensitivity", "log-median", "AUC" …"""
    published: str
    predicted: str
    """95 % predictive interval, or the model's own value."""
    fits: bool | None
    """None: not modelled."""
    reason: str = ""
    """Why it does not fit, or is not modelled."""


@dataclass(frozen=True)
class Figure:
    """Which figure of which row."""

    file: str
    study: str
    predictor: str
    quantity: str


NOT_FITTING = {
    ("Bhargava1997", "target_sign_absent", "benign positive"): (
        "its patients are up to 20 years old; 0 of 12 against 6 of 18 and 11 of 23 is a wider spread than the "
        "assumed between-study SD of 0.6"
    ),
    ("Bhargava1997", "target_sign_absent", "neurofibroma positive"): "the same 12 patients of up to 20 years",
    ("Matsumine2009", "margin_ill_defined", "benign positive"): (
        "a third of its NF1 neurofibromas are ill-defined, where Martin2021 has 6 % over all benign lesions: the "
        "meta-analysis is used, and NF1 is not modelled for this sign"
    ),
    ("Demehri2014", "margin_ill_defined", "benign positive"): (
        "its lesions were indeterminate on imaging, a third of the benign ones ill-defined; Martin2021 has 6 %"
    ),
    ("Martin2021", "cyst_or_necrosis", "specificity"): (
        "64 % of the schwannomas of Jee2004 have cystic areas, and schwannomas make two thirds of benign lesions; "
        "Martin2021's benign lesions were others"
    ),
    ("Wilson2021", "diffusion restriction with or without features", "AUC"): (
        "the two mean-ADC rows of schwannoma reach an AUC of .74 and .90: the model stays below what diffusion reached "
        "where most benign lesions were neurofibromas, and is not forced to it"
    ),
}
"""(source, predictor, quantity) → reason, for the figures that the model does not meet."""


def count_row(figure: Figure, positive: float, total: float, frequency: FloatArray) -> ValidityRow:
    """A count against the draws (draws,) of its frequency."""
    low, high = predictive_interval(frequency, round(total))
    return judged(figure, f"{positive:g}/{total:g}", f"{low}–{high}", low <= round(positive) <= high)


def value_row(figure: Figure, value: float, draws: FloatArray) -> ValidityRow:
    """A number against draws (draws,) of what a study of that size would print."""
    low, high = np.quantile(draws, [0.025, 0.975])
    return judged(figure, f"{value:.3f}", f"{low:.3f}–{high:.3f}", bool(low <= value <= high))


def judged(figure: Figure, published: str, predicted: str, fits: bool) -> ValidityRow:
    """The row, with the reason where the figure does not fit."""
    why = NOT_FITTING.get((figure.study, figure.predictor, figure.quantity), "no reason found")
    names = (figure.file, figure.study, figure.predictor, figure.quantity)
    return ValidityRow(*names, published, predicted, fits, "" if fits else why)


def not_modelled(file: str, study: str, predictor: str, why: str = "") -> ValidityRow:
    """A row that no parameter of the model answers to."""
    reason = why or f"{predictor} is no predictor of the model"
    return ValidityRow(file, study, predictor, "", "", "", None, f"not modelled: {reason}")


def predictive_interval(frequency: FloatArray, total: int) -> tuple[int, int]:
    """95 % interval of a count of `total` whose frequency is one of the draws (draws,).

    Heads among ten throws of a fair coin: 1.1 % lie at 1 or below, 5.5 % at 2 or below.

    >>> predictive_interval(np.array([0.5]), 10)
    (2, 8)
    """
    counts = np.arange(total + 1)
    cumulative = bdtr(counts[:, None], total, frequency).mean(axis=1)
    return int(np.searchsorted(cumulative, 0.025)), int(np.searchsorted(cumulative, 0.975))
