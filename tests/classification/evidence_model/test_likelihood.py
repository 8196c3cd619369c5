"""The two axes: against an integral done by brute force, and the laws that follow from the structure."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from classification.random_lesions import one_draw, random_table
from pnst.classification.evidence_model.calibration import auc_with_diffusion, severity_auc
from pnst.classification.evidence_model.likelihood import AXES, Likelihood, ObservedData, sign_curve
from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.evidence_model.observation import observe, observed_data
from pnst.classification.evidence_model.parameters import SignParameters
from pnst.classification.lesion_table import LesionTable

PRIOR = 0.316
SEVERITY_SIGNS = [name for name, axis in AXES.items() if axis == "severity" and name != "longest_diameter"]


@pytest.fixture(scope="module")
def likelihood():
    return evidence_model(400, 1).likelihood


def expit(x):
    return 1 / (1 + np.exp(-x))


def seen(count: int, seed: int, present: float = 0.5) -> ObservedData:
    lesions = LesionTable.from_frame(random_table(count, np.random.default_rng(seed), present))
    return observed_data(observe(lesions), count)


def brute_force(likelihood: Likelihood, lesion: dict[str, float], draw: int) -> float:
    """P(malignant) at PRIOR of one lesion and one draw, by a fine Riemann sum straight from EVIDENCE's text."""
    s = np.linspace(-10, 10, 8001)
    joint = {"M": stats.norm.pdf(s, likelihood.delta / 2), "B": stats.norm.pdf(s, -likelihood.delta / 2)}
    diffusion = {"M": 1.0, "B": 1.0}
    for name, value in lesion.items():
        p = likelihood.parameters[name]
        if isinstance(p, SignParameters):
            q_m, q_b = stats.norm.ppf(p.malignant[draw]), stats.norm.ppf(p.benign[draw])
            loading = min(max((q_m - q_b) / likelihood.delta, 0.0), 0.95)
            b = loading / np.sqrt(1 - loading**2)
            present = stats.norm.cdf((q_m + q_b) / 2 * np.sqrt(1 + b**2) + b * s)
            factor = value * present + (1 - value) * (1 - present)
            joint = {k: density * factor for k, density in joint.items()}
        elif AXES[name] == "severity":
            m, b, sd = p.malignant[draw], p.benign[draw], p.sd[draw]
            loading = min((m - b) / sd / likelihood.delta, 0.95)
            factor = stats.norm.pdf((value - (m + b) / 2) / sd, loading * s, np.sqrt(1 - loading**2))
            joint = {k: density * factor for k, density in joint.items()}
        else:
            medians = {"M": p.malignant[draw], "B": p.benign[draw]}
            diffusion = {k: stats.norm.pdf(value, median, p.sd[draw]) for k, median in medians.items()}
    m, b = (joint[k].sum() * diffusion[k] for k in "MB")
    return float(PRIOR * m / (PRIOR * m + (1 - PRIOR) * b))


def test_a_lesions_probability_is_that_of_the_brute_force_integral(likelihood):
    """Order 128 leaves 2e-4 in the mean over draws; a single steep draw may be off by a few thousandths."""
    table = seen(12, 7)
    per_draw = expit(np.log(PRIOR / (1 - PRIOR)) + likelihood.log_ratio(table))
    draws = range(0, 400, 8)
    for row in range(12):
        lesion = {k: v[row] for k, v in {**table.signs, **table.logs}.items() if not np.isnan(v[row])}
        exact = np.array([brute_force(likelihood, lesion, draw) for draw in draws])
        assert np.abs(per_draw[row, list(draws)] - exact).max() < 0.01
        assert per_draw[row, list(draws)].mean() == pytest.approx(exact.mean(), abs=2e-4)


