"""What stored integers stand for. Closed form: 1 um2/ms is 1000 um2/s."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset

from pnst.io.dicom_write.pixels import adc_mapping, code, write_layout, write_rescale
from pnst.io.dicom_write.stored import StoredPixels
from pnst.study import Role


def test_the_mapping_of_an_adc_map_gives_um2_per_s(full_study):
    adc = full_study.series[Role.ADC]
    stored = StoredPixels.of(adc)
    (mapping,) = adc_mapping(stored)
    values = stored.pixels[..., 0] * mapping.RealWorldValueSlope + mapping.RealWorldValueIntercept
    assert values == pytest.approx(1000 * adc.volume.data, abs=0.51 * mapping.RealWorldValueSlope)
    assert mapping.MeasurementUnitsCodeSequence[0].CodeValue == "um2/s"


def test_columns_are_the_first_axis_and_rows_the_second():
    dataset = Dataset()
    stored = StoredPixels(np.zeros((7, 6, 5, 1), np.uint16), 0.5, -3.0)
    write_layout(dataset, stored)
    write_rescale(dataset, stored)
    assert (dataset.Columns, dataset.Rows, dataset.HighBit, dataset.PixelRepresentation) == (7, 6, 15, 0)
    assert (dataset.RescaleSlope, dataset.RescaleIntercept) == (0.5, -3.0)


def test_a_code_is_a_sequence_of_one_item():
    (item,) = code("108369006", "SCT", "Neoplasm")
    assert (item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning) == ("108369006", "SCT", "Neoplasm")
