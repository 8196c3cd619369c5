"""A small BIDS dataset of simulated studies, with and without sessions, as a person would lay it out."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pnst
from small_cohort import SETTINGS, study_of

RADII = {"sub-01": 7.0, "sub-02/ses-a": 8.0, "sub-02/ses-b": 9.0, "sub-03": 10.0}
DIAGNOSES = "participant_id\tdiagnosis\tage\nsub-01\tneurofibroma\t31\nsub-02\tMPNST\tn/a\nsub-03\tneurofibroma\t33\n"


def write_dataset(folder: Path, radii: Mapping[str, float] | None = None) -> Path:
    """The dataset: images in `sub-…/[ses-…/]anat`, the lesion beside them or, every other one, in a derivative."""
    dataset = folder / "dataset"
    for number, (place, radius) in enumerate((radii or RADII).items()):
        name = place.replace("/", "_")
        study, lesion = study_of(radius, "x")
        pnst.write_study(study, folder / name, format="bids", lesions=[lesion])
        anat = dataset / place / "anat"
        drawn = anat if number % 2 else dataset / "derivatives" / "by_hand" / place / "anat"
        for home in (anat, drawn):
            home.mkdir(parents=True, exist_ok=True)
        for file in (folder / name / "sub-x" / "anat").iterdir():
            shutil.copy(file, anat / file.name.replace("sub-x", name))
        mask = "sub-x_label-lesion_mask.nii.gz"
        shutil.copy(
            folder / name / "derivatives" / "pnst" / "sub-x" / "anat" / mask, drawn / mask.replace("sub-x", name)
        )
        shutil.rmtree(folder / name)
    (dataset / "dataset_description.json").write_text('{"Name": "small", "BIDSVersion": "1.10.0"}\n')
    (dataset / "participants.tsv").write_text(DIAGNOSES)
    (folder / "fast.toml").write_text(SETTINGS)
    return dataset
