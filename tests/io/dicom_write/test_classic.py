"""Classic MR images: one a slice and measurement. Witness: PS3.3 A.4 and C.8.3, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.io.dicom_write.classic import classic_instances
from pnst.io.dicom_write.header import SeriesToWrite
from pnst.io.dicom_write.identity import Identity
from pnst.io.dicom_write.style import DicomStyle
from pnst.study import Role


def instances(study, role: Role):
    style = DicomStyle()
    return list(classic_instances(SeriesToWrite(study.series[role], Identity.of(study, style), 1, style)))


def test_slices_of_a_measurement_stay_together(scanned):
    dwi = instances(scanned, Role.DWI)
    slices, measurements = scanned.series[Role.DWI].volume.data.shape[2:]
    assert [ds.InstanceNumber for ds in dwi] == list(range(1, slices * measurements + 1))
    assert [ds.AcquisitionNumber for ds in dwi] == [m + 1 for m in range(measurements) for _ in range(slices)]
    assert len({tuple(ds.ImagePositionPatient) for ds in dwi}) == slices


@pytest.mark.parametrize(
    ("role", "sequence", "options"),
    [(Role.T1, "SE", ""), (Role.T2_FS, ["SE", "IR"], "FS"), (Role.DWI, ["SE", "EP"], "FS")],
)
def test_the_sequence_is_that_of_the_role_and_its_times(scanned, role, sequence, options):
    first = instances(scanned, role)[0]
    assert first.ScanningSequence == sequence
    assert first.ScanOptions == options
    assert first.EchoTime == scanned.series[role].acquisition.echo_time_ms


def test_pixels_of_a_slice_are_rows_of_the_second_axis(scanned):
    data = scanned.series[Role.T1].volume.data
    third = instances(scanned, Role.T1)[2]
    pixels = np.frombuffer(third.PixelData, "<u2").reshape(third.Rows, third.Columns)
    assert np.array_equal(pixels.T, data[:, :, 2])
