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
    assert rows["target sign"] == "not measured: no T2 series"
    assert rows["oedema (reader)"] == "no"


def test_a_sign_that_cannot_be_decided_is_not_called_inapplicable(made):
    unclear = replace(made.m.split_fat, applicable=None, compartment="unclear")
    rows = {name: value for name, value, _ in summarise(replace(made.m, split_fat=unclear), assess(made.m)).rows}
    assert rows["split fat sign"] == "undetermined: the lesion's compartment is unclear"
    plain = replace(unclear, applicable=True, compartment="intramuscular", present=False)
    assert "split fat sign" not in {row[0] for row in summarise(replace(made.m, split_fat=plain), assess(made.m)).rows}


def test_the_probability_stands_with_its_interval_and_prior_and_the_reason_of_an_abstention(made):
    a = replace(assess(made.m), probability=0.123, interval=(0.04, 0.31), prior=0.05, odds_factor=8.63)
    a = replace(a, odds_factor_interval=(2.1, 43.7))
    summary = summarise(made.m, a)
    assert summary.title == "case-07, lesion tumour 1"
    assert summary.rows[-2] == ("odds of malignancy", "× 8.6 (95 % 2.1 to 44), whatever the prior", "")
    assert summary.rows[-1] == ("probability of malignancy", "0.12 (95 % 0.04–0.31, prior 0.05)", "")
    assert summarise(made.m, replace(a, abstained="too small")).rows[-1] == ("abstained", "too small", "")


def test_what_casts_doubt_stands_beside_the_first_number_of_its_family(made):
    m = replace(made.m, size=replace(made.m.size, quality="two pieces"))
    rows = [row for row in summarise(m, assess(m)).rows if "two pieces" in row[2]]
    assert [name for name, _, _ in rows] == ["longest diameter"]


def test_without_a_probability_the_reason_stands_in_its_place_and_the_numbers_stay(made):
    rows = summarise(made.m, assess(made.m, patient={"location": "intracranial"})).rows
    assert rows[-1][0] == "no probability"
    assert "intracranial" in rows[-1][1]
    assert rows[0] == ("longest diameter", "36.0 mm", "")
    assert not any("odds" in row[0] for row in rows)


def test_an_intradural_answer_is_of_schwannoma(made):
    rows = summarise(made.m, assess(made.m, patient={"location": "intradural"})).rows
    named = [row[0] for row in rows]
    assert "odds of schwannoma rather than meningioma" in named
    assert not any("malignan" in name for name in named)
