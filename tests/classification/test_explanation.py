"""An explanation has every number of the assessment, its source and who gave it."""

from __future__ import annotations

from pnst.classification.assess import assess
from pnst.classification.assessment import Assessment
from pnst.classification.explanation import explain
from pnst.classification.sites.summarise import summarise_evidence
from site_tables import counted_cohort

COLUMNS = {
    "size.longest_diameter_mm": 72.0,
    "margin.ill_defined_fraction": 0.21,
    "edema.max_extent_mm": 12.0,
    "adc.mean_um2_per_ms": 1.4,
}


class TestExplanation:
    def test_a_signs_malignant_side_is_a_sentence(self):
        assert "target.present: 1, malignant side is false, weight 0.00" in explain(assess({"target.present": True}))

    def test_every_number_has_its_source(self):
        text = explain(assess(COLUMNS, patient={"nf1": False}))
        for words in (
            "question: MPNST or benign PNST?",
            "odds of malignancy multiplied by",
            "size.longest_diameter_mm: 72",
            "continuous.csv: Demehri2014, Yu2016, Li2008, Ahlawat2019, Debs2023",
            "margin.ill_defined_fraction: 0.21, malignant side is > 0.20, weight 0.60",
            "edema.max_extent_mm: 12, weights: none 0.00, visible 1.00, over 18 mm 0.00",
            "measured, it is right with sensitivity",
            "in schwannoma",
            "cutoffs.csv: Well2019, Koike",
            "at prior 0.01",
            "the default prior 0.316 is the case mix",
            "warning: outside the population of",
            "not a medical device",
        ):
            assert words in text

    def test_both_kinds_of_share_stand_with_their_intervals(self):
        a = assess(COLUMNS)
        lines = explain(a).splitlines()
        for name, finding in a.findings.items():
            (line,) = (line for line in lines if line.endswith(f"  {name}"))
            for value, (low, high) in (
                (finding.contribution, finding.contribution_interval),
                (finding.alone, finding.alone_interval),
            ):
                assert f"{value:+.3f} ({low:+.2f} to {high:+.2f})" in line

    def test_a_bound_is_said_where_it_holds_a_size_back(self):
        assert "longest_diameter_mm: 200, counts as 82.4" in explain(assess({"size.longest_diameter_mm": 200.0}))
        assert ", counts as" not in explain(assess(COLUMNS))

    def test_a_readers_word_is_marked(self):
        assert "the reader's word" in explain(assess({"override.edema.present": True}))
        assert "the reader's word" not in explain(assess({"edema.max_extent_mm": 30.0}))

    def test_without_inputs_the_values_are_left_out(self):
        back = Assessment.from_dict(assess(COLUMNS).to_dict(), case_id="")
        text = explain(back)
        assert "size.longest_diameter_mm\n" in text
        assert "size.longest_diameter_mm: 72" not in text

    def test_an_abstention_is_said(self):
        assert "abstained: nothing but the size" in explain(assess({"size.longest_diameter_mm": 60.0}))


class TestOtherQuestions:
    def test_the_intradural_one_names_its_sources(self):
        text = explain(assess({"cyst.present": True}, patient={"location": "intradural", "level": "lumbar"}))
        for words in (
            "question: schwannoma or meningioma?",
            "from Lee2020",
            "the default prior 0.802",
            "warning: schwannoma and meningioma alone",
        ):
            assert words in text

    def test_without_a_question_the_rules_stand(self):
        text = explain(assess({**COLUMNS, "reader.invasion": True}, patient={"location": "intracranial"}))
        assert text.startswith("no probability: no published row speaks of intracranial lesions")
        assert "rule Chhabra2011_invasion" in text
        assert "prior" not in text


class TestSites:
    """With sites' counts, the parameters are those that answered. Witness: the site's own numbers."""

    NORTH = summarise_evidence(counted_cohort((12, 8)), "malignant", site="north")

    def test_parameters_sources_and_share_are_those_that_were_used(self):
        words = {"cyst.present": True, "size.longest_diameter_mm": 72.0}
        alone, grown = (explain(assess(words, evidence=sites)).splitlines() for sites in ((), (self.NORTH,)))
        shares = [line for line in grown if "north" in line and "; sites counted 60 of the " in line]
        assert len(shares) == len(words)
        assert not any("sites counted" in line or "north" in line for line in alone)
        frequencies = [next(line for line in lines if "group cyst; frequency" in line) for lines in (alone, grown)]
        assert frequencies[0] != frequencies[1]

    def test_own_counts_as_well(self):
        text = explain(assess({"cyst.present": True}, own_evidence=self.NORTH))
        assert "north; sites counted 60 of the " in text

    def test_a_predictor_that_no_site_counted_says_so(self):
        assert "sites counted 0 of the" in explain(assess({"reader.invasion": True}, evidence=[self.NORTH]))

    def test_one_from_a_file_says_that_its_parameters_are_not_there(self):
        a = assess({"cyst.present": True}, evidence=[self.NORTH])
        text = explain(Assessment.from_dict(a.to_dict(), a.case_id))
        assert "without what the sites counted" in text
        assert "without what the sites counted" not in explain(a)
