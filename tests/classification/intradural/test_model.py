"""Schwannoma or meningioma inside the dura. Witnesses: the published rows, closed forms, sums by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit, logit

from pnst.classification.assess import assess
from pnst.classification.evidence_model.quasi_random import Variates
from pnst.classification.intradural.likelihood import (
    MAX_LOG_RATIO,
    counted_rows,
    frequencies,
    intradural_likelihood,
)
from pnst.classification.intradural.model import NOTE, intradural_sources
from pnst.classification.intradural.observation import DIAMETER, LEVELS, SIGNS, observe_intradural
from pnst.classification.lesion_table import LesionTable
from pnst.classification.validity.row import predictive_interval
from pnst.evidence.intradural_rows import intradural_counts, intradural_moments
from pnst.evidence.population import Patient

PLACE = {"location": "intradural"}
DRAWS = 2048
COLUMNS = {
    "canal.dural_tail_mm": 6.0,
    "cyst.present": True,
    "reader.foraminal_extension": False,
    "enhancement.peripheral": True,
    "size.longest_diameter_mm": 24.0,
}
SPEAKS_FOR_SCHWANNOMA = {
    "reader.dural_tail": False,
    "cyst.present": True,
    "reader.foraminal_extension": True,
    "enhancement.peripheral": True,
    "size.longest_diameter_mm": 40.0,
}


@pytest.fixture(scope="module")
def likelihood():
    return intradural_likelihood(DRAWS, 1)


def seen(columns: dict[str, object], level: str | None = None):
    return observe_intradural(LesionTable.of(columns), [Patient(location="intradural", level=level)])


def assessed(columns: dict[str, object], **facts: object):
    return assess(columns, patient=PLACE | facts)


class TestAnswer:
    def test_it_is_the_probability_of_schwannoma(self):
        a = assessed({})
        assert (a.question, a.of_class) == ("intradural", "schwannoma")
        assert (a.prior, a.probability) == (73 / 91, pytest.approx(73 / 91))
        assert a.abstained == "nothing that tells schwannoma from meningioma was measured or given"
        assert a.warnings == (NOTE,)

    @pytest.mark.parametrize(("column", "value"), SPEAKS_FOR_SCHWANNOMA.items())
    def test_each_sign_speaks_for_the_class_in_which_it_is_commoner(self, column, value):
        assert assessed({column: value}).odds_factor > 1
        opposite = 10.0 if column.startswith("size") else not value
        assert assessed({column: opposite}).odds_factor < 1

    @pytest.mark.parametrize(("level", "for_schwannoma"), [("lumbar", True), ("thoracic", False)])
    def test_the_level_comes_from_the_patient(self, level, for_schwannoma):
        a = assessed({}, level=level)
        assert list(a.contributions) == ["level"]
        assert (a.odds_factor > 1) == for_schwannoma
        assert a.probability == assess({"level": level, "location": "intradural"}).probability

    def test_a_level_says_nothing_of_another_question(self):
        assert assess({"edema.present": True}, patient={"level": "lumbar"}).probability == (
            assess({"edema.present": True}).probability
        )

    @pytest.mark.parametrize("level", [None, "lumbar", "cervical"])
    def test_contributions_sum_and_alone_is_that_finding_alone(self, level):
        a = assessed(COLUMNS, level=level)
        assert logit(a.prior) + sum(a.contributions.values()) == pytest.approx(logit(a.probability), abs=1e-9)
        alone = assessed({"cyst.present": True})
        assert a.alone["cystic_change"] == pytest.approx(logit(alone.probability) - logit(a.prior), abs=1e-9)
        assert len(a.contributions) == 5 + (level is not None)

    def test_a_table_answers_row_by_row(self):
        table = pd.DataFrame([COLUMNS, SPEAKS_FOR_SCHWANNOMA, {"cyst.present": None}])
        answers = assess(table, patient=PLACE)
        for row, columns in enumerate((COLUMNS, SPEAKS_FOR_SCHWANNOMA, {})):
            assert answers["probability"][row] == pytest.approx(assessed(columns).probability, abs=1e-12)
        assert answers["question"].tolist() == ["intradural"] * 3

    def test_an_empty_table_gives_an_empty_table(self):
        assert len(assess(pd.DataFrame({"cyst.present": []}), patient=PLACE)) == 0

    def test_every_input_is_named(self):
        inputs = {i.predictor: i for i in assessed(COLUMNS, level="lumbar").inputs}
        assert list(inputs) == [*SIGNS, DIAMETER, "level"]
        assert inputs["foraminal_extension"].by_reader
        assert not inputs["dural_tail"].by_reader
        assert inputs["level"].value == LEVELS.index("lumbar")


class TestLikelihood:
    def test_no_ratio_leaves_a_tenth_to_ten(self, likelihood):
        """And some reach it."""
        ratios = [likelihood.signs[name] for name in SIGNS] + [likelihood.levels]
        assert max(np.abs(ratio).max() for ratio in ratios) == pytest.approx(MAX_LOG_RATIO) == pytest.approx(np.log(10))
        for mm in (1.0, 15.0, 500.0):
            (ratio,) = likelihood.log_ratios(seen({"size.longest_diameter_mm": mm}), 0).values()
            assert np.abs(ratio).max() <= np.log(10)

    def test_findings_add_up_draw_by_draw(self, likelihood):
        """Independent given the class: the odds multiply."""
        ratios = likelihood.log_ratios(seen(COLUMNS, "lumbar"), 0)
        total = sum(ratios.values())
        a = assessed(COLUMNS, level="lumbar")
        assert a.probability == pytest.approx(expit(logit(73 / 91) + total).mean(), abs=1e-12)
        assert a.odds_factor == pytest.approx(np.exp(total.mean()))
        for name, ratio in ratios.items():
            one = {key: value for key, value in ratios.items() if key != name}
            assert total - sum(one.values()) == pytest.approx(ratio, abs=1e-12)

    @pytest.mark.parametrize(
        ("read", "measured"),
        [
            ({"override.cyst.present": True}, {"cyst.present": True}),
            ({"override.cyst.present": False}, {"cyst.present": False}),
            ({"override.enhancement.peripheral": True}, {"enhancement.peripheral": True}),
        ],
    )
    def test_a_measured_sign_says_less_than_a_readers(self, read, measured):
        """Agreement softens it."""
        ours, theirs = (abs(np.log(assessed(columns).odds_factor)) for columns in (measured, read))
        assert 0.05 < ours < theirs

    def test_present_and_absent_weigh_up_over_their_frequencies(self, likelihood):
        """Closed form, where neither is held back: Σ P(x | meningioma)·LR(x) = 1."""
        variates = Variates(DRAWS, 3)
        for name in SIGNS:
            schwannoma, meningioma = frequencies(name, variates)
            ratios = np.log((1 - schwannoma) / (1 - meningioma)), np.log(schwannoma / meningioma)
            free = np.all(np.abs(ratios) < MAX_LOG_RATIO, axis=0)
            total = (1 - meningioma) * np.exp(ratios[0]) + meningioma * np.exp(ratios[1])
            assert total[free] == pytest.approx(1)

    def test_a_diameter_is_bounded_two_log_sd_beyond_the_other_class(self, likelihood):
        """Closed form from Zhai2019's moments: 2.02 ± 1.13 of 104, 1.47 ± 0.36 of 53."""
        variance = np.log1p((np.array([1.13, 0.36]) / [2.02, 1.47]) ** 2)
        schwannoma, meningioma = np.log([2.02, 1.47]) - variance / 2
        sd = np.sqrt(np.average(variance, weights=[103, 52]))
        assert likelihood.bounds == pytest.approx((schwannoma - 2 * sd, meningioma + 2 * sd))
        low, high = 10 * np.exp(likelihood.bounds)
        for beyond, end in ((low * 0.5, low), (high * 2, high)):
            one, other = (
                likelihood.log_ratios(seen({"size.longest_diameter_mm": float(mm)}), 0)[DIAMETER]
                for mm in (beyond, end)
            )
            assert one == pytest.approx(other, abs=1e-9)
        assert (likelihood.slope >= 0).all()
        assert (likelihood.slope == 0).any()  # a draw in the wrong direction says nothing

    def test_the_three_levels_of_the_spine_share_out_each_class(self, likelihood):
        """Lee2020: lumbar 41 v 5 %, thoracic 31 v 75 %, the rest cervical; medians of the ratio."""
        printed = {"cervical": 28 / 20, "thoracic": 31 / 75, "lumbar": 41 / 5}
        for level, ratio in printed.items():
            drawn = np.median(likelihood.levels[LEVELS.index(level)])
            assert np.sign(drawn) == np.sign(np.log(ratio))
            assert drawn == pytest.approx(np.log(ratio), abs=0.35)


