"""A named region of a mask file, drawn only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pnst.errors import AmbiguityError, InputError
from pnst.image import Mask

MaskWithNotes = tuple[Mask, tuple[str, ...]]
"""The region's mask and what was noticed while drawing it."""


@dataclass(frozen=True)
class NamedRegion:
    """One label, segment or ROI as its file names it."""

    number: int
    name: str
    made_by: str
    """How it was made, for `Lesion.made_by`."""
    draw: Callable[[], MaskWithNotes]
    empty: bool = False
    """Named in the file, but without a contour or frame."""

    def __str__(self) -> str:
        own = self.name if self.name == str(self.number) else f"{self.name} ({self.number})"
        return f"{own}, empty" if self.empty else own


def select(regions: Sequence[NamedRegion], label: str | int | None, file: str) -> NamedRegion:
    """The region called `label` (its name, else its number); without a label the only one that is not empty.

    Raises `InputError` when there is none and `AmbiguityError` when there are several; both list those present.
    """
    if label is None:
        matches = [region for region in regions if not region.empty]
    else:
        matches = [region for region in regions if region.name == label]
        matches = matches or [region for region in regions if str(region.number) == str(label)]
    if len(matches) == 1:
        return matches[0]
    present = "; ".join(str(region) for region in regions) or "no region"
    if label is None and not matches:
        raise InputError(
            f"the mask {file!r} is empty",
            got=present,
            expected="at least one region with voxels",
            remedy="check that the mask was saved after drawing",
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
