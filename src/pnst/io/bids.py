"""BIDS: one subject (and session) of a dataset, its series by suffix and entities, its masks by label.

Source of the names: Brain Imaging Data Structure specification 1.10, "Magnetic Resonance Imaging" and "Imaging data
derivatives".
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pnst.errors import AmbiguityError, InputError
from pnst.io.digest import patient_digest
from pnst.io.masks.file import LabelMapFile, MaskFile
from pnst.io.masks.label_names import names_of_labels
from pnst.io.masks.named import LABELS, LESION, AnyMaskFile, Masks, left_out_note, mask_reason, single_masks, with_masks
from pnst.io.masks.schemes.names import mask_of_name
from pnst.io.nifti.inspect import inspect_nifti
from pnst.io.nifti.read import is_nifti, stem
from pnst.io.nifti.series import read_series
from pnst.io.role_override import NO_SERIES, parse_role
from pnst.io.series_guess import SeriesGuess
from pnst.measurement.measurements import MASK_NAMES
from pnst.study import Role, Series, Study

DERIVED = "derivatives/pnst"
"""Where in a dataset lie the masks and maps that pnst writes; other tools' derivatives are not read."""

_KINDS = ("anat", "dwi")
_DRAWN = ("mask", "dseg")
"""Suffixes of what was drawn, or segmented."""
_ENTITY = re.compile(r"([a-zA-Z]+)-([a-zA-Z0-9+]+)")


@dataclass(frozen=True)
class BidsName:
    """A file's name taken apart: `sub-01_acq-fs_T2w.nii.gz` → {"sub": "01", "acq": "fs"}, "T2w"."""

    file: Path
    entities: Mapping[str, str]
    suffix: str

    @classmethod
    def of(cls, file: Path) -> BidsName:
        """Take the name of `file` apart; parts that are no entity are left out."""
        *parts, suffix = stem(file).split("_")
        return cls(file, {m[1]: m[2] for part in parts if (m := _ENTITY.fullmatch(part))}, suffix)

    @property
    def role(self) -> Role | None:
        """The role that suffix and entities tell, None for anything else."""
        if self.suffix in _DRAWN:
            return None
        words = {self.entities.get(key, "").lower() for key in ("desc", "param", "acq", "rec")}
        derived = {self.entities.get(key, "").lower() for key in ("desc", "param")}
        if "adc" in derived or self.suffix.lower() in ("adc", "adcmap"):
            return Role.ADC
        if self.suffix == "T1w" and words & {"fat", "water"}:
            return Role.FAT if "fat" in words else Role.WATER
        if self.suffix == "T1w":
            return Role.T1_POST if "ce" in self.entities else Role.T1
        if self.suffix == "T2w":
            return Role.T2_FS if words & {"fs", "stir", "fatsat"} else Role.T2
        return {"dwi": Role.DWI}.get(self.suffix)

    @property
    def mask_name(self) -> str | None:
        """`muscle` for `*_label-muscle_mask` and `*_label-muscle_dseg`, None for anything else.

        Several lesions in one map are `*_desc-lesion_dseg`, as pnst writes them.
        """
        if self.suffix not in _DRAWN:
            return None
        return self.entities.get("label", LESION if self.entities.get("desc") == LESION else None)

    @property
    def read_as(self) -> str | None:
        """The mask that the file is, of those that a measurement reads (`vertebraL3` is `vertebra_L3`, as a label holds
        no underscore), or a lesion; None for any other file."""
        by_label = {name.replace("_", ""): name for name in (*MASK_NAMES, LESION)}
        return by_label.get(self.mask_name or "")

    @property
    def is_label_map(self) -> bool:
        """Whether it may hold several structures, which a table beside it names."""
        return self.suffix == "dseg" and self.read_as is None

    @property
    def word(self) -> str:
        """What the name says in one word: a mask, a role, or the suffix."""
        return self.mask_name or self.role or self.suffix


def is_bids(path: Path) -> bool:
    """Whether `path` is a BIDS dataset, or a subject or session folder of one, with images in `anat` or `dwi`."""
    return os.path.isdir(path) and any(True for _ in session_folders(path))


def inspect_bids(path: Path) -> list[SeriesGuess]:
    """One guess for each NIfTI file anywhere below `path`; no voxel is read."""
    return inspect_nifti(
        sorted(path.rglob("*")),
        lambda file: BidsName.of(file).role,
        lambda file: mask_reason(BidsName.of(file).read_as or BidsName.of(file).mask_name),
    )


def read_bids(
    path: Path, roles: Mapping[str, str] | None = None, case_id: str | None = None, masks: Masks | None = None
) -> Study:
    """Read the one subject and session under `path`. `roles` names files (relative to `path`) for some roles,
    or "none"; `masks` are the user's, which beat the dataset's of the same names.

    The case is called by the subject (and session) unless `case_id` is given; a note counts the NIfTI files that serve
    as nothing. Raises `AmbiguityError` for several subjects or sessions, or several files for a role or a mask,
    `InputError` for a folder without a file in a known role, besides what `read_series` raises.
    """
    folder = _one_session(path)
    names = [BidsName.of(file) for file in _images(folder)]
    file_by_role = _files_by_role(path, folder, names, roles or {})
    series = {role: _of_subject(read_series(file_by_role[role], role), folder) for role in Role if role in file_by_role}
    mask_by_name = _masks_by_name(names, masks or {})
    used = {file.resolve() for file in (*file_by_role.values(), *(mask.file for mask in mask_by_name.values()))}
    left = [n.word for n in names if n.mask_name != LESION and n.file.resolve() not in used]
    study = Study(_case(folder) if case_id is None else case_id, series, notes=left_out_note("NIfTI file", left))
    return with_masks(study, mask_by_name)


