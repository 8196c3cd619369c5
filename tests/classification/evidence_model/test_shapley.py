"""Contributions and what findings say alone. Witnesses: all orders of evidence, single assessments, closed forms."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.special import logit

from classification.random_lesions import model_of, random_table, seen
from pnst.classification.assess import assess
from pnst.classification.evidence_model.shapley import findings_of, shapley_matrix
from pnst.classification.evidence_model.subsets import subset_log_ratios
from pnst.classification.findings import Finding, Findings
from pnst.evidence.published import predictors

COLUMNS = {
    "size.longest_diameter_mm": 72.0,
    "margin.ill_defined_fraction": 0.21,
    "edema.max_extent_mm": 12.0,
    "adc.mean_um2_per_ms": 1.4,
}
NAMES = {p.column: p.name for p in predictors()}


def over_all_orders(value: dict[frozenset, float], names: list[str]) -> dict[str, float]:
    """The mean gain of each member over every order in which they can come in."""
    gains = {name: [] for name in names}
    for order in itertools.permutations(names):
        for place, name in enumerate(order):
            before = frozenset(order[:place])
            gains[name].append(value[before | {name}] - value[before])
    return {name: float(np.mean(g)) for name, g in gains.items()}


class TestMatrix:
    @pytest.mark.parametrize("count", [1, 2, 3, 4])
    def test_it_is_the_mean_over_all_orders(self, count):
        rng = np.random.default_rng(count)
        values = rng.standard_normal(2**count)
        names = [str(index) for index in range(count)]
        by_set = {
            frozenset(name for i, name in enumerate(names) if subset >> i & 1): values[subset]
            for subset in range(2**count)
        }
        expected = over_all_orders(by_set, names)
        assert shapley_matrix(count) @ values == pytest.approx([expected[name] for name in names], abs=1e-12)

    def test_it_shares_out_all_there_is_and_nothing_to_nobody(self):
        matrix = shapley_matrix(6)
        assert matrix.sum(axis=0)[[0, -1]] == pytest.approx([-1, 1])
        assert matrix.sum(axis=0)[1:-1] == pytest.approx(0, abs=1e-12)
        assert matrix.sum(axis=1) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("patient", [None, {"nf1": True}, {"nf1": False}])
def test_contributions_are_shapley_values_and_alone_is_an_assessment_of_that_finding(patient):
    """Witness: one `assess` a subset, in all 24 orders."""
    a = assess(COLUMNS, prior=0.1, patient=patient)
    value = {
        frozenset(subset): logit(assess({c: COLUMNS[c] for c in subset}, prior=0.1, patient=patient).probability)
        for size in range(5)
        for subset in itertools.combinations(COLUMNS, size)
    }
    expected = over_all_orders(value, list(COLUMNS))
    for column, name in NAMES.items():
        if column in COLUMNS:
            assert a.contributions[name] == pytest.approx(expected[column], abs=1e-9)
            assert a.alone[name] == pytest.approx(value[frozenset({column})] - logit(0.1), abs=1e-9)


@pytest.mark.parametrize("row", range(8))
def test_the_ratios_of_all_subsets_are_those_of_the_likelihood(row):
    """Each subset assessed by itself, random ones of a random lesion."""
    likelihood = model_of()
    one = seen(random_table(8, np.random.default_rng(4))).lesion(row)
    names, ratios = subset_log_ratios(likelihood, one)
    for subset in np.random.default_rng(row).integers(0, len(ratios), 4):
        chosen = [name for i, name in enumerate(names) if subset >> i & 1]
        only = type(one)(
            signs={name: one.signs[name] for name in chosen if name in one.signs},
            by_reader=one.by_reader,
            logs={name: one.logs[name] for name in chosen if name in one.logs},
            count=1,
            nf1=one.nf1,
        )
        assert ratios[subset] == pytest.approx(likelihood.log_ratio(only)[0], abs=1e-10)
    assert set(names) == set(one.names)
    assert np.abs(ratios[0]).max() < 1e-12


def test_a_predictor_of_no_weight_contributes_nothing():
    """Split fat half way between there and not: ½·P + ½·(1 − P)."""
    finding = assess({**COLUMNS, "split_fat.coverage_fraction": 0.5}).findings["split_fat_absent"]
    assert (finding.contribution, finding.alone) == pytest.approx((0, 0), abs=1e-9)
    assert finding.contribution_interval == pytest.approx((0, 0), abs=1e-9)


def test_intervals_hold_nineteen_of_twenty_draws():
    """Closed form: of one finding both are the ratio's own quantiles."""
    log_ratio = np.stack([np.zeros(4001), np.linspace(-1, 2, 4001)])
    finding = findings_of(("a",), log_ratio, 0.3)["a"]
    assert finding.contribution_interval == pytest.approx((-0.925, 1.925))
    assert finding.alone_interval == finding.contribution_interval
    assert finding.contribution == pytest.approx(finding.alone, abs=1e-12)


@pytest.mark.parametrize("row", range(6))
def test_an_interval_lies_about_its_value(row):
    """The value is of a mean of probabilities, the interval of the draws: the two agree but for a tenth or so."""
    lesion = random_table(6, np.random.default_rng(6)).iloc[row].to_dict()
    for finding in assess(lesion, prior=0.1).findings.values():
        for value, (low, high) in (
            (finding.contribution, finding.contribution_interval),
            (finding.alone, finding.alone_interval),
        ):
            assert low < high
            assert low - 0.1 <= value <= high + 0.1


def test_findings_are_computed_when_first_read_and_once():
    calls = []

    def compute():
        calls.append(1)
        return {"a": Finding(1.0)}

    findings = Findings(("a",), compute)
    assert list(findings) == ["a"]
    assert len(findings) == 1
    assert not calls
    assert findings["a"] is findings["a"]
    assert len(calls) == 1
