"""The studies below a folder, with the files that may hold their lesions: DICOM trees, BIDS, and folders of NIfTI."""

from __future__ import annotations

import csv
import os
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os.path import commonpath
from pathlib import Path
from typing import TypeVar

from pnst.io.bids import BidsName, is_bids, session_folders
from pnst.io.dicom.listing import list_tree, starts_as_dicom
from pnst.io.lesion_files import LesionFile, lesion_files_of
from pnst.io.masks.named import LESION
from pnst.io.name_guess import guess_by_name
from pnst.io.nifti.read import is_nifti, stem
from pnst.io.role_folder import role_by_file
from pnst.io.series_words import keywords_of

_OTHER_WORDS = frozenset({"image", "img", "mr", "mri", "scan", "vol", "volume", "ax", "cor", "sag", "tra"})
_MAX_TSV = 1 << 24
_EVERY = 100
"""Between two words of progress."""
_Item = TypeVar("_Item")
Say = Callable[[str], None]
"""Is told what is being looked at."""


@dataclass(frozen=True)
class FoundStudy:
    """One study, as it would stand in the table of a cohort."""

    name: str
    study: str
    """Its folder, or its first image, relative to the folder that was searched."""
    lesions: tuple[LesionFile, ...] = ()
    """Files relative to the folder that was searched."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Role → file, where the folder holds several cases."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What a table of the data set says of the patient."""
    remark: str = ""
    """What a person should look at."""


def find_studies(root: Path, say: Say = lambda _: None) -> list[FoundStudy]:
    """The studies at or below `root`, in the order of their names; hidden files and links to folders are left out.

    DICOM files belong together by their Study Instance UID, NIfTI files by their folder, or where one folder holds
    several images of a role, by what their names have in common. Nothing is measured, and no voxel is read.
    """
    studies = _bids_studies(root, say) if is_bids(root) else _plain_studies(root, say)
    return sorted(_told_apart(studies), key=lambda study: study.name.casefold())


def _counted(what: str, items: Sequence[_Item], say: Say) -> Iterator[_Item]:
    """The items one by one; now and then it is told how many there were, of how many.

    >>> list(_counted("file", "ab", print))
    file 1 of 2
    ['a', 'b']
    """
    for number, item in enumerate(items):
        if number % _EVERY == 0:
            say(f"{what} {number + 1:,} of {len(items):,}")
        yield item


# --- BIDS -------------------------------------------------------------------------------------------------------------


def _bids_studies(root: Path, say: Say) -> list[FoundStudy]:
    facts = _participants(root)
    studies = []
    for folder in _counted("session", sorted(set(session_folders(root))), say):
        relative = folder.relative_to(root)
        subject = next((part for part in relative.parts if part.startswith("sub-")), relative.as_posix())
        places = (folder, *root.glob(f"derivatives/*/{relative.as_posix()}"))
        files = sorted(f for place in places for f in place.rglob("*") if is_nifti(f))
        lesions = tuple(
            LesionFile(f.relative_to(root).as_posix(), "NIfTI", ()) for f in files if BidsName.of(f).mask_name == LESION
        )
        name = "_".join(part for part in relative.parts if part.startswith(("sub-", "ses-")))
        studies.append(FoundStudy(name or subject, relative.as_posix(), lesions, facts=facts.get(subject, {})))
    return studies


def _participants(root: Path) -> dict[str, dict[str, str]]:
    """What `participants.tsv` says of each subject (BIDS 1.10, "Participants file"); nothing where it is absent."""
    file = root / "participants.tsv"
    if not os.path.isfile(file) or file.stat().st_size > _MAX_TSV:
        return {}
    rows = csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines(), delimiter="\t")
    return {
        row.get("participant_id", ""): {
            name.strip().lower().replace(".", "_"): cell.strip()
            for name, cell in row.items()
            if name and cell and name != "participant_id" and cell.strip() not in ("", "n/a")
        }
        for row in rows
    }


# --- folders of NIfTI, trees of DICOM ---------------------------------------------------------------------------------