def test_a_sign_meets_both_class_frequencies(likelihood):
    """Closed form: E Φ(a + b·s), s ~ N(±δ/2, 1), is Φ((a ± b·δ/2)/√(1 + b²))."""
    for name in SEVERITY_SIGNS:
        p = likelihood.parameters[name]
        d = stats.norm.ppf(p.malignant) - stats.norm.ppf(p.benign)
        a, b = sign_curve(p, likelihood.delta)
        for frequency, side in ((p.malignant, 1), (p.benign, -1)):
            met = stats.norm.cdf((a + side * b * likelihood.delta / 2) / np.sqrt(1 + b**2))
            inside = (d > 0) & (d < 0.95 * likelihood.delta)
            assert met[inside] == pytest.approx(frequency[inside], abs=1e-9)
        assert np.all(b[d <= 0] == 0)
        assert b.max() <= 0.95 / np.sqrt(1 - 0.95**2) + 1e-12


def test_the_quadrature_gives_the_same_frequencies(likelihood):
    """A single sign's likelihood in each class is its frequency there."""
    table = ObservedData(signs={"margin_ill_defined": np.array([1.0])}, logs={}, count=1)
    p = likelihood.parameters["margin_ill_defined"]
    d = stats.norm.ppf(p.malignant) - stats.norm.ppf(p.benign)
    inside = (d > 0) & (d < 0.95 * likelihood.delta)
    malignant, benign = likelihood.class_likelihoods(table)[0].T
    assert malignant[inside] == pytest.approx(p.malignant[inside], abs=2e-3)
    assert benign[inside] == pytest.approx(p.benign[inside], abs=2e-3)


def test_a_missing_predictor_is_as_if_it_did_not_exist(likelihood):
    table = seen(40, 8)
    name = "edema_present"
    missing = ObservedData({**table.signs, name: np.full(40, np.nan)}, table.logs, 40)
    without = ObservedData({k: v for k, v in table.signs.items() if k != name}, table.logs, 40)
    assert likelihood.log_ratio(missing) == pytest.approx(likelihood.log_ratio(without), abs=1e-12)


def test_a_sign_half_seen_says_nothing(likelihood):
    """w = ½: ½·P + ½·(1 − P) does not depend on s."""
    table = ObservedData(signs={"invasion": np.array([0.5])}, logs={}, count=1)
    assert np.abs(likelihood.log_ratio(table)).max() < 1e-12


def test_dropping_predictors_equals_integrating_over_them_by_simulation(likelihood):
    """Tower property: the mean of P(M | given, simulated rest) over the rest, given the given, is P(M | given)."""
    rng = np.random.default_rng(11)
    given = ObservedData(
        signs={"margin_ill_defined": np.array([1.0]), "contour_lobulation": np.array([0.0])},
        logs={"adc_mean": np.array([np.log(1.7)])},
        count=1,
    )
    per_draw = expit(np.log(PRIOR / (1 - PRIOR)) + likelihood.log_ratio(given))[0]
    draws, repeats = np.arange(0, 400, 10), 1500
    simulated = [simulated_probability(likelihood, given, per_draw[draw], draw, repeats, rng).mean() for draw in draws]
    assert np.mean(simulated) == pytest.approx(per_draw[draws].mean(), abs=0.005)


def simulated_probability(likelihood, given, probability, draw, repeats, rng):
    """P(M | given and a simulated rest) of `repeats` lesions that share what is given, under one draw."""
    s = severity_given(likelihood, given, probability, draw, repeats, rng)
    diameter = likelihood.parameters["longest_diameter"]
    m, b, sd = diameter.malignant[draw], diameter.benign[draw], diameter.sd[draw]
    loading = min((m - b) / sd / likelihood.delta, 0.95)
    z = loading * s + np.sqrt(1 - loading**2) * rng.standard_normal(repeats)
    signs = {name: np.full(repeats, w[0]) for name, w in given.signs.items()}
    for name in ("edema_present", "split_fat_absent", "target_sign_absent"):
        a, slope = (part[draw] for part in sign_curve(likelihood.parameters[name], likelihood.delta))
        signs[name] = (rng.random(repeats) < stats.norm.cdf(a + slope * s)).astype(float)
    logs = {"longest_diameter": (m + b) / 2 + sd * z, "adc_mean": np.full(repeats, given.logs["adc_mean"][0])}
    one = Likelihood({name: one_draw(p, draw) for name, p in likelihood.parameters.items()}, likelihood.delta)
    return expit(np.log(PRIOR / (1 - PRIOR)) + one.log_ratio(ObservedData(signs, logs, repeats)))[:, 0]


