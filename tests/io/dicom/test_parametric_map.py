"""ADC maps stored as DICOM Parametric Maps, written by highdicom."""

from __future__ import annotations

import highdicom as hd
import numpy as np
import pytest
from highdicom.sr.coding import CodedConcept

from pnst.errors import InputError
from pnst.io.study import inspect, read_study
from pnst.study import Role

ADC = CodedConcept("113041", "DCM", "Apparent Diffusion Coefficient")
PERFUSION = CodedConcept("126401", "DCM", "SUV")


def sources(formula):
    """Slices of the formula with all that highdicom copies from them."""
    made = formula().instances()
    for ds in made:
        for name in ("PatientName", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID"):
            setattr(ds, name, "")
        ds.AccessionNumber = ds.ReferringPhysicianName = ds.PositionReferenceIndicator = ""
        ds.FrameOfReferenceUID = "2.25.3"
    return made


def adc_map(formula, dtype, quantity=ADC, unit="um2/s", slope=1.0):
    """A map of the formula's slices, last slice first: 500 + 0.5 of the stored integers, in 1e-6 mm²/s."""
    images = sources(formula)[::-1]
    values = 500 + formula().stored[..., 0].transpose(2, 1, 0)[::-1] / 2  # slices, rows, columns
    stored = (values / slope).astype(dtype)
    whole = np.issubdtype(dtype, np.integer)
    mapping = hd.pm.RealWorldValueMapping(
        lut_label="ADC",
        lut_explanation="apparent diffusion coefficient",
        unit=CodedConcept(unit, "UCUM", unit),
        value_range=(0, 4095) if whole else (0.0, 4095.0),
        slope=slope,
        intercept=0,
        quantity_definition=quantity,
    )
    return hd.pm.ParametricMap(
        images,
        pixel_array=stored,
        series_instance_uid="2.25.9",
        series_number=9,
        sop_instance_uid="2.25.10",
        instance_number=1,
        manufacturer="Invented",
        manufacturer_model_name="a",
        software_versions="1",
        device_serial_number="1",
        contains_recognizable_visual_features=False,
        real_world_value_mappings=[mapping],
        voi_lut_transformations=[hd.VOILUTTransformation(window_center=1000, window_width=500)],
    )


def expected(formula, dtype, slope=1.0):
    values = 500 + formula().stored[..., 0] / 2
    return (values / slope).astype(dtype) * slope / 1000


@pytest.mark.parametrize(
    ("dtype", "unit", "slope"),
    [
        (np.float32, "um2/s", 1.0),
        (np.float64, "um2/s", 1.0),
        (np.uint16, "um2/s", 0.5),
        (np.float32, "10*-6.mm2/s", 1.0),
    ],
    ids=["float", "double", "scaled integers", "UCUM's power"],
)
def test_a_parametric_map_is_an_adc_map(formula, write, dtype, unit, slope):
    """Witness: the formula; the unit is that of the real world value mapping."""
    adc = read_study(write([adc_map(formula, dtype, unit=unit, slope=slope)])).series[Role.ADC]
    assert adc.volume.unit == "um2_per_ms"
    np.testing.assert_allclose(adc.volume.grid.affine, formula().affine, atol=1e-6)
    np.testing.assert_allclose(adc.volume.data, expected(formula, dtype, slope), rtol=1e-6)
    assert adc.notes[-1] == "ADC unit as written: 1e-6 mm²/s"


def test_a_map_of_another_quantity_is_no_adc_map(formula, write):
    made = adc_map(formula, np.float32, quantity=PERFUSION, unit="g/ml")
    made.SeriesDescription, made.Modality = "T1", "MR"  # which would be a T1 of any other object
    folder = write([made])
    (guess,) = inspect(folder)
    assert guess.role is None
    assert guess.reason == "its image type says computed map"
    with pytest.raises(InputError, match="no series of this study has a role"):
        read_study(folder)
