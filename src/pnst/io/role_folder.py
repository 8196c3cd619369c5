"""A folder whose NIfTI files are named by their role: `t1.nii.gz`, `t2_fs.nii.gz`, `dwi.nii.gz` + `dwi.bval`, …"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pnst.errors import AmbiguityError, InputError, SettingError
from pnst.io.masks.read import read_mask_with_notes
from pnst.io.nifti.inspect import inspect_nifti
from pnst.io.nifti.read import is_nifti, stem
from pnst.io.nifti.series import read_series
from pnst.io.role_override import NO_SERIES, parse_role
from pnst.io.series_guess import SeriesGuess
from pnst.study import Role, Study

MASK_NAMES = ("muscle", "edema", "cord")
"""Masks that come with a study; `lesion` is read for itself."""


def is_role_folder(path: Path) -> bool:
    """Whether at least one NIfTI file directly in the folder is named by a role."""
    return path.is_dir() and any(is_nifti(file) and _named_role(file) for file in path.iterdir())


def inspect_role_folder(path: Path) -> list[SeriesGuess]:
    """One guess for each NIfTI file directly in the folder; no voxel is read."""
    return inspect_nifti(sorted(path.iterdir()), _named_role)


def _named_role(file: Path) -> Role | None:
    return Role(stem(file)) if stem(file) in set(Role) else None


def read_role_folder(path: Path, roles: Mapping[str, str] | None = None, case_id: str | None = None) -> Study:
    """Read a role-named folder. `roles` names other files (relative to the folder) for some roles, or "none".

    The case is called by the folder's name unless `case_id` is given. Raises `InputError` for a file that is not
    there, `SettingError` for an unknown role and `AmbiguityError` for a role with two files, besides what
    `read_series` raises.
    """
    files = _files_by_stem(path)
    overrides = {parse_role(role): name for role, name in (roles or {}).items()}
    chosen = {role: _chosen(role, name, path) for role, name in overrides.items() if name != NO_SERIES}
    taken = {file.resolve() for file in chosen.values()}
    guessed = {role: files[role] for role in Role if role in files and role not in overrides}
    file_by_role = {role: file for role, file in guessed.items() if file.resolve() not in taken} | chosen
    if not file_by_role:
        raise InputError(
            f"no image in {path.name!r} is named by its role",
            got=", ".join(sorted(file.name for file in files.values())) or "no NIfTI file",
            expected=", ".join(f"{role}.nii.gz" for role in Role),
            remedy="rename the files, or say which file serves as which role (--role t1=FILE)",
        )
    series = {role: read_series(file_by_role[role], role) for role in Role if role in file_by_role}
    study = Study(case_id or path.resolve().name, series)
    return with_masks(study, {name: files[name] for name in MASK_NAMES if name in files})


def with_masks(study: Study, files: Mapping[str, Path]) -> Study:
    """The study with the masks of these files, by name, and what was noticed of each among its notes."""
    drawn = {name: read_mask_with_notes(file, study) for name, file in files.items()}
    notes = tuple(note for _, mask_notes in drawn.values() for note in mask_notes)
    masks = {name: mask for name, (mask, _) in drawn.items()}
    return replace(study, masks={**study.masks, **masks}, notes=(*study.notes, *notes))


def _files_by_stem(path: Path) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for file in sorted(path.iterdir()):
        if is_nifti(file) and not file.name.startswith("."):
            if stem(file) in files:
                raise AmbiguityError(
                    f"two files are named {stem(file)!r}",
                    got=f"{files[stem(file)].name} and {file.name}",
                    expected="one file a name",
                    remedy="remove one of them",
                )
            files[stem(file)] = file
    return files


def check_mask_name(name: str) -> str:
    """The name itself. Raises `SettingError` that lists the names for one that nothing would read."""
    if name not in MASK_NAMES:
        raise SettingError(
            f"nothing reads a mask called {name!r}",
            got=name,
            expected=", ".join(MASK_NAMES),
            remedy="choose one of these names",
        )
    return name


def _chosen(role: str, name: str, path: Path) -> Path:
    candidates = [path / name, Path(name), path / f"{name}.nii.gz", path / f"{name}.nii"]
    for file in candidates:
        if file.is_file() and is_nifti(file):
            return file
    raise InputError(
        f"no NIfTI file {name!r} to serve as {role}",
        got=", ".join(sorted(file.name for file in path.iterdir() if is_nifti(file))) or "no NIfTI file",
        expected="the name of a NIfTI file in the folder, or a path to one",
        remedy="correct the name",
    )
