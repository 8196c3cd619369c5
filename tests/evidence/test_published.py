"""The published figures inside the package, and what they say of each other."""

from __future__ import annotations

import re
from dataclasses import fields
from importlib.resources import files

import numpy as np
import pytest
from scipy import stats

from pnst.evidence import intradural_rows, published
from pnst.evidence.csv_rows import packaged_rows
from pnst.evidence.cutoff_rules import B_RANGE, MIN_DIAMETER_MM
from pnst.evidence.intradural_differential import intradural_differential

EVERY_TABLE = {
    "intradural_differential": intradural_differential,
    "studies": published.publications,
    "signs_2x2": published.sign_counts,
    "signs_by_entity": published.entity_counts,
    "continuous": published.moments,
    "continuous_by_entity": published.entity_moments,
    "cutoffs": published.cutoffs,
    "auc": published.areas,
    "agreement": published.agreements,
    "entities": published.entity_shares,
    "pooled": published.pooled,
    "predictors": published.predictors,
    "intradural": intradural_rows.intradural_counts,
    "intradural_continuous": intradural_rows.intradural_moments,
}


def signs(predictor: str) -> list[published.SignCounts]:
    return [row for row in published.sign_counts() if row.predictor == predictor]


def moments(predictor: str, study: str) -> published.SampleMoments:
    return next(row for row in published.moments() if (row.predictor, row.study) == (predictor, study))


@pytest.mark.parametrize("name", EVERY_TABLE)
def test_a_table_is_read_whole_and_once(name):
    """Witness: the lines of its file."""
    table = EVERY_TABLE[name]
    assert len(table()) == len(packaged_rows(f"{name}.csv")) > 0
    assert table() is table()


def test_every_file_is_read():
    packaged = {file.name.removesuffix(".csv") for file in (files("pnst.evidence") / "data").iterdir()}
    assert packaged == set(EVERY_TABLE)


def test_every_row_names_a_study_that_is_listed():
    studies = published.publications()
    named = set(EVERY_TABLE) - {"intradural_differential", "studies", "agreement", "pooled", "predictors"}
    rows = [row for name in named for row in EVERY_TABLE[name]()]
    assert {row.study for row in rows} | {row.source for row in published.pooled()} <= set(studies)


def test_no_count_exceeds_its_total():
    for row in published.sign_counts():
        assert 0 <= row.malignant_positive <= row.n_malignant
        assert 0 <= row.benign_positive <= row.n_benign
    for of_entity in published.entity_counts():
        assert 0 <= of_entity.positive <= of_entity.n
    for spinal in intradural_rows.intradural_counts():
        for positive, total in (
            (spinal.schwannoma_positive, spinal.n_schwannoma),
            (spinal.meningioma_positive, spinal.n_meningioma),
        ):
            assert positive is None or 0 <= positive <= total
    for cutoff in published.cutoffs():
        assert 0 <= cutoff.true_positive <= cutoff.n_malignant
        assert cutoff.true_negative is None or 0 <= cutoff.true_negative <= cutoff.n_benign


def test_every_predictor_finds_its_parameters_in_the_file_it_names():
    names = {
        "signs_2x2.csv": {row.predictor for row in published.sign_counts()},
        "continuous.csv": {row.predictor for row in published.moments()},
        "cutoffs.csv": {row.name for row in published.cutoffs()},
        "pooled.csv": {row.predictor for row in published.pooled()},
    }
    for predictor in published.predictors():
        if predictor.parameters != "assumed (see text)":
            assert all(predictor.name in names[file] for file in predictor.parameters.split(" and "))


def test_an_ordinal_predictor_says_where_its_levels_begin():
    """Witness: EVIDENCE, soft from 3 to 8 mm and from 13 to 23 mm."""
    (oedema,) = (p for p in published.predictors() if p.kind == "ordinal")
    assert oedema.levels == ((3.0, 8.0), (13.0, 23.0))
    assert (oedema.uncertain_from, oedema.uncertain_to) == (3.0, 23.0)


def test_how_well_a_measured_sign_agrees_is_a_range_above_chance():
    """The first law needs sensitivity and specificity above a half."""
    signs_of_numbers = {p.name for p in published.predictors() if p.kind != "lognormal" and "reader." not in p.column}
    assert {row.predictor for row in published.agreements()} == signs_of_numbers
    for row in published.agreements():
        for low, high in (row.sensitivity, row.specificity):
            assert 0.5 < low < high < 1
        assert row.mark == "assumed"


def test_the_areas_of_mean_adc():
    jmed, nakajo, _ = published.areas()
    assert (jmed.name, jmed.value, jmed.auc) == ("adc_mean", 0.898, published.Estimate(0.898, 0.691, 1.0))
    assert nakajo.value == 0.74
    assert published.areas()[2].auc == 0.89  # no interval is printed


def test_percentages_of_lee_are_of_half_its_patients_each():
    (row,) = (r for r in intradural_rows.intradural_counts() if (r.predictor, r.study) == ("lumbar_level", "Lee2020"))
    assert (row.schwannoma_positive, row.n_schwannoma) == pytest.approx((0.41 * 99.5, 99.5))
    assert row.counts_both


def test_ranks_are_unique_within_a_group_and_a_group_lies_on_one_axis():
    for group in {p.group for p in published.predictors()}:
        members = [p for p in published.predictors() if p.group == group]
        assert sorted(p.rank for p in members) == list(range(1, len(members) + 1))
        assert len({p.axis for p in members}) == 1


