"""Numbers before they become HTML. Witnesses: the measurements that they were made from."""

from __future__ import annotations

from dataclasses import replace

from pnst.measurement.families.canal import Canal
from pnst.measurement.families.cord import Cord
from pnst.measurement.families.flow_voids import FlowVoids
from pnst.measurement.families.invasion import Invasion
from pnst.measurement.measurements import Measurements
from pnst.reporting.key_numbers import key_numbers
from pnst.reporting.reportlets import reportlets


def test_intervals_stand_beside_their_number_once(made):
    size = replace(made.m.size, intervals={"volume_ml": (10.11, 11.02)})
    m = replace(made.m, size=size)
    rows = reportlets(made.study, made.lesion, m)[0].rows
    assert [(r.value.text, r.interval.text) for r in rows if r.interval] == [("10.6", "10.1 – 11.0")]
    assert not any("interval" in r.title.lower() for r in rows)
    assert key_numbers(m)[1].number.interval.text == "10.1 – 11.0"


VOIDS = FlowVoids(
    intralesional_ml=0.03,
    perilesional_ml=0.1,
    largest_calibre_mm=2.4,
    pieces_count=2,
    length_mm=29.7,
    present=True,
    present_threshold=2,
    length_mm_threshold=20.0,
    series="t2_fs",
    intervals={"pieces_count": (2.0, 3.0)},
)


def rows_of(made, **families):
    m = Measurements("case-07", "tumour 1", **families)
    return {one.title: {row.title: row for row in one.rows} for one in reportlets(made.study, made.lesion, m)}


def test_a_sign_that_either_of_two_numbers_decides_says_both_thresholds(made):
    rows = rows_of(made, flow_voids=VOIDS)["Flow voids"]
    assert rows["Present"].rule == "at least 2, or 20.0 mm"
    assert rows["Vessels"].rule == ""
    assert rows["Vessels"].interval.text == "2 – 3"
    assert rows["Length of all together"].rule == "threshold 20.0 mm"


def test_a_series_is_called_as_radiologists_call_it(made):
    assert rows_of(made, flow_voids=VOIDS)["Flow voids"]["Read on"].value.text == "fat-suppressed T2"
    odd = replace(VOIDS, series="no role")
    assert rows_of(made, flow_voids=odd)["Flow voids"]["Read on"].value.text == "no role"


def test_one_name_in_two_families_has_the_words_of_each(made):
    cord = Cord(
        inside_fraction=0.05,
        compartment="extramedullary",
        compartment_threshold=0.5,
        interface_mm2=0.0,
        compression_ratio=1.0,
        displacement_mm=0.0,
    )
    canal = Canal(occupancy_fraction=0.4, inside_fraction=0.3, dural_contact_fraction=0.0)
    rows = rows_of(made, cord=cord, canal=canal)
    assert rows["Spinal cord"]["Share inside the cord"].value.text == "5.0"
    assert rows["Spinal canal"]["Share inside the canal"].value.text == "30"
    assert rows["Spinal cord"]["Compartment"].rule == "intramedullary over 50 %"


def test_a_structure_that_was_not_given_has_no_row(made):
    rows = rows_of(made, invasion=Invasion(vessels_overlap_ml=0.1, vessels_contact_mm2=12.0))
    assert list(rows["Contact with structures"]) == ["Overlap with vessels", "Contact with vessels"]
    unread = Invasion(bone_overlap_ml=0.0, bone_contact_mm2=9.0, bone_destroyed=None)
    assert rows_of(made, invasion=unread)["Contact with structures"]["Bone destroyed"].value.text == "undetermined"
