"""A lesion in a few lines. Witness: the measurements and the assessment that it was made from."""

from __future__ import annotations

from dataclasses import replace

from pnst.classification.assess import assess
from pnst.reporting.summary import summarise


def test_numbers_stand_with_their_unit_and_what_is_missing_with_its_reason(made):
    rows = {name: value for name, value, _ in summarise(made.m, assess(made.m)).rows}
    assert rows["longest diameter"] == "36.0 mm"
    assert rows["ill-defined edge"] == "32% of the surface"
    assert rows["mean ADC"] == "1.43 ·10⁻³ mm²/s"
    assert rows["split fat sign"] == "not applicable: the lesion's compartment is fat"
    assert rows["target skipped"] == "no T2 series"
    assert rows["edema.present (reader)"] == "False"


def test_a_sign_that_cannot_be_decided_is_not_called_inapplicable(made):
    unclear = replace(made.m.split_fat, applicable=None, compartment="unclear")
    rows = {name: value for name, value, _ in summarise(replace(made.m, split_fat=unclear), assess(made.m)).rows}
    assert rows["split fat sign"] == "undetermined: the lesion's compartment is unclear"
    plain = replace(unclear, applicable=True, compartment="intramuscular", present=False)
    assert "split fat sign" not in {row[0] for row in summarise(replace(made.m, split_fat=plain), assess(made.m)).rows}


def test_the_probability_stands_with_its_interval_and_prior_and_the_reason_of_an_abstention(made):
    a = replace(assess(made.m), probability=0.123, interval=(0.04, 0.31), prior=0.05)
    summary = summarise(made.m, a)
    assert summary.title == "case-07, lesion tumour 1"
    assert summary.rows[-1] == ("probability of malignancy", "0.12 (95 % 0.04–0.31, prior 0.05)", "")
    assert summarise(made.m, replace(a, abstained="too small")).rows[-1] == ("abstained", "too small", "")


def test_what_casts_doubt_stands_beside_the_first_number_of_its_family(made):
    m = replace(made.m, size=replace(made.m.size, quality="two pieces"))
    rows = [row for row in summarise(m, assess(m)).rows if "two pieces" in row[2]]
    assert [name for name, _, _ in rows] == ["longest diameter"]
