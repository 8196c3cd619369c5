"""The two laws of EVIDENCE, for all draws of the parameters, pair by pair and mixed.

Moving any predictor its malignant way never lowers the probability, whatever the others are; the conventional
predictors together separate a pair no better than its severity does. Witnesses: invariants over random contexts.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from classification.random_lesions import (
    column_values,
    malignant_direction,
    model_of,
    of_one_entity,
    only_draws,
    random_nf1,
    random_table,
    seen,
    with_readers,
)
from pnst.classification.assess import assess
from pnst.classification.evidence_model.calibration import auc, severity_outcomes, with_diffusion
from pnst.classification.evidence_model.likelihood import AXES, Likelihood
from pnst.classification.evidence_model.observed import ObservedData
from pnst.classification.evidence_model.parameters import SignParameters
from pnst.evidence.columns import SIGN_OF_COLUMN
from pnst.evidence.published import Predictor, predictors
from pnst.evidence.sign_rows import ENTITIES

ROUNDING = 1e-12
SIGNS = [p.name for p in predictors() if p.kind != "lognormal"]


def moved_pairs(
    predictor: Predictor, count: int, rng: np.random.Generator, by: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same random contexts with one column at a less and at a more malignant value; its rivals left out."""
    table = with_readers(random_table(count, rng), rng)
    rivals = [p.column for p in predictors() if p.group == predictor.group]
    words = [SIGN_OF_COLUMN[column] for column in rivals if column in SIGN_OF_COLUMN]
    forms = [*rivals, *(f"override.{name}" for name in (*rivals, *words))]
    table[[name for name in forms if name in table]] = np.nan
    values = np.sort([column_values(predictor, count, rng) for _ in range(2)], axis=0)
    if malignant_direction(predictor) < 0:
        values = values[::-1]
    column = {"measured": predictor.column, "reader": f"override.{predictor.column}"}.get(by)
    if column is None:  # the reader's word on the sign of a number: absent, present
        column = f"override.{SIGN_OF_COLUMN[predictor.column]}"
        values = np.repeat([[0.0], [1.0]], count, axis=1)[:: int(malignant_direction(predictor))]
    return table.assign(**{column: values[0]}), table.assign(**{column: values[1]})


def greatest_fall(likelihoods: list[Likelihood], count: int, seed: int) -> float:
    """Of any draw's log odds, when any predictor moves its malignant way."""
    rng, falls = np.random.default_rng(seed), []
    for predictor in predictors():
        kinds = ["measured", "reader", *(["word"] if predictor.column in SIGN_OF_COLUMN else [])]
        for by in kinds:
            less, more = moved_pairs(predictor, count, rng, by)
            nf1 = random_nf1(count, rng)
            for likelihood in likelihoods:
                with np.errstate(divide="ignore"):  # a share of 0
                    fall = likelihood.log_ratio(seen(less, nf1)) - likelihood.log_ratio(seen(more, nf1))
                falls.append(fall.max())
    return float(max(falls))


def mixed_and_pairs(seed: int) -> list[Likelihood]:
    whole = model_of(400, seed)
    return [whole, of_one_entity(whole, 1.0), of_one_entity(whole, 0.0)]


class TestFirstLaw:
    @pytest.mark.parametrize("which", range(3), ids=["mixed", *ENTITIES])
    def test_no_predictor_lowers_the_odds_when_it_moves_its_malignant_way(self, which):
        """100 contexts, each of 400 draws by itself: measured, by a reader, by the reader's word on a number's sign."""
        assert greatest_fall([mixed_and_pairs(1)[which]], 3, seed=2 + which) <= ROUNDING

    def test_visible_oedema_never_lowers_them_among_malignant_signs(self):
        """Where large oedema is what a reader would expect, and none what a mistaken measurement might say."""
        table = pd.DataFrame(
            {
                "size.longest_diameter_mm": [120.0] * 4,
                "margin.ill_defined_fraction": [0.9] * 4,
                "reader.invasion": [True, True, None, None],
                "enhancement.peripheral": [True, None, True, None],
                "edema.max_extent_mm": [0.0] * 4,
            }
        )
        none, visible, large = (seen(table.assign(**{"edema.max_extent_mm": mm})) for mm in (0.0, 10.0, 30.0))
        for likelihood in mixed_and_pairs(1):
            with np.errstate(divide="ignore"):  # a share of 0
                ratios = [likelihood.log_ratio(observed) for observed in (none, visible, large)]
            assert np.diff(ratios, axis=0).min() >= -ROUNDING

    @pytest.mark.slow
    def test_nor_over_ten_thousand_contexts(self):
        for seed in range(10):
            assert greatest_fall(mixed_and_pairs(seed), 10, seed=100 + seed) <= ROUNDING

    def test_the_law_can_say_no(self):
        """Moved its benign way, some context's log odds fall."""
        rng = np.random.default_rng(3)
        less, more = moved_pairs(next(p for p in predictors() if p.name == "split_fat_absent"), 16, rng, "measured")
        likelihood = model_of()
        assert (likelihood.log_ratio(seen(more)) - likelihood.log_ratio(seen(less))).max() > 0.1

    def test_the_probability_itself_is_monotone(self):
        """As a user sees it: the mean over draws."""
        rng = np.random.default_rng(8)
        for predictor in predictors():
            less, more = moved_pairs(predictor, 1, rng, "measured")
            both = assess(pd.concat([less, more], ignore_index=True))["probability"].to_numpy()
            assert np.all(both[1:] >= both[:1] - ROUNDING)

    @pytest.mark.parametrize("adc", [0.8, 1.2, 1.8, 2.4, 3.0])
    def test_an_absent_split_fat_does_not_lower_the_probability_once_adc_is_known(self, adc):
        """The failure of a common-correlation model that EVIDENCE names."""
        known = {"adc.mean_um2_per_ms": adc}
        absent = assess({**known, "split_fat.coverage_fraction": 0.0}).probability
        assert absent > assess(known).probability > assess({**known, "split_fat.coverage_fraction": 1.0}).probability


