"""The two axes and the mixture of entities: against integrals done by brute force straight from EVIDENCE's text."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit, logit

from classification.random_lesions import (
    model_of,
    of_one_entity,
    only_draws,
    random_nf1,
    random_table,
    seen,
    with_readers,
)
from pnst.classification.evidence_model import likelihood as likelihood_module
from pnst.classification.evidence_model.likelihood import AXES, MAX_DIFFUSION_LOG_RATIO, Likelihood
from pnst.classification.evidence_model.observed import ObservedData
from pnst.classification.evidence_model.parameters import SignParameters
from pnst.classification.evidence_model.posterior import Posterior
from pnst.evidence.sign_rows import ENTITIES

PRIOR = 0.316
S = np.linspace(-10, 10, 4001)


def contexts(count: int, seed: int) -> ObservedData:
    """Measured and read, of patients with and without NF1."""
    rng = np.random.default_rng(seed)
    return seen(with_readers(random_table(count, rng), rng), random_nf1(count, rng))


def of_sign(name: str, weights: list[float], *, by_reader: bool = True) -> ObservedData:
    signs = {name: np.array([weights])}
    return ObservedData(signs, {name: np.array([by_reader])}, {}, 1, np.array([np.nan]))


def told_levels(p: SignParameters, entity: str, draw: int, delta: float, by_reader: bool) -> np.ndarray:
    """P(level | s), (levels, nodes), of a sign as a reader says it or as it is measured."""
    q_m, q_b = stats.norm.ppf(p.malignant[draw]), stats.norm.ppf(p.benign[entity][draw])
    loading = min(max((q_m - q_b) / delta, 0.0), 0.95)
    b = loading / np.sqrt(1 - loading**2)
    present = stats.norm.cdf((q_m + q_b) / 2 * np.sqrt(1 + b**2) + b * S)
    se, sp = (1.0, 1.0) if by_reader or p.sensitivity is None else (p.sensitivity[draw], p.specificity[draw])
    if p.levels == 2:
        true, mistaken = np.stack([1 - present, present]), np.array([[sp, 1 - se], [1 - sp, se]])
        return mistaken @ true
    large_m, large_b = p.malignant[draw] * p.large_malignant[draw], p.benign[entity][draw] * p.large_benign[draw]
    middle = (stats.norm.ppf(large_m) + stats.norm.ppf(large_b)) / 2
    large = stats.norm.cdf(middle * np.sqrt(1 + b**2) + b * S)
    true = np.stack([1 - present, present - large, large])
    return np.array([[sp, 1 - se, 0], [1 - sp, se, 1 - se], [0, 0, se]]) @ true


def pair_ratio(likelihood: Likelihood, observed: ObservedData, row: int, draw: int, entity: str) -> float:
    """P(lesion | malignant) ÷ P(lesion | entity) under one draw."""
    delta, ratio = likelihood.delta[draw], 1.0
    joint = {side: stats.norm.pdf(S, side * delta / 2) for side in (1, -1)}
    for name in observed.names:
        p = likelihood.parameters.predictors[name]
        if isinstance(p, SignParameters):
            weights, by_reader = observed.signs[name][row], bool(observed.by_reader[name][row])
            if not np.isnan(weights).any():
                factor = weights @ told_levels(p, entity, draw, delta, by_reader)
                joint = {side: density * factor for side, density in joint.items()}
            continue
        x, m, b, sd = observed.logs[name][row], p.malignant[draw], p.benign[entity][draw], p.sd[draw]
        if np.isnan(x):
            continue
        if AXES[name] == "diffusion":
            log_ratio = stats.norm.logpdf(x, m, sd) - stats.norm.logpdf(x, b, sd) if b > m else 0.0
            ratio *= np.exp(np.clip(log_ratio, -np.log(30), np.log(30)))
        else:
            z = (np.clip(x, *p.bounds) - (m + b) / 2) / sd
            loading = min(max((m - b) / sd / delta, 0.0), 0.95)
            factor = stats.norm.pdf(z, loading * S, np.sqrt(1 - loading**2))
            joint = {side: density * factor for side, density in joint.items()}
    return float(ratio * joint[1].sum() / joint[-1].sum())


@pytest.mark.parametrize("row", range(6))
def test_a_lesions_ratio_is_that_of_the_brute_force_integral(row):
    """Each draw by itself, 1/LR = π/LR_schwannoma + (1 − π)/LR_neurofibroma. A steep draw may be off by a hundredth in
    the log, the mean over draws is not.
    """
    whole, observed = model_of(), contexts(6, 7)
    likelihood = only_draws(whole, range(0, 400, 20))
    ours = likelihood.log_ratio(observed)[row]
    share = likelihood.parameters.schwannoma_share[{0.0: 0, 1.0: 1}.get(observed.nf1[row], 2)]
    exact = []
    for draw in range(likelihood.draws):
        schwannoma, neurofibroma = (pair_ratio(likelihood, observed, row, draw, entity) for entity in ENTITIES)
        exact.append(-np.log(share[draw] / schwannoma + (1 - share[draw]) / neurofibroma))
    assert ours == pytest.approx(exact, abs=0.02)
    assert expit(logit(PRIOR) + ours).mean() == pytest.approx(expit(logit(PRIOR) + np.array(exact)).mean(), abs=1e-4)


class TestQuadrature:
    @pytest.mark.parametrize("seed", range(6))
    def test_a_rule_ten_times_finer_gives_the_same_answer(self, seed, monkeypatch):
        """Within 2e-4 of a probability and 2e-3 of an interval's ends, at three priors."""
        observed, coarse = contexts(5, 20 + seed), model_of()
        ours = coarse.log_ratio(observed)
        monkeypatch.setattr(likelihood_module, "NODES", np.arange(-9, 9, likelihood_module.STEP / 10))
        fine = Likelihood(coarse.parameters, coarse.delta).log_ratio(observed)
        assert not np.array_equal(ours, fine)
        for prior in (0.05, PRIOR, 0.8):
            one, other = Posterior.of(ours, prior), Posterior.of(fine, prior)
            assert one.probability == pytest.approx(other.probability, abs=2e-4)
            assert one.interval == pytest.approx(other.interval, abs=2e-3)

    def test_a_coarser_rule_would_not_do(self, monkeypatch):
        """The tolerances can say no."""
        observed, coarse = contexts(8, 21), model_of()
        ours = Posterior.of(coarse.log_ratio(observed), PRIOR).interval
        monkeypatch.setattr(likelihood_module, "NODES", np.arange(-5.6, 5.7, 0.5))
        coarser = Posterior.of(Likelihood(coarse.parameters, coarse.delta).log_ratio(observed), PRIOR).interval
        assert np.abs(ours - coarser).max() > 2e-3

    def test_a_single_sign_has_its_frequency_in_each_class(self):
        """Closed form: where the loading is not cut, P(present | class) is the drawn frequency."""
        likelihood = model_of()
        p = likelihood.parameters.predictors["margin_ill_defined"]
        d = stats.norm.ppf(p.malignant) - stats.norm.ppf(p.benign["schwannoma"])
        inside = (d > 0) & (d < 0.95 * likelihood.delta)
        present = likelihood.class_likelihoods(of_sign("margin_ill_defined", [0.0, 1.0]))[0, 0]
        malignant, benign = (present / likelihood.class_weights.sum(axis=1)).T
        assert inside.sum() > 100
        assert malignant[inside] == pytest.approx(p.malignant[inside], abs=2e-4)
        assert benign[inside] == pytest.approx(p.benign["schwannoma"][inside], abs=2e-4)


