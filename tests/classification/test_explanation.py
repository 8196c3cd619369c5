"""An explanation has every number of the assessment, its source and who gave it."""

from __future__ import annotations

from pnst.classification.assess import assess
from pnst.classification.assessment import Assessment
from pnst.classification.explanation import explain

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
            "size.longest_diameter_mm: 72",
            "continuous.csv: Demehri2014, Yu2016, Li2008, Ahlawat2019",
            "margin.ill_defined_fraction: 0.21, malignant side is > 0.20, weight 0.60",
            "cutoffs.csv: Well2019, Koike",
            "δ solved for AUC 0.89",
            "at prior 0.01",
            "warning: outside the population of",
            "not a medical device",
        ):
            assert words in text

    def test_a_readers_word_is_marked(self):
        assert "the reader's word" in explain(assess({"override.edema.present": True}))
        assert "the reader's word" not in explain(assess({"edema.max_extent_mm": 30.0}))

    def test_without_inputs_the_values_are_left_out(self):
        back = Assessment.from_dict(assess(COLUMNS).to_dict(), case_id="")
        assert "(size.longest_diameter_mm)" in explain(back)

    def test_an_abstention_is_said(self):
        assert "abstained: nothing but the size" in explain(assess({"size.longest_diameter_mm": 60.0}))
