"""A cohort from a folder: the table that a person looks over before it is run."""

from __future__ import annotations

import os
import os.path
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pnst.cohort.cohort_case import CASE, CHECK, LABEL, LESION, OWN, STUDY
from pnst.cohort.cohort_table import Cohort, case_of, read_cohort_table
from pnst.errors import InputError
from pnst.io.table_rows import write_csv_rows

if TYPE_CHECKING:
    from pnst.io.lesion_files import LesionFile
    from pnst.io.study_finder import FoundStudy


def read_cohort(source: Path) -> Cohort:
    """The cohort of a table (CSV or Parquet), or of a folder of studies as `find_studies` finds them.

    Raises `InputError` for a table that cannot be used, and for a folder without a study.
    """
    if not os.path.isdir(source):
        return read_cohort_table(source)
    rows = listed_rows(source)
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return Cohort(source.absolute(), len(rows), lambda: map(case_of, rows), columns)


def write_listing(folder: Path, file: Path, say: Callable[[str], None] = lambda _: None) -> list[dict[str, str]]:
    """Write the table of what lies below a folder, with paths relative to the table's own place; its rows.

    `say` is told what is being looked at. Raises `InputError` where the table is there already, or no study is.
    """
    if os.path.exists(file):
        raise InputError(
            f"{file.name!r} is there already",
            got="a file that may hold a person's corrections",
            expected="a new file",
            remedy="name another one with --out, or remove it",
        )
    rows = listed_rows(folder, file.absolute().parent, say)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    write_csv_rows(file, columns, rows)
    return rows


def listed_rows(
    folder: Path, relative_to: Path | None = None, say: Callable[[str], None] = lambda _: None
) -> list[dict[str, str]]:
    """One row a study. Raises `InputError` where there is none."""
    from pnst.io.study_finder import find_studies  # a table is read without it, and without what reads images

    studies = find_studies(folder, say)
    if not studies:
        raise InputError(
            f"no study below {folder.name!r}",
            got="no DICOM file, and no NIfTI file whose name says a role",
            expected="DICOM trees, a BIDS dataset, or folders of NIfTI files (t1.nii.gz, case_T1_image.nii.gz)",
            remedy="give the folder that holds the studies, or write the table by hand",
        )
    return [_row(study, folder.absolute(), (relative_to or folder).absolute()) for study in studies]


def _row(study: FoundStudy, root: Path, base: Path) -> dict[str, str]:
    lesion, label, remark = _lesion(study.lesions)
    row = {CASE: study.name, STUDY: _place(root / study.study, base)}
    row |= {LESION: _place(root / lesion, base) if lesion else "", LABEL: label}
    row |= {f"role.{role}": file for role, file in study.roles.items()}
    row |= {name: fact for name, fact in study.facts.items() if name not in (*row, *OWN[:4])}
    return row | {CHECK: "; ".join(filter(None, (study.remark, remark)))}


def _lesion(files: Sequence[LesionFile]) -> tuple[str, str, str]:
    """The one file of the lesions, its label where one of several regions is meant, and what a person must choose."""
    if not files:
        return "", "", "no lesion file found: write one, or a prompt"
    if len(files) > 1:
        named = [f"{f.file}:{'|'.join(f.regions)}" if f.regions else f.file for f in files]
        return "", "", f"choose a lesion file: {' or '.join(named[:6])}"
    (file,) = files
    return file.file, file.regions[0] if len(file.regions) == 1 else "", ""


def _place(path: Path, base: Path) -> str:
    """Relative where it lies below the table's folder or beside it, so that both can move together."""
    return Path(os.path.relpath(path, base)).as_posix()