class TestRows:
    @pytest.mark.parametrize(
        "row",
        [row for row in intradural_counts() if row.counts_both],
        ids=lambda row: f"{row.predictor} {row.study}",
    )
    def test_a_modelled_row_lies_in_its_predictive_interval(self, row):
        for positive, total, frequency in zip(
            (row.schwannoma_positive, row.meningioma_positive),
            (row.n_schwannoma, row.n_meningioma),
            frequencies(row.predictor, Variates(DRAWS, 1)),
            strict=True,
        ):
            low, high = predictive_interval(frequency, int(total))
            assert low <= round(positive) <= high

    def test_which_rows_are_modelled(self):
        """Those that count both classes: Liu2009 gives no schwannomas with a tail, Kim2015 no meningiomas."""
        assert [row.study for row in counted_rows("dural_tail")] == ["DeVerdelhan2005", "Lee2020"]
        assert [row.study for row in counted_rows("cystic_change")] == ["Lee2020"]
        assert {name for name in SIGNS if counted_rows(name)} == set(SIGNS)

    def test_a_frequency_is_that_of_its_row(self):
        """Liu2009: 54 of 92 and 3 of 36."""
        medians = np.median(frequencies("rim_enhancement", Variates(8192, 1)), axis=1)
        assert logit(medians) == pytest.approx(logit([54.5 / 93, 3.5 / 37]), abs=0.03)

    def test_sources(self):
        assert intradural_sources("dural_tail") == ("DeVerdelhan2005", "Lee2020")
        assert intradural_sources("level") == ("Lee2020",)
        assert intradural_sources(DIAMETER) == ("Zhai2019",)
        assert next(row.study for row in intradural_moments() if row.n_schwannoma) == "Zhai2019"


