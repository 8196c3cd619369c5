"""ADC maps come back in um2_per_ms, however their unit is written, or are refused."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset

from pnst.errors import AmbiguityError
from pnst.io.study import inspect, read_study
from pnst.study import Role


def adc_series(formula, **changes):
    series = formula()
    instances = series.instances()
    for ds in instances:
        ds.ImageType, ds.SeriesDescription = ["DERIVED", "PRIMARY", "ADC"], "ADC"
        for name, value in changes.items():
            setattr(ds, name, value)
    return series, instances


def mapping(slope, unit):
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = unit, "UCUM", unit
    item = Dataset()
    item.RealWorldValueSlope, item.RealWorldValueIntercept = slope, 0.0
    item.MeasurementUnitsCodeSequence = [code]
    return [item]


@pytest.mark.parametrize(
    ("unit", "to_um2_per_ms"),
    [("um2/s", 1e-3), ("10-6mm2/s", 1e-3), ("x10^-6 mm^2/s", 1e-3), ("10*-6.mm2/s", 1e-3)],
)
def test_a_written_unit_decides(formula, write, unit, to_um2_per_ms):
    series, instances = adc_series(formula, RescaleType=unit, RescaleSlope=1, RescaleIntercept=0)
    adc = read_study(write(instances)).series[Role.ADC]
    np.testing.assert_allclose(adc.volume.data, series.stored[..., 0] * to_um2_per_ms, rtol=1e-6)
    assert adc.volume.unit == "um2_per_ms"
    assert "as written" in adc.notes[-1]


def test_the_slope_of_each_slice_counts_before_the_unit(formula, write):
    series, instances = adc_series(formula, RescaleType="um2/s")
    for k, ds in enumerate(instances):
        ds.RescaleSlope, ds.RescaleIntercept = 1 + k / 10, 0
    data = read_study(write(instances)).series[Role.ADC].volume.data
    np.testing.assert_allclose(data, series.stored[..., 0] * (1 + np.arange(5) / 10) * 1e-3, rtol=1e-6)


def test_a_real_world_value_mapping_takes_the_place_of_the_rescale_slope(formula, write):
    series, instances = adc_series(formula, RescaleSlope=7, RescaleIntercept=5)
    for ds in instances:
        ds.RealWorldValueMappingSequence = mapping(1e-6, "mm2/s")
    data = read_study(write(instances)).series[Role.ADC].volume.data
    np.testing.assert_allclose(data, series.stored[..., 0] * 1e-3, rtol=1e-6)


def test_a_mapping_without_a_unit_of_diffusivity_is_not_used(formula, write):
    """Philips maps every image with the unit 1."""
    series, instances = adc_series(formula)
    for ds in instances:
        ds.RealWorldValueMappingSequence = mapping(1e-6, "1")
    adc = read_study(write(instances)).series[Role.ADC]
    np.testing.assert_allclose(adc.volume.data, series.stored[..., 0] * 1e-3, rtol=1e-6)
    assert "inferred 1e-6 mm²/s" in adc.notes[-1]


def test_a_written_unit_against_all_tissue_is_refused(formula, write):
    _, instances = adc_series(formula, RescaleType="mm2/s", RescaleSlope=1, RescaleIntercept=0)
    with pytest.raises(AmbiguityError, match="unit of the ADC map s4"):
        read_study(write(instances))


@pytest.mark.parametrize("where", ["RescaleType", "mapping"])
def test_a_written_unit_that_is_none_of_diffusivity_is_refused(formula, write, where):
    """It was taken for an unwritten one."""
    _, instances = adc_series(formula, RescaleSlope=1, RescaleIntercept=0)
    for ds in instances:
        if where == "mapping":
            ds.RealWorldValueMappingSequence = mapping(1e-6, "cm2/s")
        else:
            ds.RescaleType = "cm2/s"
    with pytest.raises(AmbiguityError, match=r"'cm2/s' is written.*--role adc=none"):
        read_study(write(instances))


@pytest.mark.parametrize("silent", ["US", "normalized"])
def test_a_rescale_type_that_says_nothing_leaves_the_order_of_magnitude(formula, write, silent):
    _, instances = adc_series(formula, RescaleType=silent, RescaleSlope=1, RescaleIntercept=0)
    assert "inferred 1e-6 mm²/s" in read_study(write(instances)).series[Role.ADC].notes[-1]


def test_slices_in_several_units_are_refused(formula, write):
    _, instances = adc_series(formula, RescaleType="um2/s", RescaleSlope=1, RescaleIntercept=0)
    instances[2].RescaleType = "mm2/s"
    with pytest.raises(AmbiguityError, match="2 units"):
        read_study(write(instances))


def test_values_that_fit_no_unit_are_refused_and_can_be_left_out(formula, write):
    _, instances = adc_series(formula, RescaleSlope=0.05, RescaleIntercept=0)  # median about 40
    others = formula().instances()
    for ds in others:
        ds.SeriesInstanceUID, ds.SeriesNumber, ds.SOPInstanceUID = "2.25.21", 9, ds.SOPInstanceUID + "2"
    folder = write([*instances, *others])
    with pytest.raises(AmbiguityError, match="--role adc=none"):
        read_study(folder)
    assert set(read_study(folder, roles={"adc": "none"}).series) == {Role.T1}


def test_toshiba_map_with_a_b_value_and_no_unit_is_an_adc_map(shared_data):
    """Trap: it carries DiffusionBValue 500. Tissue of the abdomen has a median near 1 um2_per_ms."""
    adc = read_study(shared_data / "toshiba_abdomen_adc_t2").series[Role.ADC]
    assert 0.5 < np.median(adc.volume.data[adc.volume.data > 0]) < 2
    assert "inferred 1e-6 mm²/s" in adc.notes[-1]


def test_diffusion_images_named_adc_are_refused(shared_data):
    """Trap: named "Apparent Diffusion Coefficient", but it is not a map (its median is 49)."""
    with pytest.raises(AmbiguityError, match="unit of the ADC map"):
        read_study(shared_data / "dicom_seg_sr" / "qin_prostate_001" / "adc")


def test_ge_map_equals_its_nrrd_truth(shared_data):
    """Witness: dcmqi's parametric map of the same slices (raw little-endian NRRD, 1e-6 mm²/s)."""
    folder = shared_data / "dicom_seg_sr" / "dcmqi"
    header, _, raw = (folder / "ge_adc_truth" / "pm-example.nrrd").read_bytes().partition(b"\n\n")
    adc = read_study(folder / "ge_adc_dicom").series[Role.ADC].volume
    assert b"sizes: 256 256 20" in header
    truth = _nrrd_values(header, raw).reshape(20, 256, 256).transpose(2, 1, 0)
    np.testing.assert_allclose(adc.data, truth * 1e-3, atol=1e-6)


def test_siemens_map_is_in_range_and_said(shared_data):
    (guess,) = (g for g in inspect(shared_data / "siemens_xa30_dwi_adc") if g.role is Role.ADC)
    assert guess.key == "s11"


def _nrrd_values(header, raw):
    import gzip

    data = gzip.decompress(raw) if b"encoding: gzip" in header else raw
    kind = {b"short": "<i2", b"float": "<f4", b"double": "<f8", b"ushort": "<u2", b"unsigned short": "<u2"}
    (name,) = (line.split(b": ")[1] for line in header.splitlines() if line.startswith(b"type: "))
    return np.frombuffer(data, kind[name]).astype(float)
