"""A reason stands once, whatever it is the reason of. Witness: the reasons that were given."""

from __future__ import annotations

from dataclasses import replace

from pnst.classification.assess import assess
from pnst.measurement.spinal_canal import WITH_FAT
from pnst.reporting.skipped_parts import skipped_of, skipped_parts
from pnst.reporting.summary import summarise

CANAL = dict.fromkeys(("canal.occupancy", "canal.dural_contact", "canal.cleft", "canal.dural_tail"), WITH_FAT)


def test_parts_of_a_family_with_one_reason_are_named_together():
    assert skipped_parts(CANAL) == [("Spinal canal, occupancy, dural contact, cleft, dural tail", WITH_FAT)]
    assert skipped_of("canal", CANAL) == f"Occupancy, dural contact, cleft, dural tail: {WITH_FAT}"


def test_another_reason_and_another_family_stay_apart():
    skipped = CANAL | {"canal.cleft": "thick slices", "target": "no T2 series", "heterogeneity.t2": "no T2 series"}
    assert skipped_parts(skipped) == [
        ("Spinal canal, occupancy, dural contact, dural tail", WITH_FAT),
        ("Spinal canal, cleft", "thick slices"),
        ("Target sign", "no T2 series"),
        ("Heterogeneity, T2", "no T2 series"),
    ]
    assert skipped_of("heterogeneity", skipped) == "T2: no T2 series"
    assert skipped_of("margin", skipped) == ""


def test_a_terminal_prints_one_line_for_them(made):
    rows = summarise(replace(made.m, skipped=CANAL), assess(made.m)).rows
    assert [what for what, value, _ in rows if WITH_FAT in value] == [
        "spinal canal, occupancy, dural contact, cleft, dural tail"
    ]
