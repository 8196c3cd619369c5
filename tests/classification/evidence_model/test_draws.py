"""All draws of a body of evidence. Witnesses: SciPy's distributions, and the rows themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit, logit

from pnst.classification.evidence_model.draws import draw_parameters, sources
from pnst.classification.evidence_model.parameters import LogNormalParameters, SignParameters
from pnst.classification.evidence_model.sign_studies import BETWEEN_SD, BETWEEN_SD_OF_ONE_ROW, SignRows
from pnst.evidence.body import Evidence, SiteEvidence, literature
from pnst.evidence.csv_rows import Censored
from pnst.evidence.pooling import logit_with_half_count, random_effects
from pnst.evidence.published import Predictor, Publication, SignCounts, predictors
from pnst.evidence.sign_rows import ENTITIES

DRAWS = 8192


@pytest.fixture(scope="module")
def parameters():
    return draw_parameters(literature(), DRAWS, 3)


def site(name: str, *rows: SignCounts) -> SiteEvidence:
    study = Publication(name, "", "", None, None, "", "", "", "unknown", "", None, "no")
    return SiteEvidence(name, f"digest of {name}", study, sign_counts=rows)


def named(predictor: str) -> Predictor:
    return next(p for p in predictors() if p.name == predictor)


def counted(study: str, predictor: str, malignant, n_malignant, benign, n_benign) -> SignCounts:
    return SignCounts(predictor, study, malignant, n_malignant, benign, n_benign, "counted", "")


class TestAll:
    def test_every_predictor_has_parameters_of_its_kind(self, parameters):
        assert [p.name for p in predictors()] == list(parameters.predictors)
        for p in predictors():
            drawn = parameters.predictors[p.name]
            assert isinstance(drawn, LogNormalParameters if p.kind == "lognormal" else SignParameters)
            if isinstance(drawn, SignParameters):
                assert drawn.levels == (3 if p.kind == "ordinal" else 2)

    def test_the_same_seed_gives_the_same_draws_and_another_seed_others(self):
        one, again, other = (
            draw_parameters(Evidence(), 400, seed).predictors["adc_mean"].malignant for seed in (1, 1, 2)
        )
        assert np.array_equal(one, again)
        assert not np.array_equal(one, other)

    def test_the_area_is_wilsons(self, parameters):
        """Normal on the logit by the printed interval, .89 (.86–.92)."""
        assert np.quantile(parameters.conventional_auc, [0.025, 0.5, 0.975]) == pytest.approx(
            [0.8567, 0.89, 0.9162], abs=2e-3
        )


class TestShare:
    """Of schwannoma in benign lesions, by NF1: 0 without, 1 with, 2 unknown."""

    @pytest.mark.parametrize(("row", "law"), [(0, stats.beta(53, 9)), (1, stats.beta(1, 15))])
    def test_it_is_the_beta_of_the_evidence(self, row, law, parameters):
        assert stats.kstest(parameters.schwannoma_share[row], law.cdf).statistic < 2 / DRAWS

    def test_unknown_mixes_both_as_often_as_artico_had_neurofibromatosis(self, parameters):
        """(1 − q)·π_no + q·π_yes, q from Beta(12.5, 47), drawn by chance instead."""
        rng = np.random.default_rng(2)
        q, without, with_nf1 = (rng.beta(a, b, 400_000) for a, b in ((12.5, 47), (53, 9), (1, 15)))
        mixture = (1 - q) * without + q * with_nf1
        levels = [0.025, 0.25, 0.5, 0.75, 0.975]
        assert np.quantile(parameters.schwannoma_share[2], levels) == pytest.approx(
            np.quantile(mixture, levels), abs=2e-3
        )

    def test_the_entities_shares_sum_to_one(self, parameters):
        nf1 = np.array([1.0, 0.0, np.nan])
        shares = [parameters.entity_share(entity, nf1) for entity in ENTITIES]
        assert np.array_equal(sum(shares), np.ones((3, DRAWS)))
        assert np.array_equal(shares[0], parameters.schwannoma_share[[1, 0, 2]])


class TestSigns:
    def test_a_sign_of_one_row_spreads_more(self, parameters):
        """Closed form: the count 9/21 of invasion, half a count added, and a new study's 1.0 on the logit."""
        (y,), (v,) = logit_with_half_count(np.array([9.0]), np.array([21.0]))
        drawn = logit(parameters.predictors["invasion"].malignant)
        expected = np.sqrt(v + 2 * BETWEEN_SD_OF_ONE_ROW**2)
        assert (drawn.mean(), drawn.std()) == pytest.approx((y, expected), abs=0.02)

    def test_a_sign_of_several_rows_spreads_by_the_assumed_sd(self, parameters):
        """Margin: five malignant rows that Martin2021 gives no sensitivity for."""
        y, v = logit_with_half_count(np.array([13.0, 4, 11, 7, 5]), np.array([19.0, 6, 21, 9, 8]))
        fit = random_effects(y, v, between_sd=BETWEEN_SD)
        drawn = logit(parameters.predictors["margin_ill_defined"].malignant)
        expected = np.hypot(fit.standard_error, BETWEEN_SD)
        assert (drawn.mean(), drawn.std()) == pytest.approx((fit.mean, expected), abs=0.01)

    @pytest.mark.parametrize(
        ("name", "malignant", "benign"),
        [
            ("margin_ill_defined", None, 0.06),
            ("edema_present", None, 0.05),
            ("target_sign_absent", 0.99, None),
            ("peripheral_enhancement", 0.63, None),
            ("cyst_or_necrosis", 0.48, None),
        ],
    )
    def test_a_meta_analysis_stands_for_the_rows_that_it_holds(self, name, malignant, benign, parameters):
        """The median of the class that it prints; the entities' own rows go before it."""
        p = parameters.predictors[name]
        if malignant is not None:
            assert np.median(p.malignant) == pytest.approx(malignant, abs=0.005)
        if benign is not None:
            assert np.median(p.benign["schwannoma"]) == pytest.approx(benign, abs=0.005)

    def test_rows_outside_the_meta_analysis_pool_with_it(self):
        added = site("Later2030", counted("Later2030", "margin_ill_defined", 10, 20, 10, 20))
        rows = SignRows.of(named("margin_ill_defined"), Evidence(sites=(added,)))
        assert [row.study for row in rows._outside(rows.estimates.specificity)] == ["Later2030"]
        assert len(rows._outside(None)) == 6

    def test_an_entity_without_rows_takes_the_benign_ones(self, parameters):
        for name, p in parameters.predictors.items():
            if isinstance(p, SignParameters):
                assert p.shared == (p.benign["schwannoma"] is p.benign["neurofibroma"])
                of_entities = ("target_sign_absent", "peripheral_enhancement", "cyst_or_necrosis")
                assert p.shared == (name not in of_entities)

    def test_a_cyst_is_the_entities_cystic_area(self, parameters):
        """Jee2004: 25 of 39 schwannomas, 3 of 8 neurofibromas."""
        rows = SignRows.of(named("cyst_or_necrosis"), literature()).by_entity
        assert [(r.positive, r.n) for entity in ENTITIES for r in rows[entity]] == [(25, 39), (3, 8)]
        p = parameters.predictors["cyst_or_necrosis"]
        assert np.median(p.benign["schwannoma"]) > np.median(p.benign["neurofibroma"])

    def test_agreement_is_uniform_over_its_range(self, parameters):
        p = parameters.predictors["margin_ill_defined"]
        for drawn in (p.sensitivity, p.specificity):
            assert stats.kstest(drawn, stats.uniform(0.8, 0.15).cdf).statistic < 2 / DRAWS
        assert parameters.predictors["invasion"].sensitivity is None  # a reader's alone

    def test_visible_oedema_is_over_18_mm_in_most_malignant_and_few_benign_lesions(self, parameters):
        """Witness: EJR2015's quartiles, 24 and 17 mm: .75–1 and 0–.25."""
        p = parameters.predictors["edema_present"]
        assert stats.kstest(p.large_malignant, stats.uniform(0.75, 0.25).cdf).statistic < 2 / DRAWS
        assert stats.kstest(p.large_benign, stats.uniform(0, 0.25).cdf).statistic < 2 / DRAWS


