"""From columns to what tells an intradural schwannoma from a meningioma."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from pnst.classification.lesion_table import LesionTable
from pnst.evidence.population import Level, Patient
from pnst.typing import BoolArray, FloatArray


@dataclass(frozen=True)
class SignColumns:
    """Where a sign is read: a reader's word first, then the measured sign or number."""

    reader: str | None = None
    sign: str | None = None
    number: str | None = None
    above: float = 0.0
    agreement: str | None = None
    """The predictor whose agreement with a reader's word holds for the measured sign."""


SIGNS: Mapping[str, SignColumns] = MappingProxyType(
    {
        "dural_tail": SignColumns(reader="reader.dural_tail", number="canal.dural_tail_mm", above=3.0),
        "cystic_change": SignColumns(sign="cyst.present", agreement="cyst_or_necrosis"),
        "foraminal_extension": SignColumns(
            reader="reader.foraminal_extension", number="bone.foraminal_fraction", above=0.1
        ),
        "rim_enhancement": SignColumns(sign="enhancement.peripheral", agreement="peripheral_enhancement"),
    }
)
DIAMETER, LEVEL = "longest_diameter", "level"
DIAMETER_COLUMN = "size.longest_diameter_mm"
LEVELS: tuple[Level, ...] = ("cervical", "thoracic", "lumbar")


@dataclass(frozen=True, eq=False)
class IntraduralData:
    """What is known of n lesions; NaN where it is missing."""

    signs: Mapping[str, FloatArray]
    """1 present, 0 absent (n,)."""
    by_reader: Mapping[str, BoolArray]
    diameter_mm: FloatArray
    level: FloatArray
    """Index into `LEVELS` (n,)."""

    def names(self, row: int) -> tuple[str, ...]:
        """What is known of one lesion."""
        known = [name for name, values in self.signs.items() if not np.isnan(values[row])]
        known += [DIAMETER] if not np.isnan(self.diameter_mm[row]) else []
        return (*known, *([LEVEL] if not np.isnan(self.level[row]) else []))


def observe_intradural(lesions: LesionTable, patients: Sequence[Patient]) -> IntraduralData:
    """What of n lesions tells the two classes apart."""
    read = {name: _sign(columns, lesions) for name, columns in SIGNS.items()}
    levels = [np.nan if patient.level is None else float(LEVELS.index(patient.level)) for patient in patients]
    return IntraduralData(
        signs={name: values for name, (values, _) in read.items()},
        by_reader={name: by_reader for name, (_, by_reader) in read.items()},
        diameter_mm=lesions.numbers(DIAMETER_COLUMN)[0],
        level=np.array(levels),
    )


def _sign(columns: SignColumns, lesions: LesionTable) -> tuple[FloatArray, BoolArray]:
    """The sign (n,), and where a reader gave it."""
    values, by_reader = np.full(lesions.count, np.nan), np.zeros(lesions.count, dtype=bool)
    if columns.number is not None:
        numbers, by_reader = lesions.numbers(columns.number)
        values = np.where(np.isnan(numbers), np.nan, numbers > columns.above)
    if columns.sign is not None:
        values, by_reader = lesions.flags(columns.sign)
    if columns.reader is not None:
        word, _ = lesions.flags(columns.reader)
        by_reader = by_reader | ~np.isnan(word)
        values = np.where(np.isnan(word), values, word)
    return values, by_reader
