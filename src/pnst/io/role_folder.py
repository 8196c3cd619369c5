"""A folder whose NIfTI files are named by their role: `t1.nii.gz`, `t2_fs.nii.gz`, `dwi.nii.gz` + `dwi.bval`, …

Or one such file, which is a study of one series. Where no file is named so, the words of their names are read: other
people's folders hold `case_T1_image.nii.gz` and `P3-ADC.nii`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from os.path import lexists
from pathlib import Path

from pnst.errors import AmbiguityError, InputError
from pnst.io.masks.file import MaskFile
from pnst.io.masks.named import LESION, AnyMaskFile, Masks, left_out_note, mask_reason, with_masks
from pnst.io.name_guess import NameGuess, guess_by_name
from pnst.io.nifti.inspect import inspect_nifti
from pnst.io.nifti.pair import header_of
from pnst.io.nifti.read import is_nifti, stem
from pnst.io.nifti.series import beside, read_series
from pnst.io.role_override import NO_SERIES, parse_role
from pnst.io.series_guess import SeriesGuess
from pnst.measurement.measurements import MASK_NAMES
from pnst.study import Role, Study


def is_role_folder(path: Path) -> bool:
    """Whether at least one NIfTI file directly in the folder is named by a role."""
    return os.path.isdir(path) and any(is_nifti(file) and _named_role(file) for file in path.iterdir())


def _listed(path: Path) -> list[Path]:
    """What lies directly in a folder; a single file is alone."""
    return sorted(path.iterdir()) if os.path.isdir(path) else [path]


def inspect_role_folder(path: Path) -> list[SeriesGuess]:
    """One guess for each NIfTI file directly in the folder; no voxel is read."""
    shown = [file for file in _listed(path) if is_nifti(file) and not file.name.startswith(".")]
    guesses = _guesses(shown)
    if guesses is None:
        return inspect_nifti(shown, _named_role, lambda file: mask_reason(stem(file)))
    return inspect_nifti(shown, lambda file: guesses[file].role, lambda file: guesses[file].reason)


def role_by_file(files: Sequence[Path]) -> dict[Path, Role | None]:
    """The role of each file of one folder, by its name or, where none is named by its role, by words of the names."""
    guesses = _guesses(files)
    return {file: _named_role(file) if guesses is None else guesses[file].role for file in files}


def _named_role(file: Path) -> Role | None:
    return Role(stem(file)) if stem(file) in set(Role) else None


def _guesses(files: Sequence[Path]) -> Mapping[Path, NameGuess] | None:
    """What the words of the files' names say; None where one is named by its role, as then the others are nothing."""
    return None if any(map(_named_role, files)) else {file: _guess(file) for file in files}


def _guess(file: Path) -> NameGuess:
    if stem(file) in (*MASK_NAMES, LESION):
        return NameGuess(None, mask_reason(stem(file)), drawn=True, tissue=None if stem(file) == LESION else stem(file))
    guess = guess_by_name(stem(file))
    if guess.role is Role.DWI and not lexists(beside(file, ".bval")):
        return NameGuess(None, "its name says diffusion, and no .bval lies beside it")
    return guess


def read_role_folder(
    path: Path, roles: Mapping[str, str] | None = None, case_id: str | None = None, masks: Masks | None = None
) -> Study:
    """Read a role-named folder, or one NIfTI file. `roles` names other files in the folder for some roles, or "none".

    Where no file is named by its role, the words of the names decide, and a note says which roles they gave.
    `masks` are the user's, which beat the folder's of the same names. The case is called by the folder's name unless
    `case_id` is given; a note counts the NIfTI files that serve as nothing. Raises `InputError` for a file that is not
    there, `SettingError` for an unknown role and `AmbiguityError` for a role with two files, besides what
    `read_series` raises.
    """
    files = _files_by_stem(path)
    file_by_role, guessed = _files_by_role(path, files, roles or {})
    series = {role: read_series(file_by_role[role], role) for role in Role if role in file_by_role}
    mask_by_name = _masks_by_name(files, masks or {})
    used = {file.resolve() for file in (*file_by_role.values(), *(mask.file for mask in mask_by_name.values()))}
    left = [name for name, file in files.items() if name != LESION and file.resolve() not in used]
    folder = path.resolve() if os.path.isdir(path) else path.resolve().parent
    notes = (*_guessed_note(guessed), *left_out_note("NIfTI file", left))
    study = Study(folder.name if case_id is None else case_id, series, notes=notes)
    return with_masks(study, mask_by_name)


