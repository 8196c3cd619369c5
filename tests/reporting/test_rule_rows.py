"""Rules as rows of a page. Witnesses: the rules' own results, and the overrides."""

from __future__ import annotations

from dataclasses import replace

from pnst.classification.assess import assess
from pnst.reporting.rule_rows import rule_table


def test_a_rule_is_said_to_hold_or_not_and_cites_what_it_used(made):
    table = rule_table(assess(made.m).rules, made.m)
    row = next(row for row in table.evaluated if row.rule.name == "Chhabra2011_margin_ill_defined")
    assert (row.title, row.result) == ("Ill-defined margin", "holds")
    assert row.sentence.startswith("the margin is ill-defined, which speaks for malignancy (as in 11 of 21 malignant")
    assert row.used == ("margin.ill_defined = yes",)


def test_a_readers_word_is_marked_where_a_rule_used_it(made):
    m = replace(made.m, overrides={"margin.ill_defined": False})
    row = next(
        row for row in rule_table(assess(m).rules, m).evaluated if row.rule.name == "Chhabra2011_margin_ill_defined"
    )
    assert (row.result, row.used) == ("does not hold", ("margin.ill_defined = no (a reader's word)",))


def test_what_holds_of_every_rule_is_said_once(made):
    table = rule_table(assess(made.m, patient={"location": "intracranial"}).rules, made.m)
    shared = "outside the rule's population: its lesions are peripheral or extradural, this one is intracranial"
    assert table.warnings == (shared,)
    assert not any(shared in row.warnings for row in (*table.evaluated, *table.unevaluated))
    limb = rule_table(assess(made.m, patient={"location": "limb"}).rules, made.m)
    assert limb.warnings == ()


def test_no_rules_make_an_empty_table(made):
    assert rule_table((), made.m).evaluated == ()