def _files_by_role(path: Path, folder: Path, names: list[BidsName], roles: Mapping[str, str]) -> dict[Role, Path]:
    overrides = {parse_role(role): name for role, name in roles.items()}
    chosen = {role: _chosen(path, folder, role, name) for role, name in overrides.items() if name != NO_SERIES}
    taken = {file.resolve() for file in chosen.values()}
    file_by_role = _by_role([n for n in names if n.file.resolve() not in taken], set(overrides)) | chosen
    if not file_by_role:
        raise InputError(
            f"no image in {path.name!r} has a role",
            got=", ".join(n.file.name for n in names) or "no image",
            expected="anat/*_T1w, *_T2w, *_ce-…_T1w, or dwi/*_dwi",
            remedy="say which file serves as which role (--role t1=FILE)",
        )
    return file_by_role


def _masks_by_name(names: list[BidsName], given: Masks) -> dict[str, AnyMaskFile]:
    """The user's masks, and those of the dataset that they leave free: files of one mask, and maps of many."""
    taken = {mask.file.resolve() for mask in given.values()}
    free = [n for n in names if n.file.resolve() not in taken]
    drawn = [(str(name), MaskFile(n.file)) for n in free if (name := n.read_as) in MASK_NAMES and name not in given]
    maps = [n.file for n in free if n.is_label_map and any(map(mask_of_name, names_of_labels(n.file).values()))]
    named = {f"{LABELS} {n}": LabelMapFile(file) for n, file in enumerate(maps, start=1)}
    return single_masks(drawn) | named | dict(given)


def session_folders(path: Path) -> Iterator[Path]:
    """The folders, at or below `path`, that belong to a subject and hold images in `anat` or `dwi`."""
    levels: list[Iterable[Path]] = [[path], path.glob("sub-*"), path.glob("ses-*"), path.glob("sub-*/ses-*")]
    for level in levels:
        for folder in level:
            own = folder.resolve()
            if any(name.startswith("sub-") for name in (own.name, own.parent.name)) and _images(folder):
                yield folder


def _one_session(path: Path) -> Path:
    folders = sorted(session_folders(path))
    if not folders:
        raise InputError(
            f"no BIDS subject in {path.name!r}",
            got="no sub-…/anat or sub-…/dwi with NIfTI images",
            expected="one subject with images",
            remedy="give a BIDS dataset, or the folder of one of its subjects",
        )
    if len(folders) > 1:
        listed = ", ".join(str(folder.relative_to(path)) for folder in folders[:20])
        raise AmbiguityError(
            f"the BIDS folder {path.name!r} holds {len(folders)} subjects or sessions",
            got=listed + (" …" if len(folders) > 20 else ""),
            expected="one subject and one session",
            remedy="give the folder of one of them",
        )
    return folders[0]


def _images(folder: Path) -> list[Path]:
    """Those of a subject's (or session's) folder, and of the same one in the derivatives that pnst writes."""
    own = folder.resolve()
    dataset = own.parent if own.name.startswith("sub-") else own.parent.parent
    places = (folder / kind for folder in (folder, dataset / DERIVED / own.relative_to(dataset)) for kind in _KINDS)
    images = [file for place in places for file in place.glob("*") if is_nifti(file)]
    return sorted(file for file in images if not file.name.startswith("."))


def _by_role(names: list[BidsName], taken: set[Role]) -> dict[Role, Path]:
    file_by_role: dict[Role, Path] = {}
    for role in Role:
        files = [n.file for n in names if n.mask_name is None and n.role is role] if role not in taken else []
        if len(files) > 1:
            raise AmbiguityError(
                f"several images could serve as {role}",
                got=", ".join(file.name for file in files),
                expected="one image a role",
                remedy=f"choose one: --role {role}={files[0].name}",
            )
        if files:
            file_by_role[role] = files[0]
    return file_by_role


def _chosen(path: Path, folder: Path, role: str, name: str) -> Path:
    for file in (path / name, Path(name), *(f for f in _images(folder) if name in (f.name, stem(f)))):
        if os.path.isfile(file) and is_nifti(file):
            return file
    raise InputError(
        f"no image {name!r} to serve as {role}",
        got=", ".join(file.name for file in _images(folder)) or "no image",
        expected="the name of an image of the subject, or its path in the dataset",
        remedy="correct the name",
    )


def _of_subject(series: Series, folder: Path) -> Series:
    subject = next((part for part in reversed(folder.resolve().parts) if part.startswith("sub-")), "")
    return replace(series, source=replace(series.source, patient_digest=patient_digest("bids", subject)))


def _case(folder: Path) -> str:
    parts = [part for part in folder.resolve().parts[-2:] if part.startswith(("sub-", "ses-"))]
    return "_".join(parts)
