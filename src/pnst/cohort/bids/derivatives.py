"""How results stand as BIDS derivatives: names, tables with their sidecars, and what the dataset says of itself.

Source: Brain Imaging Data Structure specification 1.11, "Derivatives" and "Tabular files".
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pnst.cohort.tables import column_kinds
from pnst.errors import InputError
from pnst.io.atomic import write_text
from pnst.io.formula_cells import as_written, without_formula
from pnst.reporting.column_dictionary import column_dictionary

BIDS_VERSION = "1.11.0"
APP = "pnst-bids"
CONTAINER = "PNST_CONTAINER"
"""An image says in this variable what it is: `docker pnst:0.1.0`."""
WORK = ".pnst"
"""Where in the folder of the derivatives the cases lie as `pnst cohort` makes them."""
DESCRIPTION, IGNORE = "dataset_description.json", ".bidsignore"
MISSING = "n/a"
_MEASURED = "desc-pnst_measurements"
_FAILED = "desc-pnst_failures.tsv"
_IGNORED = f"{WORK}/\n*.html\n*_desc-pnst_measurements.*\n*_desc-pnst_failures.tsv\ngroup_*\n"
"""Tables and pages have no place in the specification yet."""

Cells = Mapping[str, Any]


def table_name(name: str) -> str:
    """The table of a session, or of the group."""
    return f"{name}_{_MEASURED}.tsv"


def sidecar_name(name: str) -> str:
    """What describes the columns of that table."""
    return f"{name}_{_MEASURED}.json"


def failures_name(name: str) -> str:
    """Why a session has no table, or one of its lesions no row in it."""
    return f"{name}_{_FAILED}"


def begin(out: Path, dataset: Path) -> None:
    """Make the folder of the derivatives and say in it what it is; nothing is ever written to the dataset.

    Raises `InputError` for a place in the dataset, for a file, and for a folder that holds another dataset.
    """
    if out.resolve().is_relative_to(dataset.resolve()):
        raise _refusal(out, "a place in the dataset", "a place outside: what is measured is never written to")
    nearest = next(path for path in (out, *out.absolute().parents) if os.path.exists(path))
    if not os.path.isdir(nearest):
        raise _refusal(out, "a file", "a folder, new or with an earlier run's derivatives")
    if not _is_ours(out):
        raise _refusal(out, "another dataset that is there", "a folder, new or with an earlier run's derivatives")
    text = json.dumps(_description(dataset), indent=2, ensure_ascii=False) + "\n"
    for file, content in ((out / DESCRIPTION, text), (out / IGNORE, _IGNORED)):
        if not os.path.exists(file) or file.read_text(encoding="utf-8") != content:
            write_text(file, content)


def _is_ours(out: Path) -> bool:
    """Whether nobody else's dataset lies there."""
    try:
        made_by = json.loads((out / DESCRIPTION).read_text(encoding="utf-8"))["GeneratedBy"]
        return any(one["Name"] == APP for one in made_by)
    except FileNotFoundError:
        return not any(out.glob("sub-*"))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _refusal(out: Path, got: str, expected: str) -> InputError:
    return InputError(
        f"cannot write derivatives to {out.name!r}", got=got, expected=expected, remedy="choose another OUT"
    )


def _description(dataset: Path) -> dict[str, Any]:
    made_by: dict[str, Any] = {"Name": APP, "Version": version("pnst")}
    kind, _, tag = os.environ.get(CONTAINER, "").partition(" ")
    if kind and tag:
        made_by["Container"] = {"Type": kind, "Tag": tag}
    description = {
        "Name": "Measurements of nerve sheath tumours by pnst. Research software, not a medical device.",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [made_by],
    }
    doi = _doi(dataset)
    return description | ({"SourceDatasets": [{"DOI": doi}]} if doi else {})


def _doi(dataset: Path) -> str:
    """What the measured dataset is called in public; where it lies is nobody's business."""
    try:
        doi = json.loads((dataset / DESCRIPTION).read_text(encoding="utf-8")).get("DatasetDOI")
    except (OSError, ValueError, AttributeError):
        return ""
    return doi if isinstance(doi, str) else ""


def named_results(name: str, results: Path) -> Iterator[tuple[Path, str, dict[str, Any]]]:
    """Each image among the results of `pnst run`: its file, its place and name in BIDS, and its sidecar.

    A place has no `space` entity: every image lies in the scanner's coordinates, which BIDS takes for granted.
    """
    for file in sorted(results.rglob("*.nii.gz")):
        stem, folder = file.name.removesuffix(".nii.gz"), file.parent.relative_to(results).name
        kind, _, number = (folder or stem).partition("-")
        if kind == "adc":
            sidecar = {"Description": "ADC map that was measured", "Units": "um^2/ms"}
            yield file, f"dwi/{name}_desc-pnst{number}_ADC", sidecar
        else:
            label = stem.replace("_", "") if folder else "lesion"
            text = f"{stem.replace('_', ' ')} of lesion {number or 1}" if folder else f"lesion {number or 1}"
            mask = {"Type": "ROI" if folder else "Lesion", "Description": text}
            yield file, f"anat/{name}_label-{label}_desc-pnst{number}_mask", mask


def write_table(folder: Path, name: str, rows: Sequence[Cells]) -> None:
    """The table of lesions with the sidecar that describes its columns, whole or not at all each."""
    columns = list(column_kinds(rows)) or ["participant_id", "label"]  # a table without a column is none
    write_text(folder / sidecar_name(name), json.dumps(column_dictionary(columns), indent=2, ensure_ascii=False) + "\n")
    write_tsv(folder / table_name(name), columns, rows)


def write_tsv(file: Path, columns: Sequence[str], rows: Sequence[Cells]) -> None:
    """One line a row, `n/a` where a row lacks a column."""
    lines = [columns, *([_cell(row.get(name)) for name in columns] for row in rows)]
    write_text(file, "".join("\t".join(line) + "\n" for line in lines))


def read_tsv(file: Path) -> list[dict[str, str | None]]:
    """The rows of such a table; None for `n/a`."""
    columns, *rows = (line.split("\t") for line in file.read_text(encoding="utf-8").rstrip("\n").split("\n"))
    cells = ([None if cell == MISSING else as_written(cell) for cell in row] for row in rows)
    return [dict(zip(columns, row, strict=True)) for row in cells]


def _cell(value: Any) -> str:
    """As BIDS has it: no tab or line break, truths in lower case.

    >>> [_cell(value) for value in (None, "", True, 1.5, "a\\tb", [1.0, 2.5])]
    ['n/a', 'n/a', 'true', '1.5', 'a b', '[1.0, 2.5]']
    """
    if isinstance(value, bool):
        return str(value).lower()
    return " ".join(str(without_formula(value)).split()) if value is not None and value != "" else MISSING
