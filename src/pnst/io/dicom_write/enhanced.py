"""A series as Enhanced MR Image Storage (PS3.3 A.36), its frames described in functional groups."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import EnhancedMRImageStorage

from pnst.io.dicom_write.geometry import decimal
from pnst.io.dicom_write.groups import SEVERAL, frame_groups, shared_groups, write_description
from pnst.io.dicom_write.header import SeriesToWrite, header_dataset
from pnst.io.dicom_write.identity import uid
from pnst.io.dicom_write.pixels import code, write_layout
from pnst.study import Acquisition, Role

_FRAME_CONTENT = 0x00209111
_STACK, _IN_STACK, _TIME = 0x00209056, 0x00209057, 0x00209128

_NO_CLOCK = ("19000101", "000000")
"""Content date and time, which the standard requires: the same study gives the same bytes on every day."""


_ONE_A_SERIES = (None, "philips", "canon")
"""Whose scanners put all measurements of a series into one object; Siemens writes one object a measurement."""


def enhanced_instances(out: SeriesToWrite) -> Iterator[Dataset]:
    """The whole series in one object, or one object a measurement, as the vendor does."""
    measurements = range(out.stored.pixels.shape[3])
    if out.style.vendor in _ONE_A_SERIES:
        yield _instance(out, 1, measurements)
    else:
        for measurement in measurements:
            yield _instance(out, measurement + 1, range(measurement, measurement + 1))


def _instance(out: SeriesToWrite, number: int, measurements: range) -> Dataset:
    """The slices of the first of these measurements, then those of the next."""
    stored, facts = out.stored, out.series.acquisition
    slices, several = stored.pixels.shape[2], stored.pixels.shape[3] >= SEVERAL
    order = list(product(measurements, range(slices)))
    dataset = header_dataset(out, EnhancedMRImageStorage, number)
    _write_image(dataset, out.role, facts, number)
    _write_agent(dataset, facts.contrast_agent)
    _write_dimensions(dataset, out, (_STACK, _IN_STACK, _TIME) if several else (_STACK, _IN_STACK))
    write_layout(dataset, stored)
    dataset.NumberOfFrames = len(order)
    dataset.SharedFunctionalGroupsSequence = DicomSequence([shared_groups(out)])
    dataset.PerFrameFunctionalGroupsSequence = DicomSequence([frame_groups(out, k, m) for m, k in order])
    dataset.PixelData = b"".join(stored.frame(k, m) for m, k in order)
    return dataset


def _write_image(dataset: Dataset, role: Role, facts: Acquisition, number: int) -> None:
    """The Enhanced MR Image module (C.8.13.1)."""
    write_description(dataset, role, facts.inversion_time_ms is not None, top=True)
    dataset.ContentDate, dataset.ContentTime = _NO_CLOCK
    dataset.ContentQualification = "RESEARCH"
    dataset.AcquisitionNumber = number
    dataset.AcquisitionContextSequence = DicomSequence([])
    dataset.BurnedInAnnotation, dataset.LossyImageCompression = "NO", "00"
    dataset.PresentationLUTShape = "IDENTITY"
    dataset.ApplicableSafetyStandardAgency = "IEC"
    if facts.fat_suppressed is not None:  # as classic images say it: the pulse sequence is not described
        dataset.ScanOptions = "FS" if facts.fat_suppressed else "NONE"
    if facts.field_strength_t is not None:
        dataset.MagneticFieldStrength = decimal(facts.field_strength_t)


def _write_agent(dataset: Dataset, agent: bool | None) -> None:
    """The agent of the study (C.7.6.4b); the frames say whether it had been given."""
    if agent is None:
        return
    item = Dataset()
    item.ContrastBolusAgentNumber = 1
    [item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning] = "768763008", "SCT", "Gadolinium"
    item.ContrastBolusAdministrationRouteSequence = code("47625008", "SCT", "Intravenous route")
    item.ContrastBolusIngredientCodeSequence = code("58281002", "SCT", "Gadolinium")
    item.ContrastBolusVolume = item.ContrastBolusIngredientConcentration = ""
    dataset.ContrastBolusAgentSequence = DicomSequence([item])


def _write_dimensions(dataset: Dataset, out: SeriesToWrite, pointers: tuple[int, ...]) -> None:
    """Stack, place in it, and time where there are several measurements, as Siemens orders diffusion."""
    organization = uid("dimensions", out.uid)
    item = Dataset()
    item.DimensionOrganizationUID = organization
    dataset.DimensionOrganizationSequence = DicomSequence([item])
    dataset.DimensionIndexSequence = DicomSequence([_dimension(pointer, organization) for pointer in pointers])


def _dimension(pointer: int, organization: str) -> Dataset:
    item = Dataset()
    item.DimensionOrganizationUID = organization
    item.DimensionIndexPointer, item.FunctionalGroupPointer = pointer, _FRAME_CONTENT
    return item
