"""The masks of a study by name: those that a measurement reads, and a note of the files that are none of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from os import PathLike

from pnst.errors import AmbiguityError, SettingError
from pnst.image import Mask
from pnst.io.masks.file import OWN_NAMES, LabelMapFile, MaskFile, mask_file
from pnst.io.masks.read import SAMPLED, read_mask_with_notes
from pnst.io.masks.schemes.names import STRUCTURES
from pnst.io.masks.schemes.table import label_scheme, schemes
from pnst.io.masks.structures import read_structures
from pnst.measurement.measurements import MASK_NAMES
from pnst.study import Role, Study

LESION = "lesion"
"""The name of the mask of the lesions, which are read for themselves."""

LABELS = "labels"
"""The name under which a label map of many masks is given; the name of a scheme stands for one of that scheme."""

UNREAD_MASKS = tuple(name for name in STRUCTURES if name not in MASK_NAMES)
"""Masks that no measurement reads yet."""

_KNOWN_WORDS = frozenset({*Role, *MASK_NAMES, *UNREAD_MASKS, LESION, "oedema", "flair"})
"""The only words of a file's name that a note may repeat: any other could be a patient's."""

AnyMaskFile = MaskFile | LabelMapFile
Masks = Mapping[str, AnyMaskFile]


def checked_masks(masks: Mapping[str, str | PathLike[str]], scheme: str | None = None) -> dict[str, AnyMaskFile]:
    """The user's masks by name, and label maps of many. Raises `SettingError` for a name that no measurement reads, for
    an unknown scheme, and for one without a label map.
    """
    if scheme is not None:
        label_scheme(scheme)
        if LABELS not in masks:
            raise SettingError(
                "a scheme of labels, and no label map",
                got=scheme,
                expected=f"a mask called {LABELS!r}",
                remedy=f"give the label map (--mask {LABELS}=FILE), or leave the scheme out",
            )
    for name in masks:
        if name not in (*MASK_NAMES, LABELS, *schemes()):
            raise SettingError(
                f"no measurement reads a mask called {name!r}",
                got=name,
                expected=", ".join(MASK_NAMES),
                remedy=f"choose one of these names, or leave the mask out; a label map of many is called {LABELS!r}",
            )
    return {name: _named_file(name, source, scheme) for name, source in masks.items()}


def _named_file(name: str, source: str | PathLike[str], scheme: str | None) -> AnyMaskFile:
    file = mask_file(source)
    if name in MASK_NAMES:
        return file
    if file.label is not None:
        raise SettingError(
            "one label of a label map of many masks",
            got=file.label,
            expected="the whole map",
            remedy=f"leave the label out, or give it as what it is: --mask NAME={file.file.name}:{file.label}",
        )
    return LabelMapFile(file.file, (scheme or OWN_NAMES) if name == LABELS else name)


def with_masks(study: Study, masks: Masks) -> Study:
    """The study with the masks of these files, by name, and what was noticed of each among its notes.

    A file of one mask beats a label map that holds it, too, and an earlier label map beats a later one; but maps that
    name their labels themselves add to each other's masks: a muscle of each side may lie in a file of its own.
    """
    single = {name: file for name, file in masks.items() if isinstance(file, MaskFile)}
    drawn = {
        name: read_mask_with_notes(file.file, study, file.label, f"{name} mask", sampled=name in SAMPLED)
        for name, file in single.items()
    }
    notes = tuple(note for _, mask_notes in drawn.values() for note in mask_notes)
    own = {name: mask for name, (mask, _) in drawn.items()}
    study = replace(study, masks={**study.masks, **own}, notes=(*study.notes, *notes))
    fixed = set(study.masks)
    for file in masks.values():
        if isinstance(file, LabelMapFile):
            shared = set(study.masks) - fixed if file.scheme == OWN_NAMES else ()
            study = with_structures(study, file, shared)
    return study


def with_structures(study: Study, file: LabelMapFile, shared: Collection[str] = ()) -> Study:
    """The study with the masks of a label map, and what was noticed among its notes.

    A mask that the study has already stays as it is, but one that is `shared`, to which this map's voxels are added.
    """
    structures = read_structures(file, study)
    new, beaten = {}, []
    for name, mask in structures.masks.items():
        old = study.masks.get(name)
        if old is None:
            new[name] = mask
        elif name in shared and old.grid.matches(mask.grid):
            new[name] = Mask(old.data | mask.data, old.grid)
        else:
            beaten.append(name)
    notes = (f"a label map's {', '.join(beaten)} left out: already given",) if beaten else ()
    return replace(study, masks={**study.masks, **new}, notes=(*study.notes, *structures.notes, *notes))


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
