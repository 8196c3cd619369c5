"""P(level | s), true and as it is told. Witnesses: closed forms, numerical integration, total positivity."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from classification.random_lesions import model_of
from pnst.classification.evidence_model.parameters import SignParameters
from pnst.classification.evidence_model.sign_curves import MAX_LOADING, observed_levels, sign_curve, true_levels
from pnst.evidence.published import predictors
from pnst.evidence.sign_rows import ENTITIES

S = np.linspace(-9, 9, 601)
SIGNS = [p.name for p in predictors() if p.kind != "lognormal"]


def sign(se: float | None = None, sp: float | None = None, *, ordinal: bool = False) -> SignParameters:
    benign = np.array([0.1])
    return SignParameters(
        malignant=np.array([0.6]),
        benign=dict.fromkeys(ENTITIES, benign),
        shared=True,
        sensitivity=None if se is None else np.array([se]),
        specificity=None if sp is None else np.array([sp]),
        large_malignant=np.array([0.9]) if ordinal else None,
        large_benign=np.array([0.1]) if ordinal else None,
    )


@pytest.mark.parametrize("name", SIGNS)
@pytest.mark.parametrize("entity", ENTITIES)
def test_both_class_frequencies_are_met(name, entity):
    """Integrated over s, where d/δ ≤ 0.95; a draw in the wrong direction has no slope, one beyond is cut."""
    likelihood = model_of()
    p, delta = likelihood.parameters.predictors[name], likelihood.delta
    d = norm.ppf(p.malignant) - norm.ppf(p.benign[entity])
    inside = (d > 0) & (d <= MAX_LOADING * delta)
    present = 1 - true_levels(p, entity, delta, S)[0]
    for frequency, side in ((p.malignant, 1), (p.benign[entity], -1)):
        met = np.trapezoid(present * norm.pdf(S, side * delta[:, None] / 2), S, axis=1)
        assert met[inside] == pytest.approx(frequency[inside], abs=1e-6)
    _, slope = sign_curve(p.malignant, p.benign[entity], delta)
    assert np.all(slope[d <= 0] == 0)
    assert slope.max() <= MAX_LOADING / np.sqrt(1 - MAX_LOADING**2) + 1e-12


def test_beyond_the_greatest_loading_the_probit_difference_is_cut_about_its_middle():
    """Closed form: Φ(middle ± 0.95·δ/2)."""
    delta, middle = np.array([1.5]), (norm.ppf(0.95) + norm.ppf(0.02)) / 2
    a, b = sign_curve(np.array([0.95]), np.array([0.02]), delta)
    met = [norm.cdf((a + side * b * delta / 2) / np.sqrt(1 + b**2))[0] for side in (1, -1)]
    assert met == pytest.approx(norm.cdf([middle + 0.95 * 0.75, middle - 0.95 * 0.75]), abs=1e-12)


@pytest.mark.parametrize("entity", ENTITIES)
def test_three_levels_sum_to_one_and_none_is_negative(entity):
    likelihood = model_of()
    p = likelihood.parameters.predictors["edema_present"]
    levels = true_levels(p, entity, likelihood.delta, S)
    assert levels.shape == (3, 400, len(S))
    assert levels.sum(axis=0) == pytest.approx(1, abs=1e-12)
    assert levels.min() >= 0
    none, visible, _ = levels
    assert np.all(np.diff(none) <= 1e-15)  # the worse, the more of it
    assert np.all(np.diff(none + visible) <= 1e-15)


@pytest.mark.parametrize("agreement", [(0.51, 0.51), (0.6, 0.95), (0.95, 0.6), (0.85, 0.97)])
@pytest.mark.parametrize("ordinal", [False, True])
def test_what_is_told_is_totally_positive(agreement, ordinal):
    """Every minor of two levels and two severities is ≥ 0: the likelihood ratio of more against less of a sign rises
    with s, which is what the first law rests on.
    """
    told = observed_levels(sign(*agreement, ordinal=ordinal), "schwannoma", np.array([2.0]), S)[:, 0]
    for table in np.split(told, 2):
        assert table.sum(axis=0) == pytest.approx(1, abs=1e-12)
        for low in range(len(table)):
            for high in range(low + 1, len(table)):
                minors = table[low][:, None] * table[high][None, :] - table[high][:, None] * table[low][None, :]
                assert np.triu(minors).min() >= -1e-15


def test_two_independent_mistakes_would_not_be():
    """The failure that EVIDENCE names: were large oedema mistaken for none as often as visible is, more of the sign
    would speak for benign at a high severity.
    """
    true = true_levels(sign(ordinal=True), "schwannoma", np.array([2.0]), S)[:, 0]
    se = sp = 0.85
    none, visible = sp * true[0] + (1 - se) * (true[1] + true[2]), (1 - sp) * sp * true[0]
    visible = visible + se * sp * true[1] + se * (1 - se) * true[2]
    assert np.triu(none[:, None] * visible - visible[:, None] * none).min() < -1e-3


@pytest.mark.parametrize("ordinal", [False, True])
def test_a_measured_sign_says_less_than_a_readers(ordinal):
    """Its likelihood ratio, malignant to benign, is nearer to 1, present or absent."""
    weights = np.stack([norm.pdf(S, side) for side in (1.0, -1.0)])
    told = observed_levels(sign(0.85, 0.9, ordinal=ordinal), "schwannoma", np.array([2.0]), S)[:, 0]
    measured, read = (np.log(np.divide(*(weights @ table.T))) for table in np.split(told, 2))
    softer = np.abs(measured[:2]) < np.abs(read[:2])
    assert softer.all()
    assert np.all(np.sign(measured) == np.sign(read))
    if ordinal:  # large is mistaken for visible alone: what is told large is
        assert measured[2] == pytest.approx(read[2], abs=1e-12)


def test_without_agreement_both_are_the_same():
    measured, read = np.split(observed_levels(sign(), "schwannoma", np.array([2.0]), S), 2)
    assert np.array_equal(measured, read)


def test_more_agreement_says_more():
    ratios = []
    for agreement in (0.6, 0.8, 0.95):
        table = observed_levels(sign(agreement, agreement), "schwannoma", np.array([2.0]), S)[:2, 0]
        malignant, benign = (table @ norm.pdf(S, side) for side in (1.0, -1.0))
        ratios.append(malignant[1] / benign[1])
    assert ratios == sorted(ratios)
