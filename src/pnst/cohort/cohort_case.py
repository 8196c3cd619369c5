"""One row of a cohort's table: where a study and its lesion are, and what is known of the patient."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pnst.errors import InputError

if TYPE_CHECKING:
    from pnst.workflow.inputs import CaseInputs

CASE, STUDY, LESION, LABEL = "case", "study", "lesion", "label"
CHECK = "check"
"""For the person who looks the table over; it goes no further."""
PROMPTS = ("line", "craniocaudal", "lines", "point", "box", "scribbles")
"""As the options of `pnst run` of these names."""
PATIENT = ("nf1", "age", "location", "level")
"""Facts that a score asks for; they stand in the table of the results, too."""
OWN = (CASE, STUDY, LESION, LABEL, *PROMPTS, "on", "mask_scheme", "cord_line", *PATIENT, CHECK)
"""Columns that mean something by themselves."""
PREFIXES = MappingProxyType(
    {
        "role.": "the file or series of a role (role.t1)",
        "mask.": "the file of a mask (mask.muscle)",
        "override.": "a reader's word that beats the measured value (override.target.present)",
        "expert.": "an expert's word, to be compared with the measured value (expert.size.longest_diameter_mm)",
        "truth.": "the truth of a simulation, to be compared with the measured value (truth.size.volume_ml)",
    }
)
"""What columns with a point in their name begin with → what they hold; any other one is refused."""
_FILES = ("lines", "scribbles")


@dataclass(frozen=True)
class CohortCase:
    """One case."""

    name: str
    cells: Mapping[str, str]
    """The row's cells by column, without the empty ones."""

    def inputs(self, root: Path) -> CaseInputs:
        """What `pnst run` would be told; files lie below `root`. Raises what its options do."""
        from pnst.workflow.inputs import CaseInputs
        from pnst.workflow.prompt_words import prompt_of
        from pnst.workflow.value_words import value_of

        cells = {name: self._placed(root, name) for name in self.cells}
        return CaseInputs(
            study=cells[STUDY],
            lesion=cells.get(LESION),
            label=cells.get(LABEL),
            prompt=prompt_of(**{name: cells.get(name) for name in PROMPTS}),
            on=cells.get("on"),
            roles=self._below("role.", self.cells),
            masks=self._below("mask.", cells),
            mask_scheme=cells.get("mask_scheme"),
            cord_line=self._cord_line(root),
            overrides={column: value_of(cell) for column, cell in self._below("override.", cells).items()},
            patient={fact: value_of(cells[fact]) for fact in PATIENT if fact in cells},
            case_id=self.name,
        )

    def kept(self) -> dict[str, Any]:
        """What goes into the table of the results beside the measurements: patient facts, and columns of the user's."""
        taken = {*OWN, *(name for name in self.cells if name.startswith(("role.", "mask.", "override.")))}
        return {name: plain(cell) for name, cell in self.cells.items() if name in PATIENT or name not in taken}

    def _placed(self, root: Path, column: str) -> str:
        cell = self.cells[column]
        is_file = column in (STUDY, LESION, *_FILES) or column.startswith("mask.")
        return str(root / cell) if is_file else cell

    def _cord_line(self, root: Path) -> Sequence[tuple[float, float, float]] | Path | None:
        """Points, or the file that holds them."""
        from pnst.workflow.prompt_words import cord_line_of

        cell = self.cells.get("cord_line")
        return cord_line_of(str(root / cell) if cell is not None and os.path.isfile(root / cell) else cell)

    @staticmethod
    def _below(prefix: str, cells: Mapping[str, str]) -> dict[str, str]:
        return {name.removeprefix(prefix): cell for name, cell in cells.items() if name.startswith(prefix)}


def plain(text: str) -> bool | int | float | str:
    """A cell as it goes into the results: a truth or a number where nothing is lost by it, else the text.

    >>> plain("yes"), plain("34"), plain("1.50"), plain("007"), plain("limb")
    (True, 34, '1.50', '007', 'limb')
    """
    known = {"yes": True, "true": True, "no": False, "false": False}
    if text.lower() in known:
        return known[text.lower()]
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        if str(value) == text:
            return value
    return text


def unusable(file: str, got: str, expected: str, remedy: str) -> InputError:
    """The refusal of a table, by its file's name."""
    return InputError(f"cannot use the table {file!r}", got=got, expected=expected, remedy=remedy)
