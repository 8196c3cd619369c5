"""Lesions in rows. Witness: the rows of the packaged files, added by hand."""

from __future__ import annotations

import pytest

from pnst.classification.evidence_model.site_share import lesions_counted
from pnst.classification.sites.summarise import summarise_evidence
from pnst.evidence.body import Evidence, literature
from pnst.evidence.published import cutoffs, entity_counts, predictors, publications, sign_counts
from site_tables import counted_cohort

NORTH, SOUTH = (
    summarise_evidence(counted_cohort(cyst, n), "malignant", site=name)
    for name, cyst, n in (("north", (12, 8), (20, 40)), ("south", (7, 6), (18, 22)))
)


def named(name: str):
    return next(p for p in predictors() if p.name == name)


def test_a_signs_published_rows():
    counts = [row for row in sign_counts() if row.predictor == "cyst_or_necrosis"]
    outside = [row for row in counts if not publications()[row.study].counted_in_meta_analysis]
    rows = [row.n_malignant + row.n_benign for row in outside]
    rows += [row.n for row in entity_counts() if row.predictor == "cystic_area"]
    assert lesions_counted(named("cyst_or_necrosis"), literature()) == (sum(rows), 0)


def test_an_adcs_cutoffs_count():
    rows = [
        row.n_malignant + row.n_benign for row in cutoffs() if row.name == "adc_mean" and row.true_negative is not None
    ]
    assert lesions_counted(named("adc_mean"), literature())[0] >= sum(rows) > 0


@pytest.mark.parametrize(
    ("evidence", "added"),
    [(Evidence(sites=(NORTH,)), 60), (Evidence(own=SOUTH), 40), (Evidence(sites=(NORTH,), own=SOUTH), 100)],
    ids=["another", "own", "both"],
)
@pytest.mark.parametrize("name", ["cyst_or_necrosis", "longest_diameter"])
def test_sites_add_theirs_and_leave_the_published(name, evidence, added):
    published, _ = lesions_counted(named(name), literature())
    assert lesions_counted(named(name), evidence) == (published, added)


def test_a_site_adds_nothing_to_what_it_did_not_count():
    assert lesions_counted(named("adc_mean"), Evidence(sites=(NORTH,)))[1] == 0
