"""How integers are stored and what they stand for, for classic and enhanced images alike."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence

from pnst.io.dicom_write.geometry import decimal
from pnst.io.dicom_write.stored import StoredPixels


def write_layout(dataset: Dataset, stored: StoredPixels) -> None:
    """Rows, columns and 16 unsigned bits, grey."""
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Columns, dataset.Rows = stored.pixels.shape[:2]
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 0


def write_rescale(dataset: Dataset, stored: StoredPixels) -> None:
    """Rescale slope and intercept, to values without a unit."""
    dataset.RescaleSlope, dataset.RescaleIntercept = decimal(stored.slope), decimal(stored.intercept)
    dataset.RescaleType = "US"


def code(value: str, scheme: str, meaning: str) -> DicomSequence:
    """A code sequence of one item."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return DicomSequence([item])


def adc_mapping(stored: StoredPixels) -> DicomSequence:
    """The real world value mapping of an ADC map, in um2/s."""
    mapping = Dataset()
    mapping.RealWorldValueFirstValueMapped, mapping.RealWorldValueLastValueMapped = 0, 65535
    mapping["RealWorldValueFirstValueMapped"].VR = mapping["RealWorldValueLastValueMapped"].VR = "US"
    mapping.RealWorldValueIntercept, mapping.RealWorldValueSlope = stored.intercept, stored.slope
    mapping.LUTExplanation = mapping.LUTLabel = "ADC"
    mapping.MeasurementUnitsCodeSequence = code("um2/s", "UCUM", "square micrometer per second")
    return DicomSequence([mapping])
