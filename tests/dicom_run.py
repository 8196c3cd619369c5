"""A DICOM study of a patient with a hostile name, two lesions in it, and the results of `pnst run --dicom`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom

from command_line import CommandResult, pnst
from pnst.image import Volume
from pnst.io.nifti.read import write_volume
from pnst.io.write import write_study
from scenes import Scene

SCENE = Scene(radius=9, halo=5, reach=34, spacing=(1.4, 1.6, 3.0))
"""On a tilted grid of unequal sides."""

NAME = "Müller<script>alert(1)</script>^=cmd|' /C calc'!A0"
IDENTITY = {
    "PatientName": NAME,
    "PatientID": "../../ID-Xaver",
    "PatientBirthDate": "19510223",
    "PatientSex": "F",
    "AccessionNumber": "ACC<b>77",
    "StudyDate": "20190317",
    "StudyTime": "081500",
    "StudyID": "S-Quitte",
    "ReferringPhysicianName": "Ärztin^Zoë",
    "StudyDescription": "Oberschenkel <links>",
}
SECRETS = (
    "Müller",
    "alert(1)",
    "calc",
    "ID-Xaver",
    "19510223",
    "ACC<b>77",
    "20190317",
    "Quitte",
    "Ärztin",
    "Oberschenkel",
)
"""Parts of it that stand nowhere else."""
QUICK = "[measure.uncertainty]\nrepetitions = 2\n"


@dataclass(frozen=True)
class DicomRun:
    """Where things are, and what the command gave."""

    study: Path
    labels: Path
    settings: Path
    out: Path
    result: CommandResult


def give_identity(folder: Path) -> None:
    """Make every file of a tree one of the patient's, in Latin-1."""
    for file in folder.rglob("*.dcm"):
        dataset = pydicom.dcmread(file)
        dataset.SpecificCharacterSet = "ISO_IR 100"
        for keyword, value in IDENTITY.items():
            setattr(dataset, keyword, value)
        dataset.save_as(file)


def two_lesions(file: Path) -> Path:
    """A label map on the T1's own voxels: the scene's ball, and a small block beside it."""
    ball = SCENE.lesion().mask
    labels = ball.data.astype(np.uint8)
    labels[4:9, 5:11, 8:12] = 2
    write_volume(file, Volume(labels, ball.grid))
    return file


def run_dicom(folder: Path, *more: object) -> DicomRun:
    """Write the study below `folder`, and run the command on it."""
    study, out, settings = folder / "study", folder / "out", folder / "settings.toml"
    write_study(SCENE.study(), study, "dicom")
    give_identity(study)
    settings.write_text(QUICK)
    labels = two_lesions(folder / "labels.nii.gz")
    words = ("run", study, "--lesion", labels, "--out", out, "--settings", settings, "--dicom", *more)
    return DicomRun(study, labels, settings, out, pnst(*words))
