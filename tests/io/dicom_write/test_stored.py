"""Voxels as integers. Witness: pydicom's own decoding, and closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pydicom

from pnst.io.write import write_study
from pnst.study import Role, Study


def test_whole_numbers_are_stored_as_they_are(full_study, tmp_path):
    t1 = full_study.series[Role.T1]
    whole = replace(t1, volume=replace(t1.volume, data=np.rint(t1.volume.data)))
    write_study(Study("x", {Role.T1: whole}), tmp_path / "out", "dicom")
    dataset = pydicom.dcmread(tmp_path / "out/t1/0001.dcm")
    assert "RescaleSlope" not in dataset
    assert np.array_equal(dataset.pixel_array.T, whole.volume.data[:, :, 0])