class TestObservation:
    @pytest.mark.parametrize(
        ("columns", "name", "expected"),
        [
            ({"canal.dural_tail_mm": 3.0}, "dural_tail", 0.0),
            ({"canal.dural_tail_mm": 3.1}, "dural_tail", 1.0),
            ({"canal.dural_tail_mm": 9.0, "reader.dural_tail": False}, "dural_tail", 0.0),
            ({"bone.foraminal_fraction": 0.1}, "foraminal_extension", 0.0),
            ({"bone.foraminal_fraction": 0.11}, "foraminal_extension", 1.0),
            ({"reader.foraminal_extension": True}, "foraminal_extension", 1.0),
            ({"cyst.present": False}, "cystic_change", 0.0),
            ({"cyst.present": True, "override.cyst.present": False}, "cystic_change", 0.0),
            ({"enhancement.peripheral": True}, "rim_enhancement", 1.0),
        ],
    )
    def test_a_column_becomes_a_sign(self, columns, name, expected):
        data = seen(columns)
        assert data.names(0) == (name,)
        assert data.signs[name][0] == expected
        assert bool(data.by_reader[name][0]) == any(key.startswith(("reader.", "override.")) for key in columns)

    @pytest.mark.parametrize(
        "columns", [{}, {"cyst.present": None}, {"canal.dural_tail_mm": None}, {"adc.mean_um2_per_ms": 1.0}]
    )
    def test_what_is_not_there_says_nothing(self, columns):
        assert seen(columns).names(0) == ()


def test_seeds_agree():
    """Both ends within .03."""
    ends = []
    for seed in range(6):
        ratios = intradural_likelihood(DRAWS, seed).log_ratios(seen(COLUMNS, "lumbar"), 0)
        ends.append(np.quantile(expit(logit(73 / 91) + sum(ratios.values())), [0.025, 0.975]))
    assert np.ptp(ends, axis=0).max() < 0.03


def test_the_between_study_spread_is_that_of_one_row_or_of_several():
    """Closed form: a new study of a sign of one row, √(v + 2·1.0²)."""
    drawn = logit(frequencies("rim_enhancement", Variates(8192, 2)))
    expected = [np.sqrt(1 / (k + 0.5) + 1 / (n - k + 0.5) + 2) for k, n in ((54, 92), (3, 36))]
    assert drawn.std(axis=1) == pytest.approx(expected, rel=0.02)
    assert stats.kstest(drawn[0], stats.norm(drawn[0].mean(), expected[0]).cdf).statistic < 0.01
