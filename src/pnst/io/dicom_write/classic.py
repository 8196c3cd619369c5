"""A series as classic MR Image Storage (PS3.3 A.4): one instance a slice and measurement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydicom.dataset import Dataset
from pydicom.uid import MRImageStorage

from pnst.io.dicom_write.geometry import decimal, orientation, pixel_spacing, position
from pnst.io.dicom_write.header import SeriesToWrite, header_dataset
from pnst.io.dicom_write.pixels import adc_mapping, write_layout, write_rescale
from pnst.io.dicom_write.weighting import Weighting, write_weighting
from pnst.io.simulation_mark import SIMULATED, is_simulated
from pnst.study import Acquisition, Role

_IMAGE_TYPES: Mapping[Role, list[str]] = {
    Role.DWI: ["ORIGINAL", "PRIMARY", "DIFFUSION", "NONE"],
    Role.ADC: ["DERIVED", "PRIMARY", "ADC"],
    Role.FAT: ["DERIVED", "PRIMARY", "FAT"],
    Role.WATER: ["DERIVED", "PRIMARY", "WATER"],
}


def classic_instances(out: SeriesToWrite) -> Iterator[Dataset]:
    """One data set a slice, all slices of a measurement together."""
    grid, stored = out.series.volume.grid, out.stored
    slices, measurements = stored.pixels.shape[2:]
    for measurement in range(measurements):
        for k in range(slices):
            dataset = header_dataset(out, MRImageStorage, 1 + measurement * slices + k)
            dataset.Laterality = ""  # type 2C: which of a pair is not known
            dataset.ImageType = _IMAGE_TYPES.get(out.role, ["ORIGINAL", "PRIMARY", "OTHER"])
            _write_physics(dataset, out.role, out.series.acquisition)
            dataset.ImageOrientationPatient, dataset.ImagePositionPatient = orientation(grid), position(grid, k)
            dataset.PixelSpacing = pixel_spacing(grid)
            dataset.SliceThickness = dataset.SpacingBetweenSlices = decimal(grid.spacing[2])
            dataset.AcquisitionNumber = measurement + 1
            if out.series.b_values is not None:
                write_weighting(dataset, Weighting.of(out.series, measurement), out.style.vendor, grid)
            _write_values(dataset, out)
            dataset.PixelData = stored.frame(k, measurement)
            yield dataset


def _write_physics(dataset: Dataset, role: Role, facts: Acquisition) -> None:
    """The sequence and its times; what is not known stays empty or absent."""
    dataset.ScanningSequence = _scanning_sequence(role, facts.inversion_time_ms is not None)
    dataset.SequenceVariant = "NONE"
    dataset.ScanOptions = "FS" if facts.fat_suppressed else ""
    if facts.fat_suppressed is False:
        dataset.SpectrallySelectedSuppression = "NONE"  # the enhanced MR attribute: classic MR has none to say so
    dataset.MRAcquisitionType = "2D"
    dataset.EchoTrainLength = ""
    dataset.RepetitionTime, dataset.EchoTime = decimal(facts.repetition_time_ms), decimal(facts.echo_time_ms)
    if facts.inversion_time_ms is not None:
        dataset.InversionTime = decimal(facts.inversion_time_ms)
    if facts.flip_angle_deg is not None:
        dataset.FlipAngle = decimal(facts.flip_angle_deg)
    if facts.field_strength_t is not None:
        dataset.MagneticFieldStrength = decimal(facts.field_strength_t)
    if facts.contrast_agent is not None:  # empty would say no more than absent
        dataset.ContrastBolusAgent = "GADOLINIUM" if facts.contrast_agent else "NONE"


def _scanning_sequence(role: Role, inverted: bool) -> str | list[str]:
    if role in (Role.DWI, Role.ADC):
        return ["SE", "EP"]
    if role in (Role.FAT, Role.WATER):
        return "GR"
    return ["SE", "IR"] if inverted else "SE"


def _write_values(dataset: Dataset, out: SeriesToWrite) -> None:
    write_layout(dataset, out.stored)
    if is_simulated(out.series):
        dataset.DerivationDescription = SIMULATED
    if out.stored.rescaled:  # the MR IOD has no rescale, so only where it is needed
        write_rescale(dataset, out.stored)
    if out.style.vendor == "philips":
        _write_scale(dataset, out.stored.slope)
    if out.role is Role.ADC:
        dataset.RealWorldValueMappingSequence = adc_mapping(out.stored)


def _write_scale(dataset: Dataset, slope: float) -> None:
    """Philips' scale intercept and slope: value = (pixels × slope + intercept) ÷ (slope × scale slope)."""
    private = dataset.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
    private.add_new(0x0D, "FL", 0.0)
    private.add_new(0x0E, "FL", 1.0 / slope)