class TestMissing:
    @pytest.mark.parametrize("name", ["edema_present", "target_sign_absent", "longest_diameter", "adc_mean"])
    def test_a_missing_predictor_is_as_if_it_did_not_exist(self, name):
        likelihood, observed = model_of(), contexts(10, 8)
        signs, logs, by_reader = (dict(part) for part in (observed.signs, observed.logs, observed.by_reader))
        for part in (signs, logs, by_reader):
            part.pop(name, None)
        without = ObservedData(signs, by_reader, logs, 10, observed.nf1)
        if name in observed.signs:
            signs, by_reader = {**signs, name: np.full_like(observed.signs[name], np.nan)}, observed.by_reader
        else:
            logs = {**logs, name: np.full(10, np.nan)}
        missing = ObservedData(signs, by_reader, logs, 10, observed.nf1)
        assert likelihood.log_ratio(missing) == pytest.approx(likelihood.log_ratio(without), abs=1e-12)
        assert np.abs(likelihood.log_ratio(observed) - likelihood.log_ratio(without)).max() > 0.01

    @pytest.mark.parametrize(
        ("name", "weights"), [("invasion", [0.5, 0.5]), ("edema_present", [1.0, 1.0, 1.0])], ids=["half seen", "any"]
    )
    @pytest.mark.parametrize("by_reader", [True, False])
    def test_a_sign_that_may_be_anything_says_nothing(self, name, weights, by_reader):
        """Σ P(level | s) = 1, whatever s."""
        assert np.abs(model_of().log_ratio(of_sign(name, weights, by_reader=by_reader))).max() < 1e-12


