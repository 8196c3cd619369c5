"""Facts about the patients of n lesions: given for all of them, or in columns of their table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pnst.classification.lesion_table import LesionTable
from pnst.errors import SettingError
from pnst.evidence.cells import flag, number, text
from pnst.evidence.population import Patient
from pnst.typing import FloatArray


def nf1_of(patients: Sequence[Patient]) -> FloatArray:
    """Whether each patient (n,) has NF1: 1, 0, or NaN where it is not known."""
    return np.array([np.nan if patient.nf1 is None else float(patient.nf1) for patient in patients])


def patients_of(lesions: LesionTable, patient: Patient) -> tuple[Patient, ...]:
    """The patient of each lesion (n,): what is given for all fills cells that are empty.

    Raises
    ------
    SettingError : a fact contradicts a cell, or a cell holds none
    """
    columns = {name: lesions.measured.get(name) for name in ("nf1", "age", "location", "level")}
    if all(cells is None for cells in columns.values()):
        return (patient,) * lesions.count
    return tuple(
        _joined(patient, {name: cells[row] for name, cells in columns.items() if cells is not None})
        for row in range(lesions.count)
    )


def _joined(patient: Patient, cells: dict[str, object]) -> Patient:
    read = {"nf1": flag, "age": number, "location": text, "level": text}
    facts = {name: read[name](name, cell) for name, cell in cells.items()}
    of_row = Patient.from_mapping({name: value for name, value in facts.items() if value is not None})
    for name in facts:
        given, here = getattr(patient, name), getattr(of_row, name)
        if given is not None and here is not None and given != here:
            raise SettingError(
                f"the patient's {name} contradicts the table",
                got=f"{given!r} for all, {here!r} in a row",
                expected="one of them, or the same",
                remedy="leave the fact out, or correct the cell",
            )
    known = {name: getattr(of_row, name) for name in facts if getattr(of_row, name) is not None}
    return replace(patient, **known)
