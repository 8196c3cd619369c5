"""The words of Scan Options, as scanners write them and as converters join them."""

from __future__ import annotations

import pytest

from pnst.io.fat_suppression import SUPPRESSING_OPTIONS, fat_suppressed, joined_options


@pytest.mark.parametrize(
    ("options", "suppressed"), [((), None), (("", ""), None), (("PFP", "fs"), True), (("PFP", "SP"), False)]
)
def test_scan_options_tell_fat_suppression(options, suppressed):
    assert fat_suppressed(options) is suppressed


@pytest.mark.parametrize("option", sorted(SUPPRESSING_OPTIONS))
@pytest.mark.parametrize("joined", ["{}", "PFP_{}", "{}_SAT2", r"PFP\\{}\\SAT2", "PFP, {}"])
def test_every_option_is_understood_however_it_is_joined(option, joined):
    assert fat_suppressed(joined_options(joined.format(option))) is True
    assert fat_suppressed(joined_options(joined.format("OTHER"))) is False
