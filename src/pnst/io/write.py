"""A study on disk: role-named NIfTI, BIDS or DICOM, with its masks and lesions, whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from pnst.errors import InputError, SettingError
from pnst.io.atomic import atomic_folder
from pnst.io.dicom_write.style import DicomStyle
from pnst.io.nifti.write import write_role_folder
from pnst.study import Lesion, Role, Study

FORMATS = ("nifti", "bids", "dicom")


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

    >>> import tempfile
    >>> import numpy as np
    >>> import pnst
    >>> from pnst.study import Source
    >>> grid = pnst.Grid((5, 4, 3), np.diag([0.8, 0.8, 4.5, 1.0]))
    >>> volume = pnst.Volume(np.arange(60, dtype=np.float32).reshape(5, 4, 3), grid)
    >>> t1 = pnst.Series(pnst.Role.T1, volume, Source("simulated", ""))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pnst.write_study(pnst.Study("A", {pnst.Role.T1: t1}), f"{folder}/study")
    ...     t1_again = pnst.read_study(f"{folder}/study").series["t1"].volume
    >>> t1_again.grid.matches(grid), bool((t1_again.data == volume.data).all())
    (True, True)
    """
    _check(study, format, dicom)
    with atomic_folder(Path(folder)) as temporary:
        if format == "nifti":
            write_role_folder(study, temporary, lesions)
        elif format == "bids":
            from pnst.io.bids_write import write_bids

            write_bids(study, temporary, lesions)
        else:
            from pnst.io.dicom_write.tree import write_dicom

            write_dicom(study, temporary, lesions, dicom or DicomStyle())


def _check(study: Study, format: str, dicom: DicomStyle | None) -> None:  # noqa: A002 - as above
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
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*", name) or name in (*Role, "lesion"):
            raise InputError(
                "the study cannot be written",
                got=f"the mask name {name!r}",
                expected="letters, digits and single underscores between them, and not a role or 'lesion'",
                remedy="rename the mask first",
            )
