"""What of a BIDS dataset is to be measured: a subject's session each, or why it cannot be."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pnst.cohort.cohort_case import CASE, CHECK, LESION, STUDY, CohortCase
from pnst.cohort.cohort_table import case_of
from pnst.cohort.source import listed_rows
from pnst.errors import InputError, PnstError
from pnst.io.bids import is_bids

SUB, SES = "sub-", "ses-"
_LISTED = 8


@dataclass(frozen=True)
class BidsSession:
    """One subject's images of one date, or all of them where the dataset knows no dates."""

    subject: str
    """`sub-01`"""
    session: str = ""
    """`ses-2`; empty where there are none."""
    case: CohortCase | None = None
    refusal: PnstError | None = None
    """Why there is nothing to measure."""

    @property
    def name(self) -> str:
        """What its files begin with: `sub-01_ses-2`."""
        return "_".join(filter(None, (self.subject, self.session)))

    @property
    def folder(self) -> Path:
        """Its place in a dataset, raw or derived: `sub-01/ses-2`."""
        return Path(self.subject, self.session)


def find_sessions(dataset: Path, subjects: Sequence[str] = (), sessions: Sequence[str] = ()) -> list[BidsSession]:
    """Those of a dataset, in the order of their names; labels, with or without `sub-` and `ses-`, choose among them.

    Raises `InputError` for what is no BIDS dataset, and for a label that it lacks.
    """
    folders = _subjects(dataset)
    wanted = _chosen("participant", SUB, subjects, folders)
    rows = listed_rows(dataset) if is_bids(dataset) else []
    all_sessions = [_session_of(row) for row in rows]
    without = [BidsSession(name, refusal=_without_image(name)) for name in folders]
    with_images = {one.subject for one in all_sessions}
    of_wanted = [
        one
        for one in (*all_sessions, *(one for one in without if one.subject not in with_images))
        if one.subject in wanted
    ]
    named = {one.session for one in of_wanted if one.session}
    dates = _chosen("session", SES, sessions, sorted(named)) if sessions else {*named, ""}
    return sorted((one for one in of_wanted if one.session in dates), key=lambda one: one.name)


def _subjects(dataset: Path) -> list[str]:
    folders = (
        sorted(path.name for path in dataset.glob(f"{SUB}*") if os.path.isdir(path)) if os.path.isdir(dataset) else []
    )
    if folders and not dataset.resolve().name.startswith(SUB):
        return folders
    inside = "one of its subjects" if dataset.name.startswith(SUB) else f"no folder called {SUB}…"
    raise InputError(
        f"{dataset.name!r} is no BIDS dataset",
        got=inside if os.path.isdir(dataset) else "a file" if os.path.exists(dataset) else "no such folder",
        expected="the top folder of a dataset, with sub-01/anat/sub-01_T1w.nii.gz or the like",
        remedy="give that folder; DICOM, and NIfTI under other names, are for `pnst cohort`",
    )


def _chosen(kind: str, prefix: str, labels: Sequence[str], there: Sequence[str]) -> set[str]:
    """The names that the labels mean; all of them where no label is given."""
    names = [label if label.startswith(prefix) else prefix + label for label in labels]
    lacking = [name for name in names if name not in there]
    if lacking:
        shown = ", ".join(name.removeprefix(prefix) for name in there[:_LISTED]) or "none"
        raise InputError(
            f"the dataset has no {kind} {lacking[0].removeprefix(prefix)!r}",
            got=", ".join(labels),
            expected=f"labels among {shown}" + (f" … ({len(there)} in all)" if len(there) > _LISTED else ""),
            remedy=f"correct --{kind}-label, or leave it out: then all of them are meant",
        )
    return set(names or there)


def _session_of(row: dict[str, str]) -> BidsSession:
    """Of a row of a cohort's table, as the finder makes it."""
    parts = Path(row[STUDY]).parts
    subject, session = (next((part for part in parts if part.startswith(prefix)), "") for prefix in (SUB, SES))
    one = BidsSession(subject, session)
    cells = {name: cell for name, cell in row.items() if name != CHECK} | {CASE: one.name}
    refusal = None if row[LESION] else _without_lesion(one.name, row[CHECK])
    return BidsSession(subject, session, case_of(cells), refusal)


def _without_lesion(name: str, remark: str) -> InputError:
    several = remark.startswith("choose")
    return InputError(
        f"{name} has several lesion masks" if several else f"{name} has no lesion mask",
        got=remark.partition(": ")[2] if several else "no file called …_label-lesion_mask.nii.gz",
        expected="one such file in its anat folder, or in that of derivatives/NAME/ in the dataset",
        remedy="remove what is not meant" if several else "add one; `pnst segment` makes it from a line or a point",
    )


def _without_image(name: str) -> InputError:
    return InputError(
        f"{name} has no image to measure on",
        got="no NIfTI file in its anat or dwi folders",
        expected="T1w, T2w or dwi images, in folders called anat and dwi",
        remedy="add them, or leave the participant out",
    )
