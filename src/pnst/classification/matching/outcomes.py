"""What differs between matched groups, column by column, by paired tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pnst.classification.matching.matched import Interval, MatchedSet, OutcomeRow
from pnst.typing import BoolArray, FloatArray

LEVEL = 0.95


def outcome_row(
    name: str, values: FloatArray, labelled: BoolArray, sets: Sequence[MatchedSet], cases_have_label: bool
) -> OutcomeRow | None:
    """One column (n,), NaN where it is not known; None where no set has it on both sides.

    A set counts with what is known of its controls.
    """
    known = [_known(one, values) for one in sets]
    pairs = [(case, controls) for case, controls in known if case is not None and len(controls)]
    if not pairs:
        return None
    sign = bool(np.isin(values[np.isfinite(values)], (0.0, 1.0)).all())
    cases, controls = (np.array([side(pair) for pair in pairs]) for side in (_case, _mean_of_controls))
    one, other = (cases, controls) if cases_have_label else (controls, cases)
    difference = one - other
    tests = _sign_tests(pairs, cases_have_label) if sign else _number_tests(difference)
    crude = [values[group & np.isfinite(values)] for group in (labelled, ~labelled)]
    return OutcomeRow(
        name,
        "sign" if sign else "number",
        sets=len(pairs),
        means=(float(one.mean()), float(other.mean())),
        crude_difference=float(crude[0].mean() - crude[1].mean()),
        difference=float(difference.mean()),
        interval=_interval(difference),
        **tests,
    )


def mcnemar(only_one: int, only_other: int) -> float:
    """The exact p of McNemar's test: whether pairs that differ do so as often either way (two-sided binomial).

    >>> round(mcnemar(1, 9), 4), mcnemar(0, 0)
    (0.0215, 1.0)
    """
    from scipy.stats import binomtest

    differing = only_one + only_other
    return float(binomtest(only_one, differing, 0.5).pvalue) if differing else 1.0


def stratified_score_p(pairs: Sequence[tuple[float, FloatArray]]) -> float:
    """p of a sign over sets of a case and its controls: Σ case − Σ expectation, squared ÷ Σ variance (Mantel-Haenszel).

    With one control each it is McNemar's test without a correction.
    """
    from scipy.stats import chi2

    expected = np.array([(case + controls.sum()) / (1 + len(controls)) for case, controls in pairs])
    variance = float((expected * (1 - expected)).sum())
    if variance == 0:
        return 1.0
    excess = sum(case for case, _ in pairs) - float(expected.sum())
    return float(chi2.sf(excess**2 / variance, 1))


def _known(one: MatchedSet, values: FloatArray) -> tuple[float | None, FloatArray]:
    case, controls = values[one.case], values[list(one.controls)]
    return float(case) if np.isfinite(case) else None, controls[np.isfinite(controls)]


def _case(pair: tuple[float, FloatArray]) -> float:
    return pair[0]


def _mean_of_controls(pair: tuple[float, FloatArray]) -> float:
    return float(pair[1].mean())


def _sign_tests(pairs: Sequence[tuple[float, FloatArray]], cases_have_label: bool) -> dict[str, Any]:
    if any(len(controls) > 1 for _, controls in pairs):
        return {"p_value": stratified_score_p(pairs)}
    only_case = int(sum(case > controls[0] for case, controls in pairs))
    only_control = int(sum(case < controls[0] for case, controls in pairs))
    discordant = (only_case, only_control) if cases_have_label else (only_control, only_case)
    return {"p_value": mcnemar(*discordant), "discordant": discordant}


def _number_tests(difference: FloatArray) -> dict[str, Any]:
    from scipy.stats import ttest_1samp, wilcoxon

    if len(difference) < 2 or np.ptp(difference) == 0:
        same = bool((difference == 0).all())
        return {"p_value": 1.0 if same else None, "wilcoxon_p": 1.0 if same else None}
    return {"p_value": float(ttest_1samp(difference, 0.0).pvalue), "wilcoxon_p": float(wilcoxon(difference).pvalue)}


def _interval(difference: FloatArray) -> Interval | None:
    from scipy.special import stdtrit

    if len(difference) < 2 or np.ptp(difference) == 0:
        return None
    half = float(stdtrit(len(difference) - 1, (1 + LEVEL) / 2) * difference.std(ddof=1) / np.sqrt(len(difference)))
    return float(difference.mean()) - half, float(difference.mean()) + half
