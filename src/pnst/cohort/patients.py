"""A table of simulated patients: one row a patient, its columns the parameters of a description."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pnst.cohort.task import SAFE
from pnst.errors import InputError, SettingError
from pnst.io.table import read_csv
from pnst.phantom.description import TOP, Changes, Description, describe, nested
from pnst.phantom.parameters import kind_of
from pnst.phantom.spec import Spec

OWN = ("patient", "label")
"""Columns that are no parameters: who it is, and what the user wants to know of the row later."""


@dataclass(frozen=True)
class SimulatedPatient:
    """One row."""

    name: str
    label: str
    description: Description


def read_patients(file: Path, defaults: Sequence[Changes | Path] = ()) -> list[SimulatedPatient]:
    """Every patient of a table with a description of its own: the row's cells over the defaults.

    A row without a `seed` has one made from the defaults' seed and the patient's name, so that other rows do not
    matter. Raises `InputError` for a table without usable names, `SettingError` that names the patient for a parameter.
    """
    rows = read_csv(file)
    names = [row.get("patient", "") for row in rows]
    _check(file, names)
    for column in rows[0]:
        if column not in (*OWN, *TOP):
            kind_of(Spec, column)
    seed = describe(*defaults).seed
    return [_patient(name, row, defaults, seed) for name, row in zip(names, rows, strict=True)]


def _patient(name: str, row: dict[str, str], defaults: Sequence[Changes | Path], seed: int) -> SimulatedPatient:
    own = {"case_id": name, "seed": _seed(seed, name)}
    try:
        changes = nested({column: cell for column, cell in row.items() if cell and column not in OWN})
        return SimulatedPatient(name, row.get("label", ""), describe(*defaults, own, changes))
    except SettingError as error:
        raise SettingError(
            f"patient {name!r}: {error.what}", got=error.got, expected=error.expected, remedy=error.remedy
        ) from error


def _seed(seed: int, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:4])


def _check(file: Path, names: Sequence[str]) -> None:
    """Raise `InputError` unless every row has a name of its own that can be a folder's."""
    if not names:
        raise _unusable(file, "no row")
    seen: set[str] = set()
    for number, name in enumerate(names, 1):
        if not SAFE.fullmatch(name):
            raise _unusable(file, f"the name {name!r} in row {number}" if name else f"no patient in row {number}")
        if name.casefold() in seen:
            raise _unusable(file, f"{name!r} twice")
        seen.add(name.casefold())


def _unusable(file: Path, got: str) -> InputError:
    return InputError(
        f"cannot use the table {file.name!r}",
        got=got,
        expected="a column `patient` with a name of its own in every row: letters, digits, '_', '-' and '.', no .csv",
        remedy="give every row a name, with commas between the columns",
    )