class TestSites:
    """Other sites' rows are further studies; one's own counts are drawn to."""

    @staticmethod
    def frequency(evidence: Evidence, name: str = "margin_ill_defined") -> float:
        return float(np.median(draw_parameters(evidence, 2048, 1).predictors[name].malignant))

    def test_another_site_moves_the_mean_of_studies(self):
        """Witness: Bayes' rule over a grid, five rows normal on the logit and the site's count binomial."""
        other = site("Other", counted("Other", "margin_ill_defined", 2, 20, 1, 20))
        y, v = logit_with_half_count(np.array([13.0, 4, 11, 7, 5]), np.array([19.0, 6, 21, 9, 8]))
        fit = random_effects(y, v, between_sd=BETWEEN_SD)
        mean = np.linspace(-5, 5, 1001)
        of_site = [stats.norm.pdf(mean, m, BETWEEN_SD) @ stats.binom.pmf(2, 20, expit(mean)) for m in mean]
        density = stats.norm.pdf(mean, fit.mean, fit.standard_error) * np.array(of_site)
        expected = mean[np.searchsorted(np.cumsum(density), density.sum() / 2)]
        assert logit(self.frequency(Evidence(sites=(other,)))) == pytest.approx(expected, abs=0.02)

    @pytest.mark.parametrize(
        ("name", "most"), [("margin_ill_defined", 0.45), ("invasion", 0.85), ("split_fat_absent", 0.7)]
    )
    def test_own_counts_of_500_say_their_share_and_of_5_move_it_less(self, name, most):
        """The fewer studies speak of a sign, the more: five rows, one row, none at all."""
        before = self.frequency(literature(), name)
        few, many = (
            self.frequency(Evidence(own=site("own", counted("own", name, n // 5, n, n // 10, n))), name)
            for n in (5, 500)
        )
        assert many == pytest.approx(0.2, abs=0.02)
        assert 0 < (few - before) / (many - before) < most

    def test_own_counts_are_of_both_entities(self):
        own = site("own", counted("own", "target_sign_absent", 490, 500, 400, 500))
        p = draw_parameters(Evidence(own=own), 2048, 1).predictors["target_sign_absent"]
        for entity in ENTITIES:
            assert np.median(p.benign[entity]) == pytest.approx(0.8, abs=0.02)

    def test_a_censored_count_is_pooled(self):
        """As one of the counts that it may be."""
        exact = [
            self.frequency(Evidence(sites=(site("Other", counted("Other", "invasion", k, 40, 0, 40)),)), "invasion")
            for k in range(5)
        ]
        censored = site("Other", counted("Other", "invasion", Censored(0, 4), 40, 0, 40))
        assert min(exact) < self.frequency(Evidence(sites=(censored,)), "invasion") < max(exact)
        assert max(exact) < self.frequency(literature(), "invasion")

    def test_the_order_of_rows_does_not_matter(self):
        turned = replace(literature(), sign_counts=literature().sign_counts[::-1])
        one, other = (draw_parameters(evidence, 400, 1).predictors for evidence in (literature(), turned))
        for name, p in one.items():
            assert p.malignant == pytest.approx(other[name].malignant, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "studies"),
    [
        ("adc_mean", ("Well2019", "Koike", "JMedInvest2025", "Nakajo2018")),
        ("adc_min", ("Demehri2014", "Ahlawat2019")),
        ("longest_diameter", ("Demehri2014", "Yu2016", "Li2008", "Ahlawat2019", "Debs2023")),
        ("split_fat_absent", ("Yun2021",)),
        ("cyst_or_necrosis", ("Martin2021", "Jee2004")),
        ("invasion", ("Chhabra2011",)),
        ("target_sign_absent", ("Martin2021", "Matsumine2009", "Bhargava1997", "Suh1992", "Jee2004")),
    ],
)
def test_sources(name, studies):
    predictor = next(p for p in predictors() if p.name == name)
    assert sources(predictor, literature()) == studies
