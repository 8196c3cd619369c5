"""What the evidence model says of lesions that a clinic knows. Witness: ranges agreed on before it was written."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from classification.random_lesions import NF1_STATES, model_of, seen
from pnst.classification.assess import assess
from pnst.classification.settings import AssessSettings
from pnst.evidence.question import MALIGNANT

FILE = Path(__file__).parent / "data" / "vignettes.csv"
ROWS = list(csv.DictReader(FILE.read_text(encoding="utf-8").splitlines()))
BENIGN_SIGNS = {
    "margin.ill_defined_fraction": 0.05,
    "edema.max_extent_mm": 0.0,
    "split_fat.coverage_fraction": 0.8,
}
MEAN_ADC = {"adc.mean_um2_per_ms": 1.0}


def numbers(row: dict[str, str]) -> dict[str, object]:
    words = {"true": True, "false": False, "yes": True, "no": False}
    cells = {name: words.get(text, text) for name, text in row.items() if text and name not in ("name", "low", "high")}
    return {name: cell if isinstance(cell, bool) else float(cell) for name, cell in cells.items()}


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_a_vignette_lies_in_its_range(row):
    """At a prior of 10 %, with its NF1."""
    columns = numbers(row)
    patient = {"nf1": columns.pop("nf1")} if "nf1" in columns else None
    assert float(row["low"]) <= assess(columns, prior=0.1, patient=patient).probability <= float(row["high"])


class TestExtremeSizes:
    """Neither rules alone: the first version gave .005 and .97."""

    def test_a_tiny_lesion_with_benign_signs(self):
        assert 0.001 < assess({**BENIGN_SIGNS, "size.longest_diameter_mm": 12.0}, prior=0.1).probability < 0.05

    def test_a_huge_lesion_by_its_size_alone(self):
        a = assess({"size.longest_diameter_mm": 200.0})
        assert MALIGNANT.prior < a.probability < 0.75

    @pytest.mark.parametrize(("near", "far"), [(83.0, 400.0), (27.0, 3.0)])
    def test_beyond_the_bounds_it_says_no_more(self, near, far):
        probabilities = [assess({"size.longest_diameter_mm": mm}).probability for mm in (near, far)]
        assert probabilities[0] == pytest.approx(probabilities[1], abs=1e-12)


class TestLowAdcAlone:
    SEEDS = range(20)

    @staticmethod
    def interval(seed: int, prior: float) -> tuple[float, float]:
        return assess(MEAN_ADC, prior=prior, settings=AssessSettings(seed=seed)).interval

    @pytest.mark.parametrize("prior", [0.1, MALIGNANT.prior])
    def test_its_interval_lies_above_the_prior(self, prior):
        assert self.interval(1, prior)[0] > prior

    @pytest.mark.slow
    @pytest.mark.parametrize("prior", [0.1, MALIGNANT.prior])
    def test_for_every_seed_and_its_ends_hardly_move(self, prior):
        """Within .03 over twenty seeds, as many draws as there are by default."""
        ends = np.array([self.interval(seed, prior) for seed in self.SEEDS])
        assert ends[:, 0].min() > prior
        assert np.ptp(ends, axis=0).max() < 0.03

    @pytest.mark.slow
    def test_a_quarter_of_the_draws_would_move_them_further(self):
        """The law can say no."""
        settings = [AssessSettings(seed=seed, draws=400) for seed in self.SEEDS]
        lesion = numbers(next(row for row in ROWS if row["name"].startswith("low-grade")))
        ends = np.array([assess(lesion, prior=0.1, settings=one).interval for one in settings])
        assert np.ptp(ends, axis=0).max() > 0.03

    @pytest.mark.slow
    @pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
    def test_the_vignettes_ends_hardly_move_either(self, row):
        """Within .03 of their mean over eight seeds, however wide the interval."""
        columns = numbers(row)
        ends = np.array([assess(columns, prior=0.1, settings=AssessSettings(seed=s)).interval for s in range(8)])
        assert np.abs(ends - ends.mean(axis=0)).max() < 0.03


class TestOedema:
    """10 mm are visible oedema: under the published 18 mm, and over none."""

    @pytest.mark.parametrize(
        "columns",
        [
            {"edema.max_extent_mm": 10.0},
            {"edema.max_extent_mm": 10.0, "edema.present": True},
            {"edema.present": True},
            {"override.edema.present": True},
            {"override.edema.max_extent_mm": 10.0},
        ],
        ids=["measured", "measured with its sign", "the sign alone", "a reader's word", "a reader's number"],
    )
    def test_it_raises_the_probability(self, columns):
        assert assess(columns, prior=0.1).probability > 0.15

    def test_a_readers_visible_oedema_raises_it_further_than_the_measured(self):
        read, measured = (assess({f"{by}edema.max_extent_mm": 10.0}, prior=0.1) for by in ("override.", ""))
        assert read.probability > measured.probability

    def test_more_of_it_more(self):
        extents = (0.0, 5.0, 10.0, 18.0, 30.0)
        probabilities = [assess({"edema.max_extent_mm": mm}, prior=0.1).probability for mm in extents]
        assert probabilities == sorted(probabilities)
        assert probabilities[0] < 0.1


class TestNf1:
    """It never moves the prior, only the mixture: what tells schwannoma from MPNST and neurofibroma from MPNST."""

    def test_nothing_measured_is_the_prior_with_and_without(self):
        for nf1 in (True, False, None):
            assert assess({}, prior=0.1, patient={"nf1": nf1}).probability == pytest.approx(0.1, abs=1e-12)

    @pytest.mark.parametrize("adc", [1.0, 1.5, 2.2])
    def test_unknown_lies_between_in_every_draw(self, adc):
        observed = seen(pd.DataFrame({"adc.mean_um2_per_ms": [adc] * 3}), np.array(NF1_STATES))
        with_it, without, unknown = model_of().log_ratio(observed)
        assert np.all(unknown >= np.minimum(with_it, without) - 1e-12)
        assert np.all(unknown <= np.maximum(with_it, without) + 1e-12)

    def test_a_low_adc_says_more_where_benign_lesions_are_neurofibromas(self):
        """Schwannomas come closer to it."""
        lesion = {"adc.mean_um2_per_ms": 1.2}
        with_it, without = (assess(lesion, patient={"nf1": nf1}).odds_factor for nf1 in (True, False))
        assert with_it > 2 * without > 2


@pytest.mark.parametrize("row", ROWS[:6], ids=[row["name"] for row in ROWS[:6]])
def test_contributions_of_a_vignette_sum(row):
    a = assess(numbers(row), prior=0.1)
    assert logit(0.1) + sum(a.contributions.values()) == pytest.approx(logit(a.probability), abs=1e-9)
