"""Stored numbers into values: closed forms for slopes, signs, unused bits and transfer syntaxes."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.encaps import generate_frames
from pydicom.uid import ExplicitVRBigEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

from pnst.errors import InputError
from pnst.io.study import read_study
from pnst.study import Role


def voxels(folder):
    return read_study(folder).series[Role.T1].volume.data


def test_each_slice_has_its_own_slope_and_intercept(formula, write):
    series = formula()
    instances = series.instances()
    for k, ds in enumerate(instances):
        ds.RescaleSlope, ds.RescaleIntercept = 0.5 + k, -3 * k
    k = np.arange(5)
    np.testing.assert_allclose(voxels(write(instances)), series.stored[..., 0] * (0.5 + k) - 3 * k, rtol=1e-7)


def test_signed_pixels_keep_their_sign(formula, write):
    series = formula()
    instances = series.instances()
    for ds in instances:
        ds.PixelRepresentation = 1
        ds.PixelData = (-np.frombuffer(ds.PixelData, "<i2")).tobytes()
    np.testing.assert_array_equal(voxels(write(instances)), -series.stored[..., 0].astype(float))


@pytest.mark.parametrize("signed", [0, 1])
def test_old_overlays_in_unused_bits_are_no_signal(formula, write, signed):
    """12 bits stored of 16: bit 15 holds an overlay's plane."""
    series = formula()
    instances = series.instances()
    for ds in instances:
        ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 12, 11, signed
        ds.PixelData = (np.frombuffer(ds.PixelData, "<u2") | 0x8000).tobytes()
    expected = series.stored[..., 0].astype(np.int64)
    if signed:
        expected = np.where(expected >= 2048, expected - 4096, expected)
    np.testing.assert_array_equal(voxels(write(instances)), expected)


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, JPEGLSLossless])
def test_lossless_compression_changes_nothing(formula, write, syntax):
    series = formula(shape=(37, 33, 5))  # JPEG 2000 refuses images of a few pixels
    instances = series.instances()
    for ds in instances:
        ds.compress(syntax, generate_instance_uid=False)
    np.testing.assert_array_equal(voxels(write(instances)), series.stored[..., 0])


def test_big_endian_is_read(formula, write):
    series = formula()
    instances = series.instances()
    for ds in instances:
        ds.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
        ds.PixelData = np.frombuffer(ds.PixelData, "<u2").astype(">u2").tobytes()
        ds["PixelData"].VR = "OW"
    np.testing.assert_array_equal(voxels(write(instances)), series.stored[..., 0])


def test_truncated_compressed_pixels_are_refused_by_name(formula, write):
    instances = formula().instances()
    for ds in instances:
        ds.compress(RLELossless, generate_instance_uid=False)
    folder = write(instances)
    file = sorted(folder.iterdir())[0]
    (frame,) = generate_frames(dcmread(file).PixelData, number_of_frames=1)
    file.write_bytes(file.read_bytes()[: -len(frame) // 2])
    with pytest.raises(InputError, match=file.name):
        read_study(folder)


@pytest.mark.parametrize("name", ["compressed_rle", "compressed_jpegls", "compressed_j2k"])
def test_one_series_in_three_compressions_gives_one_array(shared_data, name):
    """Witness: the same slices in another transfer syntax."""
    base = shared_data / "header_variants" / "generic"
    mine = read_study(base / name / "001", roles={"t2": "4"}).series[Role.T2]
    other = read_study(base / "compressed_rle" / "001", roles={"t2": "4"}).series[Role.T2]
    assert mine.source.digest == other.source.digest
