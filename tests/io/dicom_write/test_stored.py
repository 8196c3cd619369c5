"""Voxels as integers. Witness: pydicom's own decoding, and closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pydicom
import pytest

from pnst.errors import InputError
from pnst.io.dicom_write.stored import StoredPixels
from pnst.io.write import write_study
from pnst.study import Role, Study


def test_whole_numbers_are_stored_as_they_are(full_study, tmp_path):
    t1 = full_study.series[Role.T1]
    whole = replace(t1, volume=replace(t1.volume, data=np.rint(t1.volume.data)))
    write_study(Study("x", {Role.T1: whole}), tmp_path / "out", "dicom")
    dataset = pydicom.dcmread(tmp_path / "out/t1/0001.dcm")
    assert "RescaleSlope" not in dataset
    assert np.array_equal(dataset.pixel_array.T, whole.volume.data[:, :, 0])


def of_values(series, values) -> StoredPixels:
    data = np.resize(np.asarray(values, np.float32), series.volume.data.shape)
    return StoredPixels.of(replace(series, volume=replace(series.volume, data=data)))


def test_fractions_use_all_16_bits(full_study):
    """Closed form: slope = (highest - min(0, lowest)) / 65535."""
    t1 = full_study.series[Role.T1]
    stored = of_values(t1, [-1.5, 0.25, 6.5])
    assert (stored.slope, stored.intercept) == (pytest.approx(8 / 65535, rel=1e-8), -1.5)
    assert (stored.pixels.min(), stored.pixels.max()) == (0, 65535)
    assert of_values(t1, [1.5, 0.25, 6.5]).intercept == 0.0
    assert not of_values(t1, [0, 7, 65535]).rescaled
    assert of_values(t1, [0, 7, 65536]).rescaled


def test_what_integers_cannot_hold_is_counted(full_study):
    with pytest.raises(InputError, match="voxels that are not finite"):
        of_values(full_study.series[Role.T1], [1.0, np.inf, 2.0])
