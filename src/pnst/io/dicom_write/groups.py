"""Functional groups of Enhanced MR images (PS3.3 C.7.6.16.2 and C.8.13.5): what frames share, and each frame's own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence

from pnst.io.dicom_write.geometry import decimal, orientation, pixel_spacing, position
from pnst.io.dicom_write.header import SeriesToWrite
from pnst.io.dicom_write.pixels import adc_mapping, code, write_rescale
from pnst.io.dicom_write.weighting import Weighting
from pnst.io.simulation_mark import is_simulated
from pnst.study import Acquisition, Role

_FRAME_TYPES: Mapping[Role, tuple[str, str, str]] = {
    Role.T1: ("T1", "NONE", "T1"),
    Role.T1_POST: ("POST_CONTRAST", "NONE", "T1"),
    Role.T2: ("T2", "NONE", "T2"),
    Role.T2_FS: ("T2", "NONE", "T2"),
    Role.DWI: ("DIFFUSION", "NONE", "DIFFUSION"),
    Role.ADC: ("DIFFUSION", "ADC", "DIFFUSION"),
    Role.FAT: ("DIXON", "FAT", "UNKNOWN"),
    Role.WATER: ("DIXON", "WATER", "UNKNOWN"),
}
"""Values 3 and 4 of the frame type, and the acquisition contrast."""

SEVERAL = 2
"""Measurements from which frames need a time index to be told apart."""


def write_description(dataset: Dataset, role: Role, inverted: bool, *, top: bool = False) -> None:
    """Frame type (at the top of the data set: image type) and what the pixels show (C.8.13.3.1.1, C.8.16.2)."""
    flavour, contrast, weighting = _FRAME_TYPES[role]
    if role is Role.T2_FS and inverted:
        flavour = weighting = "STIR"
    # DERIVED: nothing was acquired, so no date, duration or absorption rate of an acquisition has to be invented.
    words = ["DERIVED", "PRIMARY", flavour, contrast]
    if top:
        dataset.ImageType = words
    else:
        dataset.FrameType = words
    dataset.PixelPresentation, dataset.VolumetricProperties = "MONOCHROME", "VOLUME"
    dataset.VolumeBasedCalculationTechnique = "NONE"
    dataset.ComplexImageComponent, dataset.AcquisitionContrast = "MAGNITUDE", weighting


def shared_groups(out: SeriesToWrite) -> Dataset:
    """The groups that hold for every frame, but for those that vendors write for each all the same."""
    grid, facts = out.series.volume.grid, out.series.acquisition
    shared = Dataset()
    measures = _group(shared, "PixelMeasuresSequence")
    measures.PixelSpacing = pixel_spacing(grid)
    measures.SliceThickness = measures.SpacingBetweenSlices = decimal(grid.spacing[2])
    anatomy = _group(shared, "FrameAnatomySequence")
    anatomy.AnatomicRegionSequence = code("38266002", "SCT", "Entire body")  # which part is not known
    anatomy.FrameLaterality = "U"
    if out.role is Role.ADC:
        shared.RealWorldValueMappingSequence = adc_mapping(out.stored)
    _write_timing(shared, facts, simulated=is_simulated(out.series))
    _write_agent_usage(shared, facts.contrast_agent)
    return shared


def frame_groups(out: SeriesToWrite, k: int, measurement: int) -> Dataset:
    """The groups of slice k of one measurement.

    Echo, orientation and rescaling are the same for all, but scanners write them for each, and where they are shared
    dcm2niix (1.0.20260724) multiplies some vendors' voxels by slopes that it never read.
    """
    grid, facts = out.series.volume.grid, out.series.acquisition
    own = Dataset()
    content = _group(own, "FrameContentSequence")
    content.StackID, content.InStackPositionNumber = "1", k + 1
    content.DimensionIndexValues = [1, k + 1]
    if out.stored.pixels.shape[3] >= SEVERAL:
        content.TemporalPositionIndex = measurement + 1
        content.DimensionIndexValues = [1, k + 1, measurement + 1]
    write_description(_group(own, "MRImageFrameTypeSequence"), out.role, facts.inversion_time_ms is not None)
    _group(own, "PlanePositionSequence").ImagePositionPatient = position(grid, k)
    _group(own, "PlaneOrientationSequence").ImageOrientationPatient = orientation(grid)
    write_rescale(_group(own, "PixelValueTransformationSequence"), out.stored)
    echo = _group(own, "MREchoSequence")
    if facts.echo_time_ms is not None:
        echo.EffectiveEchoTime = facts.echo_time_ms
    if out.series.b_values is not None:
        weighting = Weighting.of(out.series, measurement)
        _write_diffusion(_group(own, "MRDiffusionSequence"), weighting, matrix=out.style.vendor == "siemens")
    return own


def _write_diffusion(group: Dataset, weighting: Weighting, *, matrix: bool) -> None:
    """C.8.13.5.9; Siemens writes the b-matrix beside the direction."""
    group.DiffusionBValue = weighting.b_value
    group.DiffusionDirectionality = weighting.directionality
    if weighting.direction is None:
        return
    _group(group, "DiffusionGradientDirectionSequence").DiffusionGradientOrientation = weighting.vector
    if matrix:
        group.DiffusionDirectionality = "BMATRIX"
        tensor = weighting.b_value * np.outer(weighting.direction, weighting.direction)
        item = _group(group, "DiffusionBMatrixSequence")
        for name, part in zip(("XX", "XY", "XZ", "YY", "YZ", "ZZ"), tensor[np.triu_indices(3)], strict=True):
            setattr(item, f"DiffusionBValue{name}", float(part))


def _write_timing(shared: Dataset, facts: Acquisition, *, simulated: bool) -> None:
    """Times that are known; of derived frames none has to be. Only of a simulation is the rest known as well."""
    if facts.repetition_time_ms is not None or facts.flip_angle_deg is not None:
        timing = _group(shared, "MRTimingAndRelatedParametersSequence")
        if facts.repetition_time_ms is not None:
            timing.RepetitionTime = decimal(facts.repetition_time_ms)
        if facts.flip_angle_deg is not None:
            timing.FlipAngle = decimal(facts.flip_angle_deg)
        if simulated:
            _write_zero_absorption(timing)
    if facts.inversion_time_ms is not None or simulated:
        modifier = _group(shared, "MRModifierSequence")
        modifier.InversionRecovery = "NO"
        if facts.inversion_time_ms is not None:
            modifier.InversionRecovery, modifier.InversionTimes = "YES", facts.inversion_time_ms
        if simulated:
            modifier.FlowCompensation = modifier.SpectrallySelectedExcitation = modifier.SpatialPresaturation = "NONE"
            modifier.T2Preparation = modifier.PartialFourier = modifier.ParallelAcquisition = "NO"


def _write_zero_absorption(timing: Dataset) -> None:
    """One echo an excitation, and no patient to warm."""
    timing.EchoTrainLength = timing.RFEchoTrainLength = timing.GradientEchoTrainLength = 1
    rate = _group(timing, "SpecificAbsorptionRateSequence")
    rate.SpecificAbsorptionRateDefinition, rate.SpecificAbsorptionRateValue = "IEC_WHOLE_BODY", 0.0
    mode = _group(timing, "OperatingModeSequence")
    mode.OperatingModeType, mode.OperatingMode = "RF", "IEC_NORMAL"


def _write_agent_usage(shared: Dataset, agent: bool | None) -> None:
    """Whether the agent of the image's agent sequence had been given when the frames were made."""
    if agent is None:
        return
    usage = _group(shared, "ContrastBolusUsageSequence")
    usage.ContrastBolusAgentNumber = 1
    usage.ContrastBolusAgentAdministered = usage.ContrastBolusAgentDetected = "YES" if agent else "NO"
    if agent:
        usage.ContrastBolusAgentPhase = "POST_CONTRAST"


def _group(parent: Dataset, name: str) -> Dataset:
    """A new sequence of one item."""
    item = Dataset()
    setattr(parent, name, DicomSequence([item]))
    return item