class TestPopulationsAreReadOffTheirText:
    def test_nf1_is_all_only_where_the_text_says_so(self):
        for study in published.publications().values():
            if study.nf1 == "all":
                assert study.population.startswith("NF1")
            if study.nf1 == "some":
                assert re.search(r"\d+ NF1|sporadic|patients with neurofibromatosis", study.population)
            if study.nf1 == "unknown":
                assert "NF1" not in study.population

    def test_age_is_bounded_only_where_the_text_says_so(self):
        for study in published.publications().values():
            years = re.search(r"up to (\d+) years", study.population)
            assert study.age_max == (float(years[1]) if years else None)

    def test_a_site_is_named_only_where_the_text_names_it(self):
        words = {"trunk or limb": "trunk or extremity", "extracranial": "extracranial", "paraspinal": "dumbbell"}
        for study in published.publications().values():
            assert all((site == study.site) == (word in study.population) for site, word in words.items())
            if "intradural excluded" in study.population:
                assert study.site == "extradural"
            elif "intradural" in study.population:
                assert study.site == "intradural"

    def test_the_meta_analysis_holds_what_is_older_than_2020_or_said_to_be(self):
        """Unknown counts as yes before 2020; none of 2020 and later can be in it."""
        studies = published.publications()
        for key, study in studies.items():
            year = int(key[-4:]) if key[-4:].isdigit() else 0
            assert study.counted_in_meta_analysis == (study.in_martin2021 == "unknown" and year < 2020)
        inside = {key for key, study in studies.items() if study.counted_in_meta_analysis}
        assert {"Matsumine2009", "Demehri2014", "Yu2016", "Koike"} <= inside
        assert not {"Lee2020", "Debs2023", "Yun2021", "Ristow2024", "Wilson2021", "Martin2021"} & inside

    def test_only_large_lesions_where_the_text_says_so(self):
        limits = {key: 50.0 for key, study in published.publications().items() if "all > 5 cm" in study.population}
        assert limits == MIN_DIAMETER_MM

    def test_b_values_are_those_of_the_acquisition(self):
        for key, study in published.publications().items():
            ends = re.search(r"b (\d+)(?:/\d+/|-)(\d+)", study.acquisition)
            assert B_RANGE.get(key) == ((float(ends[1]), float(ends[2])) if ends else None)


class TestTheSourcesContradictThemselves:
    """EVIDENCE's list, each recomputed from the rows. Witness: SciPy's tests."""

    def test_demehri_size_is_in_cm(self):
        """The printed moments with n = 9 and 22 give the printed P = .009, so the numbers stand and the printed unit
        (mm) cannot: no series has malignant tumours of 6 mm."""
        row = moments("longest_diameter", "Demehri2014")
        p = stats.ttest_ind_from_stats(
            row.mean_malignant, row.sd_malignant, row.n_malignant, row.mean_benign, row.sd_benign, row.n_benign
        ).pvalue
        assert p == pytest.approx(0.009, abs=0.0005)
        assert row.unit == "cm"

    def test_demehri_margin_follows_and_oedema_does_not(self):
        margin = next(row for row in signs("margin_ill_defined") if row.study == "Demehri2014")
        edema = next(row for row in signs("edema_present") if row.study == "Demehri2014")
        assert fisher(margin) == pytest.approx(0.04, abs=0.005)
        assert fisher(edema) == pytest.approx(0.038, abs=0.0005)  # printed .01

    def test_demehri_moments_imply_a_greater_auc_than_printed(self):
        row = moments("adc_min", "Demehri2014")
        auc = stats.norm.cdf((row.mean_benign - row.mean_malignant) / np.hypot(row.sd_malignant, row.sd_benign))
        assert auc == pytest.approx(0.93, abs=0.005)  # printed .89

    def test_matsumine_specificity_of_a_t1_bright_area(self):
        row = signs("t1_high_signal_area")[0]
        assert 1 - row.benign_positive / row.n_benign == pytest.approx(0.944, abs=0.0005)  # printed 87.5 %

    def test_ahlawat_size_p_does_not_follow_from_its_moments(self):
        row = moments("longest_diameter", "Ahlawat2019")
        p = stats.ttest_ind_from_stats(
            row.mean_malignant, row.sd_malignant, row.n_malignant, row.mean_benign, row.sd_benign, row.n_benign
        ).pvalue
        assert p < 1e-6  # printed .014

    def test_well_adc_cutoffs_are_in_1e_3(self):
        """The footer's 1e-6 would put every cutoff a thousandfold below free water's 3.0e-3 mm²/s."""
        rows = [row for row in published.cutoffs() if row.study == "Well2019" and row.predictor == "adc"]
        assert rows
        assert all(row.unit == "1e-3 mm2/s" and 0.9 < row.cutoff < 1.7 for row in rows)

    def test_mean_adc_of_koike_and_well_cannot_be_one_normal_distribution(self):
        below = {row.study: (row.cutoff, row.true_positive / row.n_malignant) for row in mean_adc_rows()}
        assert below["Well2019"][0] < below["Koike"][0]
        assert below["Well2019"][1] > below["Koike"][1]  # more lie below the lower cutoff


def mean_adc_rows() -> list[published.Cutoff]:
    return [row for row in published.cutoffs() if row.name == "adc_mean"]


def fisher(row: published.SignCounts) -> float:
    table = [
        [row.malignant_positive, row.n_malignant - row.malignant_positive],
        [row.benign_positive, row.n_benign - row.benign_positive],
    ]
    return float(stats.fisher_exact(table).pvalue)


def test_every_field_of_a_publication_is_a_column():
    assert {f.name for f in fields(published.Publication)} == set(packaged_rows("studies.csv")[0])