def severity_given(likelihood, given, probability, draw, repeats, rng):
    """Severities (repeats,) of lesions with these signs, the class drawn from its posterior."""
    malignant = rng.random(repeats) < probability
    s = np.linspace(-8, 8, 4001)
    factor = np.ones_like(s)
    for name, w in given.signs.items():
        a, slope = (part[draw] for part in sign_curve(likelihood.parameters[name], likelihood.delta))
        present = stats.norm.cdf(a + slope * s)
        factor *= w[0] * present + (1 - w[0]) * (1 - present)
    drawn = np.empty(repeats)
    for side, rows in ((1, malignant), (-1, ~malignant)):
        cumulative = np.cumsum(stats.norm.pdf(s, side * likelihood.delta / 2) * factor)
        drawn[rows] = np.interp(rng.random(rows.sum()), cumulative / cumulative[-1], s)
    return drawn


def test_sequential_evidence_in_any_order_gives_one_answer(likelihood):
    """The joint posterior of class and severity, updated one predictor at a time, whatever their order."""
    s = np.linspace(-9, 9, 4001)
    table = {"margin_ill_defined": 0.7, "split_fat_absent": 1.0, "target_sign_absent": 0.0, "edema_present": 0.2}
    draw = 5
    probabilities = []
    for order in (list(table), list(table)[::-1], sorted(table)):
        joint = np.stack(
            [
                PRIOR * stats.norm.pdf(s, likelihood.delta / 2),
                (1 - PRIOR) * stats.norm.pdf(s, -likelihood.delta / 2),
            ]
        )
        for name in order:
            a, slope = (part[draw] for part in sign_curve(likelihood.parameters[name], likelihood.delta))
            present = stats.norm.cdf(a + slope * s)
            joint = joint * (table[name] * present + (1 - table[name]) * (1 - present))
            joint /= joint.sum()
        probabilities.append(joint[0].sum())
    batch = ObservedData({k: np.array([v]) for k, v in table.items()}, {}, 1)
    ours = expit(np.log(PRIOR / (1 - PRIOR)) + likelihood.log_ratio(batch))[0, draw]
    assert probabilities == pytest.approx([ours] * 3, abs=2e-3)


def test_the_order_of_the_predictors_does_not_matter(likelihood):
    table = seen(30, 9)
    turned = ObservedData(dict(reversed(table.signs.items())), dict(reversed(table.logs.items())), 30)
    assert likelihood.log_ratio(turned) == pytest.approx(likelihood.log_ratio(table), abs=1e-10)


def test_conventional_predictors_cannot_beat_the_severity_itself(likelihood):
    """Law: AUC ≤ Φ(δ/√2), however many there are; the grid's own error is under 1e-3."""
    cap = stats.norm.cdf(likelihood.delta / np.sqrt(2))
    every = ("longest_diameter", "margin_ill_defined", "edema_present", "split_fat_absent", "contour_lobulation")
    every += ("target_sign_absent", "t1_high_signal_area", "invasion")
    few = severity_auc(likelihood, every[:2]).mean()
    many = severity_auc(likelihood, every)
    assert many.max() <= cap + 1e-3
    assert few < many.mean() < cap


def test_without_the_cap_the_law_would_be_seen_to_fail(likelihood):
    """The law's test can say no: ADC lies on another axis, and with it the bound is exceeded."""
    cap = stats.norm.cdf(likelihood.delta / np.sqrt(2))
    assert auc_with_diffusion(likelihood, ("longest_diameter", "margin_ill_defined"), "adc_mean").max() > cap


def test_an_absurd_diameter_still_has_an_answer(likelihood):
    table = ObservedData({}, {"longest_diameter": np.log(np.array([1e-9, 1e9]))}, 2)
    assert np.all(np.isfinite(likelihood.log_ratio(table)))