def _plain_studies(root: Path, say: Say) -> list[FoundStudy]:
    by_folder: dict[Path, list[Path]] = defaultdict(list)
    dicom: list[Path] = []
    say("listing files")
    for file, _ in _counted("file", list_tree(root).files, say):
        if is_nifti(file):
            by_folder[file.parent].append(file)
        elif starts_as_dicom(file):
            dicom.append(file)
    nifti = [study for folder, files in by_folder.items() for study in _nifti_studies(root, folder, files)]
    return nifti + _dicom_studies(root, dicom, say)


def _nifti_studies(root: Path, folder: Path, files: Sequence[Path]) -> list[FoundStudy]:
    roles = role_by_file(files)
    counts = Counter(role for role in roles.values() if role)
    if not counts:
        return []
    drawn = list(lesion_files_of(files, root))
    if max(counts.values()) == 1:
        return [FoundStudy(_name(root, folder), _relative(root, folder), tuple(drawn))]
    groups: dict[str, dict[str, Path]] = defaultdict(dict)
    for file, role in roles.items():
        if role is not None:
            groups[_case_of(file)].setdefault(role, file)
    return [_of_group(root, case, images, drawn) for case, images in groups.items()]


def _of_group(root: Path, case: str, images: Mapping[str, Path], drawn: Iterable[LesionFile]) -> FoundStudy:
    """One case among several in a folder, by its files' names."""
    own = tuple(lesion for lesion in drawn if _case_of(Path(lesion.file)) == case)
    first, *others = images
    roles = {role: images[role].name for role in others}
    return FoundStudy(case or "case", _relative(root, images[first]), own, roles, remark="told apart by file names")


def _dicom_studies(root: Path, files: Sequence[Path], say: Say) -> list[FoundStudy]:
    by_study: dict[str, list[Path]] = defaultdict(list)
    for file in _counted("header", files, say):
        by_study[_study_uid(file)].append(file)
    places = {uid: Path(commonpath([file.parent for file in own])) for uid, own in by_study.items()}
    studies = []
    for uid, folder in _counted("study", list(places.items()), say):
        lesions = tuple(lesion_files_of(by_study[uid], root))
        shared = any(other == folder or folder in other.parents for o, other in places.items() if o != uid)
        remark = "files of several studies lie in this folder: give each a folder of its own" if shared else ""
        studies.append(FoundStudy(_name(root, folder), _relative(root, folder), lesions, remark=remark))
    return studies


def _study_uid(file: Path) -> str:
    import pydicom

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = pydicom.dcmread(file, stop_before_pixels=True, specific_tags=["StudyInstanceUID"], force=True)
            return str(dataset.get("StudyInstanceUID", ""))
        except Exception:  # damaged in whatever way: the reader will say how
            return ""


# --- names ------------------------------------------------------------------------------------------------------------


def _case_of(file: Path) -> str:
    """What is left of a file's name without the words of roles and masks."""
    words = [word for word in re.split(r"[_\-. ]+", stem(file)) if word]
    return "_".join(w for w in words if not (w.lower() in _OTHER_WORDS or keywords_of(w) or guess_by_name(w).drawn))


def _relative(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _name(root: Path, folder: Path) -> str:
    return _relative(root, folder) if folder != root else root.resolve().name


def _told_apart(studies: Sequence[FoundStudy]) -> list[FoundStudy]:
    """With short names: of their folders' parts only those that not all have in common, in letters that files bear."""
    parts = [study.name.split("/") for study in studies]
    common = set.intersection(*map(set, parts)) if len(parts) > 1 else set(parts[0][:-1]) if parts else set()
    names = [_safe("_".join(p for p in own if p not in common) or own[-1]) for own in parts]
    seen: Counter[str] = Counter()
    told = []
    for study, name in zip(studies, names, strict=True):
        seen[name.casefold()] += 1
        count = seen[name.casefold()]
        told.append(replace(study, name=name if count == 1 else f"{name}-{count}"))
    return told


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-._")[:60] or "case"
