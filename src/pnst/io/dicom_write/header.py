"""What classic and enhanced images say alike: patient, study, series, equipment, and that nothing was scanned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from pnst.io.dicom_write.identity import Identity, uid
from pnst.io.dicom_write.stored import StoredPixels
from pnst.io.dicom_write.style import VENDORS, DicomStyle
from pnst.io.digest import digest
from pnst.io.simulation_mark import PHANTOM, SIMULATED, is_simulated
from pnst.study import Role, Series

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


@dataclass(frozen=True, eq=False)
class SeriesToWrite:
    """One series on its way out: its voxels as integers, its number, and the study and style that it is written in."""

    series: Series
    identity: Identity
    number: int
    style: DicomStyle

    @cached_property
    def stored(self) -> StoredPixels:
        """The voxels as integers. Raises `InputError` where some are not finite."""
        return StoredPixels.of(self.series)

    @property
    def role(self) -> Role:
        """A study holds series by their role, so there is one."""
        assert self.series.role is not None  # noqa: S101
        return self.series.role

    @cached_property
    def uid(self) -> UID:
        """The series' UID, made from the study's and its voxels."""
        return uid("series", self.identity.study, str(self.role), digest(self.series.volume))


def header_dataset(out: SeriesToWrite, storage: UID, instance: int) -> Dataset:
    """A data set with patient, study, series, frame of reference, equipment and the marks of a simulation."""
    dataset = Dataset()
    dataset.SOPClassUID = storage
    dataset.SOPInstanceUID = uid("instance", out.uid, str(instance))
    dataset.file_meta = _meta(dataset)
    simulated = is_simulated(out.series)
    dataset.PatientID = out.identity.case_id
    dataset.PatientName = f"SIMULATED^{out.identity.case_id}" if simulated else f"{out.identity.case_id}^"
    for empty in ("PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "ReferringPhysicianName", "StudyID"):
        setattr(dataset, empty, "")
    dataset.AccessionNumber = dataset.PositionReferenceIndicator = ""
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = out.identity.study, out.uid
    dataset.FrameOfReferenceUID = out.identity.frame_of_reference
    dataset.Modality, dataset.SeriesNumber, dataset.InstanceNumber = "MR", out.number, instance
    dataset.SeriesDescription = _DESCRIPTIONS[out.role]
    dataset.PatientPosition = "HFS"
    _equipment(dataset, out, simulated)
    return dataset


def _equipment(dataset: Dataset, out: SeriesToWrite, simulated: bool) -> None:
    """The vendor whose habits the file has, or the study's own; model and station say who wrote it."""
    named = VENDORS[out.style.vendor] if out.style.vendor else out.series.acquisition.manufacturer
    dataset.Manufacturer = named or "pnst"
    dataset.ManufacturerModelName = PHANTOM if simulated else "pnst"
    dataset.DeviceSerialNumber = "none"
    dataset.SoftwareVersions = f"pnst {version('pnst')}"
    if simulated:
        dataset.StationName = "PNST PHANTOM"
        dataset.ImageComments = SIMULATED
        dataset.QualityControlImage = "YES"  # "a quality control or phantom image" (C.7.6.1)


def _meta(dataset: Dataset) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = uid("pnst")
    meta.ImplementationVersionName = "PNST"
    return meta
