"""What is published of intradural tumours in words: no likelihood rests on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pnst.evidence.csv_rows import packaged_rows, record

ENTITIES = (
    "schwannoma",
    "meningioma",
    "neurofibroma",
    "neuroendocrine tumour (paraganglioma)",
    "myxopapillary ependymoma",
    "haemangioblastoma",
)


@dataclass(frozen=True)
class DifferentialRow:
    """What one source says of one feature in one entity."""

    entity: str
    feature: str
    text: str
    source: str
    """A key of `studies.csv`, or what was read, in words."""
    address: str


@cache
def intradural_differential() -> tuple[DifferentialRow, ...]:
    """Every row of `intradural_differential.csv`."""
    return tuple(record(DifferentialRow, row) for row in packaged_rows("intradural_differential.csv"))
