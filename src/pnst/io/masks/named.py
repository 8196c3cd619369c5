"""The masks of a study by name: those that a measurement reads, and a note of the files that are none of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from os import PathLike

from pnst.errors import AmbiguityError, SettingError
from pnst.io.masks.file import MaskFile, mask_file
from pnst.io.masks.read import SAMPLED, read_mask_with_notes
from pnst.measurement.measurements import MASK_NAMES
from pnst.study import Role, Study

LESION = "lesion"
"""The name of the mask of the lesions, which are read for themselves."""

UNREAD_MASKS = ("nerve", "vertebrae", "bone", "vessels")
"""Masks that no measurement reads yet."""

_KNOWN_WORDS = frozenset({*Role, *MASK_NAMES, *UNREAD_MASKS, LESION, "oedema", "flair"})
"""The only words of a file's name that a note may repeat: any other could be a patient's."""

Masks = Mapping[str, MaskFile]


def checked_masks(masks: Mapping[str, str | PathLike[str]]) -> dict[str, MaskFile]:
    """The user's masks by name. Raises `SettingError` that lists the names for one that no measurement reads."""
    for name in masks:
        if name not in MASK_NAMES:
            raise SettingError(
                f"no measurement reads a mask called {name!r}",
                got=name,
                expected=", ".join(MASK_NAMES),
                remedy="choose one of these names, or leave the mask out",
            )
    return {name: mask_file(source) for name, source in masks.items()}


def with_masks(study: Study, masks: Masks) -> Study:
    """The study with the masks of these files, by name, and what was noticed of each among its notes."""
    drawn = {
        name: read_mask_with_notes(mask.file, study, mask.label, f"{name} mask", sampled=name in SAMPLED)
        for name, mask in masks.items()
    }
    notes = tuple(note for _, mask_notes in drawn.values() for note in mask_notes)
    return replace(
        study, masks={**study.masks, **{name: mask for name, (mask, _) in drawn.items()}}, notes=(*study.notes, *notes)
    )


def left_out_note(kind: str, names: Collection[str]) -> tuple[str, ...]:
    """One sentence about files or segments that are read neither as a series nor as a mask; none where there are none.

    Names are repeated as far as they are words of ours: a file's name may hold a patient's.

    >>> left_out_note("NIfTI file", ["Cord", "t2_fs", "Doe_John"])
    ('3 NIfTI files without a role were not read as a series or a mask: cord, t2_fs and 1 other',)
    """
    if not names:
        return ()
    known = [name.lower() for name in names if name.lower() in _KNOWN_WORDS]
    others = f"{len(names) - len(known)} other{'s' if len(names) - len(known) > 1 else ''}"
    listed = ", ".join(sorted(set(known))) + (f" and {others}" if len(names) > len(known) else "")
    counted = f"{len(names)} {kind}s without a role were" if len(names) > 1 else f"1 {kind} without a role was"
    return (f"{counted} not read as a series or a mask{f': {listed}' if known else ''}",)


def mask_reason(name: str | None) -> str:
    """What `inspect` says of a file that has no role, by the name of the mask that it would be."""
    if name == LESION:
        return "its name says lesion: no series, but a mask of the lesions"
    if name in MASK_NAMES:
        return f"its name says {name}: no series, but a mask that is read"
    return "its name is no role and no mask that is read: it is left out"


def single_masks(candidates: Iterable[tuple[str, MaskFile]]) -> dict[str, MaskFile]:
    """The one file of each mask's name. Raises `AmbiguityError` for two of one name, with how to choose."""
    masks: dict[str, MaskFile] = {}
    for name, mask in candidates:
        if name in masks:
            raise AmbiguityError(
                f"two masks are called {name!r}",
                got=f"{masks[name].file.name} and {mask.file.name}",
                expected="one mask of each name",
                remedy=f"choose one: --mask {name}=FILE",
            )
        masks[name] = mask
    return masks
