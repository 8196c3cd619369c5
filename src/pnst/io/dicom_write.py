"""Series as classic MR Image Storage, one instance a slice: what `write_study(format="dicom")` writes.

UIDs are made from the content (2.25 and a name-based UUID, PS3.5 B.2), never from a clock or chance: the same study
gives the same bytes.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage
from pydicom.valuerep import DS

from pnst.errors import InputError
from pnst.image import FloatArray
from pnst.io.digest import digest
from pnst.io.lps import LPS_TO_RAS
from pnst.study import Lesion, Role, Series, Study

_NAMESPACE = uuid.UUID("6f2d9a52-6f1c-5b3e-9d59-5f7b0c1e4a10")

UM2_PER_S = 1e3
"""um2_per_ms are written in um2/s (1e-6 mm²/s), as vendors write ADC maps."""

_DESCRIPTIONS: Mapping[Role, str] = {
    Role.T1: "T1",
    Role.T1_POST: "T1 post contrast",
    Role.T2: "T2",
    Role.T2_FS: "T2 FS",
    Role.DWI: "DWI",
    Role.ADC: "ADC",
    Role.FAT: "Dixon fat",
    Role.WATER: "Dixon water",
}

_IMAGE_TYPES: Mapping[Role, list[str]] = {
    Role.DWI: ["ORIGINAL", "PRIMARY", "DIFFUSION", "NONE"],
    Role.ADC: ["DERIVED", "PRIMARY", "ADC"],
    Role.FAT: ["DERIVED", "PRIMARY", "FAT"],
    Role.WATER: ["DERIVED", "PRIMARY", "WATER"],
}


@dataclass(frozen=True)
class Identity:
    """The UIDs that the objects of one written study share."""

    case_id: str
    study: UID
    frame_of_reference: UID

    @classmethod
    def of(cls, study: Study) -> Identity:
        """Made from the case id and the digests of all series."""
        content = [study.case_id, *(f"{role} {digest(series.volume)}" for role, series in study.series.items())]
        return cls(study.case_id, uid("study", *content), uid("frame of reference", *content))


def uid(*words: str) -> UID:
    """The UID that stands for these words."""
    return UID(f"2.25.{uuid.uuid5(_NAMESPACE, chr(31).join(words)).int}")


def write_dicom(study: Study, folder: Path, lesions: Sequence[Lesion] = ()) -> None:
    """Write `<role>/0001.dcm` …, and a SEG for each mask (`masks/<name>.dcm`) and lesion (`lesions/<n>.dcm`).

    Raises `InputError` for voxels that are not finite: DICOM integers cannot hold them.
    """
    identity = Identity.of(study)
    first: Dataset | None = None
    for number, (role, series) in enumerate(study.series.items(), start=1):
        (folder / role).mkdir()
        for instance, dataset in enumerate(_instances(series, identity, number), start=1):
            dataset.save_as(folder / role / f"{instance:04d}.dcm", enforce_file_format=True)
            first = first or dataset
    if first is None or not (lesions or study.masks):
        return
    from pnst.io.dicom_seg_write import segmentation

    named = [(f"masks/{name}", name, mask, "a mask given with the study") for name, mask in study.masks.items()]
    named += [(f"lesions/{n}", lesion.label, lesion.mask, lesion.made_by) for n, lesion in enumerate(lesions, start=1)]
    for number, (path, label, mask, made_by) in enumerate(named, start=len(study.series) + 1):
        file = folder / f"{path}.dcm"
        file.parent.mkdir(exist_ok=True)
        of_lesion = path.startswith("lesions")
        segmentation(mask, label, made_by, [first], number, lesion=of_lesion).save_as(file, enforce_file_format=True)


@dataclass(frozen=True)
class _Stored:
    """Voxels as unsigned 16 bits: value = pixels × slope + intercept."""

    pixels: npt.NDArray[np.uint16]
    slope: float
    intercept: float


def _stored(series: Series) -> _Stored:
    """Whole numbers from 0 to 65535 as they are, anything else over the full range."""
    data = np.asarray(series.volume.data, dtype=np.float64)
    if series.role is Role.ADC:
        data = data * UM2_PER_S
    if not np.isfinite(data).all():
        raise InputError(
            f"the series {series.role} cannot be written as DICOM",
            got=f"{np.count_nonzero(~np.isfinite(data))} voxels that are not finite",
            expected="finite numbers",
            remedy="write NIfTI instead, or fill these voxels first",
        )
    low, high = float(data.min()), float(data.max())
    if low >= 0 and high <= 65535 and np.array_equal(np.rint(data), data):
        return _Stored(data.astype(np.uint16), 1.0, 0.0)
    # As the file will hold them: the reader multiplies by the rounded decimal strings.
    intercept = float(str(DS(low, auto_format=True)))
    slope = float(f"{max((high - intercept) / 65535, 1e-12):.8e}")
    return _Stored(np.rint((data - intercept) / slope).clip(0, 65535).astype(np.uint16), slope, intercept)


def _instances(series: Series, identity: Identity, number: int) -> list[Dataset]:
    """One data set a slice, all slices of a measurement together."""
    stored = _stored(series)
    pixels = stored.pixels if stored.pixels.ndim == 4 else stored.pixels[..., np.newaxis]
    series_uid = uid("series", identity.study, str(series.role), digest(series.volume))
    datasets: list[Dataset] = []
    for measurement in range(pixels.shape[3]):
        for k in range(pixels.shape[2]):
            dataset = _head(series, identity, series_uid, number, len(datasets) + 1)
            _place(dataset, series.volume.grid.affine, series.volume.grid.spacing, k)
            _pixels(dataset, pixels[:, :, k, measurement], stored, series)
            dataset.AcquisitionNumber = measurement + 1
            if series.b_values is not None:
                _diffusion(dataset, series, measurement)
            datasets.append(dataset)
    return datasets


def _head(series: Series, identity: Identity, series_uid: UID, number: int, instance: int) -> Dataset:
    """Patient, study, series, equipment and the physics."""
    role, facts = series.role, series.acquisition
    assert role is not None  # noqa: S101 - a study holds series by their role
    dataset = Dataset()
    dataset.SOPClassUID = MRImageStorage
    dataset.SOPInstanceUID = uid("instance", series_uid, str(instance))
    dataset.file_meta = _meta(dataset)
    dataset.PatientID, dataset.PatientName = identity.case_id, f"{identity.case_id}^"
    for empty in ("PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "ReferringPhysicianName", "StudyID"):
        setattr(dataset, empty, "")
    dataset.AccessionNumber = dataset.PositionReferenceIndicator = ""
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = identity.study, series_uid
    dataset.FrameOfReferenceUID = identity.frame_of_reference
    dataset.Modality, dataset.SeriesNumber, dataset.InstanceNumber = "MR", number, instance
    dataset.SeriesDescription = _DESCRIPTIONS[role]
    dataset.PatientPosition = "HFS"
    dataset.Laterality = ""  # type 2C: which of a pair is not known
    dataset.Manufacturer = facts.manufacturer or "pnst"
    dataset.ImageType = _IMAGE_TYPES.get(role, ["ORIGINAL", "PRIMARY", "OTHER"])
    dataset.ScanningSequence = _sequence(role, facts.inversion_time_ms is not None)
    dataset.SequenceVariant = "NONE"
    dataset.ScanOptions = "FS" if facts.fat_suppressed else ""
    if facts.fat_suppressed is False:
        dataset.SpectrallySelectedSuppression = "NONE"  # the enhanced MR attribute: classic MR has none to say so
    dataset.MRAcquisitionType = "2D"
    dataset.EchoTrainLength = ""
    dataset.RepetitionTime = _decimal(facts.repetition_time_ms)
    dataset.EchoTime = _decimal(facts.echo_time_ms)
    if facts.inversion_time_ms is not None:
        dataset.InversionTime = _decimal(facts.inversion_time_ms)
    if facts.flip_angle_deg is not None:
        dataset.FlipAngle = _decimal(facts.flip_angle_deg)
    if facts.field_strength_t is not None:
        dataset.MagneticFieldStrength = _decimal(facts.field_strength_t)
    if facts.contrast_agent:
        dataset.ContrastBolusAgent = "GADOLINIUM"
    return dataset


def _meta(dataset: Dataset) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = uid("pnst")
    meta.ImplementationVersionName = "PNST"
    return meta


def _sequence(role: Role, inverted: bool) -> str | list[str]:
    if role in (Role.DWI, Role.ADC):
        return ["SE", "EP"]
    if role in (Role.FAT, Role.WATER):
        return "GR"
    return ["SE", "IR"] if inverted else "SE"


def _place(dataset: Dataset, affine: FloatArray, spacing: tuple[float, float, float], k: int) -> None:
    """Slice k: columns along i, rows along j; RAS becomes LPS."""
    lps = LPS_TO_RAS @ affine
    along, down = lps[:3, 0] / spacing[0], lps[:3, 1] / spacing[1]
    dataset.ImageOrientationPatient = [_decimal(float(c)) for c in (*along, *down)]
    dataset.ImagePositionPatient = [_decimal(float(c)) for c in lps[:3, 3] + lps[:3, 2] * k]
    dataset.PixelSpacing = [_decimal(spacing[1]), _decimal(spacing[0])]  # between rows, between columns
    dataset.SliceThickness = dataset.SpacingBetweenSlices = _decimal(spacing[2])


def _pixels(dataset: Dataset, plane: npt.NDArray[np.uint16], stored: _Stored, series: Series) -> None:
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Columns, dataset.Rows = plane.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 0
    if (stored.slope, stored.intercept) != (1.0, 0.0):  # the MR IOD has no rescale, so only where it is needed
        dataset.RescaleSlope, dataset.RescaleIntercept = _decimal(stored.slope), _decimal(stored.intercept)
        dataset.RescaleType = "US"
    if series.role is Role.ADC:
        dataset.RealWorldValueMappingSequence = DicomSequence([_adc_mapping(stored)])
    dataset.PixelData = np.ascontiguousarray(plane.T, dtype="<u2").tobytes()


def _adc_mapping(stored: _Stored) -> Dataset:
    unit = Dataset()
    unit.CodeValue, unit.CodingSchemeDesignator, unit.CodeMeaning = "um2/s", "UCUM", "square micrometer per second"
    mapping = Dataset()
    mapping.RealWorldValueFirstValueMapped, mapping.RealWorldValueLastValueMapped = 0, 65535
    mapping["RealWorldValueFirstValueMapped"].VR = mapping["RealWorldValueLastValueMapped"].VR = "US"
    mapping.RealWorldValueIntercept, mapping.RealWorldValueSlope = stored.intercept, stored.slope
    mapping.LUTExplanation = mapping.LUTLabel = "ADC"
    mapping.MeasurementUnitsCodeSequence = DicomSequence([unit])
    return mapping


def _diffusion(dataset: Dataset, series: Series, measurement: int) -> None:
    """b-value and direction in the standard tags (0018,9087) and (0018,9089); the direction in LPS."""
    assert series.b_values is not None  # noqa: S101 - the caller asked
    dataset.DiffusionBValue = float(series.b_values[measurement])
    if series.b_vectors is not None and series.b_vectors[measurement].any():
        direction = LPS_TO_RAS[:3, :3] @ series.b_vectors[measurement]
        dataset.DiffusionGradientOrientation = [float(c) for c in direction]


def _decimal(value: float | None) -> DS | str:
    return "" if value is None else DS(value, auto_format=True)