def _files_by_role(
    path: Path, files: Mapping[str, Path], roles: Mapping[str, str]
) -> tuple[dict[Role, Path], tuple[Role, ...]]:
    """The file of each role, and the roles that were guessed from words."""
    overrides = {parse_role(role): name for role, name in roles.items()}
    chosen = {role: _chosen(role, name, path) for role, name in overrides.items() if name != NO_SERIES}
    taken = {file.resolve() for file in chosen.values()}
    free = [file for file in files.values() if file.resolve() not in taken]
    guesses = _guesses(list(files.values()))
    if guesses is None:
        named = {role: file for file in free if (role := _named_role(file)) and role not in overrides}
        guessed: dict[Role, Path] = {}
    else:
        named = {}
        guessed = _one_a_role([(r, file) for file in free if (r := guesses[file].role) and r not in overrides])
    file_by_role = named | guessed | chosen
    if not file_by_role:
        raise InputError(
            f"no image in {path.name!r} is named by its role",
            got=", ".join(sorted(file.name for file in files.values())) or "no NIfTI file",
            expected=", ".join(f"{role}.nii.gz" for role in Role),
            remedy="rename the files, or say which file serves as which role (--role t1=FILE)",
        )
    return file_by_role, tuple(guessed)


def _one_a_role(pairs: Sequence[tuple[Role, Path]]) -> dict[Role, Path]:
    """The one file of each role. Raises `AmbiguityError` where the names of several say the same role."""
    for role in Role:
        files = sorted(file.name for guessed, file in pairs if guessed is role)
        if len(files) > 1:
            raise AmbiguityError(
                f"several images could serve as {role}",
                got=", ".join(files[:6]) + (" …" if len(files) > 6 else ""),
                expected="one image a role",
                remedy=f"choose one (--role {role}={files[0]}), or give each case a folder of its own",
            )
    return dict(pairs)


def _guessed_note(roles: Sequence[Role]) -> tuple[str, ...]:
    """What a reader should know of roles that were guessed; a file's name is not repeated, it may hold a patient's."""
    if not roles:
        return ()
    return (f"told by words of the files' names, which no header confirms: {', '.join(roles)}",)


def _masks_by_name(files: Mapping[str, Path], given: Masks) -> dict[str, AnyMaskFile]:
    """The user's masks, and those of the folder that they leave free."""
    taken = {mask.file.resolve() for mask in given.values()}
    named = {name: MaskFile(files[name]) for name in MASK_NAMES if name in files and name not in given}
    return {name: mask for name, mask in named.items() if mask.file.resolve() not in taken} | dict(given)


def _files_by_stem(path: Path) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for file in _listed(path):
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


def _chosen(role: str, name: str, path: Path) -> Path:
    folder = path if os.path.isdir(path) else path.parent
    candidates = [folder / name, Path(name), folder / f"{name}.nii.gz", folder / f"{name}.nii", folder / f"{name}.hdr"]
    for file in map(header_of, candidates):
        if os.path.isfile(file) and is_nifti(file):
            return file
    raise InputError(
        f"no NIfTI file {name!r} to serve as {role}",
        got=", ".join(sorted(file.name for file in _listed(path) if is_nifti(file))) or "no NIfTI file",
        expected="the name of a NIfTI file in the folder, or a path to one",
        remedy="correct the name",
    )
