"""A study on disk: role-named NIfTI, BIDS or DICOM, with its masks and lesions, whole or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from pnst.errors import InputError, SettingError
from pnst.image import FloatArray, Mask, Volume
from pnst.io.atomic import whole_folder
from pnst.io.dicom_write.style import DicomStyle
from pnst.io.nifti import write_volume
from pnst.io.sidecar import facts_of, to_fsl
from pnst.study import Lesion, Role, Series, Study

FORMATS = ("nifti", "bids", "dicom")

_BIDS_NAMES: Mapping[Role, str] = {
    Role.T1: "anat/{sub}_T1w",
    Role.T1_POST: "anat/{sub}_ce-gadolinium_T1w",
    Role.T2: "anat/{sub}_T2w",
    Role.T2_FS: "anat/{sub}_acq-fs_T2w",
    Role.DWI: "dwi/{sub}_dwi",
    Role.ADC: "dwi/{sub}_param-adc_dwimap",
    Role.FAT: "anat/{sub}_acq-fat_T1w",
    Role.WATER: "anat/{sub}_acq-water_T1w",
}


def write_study(
    study: Study,
    folder: str | Path,
    format: str = "nifti",  # noqa: A002 - the API's word
    lesions: Sequence[Lesion] = (),
    dicom: DicomStyle | None = None,
) -> None:
    """Write a study that `read_study` reads back: the same affines to 1e-4 mm, voxels to float32 (DICOM: to 16 bits).

    "nifti" is the role-named folder with `lesion.nii.gz`, "bids" a dataset of one subject, "dicom" one folder of MR
    images a role, and a SEG for each mask and lesion; `dicom` says whose habits they have, classic or enhanced. The
    folder appears whole or not at all; the same study gives the same bytes. Raises `InputError` when the folder is not
    empty or something cannot be written so, `SettingError` for another format, or a style without that format.
    """
    if format not in FORMATS:
        raise SettingError(
            f"cannot write the format {format!r}", got=format, expected=", ".join(FORMATS), remedy="choose one of these"
        )
    if dicom is not None and format != "dicom":
        raise SettingError(
            "a DICOM style for another format",
            got=format,
            expected="dicom",
            remedy="write DICOM, or leave the style out",
        )
    for name in study.masks:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", name) or name in (*Role, "lesion"):
            raise _unwritable(f"the mask name {name!r}", "letters and digits, and not a role or 'lesion'")
    with whole_folder(Path(folder)) as temporary:
        if format == "nifti":
            _write_role_folder(study, temporary, lesions)
        elif format == "bids":
            _write_bids(study, temporary, lesions)
        else:
            from pnst.io.dicom_write.tree import write_dicom

            write_dicom(study, temporary, lesions, dicom or DicomStyle())


def _write_role_folder(study: Study, folder: Path, lesions: Sequence[Lesion]) -> None:
    for role, series in study.series.items():
        _write_series(folder / role, series)
    for name, mask in study.masks.items():
        write_volume(folder / f"{name}.nii.gz", mask)
    if lesions:
        write_volume(folder / "lesion.nii.gz", _label_map(lesions))


def _write_bids(study: Study, folder: Path, lesions: Sequence[Lesion]) -> None:
    subject = "sub-" + re.sub(r"[^A-Za-z0-9]", "", study.case_id.removeprefix("sub-"))
    if subject == "sub-":
        raise _unwritable(f"the case id {study.case_id!r}", "letters or digits for a BIDS subject")
    description = {"Name": "A study written by pnst", "BIDSVersion": "1.10.0", "DatasetType": "raw"}
    _write_json(folder / "dataset_description.json", description)
    for role, series in study.series.items():
        _write_series(folder / subject / _BIDS_NAMES[role].format(sub=subject), series)
    for name, mask in study.masks.items():
        write_volume(folder / subject / "anat" / f"{subject}_label-{name}_mask.nii.gz", mask)
    if lesions:
        write_volume(folder / subject / "anat" / f"{subject}_label-lesion_dseg.nii.gz", _label_map(lesions))


def _write_series(stem: Path, series: Series) -> None:
    """`stem`.nii.gz with its `.json`, and for diffusion `.bval` and `.bvec`."""
    write_volume(stem.with_name(stem.name + ".nii.gz"), series.volume)
    facts = facts_of(series.acquisition, series.volume.unit)
    if facts:
        _write_json(stem.with_name(stem.name + ".json"), facts)
    if series.b_values is not None:
        _write_table(stem.with_name(stem.name + ".bval"), np.array([series.b_values]))
    if series.b_vectors is not None:
        _write_table(stem.with_name(stem.name + ".bvec"), to_fsl(series.b_vectors, series.volume.grid).T)


def _label_map(lesions: Sequence[Lesion]) -> Mask | Volume:
    """One label a lesion, from 1 on. Raises `InputError` for lesions that overlap or lie on different grids."""
    first = lesions[0].mask
    if len(lesions) == 1:
        return first
    labels = np.zeros(first.grid.shape, dtype=np.int16)
    for number, lesion in enumerate(lesions, start=1):
        if not lesion.mask.grid.matches(first.grid) or labels[lesion.mask.data].any():
            raise _unwritable(
                "lesions that overlap or lie on different grids", "lesions side by side on one grid, or format='dicom'"
            )
        labels[lesion.mask.data] = number
    return Volume(labels, first.grid)


def _write_json(file: Path, facts: Mapping[str, object]) -> None:
    file.write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _write_table(file: Path, table: FloatArray) -> None:
    rows = [" ".join(f"{value:.10g}" for value in row) for row in table]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")


def _unwritable(got: str, expected: str) -> InputError:
    return InputError("the study cannot be written", got=got, expected=expected, remedy="rename or separate them first")
