"""Entry point: a study from a DICOM tree, a BIDS dataset or a folder of role-named NIfTI files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Literal

from pnst.errors import AmbiguityError, InputError, SettingError
from pnst.io.nifti.pair import header_of
from pnst.io.series_guess import SeriesGuess
from pnst.regular_file import open_regular
from pnst.study import Study

__all__ = ["SeriesGuess", "inspect", "read_study"]

Anywhere = str | PathLike[str]
Format = Literal["dicom", "bids", "nifti"]


def read_study(
    path: Anywhere,
    roles: Mapping[str, str] | None = None,
    masks: Mapping[str, Anywhere] | None = None,
    case_id: str | None = None,
    keep_identity: bool = False,
    mask_scheme: str | None = None,
) -> Study:
    """Read the one study at `path`: a DICOM tree, a BIDS dataset or subject, or a folder of role-named NIfTI files.

    Parameters
    ----------
    path : folder, or a single DICOM or NIfTI file
    roles : role → series (DICOM: key, UID, number or description; NIfTI: file), which beats the guess; "none" leaves
        the study without that role
    masks : name (muscle, edema) → file of a mask, which beats one found in the folder; a text "FILE:LABEL" means one
        region of several (a label, a segment, a structure) by its name or number; "labels" → a label map of many masks
    case_id : what the case is called, instead of a digest (DICOM), the subject (BIDS) or the folder (NIfTI)
    keep_identity : call a DICOM case by its patient's ID
    mask_scheme : the program that wrote the label map "labels" ("totalspineseg", …); None: the file names its labels

    Raises
    ------
    `InputError` for a folder without images, damaged files and unknown series, `GeometryError` for slices that make no
    volume, `AmbiguityError` for several studies or several series for one role, `SettingError` for an unknown role or
    mask, an empty case id, and an identity that is asked for where there is none.

    Examples
    --------
    >>> import pnst
    >>> study = pnst.read_study("sample_data/benign_nifti")
    >>> [str(role) for role in study.series], study.series["dwi"].b_values
    (['t1', 't1_post', 't2_fs', 'dwi'], (0.0, 50.0, 400.0, 800.0))
    >>> study.series["t1"].volume
    Volume(Grid(150 × 140 × 23, 0.8 × 0.8 × 4.5 mm, LPS), float32)
    """
    from pnst.io.masks.named import checked_masks

    folder = _existing(path)
    given = checked_masks(masks or {}, mask_scheme)
    kind = format_of(folder)
    _check_name(kind, case_id, keep_identity)
    if kind == "bids":
        from pnst.io.bids import read_bids

        return read_bids(folder, roles, case_id, given)
    if kind == "nifti":
        from pnst.io.role_folder import read_role_folder

        return read_role_folder(folder, roles, case_id, given)
    from pnst.io.dicom.read import read_dicom

    return read_dicom(folder, roles, case_id, keep_identity, given)


def inspect(path: Anywhere) -> list[SeriesGuess]:
    """What each series at `path` is and which role it would have; DICOM pixels are not decoded.

    Raises `InputError` for a folder without images.

    >>> import pnst
    >>> for guess in pnst.inspect("sample_data/malignant_dicom"):
    ...     print(guess.role, guess.reason, sep=": ")
    t1: TR 600 ms, TE 10 ms: T1-weighted
    t1_post: TR 600 ms, TE 10 ms: T1-weighted; contrast agent by its header
    t2_fs: TR 4000 ms, TE 60 ms: T2-weighted; fat suppressed by its header
    dwi: b-values 0, 50, 400, 800 in one series, directions combined
    """
    folder = _existing(path)
    kind = format_of(folder)
    if kind == "dicom":
        from pnst.io.dicom.read import inspect_dicom

        guesses = inspect_dicom(folder)
    elif kind == "bids":
        from pnst.io.bids import inspect_bids

        guesses = inspect_bids(folder)
    else:
        from pnst.io.role_folder import inspect_role_folder

        guesses = inspect_role_folder(folder)
    if not guesses:
        raise _no_images(folder)
    return guesses


def format_of(folder: Path) -> Format:
    """How the images at `folder` are kept.

    Raises `AmbiguityError` where role-named NIfTI files lie beside DICOM files, `InputError` where there is neither.
    """
    from pnst.io.bids import is_bids
    from pnst.io.dicom.files import is_dicom, list_files
    from pnst.io.nifti.read import is_nifti
    from pnst.io.role_folder import is_role_folder

    if is_bids(folder):
        return "bids"
    dicom = any(is_dicom(file) or file.suffix.lower() == ".dcm" for file, _ in list_files(folder))
    if is_role_folder(folder):
        if dicom:
            raise AmbiguityError(
                f"{folder.name!r} holds both DICOM files and NIfTI files named by a role",
                got="two kinds of images",
                expected="one study in one format",
                remedy="put them in folders of their own, and give one",
            )
        return "nifti"
    if dicom:
        return "dicom"
    if is_nifti(folder) if os.path.isfile(folder) else any(is_nifti(file) for file in folder.iterdir()):
        return "nifti"
    raise _no_images(folder)


def _check_name(kind: Format, case_id: str | None, keep_identity: bool) -> None:
    """Raise `SettingError` for a case id that is no name, and for an identity that would not be used."""
    if case_id is not None and not case_id.strip():
        raise SettingError(
            "the case id is empty", got=repr(case_id), expected="a name", remedy="write one, or leave it out"
        )
    if keep_identity and case_id is not None:
        raise SettingError(
            "a case has one name",
            got="a case id, and the patient's ID by keeping the identity",
            expected="one of them",
            remedy="leave one out",
        )
    if keep_identity and kind != "dicom":
        raise SettingError(
            "there is no identity to keep",
            got="a BIDS dataset" if kind == "bids" else "a folder of NIfTI files",
            expected="a DICOM study: only there is a patient's ID",
            remedy="leave it out, or name the case with a case id",
        )


def _existing(path: Anywhere) -> Path:
    folder = Path(path)
    if not os.path.exists(folder):
        raise InputError(
            f"no study at {folder.name!r}",
            got="no such file or folder",
            expected="a folder of DICOM or NIfTI images",
            remedy="correct the path",
        )
    try:
        if not os.path.isdir(folder):
            open_regular(folder).close()
    except OSError as error:
        raise InputError(
            f"no study at {folder.name!r}",
            got=error.strerror or "a file that cannot be opened",
            expected="a folder of DICOM or NIfTI images, or one such file",
            remedy="correct the path",
        ) from error
    return header_of(folder)


def _no_images(folder: Path) -> InputError:
    from pnst.io.dicom.given import archives_at

    if archives := archives_at(folder):
        return InputError(
            f"no images in {folder.name!r}",
            got=f"an archive: {', '.join(archives[:4])}",
            expected="a folder of DICOM or NIfTI images; nothing is unpacked unasked",
            remedy="unpack it and give the folder",
        )
    below = _folders_with_nifti(folder)
    if below:
        return InputError(
            f"no images in {folder.name!r} itself",
            got=f"NIfTI files in {below} folder{'s' if below > 1 else ''} below it",
            expected="the folder of one study",
            remedy="give one of them; for all of them: pnst cohort init FOLDER",
        )
    return InputError(
        f"no images in {folder.name!r}",
        got="no DICOM and no NIfTI file",
        expected="a DICOM tree, a BIDS dataset, or NIfTI files named by their role (t1.nii.gz, …)",
        remedy="give the folder that holds the study's images",
    )


def _folders_with_nifti(folder: Path) -> int:
    from pnst.io.dicom.listing import list_tree
    from pnst.io.nifti.read import is_nifti

    files = list_tree(folder).files if os.path.isdir(folder) else ()
    return len({file.parent for file, _ in files if is_nifti(file) and file.parent != folder})
