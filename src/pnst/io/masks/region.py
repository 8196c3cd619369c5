"""A named region of a mask file, drawn only when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, get_args

from pnst.errors import AmbiguityError, InputError
from pnst.image import Mask
from pnst.io.masks.region_names import safe_label, tissue, visible
from pnst.study import DrawingMethod

MaskWithNotes = tuple[Mask, tuple[str, ...]]
"""The region's mask and what was noticed while drawing it."""


def method_of(word: str) -> DrawingMethod | None:
    """DICOM's word for who drew a region (0062,0008; 3006,0036), None for any other.

    >>> method_of("SEMIAUTOMATIC"), method_of("")
    ('semiautomatic', None)
    """
    methods: dict[str, DrawingMethod] = {method.upper(): method for method in get_args(DrawingMethod)}
    return methods.get(word)


class Draw(Protocol):
    """Makes a region's mask."""

    def __call__(self, *, gaps: bool = True) -> MaskWithNotes:
        """The mask and what was noticed; `gaps` interpolates slices that were not drawn on, or refuses too many."""


@dataclass(frozen=True)
class NamedRegion:
    """One label, segment or ROI as its file names it."""

    number: int
    name: str
    made_by: str
    """How it was made, for `Lesion.made_by`."""
    draw: Draw
    empty: bool = False
    """Named in the file, but without a contour or frame."""
    meaning: str = ""
    """What its code means, where it has one."""
    code: tuple[str, str] | None = None
    """Its code and the designator of the coding scheme."""
    damage: str | None = None
    """Why it cannot be drawn."""
    drawing_method: DrawingMethod | None = None
    """Who drew it, where the file says so."""

    @property
    def label(self) -> str:
        """The name as far as it may be written, else the number."""
        return safe_label(self.name, self.number)

    @property
    def tissue(self) -> str | None:
        """What it is named for, if that is no lesion."""
        return tissue(self.name, self.meaning)

    @property
    def usable(self) -> bool:
        """Neither empty nor damaged."""
        return not self.empty and self.damage is None

    def __str__(self) -> str:
        own = self.label if self.label == str(self.number) else f"{self.label} ({self.number})"
        return f"{own}, damaged" if self.damage else f"{own}, empty" if self.empty else own


def _called(regions: Sequence[NamedRegion], label: str) -> list[NamedRegion]:
    """The regions of that name, else of that number; blanks and forms of the same letter make no difference."""
    matches = [region for region in regions if region.name == label]
    matches = matches or [region for region in regions if visible(region.name) == visible(label)]
    return matches or [region for region in regions if str(region.number) == label.strip()]


def select(
    regions: Sequence[NamedRegion], label: str | int | None, file: str, *, lesions_only: bool = False
) -> NamedRegion:
    """The region called `label` (its name, else its number); without a label the only one that is not empty.

    `lesions_only` leaves out those named for a tissue where there is no label.

    Raises `InputError` when there is none and `AmbiguityError` when there are several; both list those present.
    """
    if label is None:
        matches = [region for region in regions if region.usable and not (lesions_only and region.tissue)]
    else:
        matches = _called(regions, str(label))
    if len(matches) == 1:
        return matches[0]
    holds_tissue = any(region.usable for region in regions)
    present = "; ".join(str(region) for region in regions) or "no region"
    if label is None and not matches:
        raise InputError(
            f"the mask {file!r} holds no lesion" if holds_tissue else f"the mask {file!r} is empty",
            got=present,
            expected="at least one lesion with voxels" if lesions_only else "at least one region with voxels",
            remedy="check that the mask was saved after drawing, and choose a region by its label",
        )
    if not matches:
        raise InputError(
            f"the mask {file!r} has no region {str(label)!r}",
            got=present,
            expected="the name or number of a region in the file",
            remedy="give one of those present as the label",
        )
    raise AmbiguityError(
        f"the mask {file!r} holds several regions" + ("" if label is None else f" called {str(label)!r}"),
        got=present,
        expected="exactly one",
        remedy="give a label (MASK:LABEL on the command line), by number where names repeat",
    )