class TestMixture:
    def test_each_entity_alone_has_the_pairs_ratio(self):
        likelihood, observed = model_of(), contexts(5, 9)
        with np.errstate(divide="ignore"):
            pairs = [of_one_entity(likelihood, share).log_ratio(observed) for share in (1.0, 0.0)]
        shares = likelihood.parameters.entity_share("schwannoma", observed.nf1)
        assert likelihood.log_ratio(observed) == pytest.approx(
            -np.log(shares * np.exp(-pairs[0]) + (1 - shares) * np.exp(-pairs[1])), abs=1e-9
        )

    def test_nothing_observed_says_nothing_whatever_the_mixture(self):
        """NF1 never moves the prior."""
        nothing = ObservedData({}, {}, {}, 3, np.array([1.0, 0.0, np.nan]))
        assert np.abs(model_of().log_ratio(nothing)).max() < 1e-12


class TestBounds:
    def test_a_diameter_counts_no_further_than_its_bounds(self):
        likelihood = model_of()
        bounds = likelihood.parameters.predictors["longest_diameter"].bounds
        logs = np.log([1e-9, np.exp(bounds[0]), np.exp(bounds[0]) * 1.01, np.exp(bounds[1]), 1e9])
        ratio = likelihood.log_ratio(ObservedData({}, {}, {"longest_diameter": logs}, 5, np.full(5, np.nan)))
        assert ratio[0] == pytest.approx(ratio[1], abs=1e-12)
        assert ratio[3] == pytest.approx(ratio[4], abs=1e-12)
        assert np.all(np.isfinite(ratio))
        assert ratio[2].mean() > ratio[1].mean()

    @pytest.mark.parametrize("adc", [0.2, 3.5])
    def test_diffusion_multiplies_the_odds_by_thirty_at_most(self, adc):
        likelihood = model_of()
        logs = {"adc_mean": np.array([np.log(adc)])}
        ratio = likelihood.log_ratio(ObservedData({}, {}, logs, 1, np.array([np.nan])))
        assert np.abs(ratio).max() == pytest.approx(MAX_DIFFUSION_LOG_RATIO) == pytest.approx(np.log(30))


def test_the_batches_are_put_together(monkeypatch):
    likelihood, observed = model_of(), contexts(7, 11)
    whole = likelihood.log_ratio(observed)
    monkeypatch.setattr(likelihood_module, "_BLOCK", 3 * 400 * len(likelihood_module.NODES))
    assert likelihood.log_ratio(observed) == pytest.approx(whole, abs=1e-12)
