"""The DICOM study that was measured, as far as its results refer to it: whose it is, and where each slice stands."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset

from pnst.errors import InputError
from pnst.image import Grid
from pnst.io.dicom.files import read_tree
from pnst.io.dicom.frame import Frame, Pixels
from pnst.io.dicom.merge import merge_diffusion
from pnst.io.dicom.role_assignment import assign_roles
from pnst.io.dicom.stack import Stack, build_stacks
from pnst.io.dicom_results.patient import patient_of
from pnst.io.digest import uid_digest
from pnst.io.study import format_of
from pnst.study import Role, Study

_REFERENCE = ["SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"]


@dataclass(frozen=True)
class SourceFrame:
    """The image that holds one slice."""

    sop_class: str
    instance: str
    series: str
    number: int | None
    """Of the frame, from 1; None for an instance of one image."""


@dataclass(frozen=True, eq=False)
class SourceSeries:
    """A series as its files hold it, wherever alignment has moved it since."""

    role: Role
    grid: Grid
    frame_of_reference: str
    slices: tuple[SourceFrame, ...]
    """One along k, of the first volume where there are several."""
    moved: bool
    """Whether it was measured in another place than its files say."""


@dataclass(frozen=True, eq=False)
class SourceStudy:
    """The study's own attributes, and its series that have a role."""

    patient: Dataset
    """Patient and study attributes alone."""
    series: Mapping[Role, SourceSeries]
    last_number: int
    """The highest series number there is."""


def check_dicom(path: Path) -> None:
    """Raise `InputError` unless the study at `path` is kept as DICOM."""
    kind = format_of(path)
    if kind != "dicom":
        raise InputError(
            "results cannot be written as DICOM for this study",
            got="a BIDS dataset" if kind == "bids" else "a study of NIfTI files",
            expected="a study of DICOM files: the objects carry its patient, its study and its frame of reference",
            remedy="give the DICOM files, or leave DICOM out (--dicom)",
        )


def read_source(path: Path, study: Study, roles: Mapping[str, str]) -> SourceStudy:
    """What the files at `path` say of a study that was read from them with these roles.

    Raises `InputError` where they have changed since, or a series has no frame of reference.
    """
    headers = read_tree(path).headers
    stacks = assign_roles(merge_diffusion(build_stacks(headers)), roles)
    files = {header.pixels.name: header.pixels for header in headers}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # remarks on odd headers were for the reading
        series = {role: _series(study, role, stack, files) for role, (stack, _) in stacks.items()}
        first = dcmread(headers[0].pixels.file, stop_before_pixels=True)
        patient = patient_of(first)
    return SourceStudy(patient, series, max((header.series_number or 0 for header in headers), default=0))


def _series(study: Study, role: Role, stack: Stack, files: Mapping[str, Pixels]) -> SourceSeries:
    series, header = study.series.get(role), stack.header
    if series is None or series.source.series_digest != uid_digest(header.series_uid):
        raise _refused(
            role, "another series than the one that was measured", "leave the files alone while they are read"
        )
    if not header.frame_of_reference:
        raise _refused(role, "no Frame of Reference UID (0020,0052)", "export the series again, or leave DICOM out")
    alignment = series.alignment
    former = alignment.former_grid if alignment is not None and alignment.accepted else None
    slices = tuple(_source_frame(frame, files[frame.file]) for frame in stack.volumes[0])
    grid = former or series.volume.grid
    return SourceSeries(role, grid, header.frame_of_reference, slices, former is not None)


def _source_frame(frame: Frame, pixels: Pixels) -> SourceFrame:
    reference = dcmread(pixels.file, stop_before_pixels=True, specific_tags=list(_REFERENCE))
    return SourceFrame(
        str(reference.SOPClassUID),
        str(reference.SOPInstanceUID),
        str(reference.SeriesInstanceUID),
        frame.index + 1 if pixels.frames > 1 else None,
    )


def _refused(role: Role, got: str, remedy: str) -> InputError:
    return InputError(
        f"results cannot be written as DICOM: the {role} series cannot be referred to",
        got=got,
        expected="the series as it was read, in a frame of reference",
        remedy=remedy,
    )