def sign_outcomes(likelihood: Likelihood, names: list[str], by_reader: bool) -> np.ndarray:
    """Probabilities (entities, draws, outcomes, 2) of every combination of levels, which sum to 1."""
    levels = [np.eye(likelihood.parameters.predictors[name].levels) for name in names]
    rows = list(product(*levels))
    observed = ObservedData(
        signs={name: np.array([row[i] for row in rows]) for i, name in enumerate(names)},
        by_reader={name: np.full(len(rows), by_reader) for name in names},
        logs={},
        count=len(rows),
        nf1=np.full(len(rows), np.nan),
    )
    likelihoods = likelihood.class_likelihoods(observed).transpose(0, 2, 1, 3)
    return likelihoods / likelihood.class_weights.sum(axis=1)[:, None, :]


def area_of_best_score(outcomes: np.ndarray) -> np.ndarray:
    """AUC (draws,) of the pair's own likelihood ratio, which no other score exceeds (Neyman and Pearson)."""
    order = np.argsort(outcomes[..., 0] / outcomes[..., 1], axis=1)
    return auc(*(np.take_along_axis(outcomes[..., side], order, axis=1) for side in (0, 1)))


class TestSecondLaw:
    @pytest.mark.parametrize("entity", range(2), ids=ENTITIES)
    @pytest.mark.parametrize("by_reader", [True, False])
    def test_all_signs_together_separate_no_better_than_severity(self, entity, by_reader):
        """Closed form of the bound: two normals a distance δ apart have an AUC of Φ(δ/√2). 6,144 outcomes a draw."""
        likelihood = only_draws(model_of(), range(0, 400, 25))
        names = [name for name in SIGNS if name != "t1_high_signal_area"]
        outcomes = sign_outcomes(likelihood, names, by_reader)[entity]
        assert outcomes.sum(axis=1) == pytest.approx(1, abs=1e-9)
        area, bound = area_of_best_score(outcomes), norm.cdf(likelihood.delta / np.sqrt(2))
        few = area_of_best_score(sign_outcomes(likelihood, names[:2], by_reader)[entity])
        assert np.all(area <= bound)
        assert np.all(few < area)

    @pytest.mark.parametrize("entity", range(2), ids=ENTITIES)
    def test_with_the_diameter_too(self, entity):
        likelihood = only_draws(model_of(), range(0, 400, 10))
        outcomes = severity_outcomes(likelihood, ("longest_diameter", *SIGNS[:3], "target_sign_absent"))
        bound = norm.cdf(likelihood.delta / np.sqrt(2))
        pair = np.stack([outcomes.malignant[entity], outcomes.benign[entity]], axis=-1)
        assert np.all(area_of_best_score(pair) <= bound)

    def test_the_law_can_say_no(self):
        """ADC lies on another axis, and beside it the bound is exceeded."""
        likelihood = only_draws(model_of(), range(0, 400, 20))
        outcomes = with_diffusion(likelihood, severity_outcomes(likelihood, ("longest_diameter",)), "adc_mean")
        pair = np.stack([outcomes.malignant[1], outcomes.benign[1]], axis=-1)
        assert area_of_best_score(pair).max() > norm.cdf(likelihood.delta / np.sqrt(2)).max()

    def test_every_conventional_predictor_is_on_the_severity_axis(self):
        """Witness: `predictors.csv`."""
        parameters = model_of().parameters.predictors
        assert {name for name in parameters if isinstance(parameters[name], SignParameters)} == set(SIGNS)
        assert all(AXES[name] == "severity" for name in SIGNS)
