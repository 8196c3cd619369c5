"""The Siemens CSA header, against one written by hand, whole and cut short."""

from __future__ import annotations

import pytest

from csa_header import csa_header
from pnst.io.dicom.csa import read_csa


@pytest.mark.parametrize(
    "blob",
    [b"", b"SV10", b"SV10\x04\x03\x02\x01\xff\xff\xff\xff\x4d\0\0\0", bytes(500)],
    ids=["nothing", "a name", "a count beyond the end", "zeros"],
)
def test_bytes_that_are_no_csa_header_hold_nothing(blob):
    assert read_csa(blob, frozenset({"B_value"})) == {}


def test_named_values_come_back_in_order_and_others_not_at_all():
    header = csa_header({"B_value": ["800"], "Unasked": ["x"], "Normal": ["0.6", "0", "0.8"]}, item_count=6)
    assert read_csa(header, frozenset({"B_value", "Normal", "Absent"})) == {
        "B_value": ("800",),
        "Normal": ("0.6", "0", "0.8"),
    }


def test_a_header_cut_short_keeps_the_entries_before_the_cut():
    header = csa_header({"B_value": ["800"], "Normal": ["0.6", "0", "0.8"]})
    assert read_csa(header[:-30], frozenset({"B_value", "Normal"})) == {"B_value": ("800",)}
