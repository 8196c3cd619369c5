"""The studies that speak of a sign. Witnesses: the same rows pooled by hand; counts so many that they decide."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logit

from pnst.classification.evidence_model.frequency import Positives, mean_density, new_study_density
from pnst.classification.evidence_model.quasi_random import Variates
from pnst.classification.evidence_model.sign_draws import draw_sign
from pnst.classification.evidence_model.sign_studies import SignRows
from pnst.classification.evidence_model.site_counts import log_likelihood_read
from pnst.evidence.body import Evidence, SiteEvidence, literature
from pnst.evidence.csv_rows import Censored, Estimate
from pnst.evidence.published import pooled, predictors, publications, sign_counts
from pnst.evidence.sign_rows import ENTITIES, SignCounts

PREDICTORS = {p.name: p for p in predictors()}


def site(predictor, malignant, benign, mark="reader", name="x2019"):
    """A site that counted (positive, n) of each class."""
    row = SignCounts(predictor, name, *malignant, *benign, mark, "")
    return SiteEvidence(name, name, replace(publications()["Yu2016"], study=name, in_martin2021="no"), (row,))


def drawn(predictor, evidence, draws=1024):
    return draw_sign(PREDICTORS[predictor], evidence, Variates(draws, 1))


def test_a_sites_row_pools_with_the_meta_analysis_that_does_not_hold_it():
    """By hand: of malignant lesions the rows and the site; of benign ones 1 − Martin2021's specificity, the
    rows outside it, and the site, whatever year it is named by.
    """
    rows = [row for row in sign_counts() if row.predictor == "margin_ill_defined"]
    outside = [row for row in rows if not publications()[row.study].counted_in_meta_analysis]
    printed = next(r for r in pooled() if (r.source, r.predictor) == ("Martin2021", "margin_ill_defined"))
    specificity = printed.specificity
    assert (printed.sensitivity, specificity is None, len(outside) < len(rows)) == (None, False, True)
    frequency = Estimate(1 - specificity.value, 1 - specificity.high, 1 - specificity.low)
    malignant = [Positives(row.malignant_positive, row.n_malignant) for row in rows]
    benign = [Positives(row.benign_positive, row.n_benign) for row in outside]
    pools = (
        mean_density([*malignant, log_likelihood_read(Positives(30, 60))], 0.6),
        mean_density([*benign, log_likelihood_read(Positives(9, 90))], 0.6, frequency),
    )
    evidence = Evidence(sites=(site("margin_ill_defined", (30, 60), (9, 90)),))
    found = SignRows.of(PREDICTORS["margin_ill_defined"], evidence)
    assert found.malignant() == pytest.approx(new_study_density(pools[0], 0.6))
    assert found.benign() == pytest.approx(new_study_density(pools[1], 0.6))


def test_mixed_benign_lesions_inform_both_entities():
    evidence = Evidence(sites=(site("cyst_or_necrosis", (20, 40), (400, 500)),))
    with_site, alone = drawn("cyst_or_necrosis", evidence), drawn("cyst_or_necrosis", literature())
    for entity in ENTITIES:
        assert np.median(with_site.benign[entity]) > np.median(alone.benign[entity])


@pytest.mark.parametrize("predictor", ["margin_ill_defined", "split_fat_absent"])
@pytest.mark.parametrize("mark", ["reader", "measured"])
def test_another_site_never_pins_a_new_study_and_ones_own_pins_its_own(predictor, mark):
    """SD on the logit: over 0.6, the spread between studies, of a new one; own counts of 4000 leave their own error."""
    counted = site(predictor, (2400, 4000), (800, 4000), mark)
    new, own = drawn(predictor, Evidence(sites=(counted,))), drawn(predictor, Evidence(own=counted))
    assert logit(new.malignant).std() > 0.55
    assert logit(new.benign["schwannoma"]).std() > 0.55
    if mark == "reader":
        assert own.malignant == pytest.approx(0.6, abs=0.04)
        assert own.benign["neurofibroma"] == pytest.approx(0.2, abs=0.04)
    else:  # what is measured is pinned, whatever the agreement
        for p, counts in ((own.malignant, 0.6), (own.benign["schwannoma"], 0.2)):
            measured = own.sensitivity * p + (1 - own.specificity) * (1 - p)
            assert np.quantile(np.abs(measured - counts), 0.95) < 0.03
        assert own.malignant.std() > 0.02


def test_measured_oedema_is_pinned_through_its_three_levels():
    own = drawn("edema_present", Evidence(own=site("edema_present", (2400, 4000), (800, 4000), "measured")))
    assert own.levels == 3
    none, visible = 1 - own.malignant, own.malignant * (1 - own.large_malignant)
    measured = 1 - own.specificity * none - (1 - own.sensitivity) * visible  # by the table of neighbours
    assert np.quantile(np.abs(measured - 0.6), 0.95) < 0.03


def test_a_class_that_is_not_told_changes_nothing_there():
    counted = site("invasion", (0, 0), (10, 50))
    with_site, alone = drawn("invasion", Evidence(own=counted)), drawn("invasion", literature())
    assert np.array_equal(with_site.malignant, alone.malignant)
    assert not np.array_equal(with_site.benign["schwannoma"], alone.benign["schwannoma"])


def test_a_range_says_less_than_its_count_and_more_than_nothing():
    spread = [
        np.log(drawn("invasion", Evidence(own=site("invasion", (10, 20), (count, 60)))).benign["schwannoma"]).std()
        for count in (2, Censored(0, 4), Censored(0, 60))
    ]
    assert spread[0] < spread[1] < spread[2]
