"""What tells a simulated series from a patient's: how it was made, or the manufacturer that its file names."""

from __future__ import annotations

from dataclasses import replace

from pnst.io.simulation_mark import PHANTOM, is_simulated
from pnst.phantom.spec import MAKER
from pnst.study import Acquisition, Role, Source


def test_either_mark_is_enough_and_neither_is_a_patient(full_study):
    series = replace(full_study.series[Role.FAT], acquisition=Acquisition(manufacturer="SIEMENS"))
    scanned = replace(series, source=Source("dicom", series.source.digest))
    assert is_simulated(series)
    assert is_simulated(replace(scanned, acquisition=Acquisition(manufacturer=PHANTOM)))
    assert not is_simulated(scanned)


def test_the_phantom_names_itself_so():
    assert PHANTOM == MAKER
