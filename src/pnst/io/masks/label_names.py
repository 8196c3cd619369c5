"""What a label map itself calls its numbers: a table in its NIfTI header, or a `_dseg.tsv` beside it."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Mapping
from pathlib import Path

from pnst.errors import InputError
from pnst.io.nifti.file import read_extensions
from pnst.io.nifti.read import is_nifti, stem
from pnst.regular_file import read_regular

_LABEL = re.compile(rb'<Label\s[^>]*?Key="(\d{1,5})"[^>]*>\s*<!\[CDATA\[(.{1,200}?)\]\]>', re.DOTALL)
"""A row of the label table of a Caret extension, as TotalSegmentator and Connectome Workbench write it."""
_MAX_TSV_BYTES = 1 << 20
LOOKUP = "dseg.tsv"
"""BIDS 1.10, "Common image-derived labels": the table of a `_dseg` map, beside it or above it, for it or for all."""


def names_of_labels(file: Path) -> Mapping[int, str]:
    """Number → name; empty where the file says nothing, and for files that are no NIfTI.

    Raises `InputError` for a table beside it that cannot be read.
    """
    if not is_nifti(file):
        return {}
    table = _table_of(file)
    return _rows(table) if table is not None else _header_names(file)


def _header_names(file: Path) -> dict[int, str]:
    rows = _LABEL.findall(read_extensions(file))
    return {int(number): name.decode("utf-8", "replace").strip() for number, name in rows}


def _table_of(file: Path) -> Path | None:
    """The nearest table: of the file's own name, else of all maps of its folder, or of a folder above it."""
    own = file.with_name(f"{stem(file)}.tsv")
    folders = file.resolve().parents[:4]
    shared = [folder / LOOKUP for folder in folders] if stem(file).endswith("_dseg") else []
    return next((table for table in (own, *shared) if os.path.isfile(table)), None)


def _rows(table: Path) -> dict[int, str]:
    try:
        text = read_regular(table, _MAX_TSV_BYTES).decode("utf-8-sig")
        table_rows = csv.reader(text.splitlines(), delimiter="\t", strict=True)
        heads: list[str] = next(table_rows, [])
        index, name = heads.index("index"), heads.index("name")
        return {int(row[index]): row[name].strip() for row in table_rows if row}
    except (OSError, ValueError, IndexError, csv.Error) as error:
        raise InputError(
            f"cannot read the labels' names in {table.name!r}",
            got=getattr(error, "strerror", None) or "no table of numbers and names",
            expected="tab-separated columns `index` and `name`, as BIDS has them",
            remedy="correct the table, or take it away and name a scheme (--mask-scheme)",
        ) from error
