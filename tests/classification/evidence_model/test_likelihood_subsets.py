"""Dropping any subset of predictors equals integrating over them. Witness: numerical integration."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import norm

from classification.random_lesions import (
    model_of,
    of_one_entity,
    only_draws,
    random_nf1,
    random_table,
    seen,
    with_readers,
)
from pnst.classification.assess import assess
from pnst.classification.evidence_model import likelihood as likelihood_module
from pnst.classification.evidence_model import parameters as parameters_module
from pnst.classification.evidence_model.likelihood import AXES
from pnst.classification.evidence_model.observed import ObservedData
from pnst.classification.evidence_model.parameters import SignParameters
from pnst.evidence.sign_rows import ENTITIES

PRIOR = 0.3
SHARE = dict(zip(ENTITIES, (1.0, 0.0), strict=True))
VALUES = {"longest_diameter": np.log(np.geomspace(0.05, 500, 121)), "adc_mean": np.log(np.geomspace(0.1, 20, 121))}
"""A grid of each: in cm, and in µm²/ms."""


def split(seed: int, rng: np.random.Generator) -> tuple[dict, list[str], dict]:
    """What is given of one lesion, what is integrated over (at most three), and who said it."""
    likelihood = model_of()
    names = [name for name in likelihood.parameters.predictors if AXES[name] == "severity"] + ["adc_mean"]
    order = rng.permutation(names).tolist()
    dropped, given_names = order[: 1 + seed % 3], order[3 : 3 + rng.integers(1, 7)]
    if seed % 2 == 0 and "longest_diameter" not in dropped:
        dropped[0] = "longest_diameter"
        given_names = [name for name in given_names if name != "longest_diameter"]
    given = {}
    for name in given_names:
        p = likelihood.parameters.predictors[name]
        if isinstance(p, SignParameters):
            given[name] = rng.dirichlet(np.full(p.levels, 0.3))
        else:
            given[name] = rng.uniform(np.log(3.0), np.log(8.0)) if name == "longest_diameter" else np.log(1.7)
    return given, dropped, {name: bool(rng.integers(0, 2)) for name in names}


def lesions(values: list[dict], by_reader: dict) -> ObservedData:
    names = values[0].keys()
    signs = {name: np.array([v[name] for v in values]) for name in names if np.ndim(values[0][name])}
    return ObservedData(
        signs=signs,
        by_reader={name: np.full(len(values), by_reader[name]) for name in signs},
        logs={name: np.array([v[name] for v in values]) for name in names if name not in signs},
        count=len(values),
        nf1=np.full(len(values), np.nan),
    )


def outcomes(likelihood, name) -> list:
    p = likelihood.parameters.predictors[name]
    return list(np.eye(p.levels)) if isinstance(p, SignParameters) else list(VALUES[name])


def integrated(likelihood, entity, given, dropped, by_reader) -> tuple[np.ndarray, np.ndarray]:
    """P(malignant | given) per draw, and the mean of P(malignant | given, rest) over the rest, given the given."""
    pair = of_one_entity(likelihood, SHARE[entity])
    rest = list(product(*[outcomes(likelihood, name) for name in dropped]))
    whole = lesions([given | dict(zip(dropped, values, strict=True)) for values in rest], by_reader)
    with np.errstate(divide="ignore"):  # a share of 0
        probability = expit(logit(PRIOR) + pair.log_ratio(whole))
        alone = expit(logit(PRIOR) + pair.log_ratio(lesions([given], by_reader)))[0]
    free = pair.class_likelihoods(whole, bounded=False)[ENTITIES.index(entity)]
    if "adc_mean" in whole.logs:
        p, x = likelihood.parameters.predictors["adc_mean"], whole.logs["adc_mean"][:, None]
        free = free * np.stack([norm.pdf(x, p.malignant, p.sd), norm.pdf(x, p.benign[entity], p.sd)], axis=-1)
    weights = free @ [PRIOR, 1 - PRIOR]
    return alone, (probability * weights).sum(axis=0) / weights.sum(axis=0)


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("seed", range(10))
def test_a_random_subset_is_dropped(entity, seed, monkeypatch):
    """Draw by draw. P(x | malignant) is defined only within a pair, so each pair is integrated by itself; of a diameter
    or an ADC no value is held back, as inside the bounds none is.
    """
    given, dropped, by_reader = split(seed, np.random.default_rng(seed))
    monkeypatch.setattr(likelihood_module, "MAX_DIFFUSION_LOG_RATIO", np.inf)
    if "longest_diameter" in dropped:
        monkeypatch.setattr(parameters_module, "BOUND_LOG_SD", 1e3)
    alone, mean = integrated(only_draws(model_of(), range(0, 400, 40)), entity, given, dropped, by_reader)
    assert mean == pytest.approx(alone, abs=1e-4)


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("seed", [0, 2, 6, 8])
def test_the_bounds_move_a_dropped_diameter_by_little(entity, seed):
    """A bound acts on the observed value only: the mean over draws moves by less than 0.03 (regression)."""
    given, _, by_reader = split(seed, np.random.default_rng(seed))
    given = {name: value for name, value in given.items() if name not in VALUES}
    likelihood = only_draws(model_of(), range(0, 400, 40))
    alone, mean = integrated(likelihood, entity, given, ["longest_diameter"], by_reader)
    assert 1e-5 < abs(mean.mean() - alone.mean()) < 0.03


class TestOrder:
    LESION = {  # noqa: RUF012
        "size.longest_diameter_mm": 62.0,
        "edema.max_extent_mm": 9.0,
        "override.margin.ill_defined": True,
        "target.present": False,
        "adc.mean_um2_per_ms": 1.6,
        "nf1": True,
    }

    @pytest.mark.parametrize("seed", range(5))
    def test_a_mapping_in_any_order_gives_one_answer(self, seed):
        shuffled = list(self.LESION.items())
        random.Random(seed).shuffle(shuffled)
        ours, theirs = assess(self.LESION), assess(dict(shuffled))
        assert (ours.probability, ours.interval, ours.contributions) == (
            theirs.probability,
            theirs.interval,
            theirs.contributions,
        )

    def test_columns_and_rows_in_any_order_give_the_same_answers(self):
        rng = np.random.default_rng(5)
        table = with_readers(random_table(12, rng), rng)
        shuffled = table.sample(frac=1, random_state=1).sample(frac=1, random_state=2, axis=1)
        pd.testing.assert_frame_equal(assess(shuffled).sort_index(), assess(table), rtol=0, atol=1e-12)

    def test_the_likelihood_itself_takes_predictors_in_any_order(self):
        rng = np.random.default_rng(6)
        observed = seen(random_table(10, rng), random_nf1(10, rng))
        turned = ObservedData(
            signs=dict(reversed(observed.signs.items())),
            by_reader=observed.by_reader,
            logs=dict(reversed(observed.logs.items())),
            count=10,
            nf1=observed.nf1,
        )
        assert model_of().log_ratio(turned) == pytest.approx(model_of().log_ratio(observed), abs=1e-12)
