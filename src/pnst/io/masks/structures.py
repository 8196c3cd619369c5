"""A label map of many structures as masks by name: by a published scheme, or by what the file itself says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from pnst.errors import AmbiguityError, InputError
from pnst.image import Mask
from pnst.io.hidden_folder import short_name
from pnst.io.masks.file import OWN_NAMES, LabelMapFile
from pnst.io.masks.label_names import names_of_labels
from pnst.io.masks.placement import check_placement, undo_cropping
from pnst.io.masks.region import NamedRegion
from pnst.io.masks.region_file import read_regions
from pnst.io.masks.schemes.codes import mask_of_code
from pnst.io.masks.schemes.names import mask_of_name
from pnst.io.masks.schemes.table import LabelScheme, label_scheme, schemes
from pnst.measurement.measurements import MASK_NAMES
from pnst.study import Study

MAX_BYTES = 1 << 31
"""Of all masks of one label map: each has a byte a voxel."""
MAX_NAMED = 5
"""Labels that a note names; it counts the others."""

Meant = Sequence[tuple[NamedRegion, tuple[str, ...]]]
"""The regions of a file, each with the masks that it belongs to."""


class Structures(NamedTuple):
    """The masks that a label map holds, and what was noticed."""

    masks: Mapping[str, Mask]
    notes: tuple[str, ...]


def read_structures(file: LabelMapFile, study: Study, names: Collection[str] = MASK_NAMES) -> Structures:
    """The masks of these names that a label map holds; its other labels are counted in the notes.

    All vertebrae together are the mask `vertebrae`, besides one mask a level. Raises `InputError` for a number that the
    scheme lacks, for a map whose own header names its labels otherwise, and for one that holds no mask of pnst, besides
    what `read_regions` and `check_placement` raise.
    """
    regions = [region for region in read_regions(file.file, study) if region.usable]
    scheme = None if file.scheme == OWN_NAMES else label_scheme(file.scheme)
    title = "label map" if scheme is None else f"label map of {scheme.tool} ({scheme.name})"
    meant = _by_own_names(regions, file) if scheme is None else _by_scheme(regions, scheme, file)
    if not any(masks for _, masks in meant):
        raise _no_structure(file, len(regions))
    groups = _grouped(meant)
    unread = sorted(set(groups) - set(names))
    drawn, placed = _drawn({name: group for name, group in groups.items() if name in names}, study, title)
    known = (f"{title}: {scheme.note}",) if scheme is not None and scheme.note else ()
    return Structures(drawn, (*_read_notes(title, drawn, unread, meant), *known, *placed))


def _by_scheme(regions: Sequence[NamedRegion], scheme: LabelScheme, file: LabelMapFile) -> Meant:
    unknown = scheme.unknown(region.number for region in regions)
    if unknown:
        raise _unknown_labels(file, scheme, unknown, [region.number for region in regions])
    _check_names(regions, scheme, file)
    meant = [(region, scheme.labels[region.number].masks) for region in regions]
    present = {mask for _, masks in meant for mask in masks}
    added = {mask: set(parts) for mask, parts in scheme.includes.items() if mask in present}
    return [
        (region, (*masks, *(mask for mask, parts in added.items() if parts & set(masks)))) for region, masks in meant
    ]


def _by_own_names(regions: Sequence[NamedRegion], file: LabelMapFile) -> Meant:
    names = names_of_labels(file.file)
    named = [(region, names.get(region.number, region.name)) for region in regions]
    if all(name == str(region.number) and region.code is None for region, name in named):
        raise InputError(
            f"the label map {short_name(file.file)!r} does not say what its numbers are",
            got=f"{len(regions)} labels without a name or a code",
            expected="a DICOM SEG, a file whose labels have names, or a scheme",
            remedy=f"name the program that wrote it: --mask-scheme {' | '.join(schemes())}",
        )
    return [(region, _own_masks(region, name)) for region, name in named]


def _own_masks(region: NamedRegion, name: str) -> tuple[str, ...]:
    """By its code, else by its name, else by what its code means."""
    coded = None if region.code is None else mask_of_code(*region.code)
    mask = coded or mask_of_name(name, region.meaning)
    return () if mask is None else (mask,)


def _check_names(regions: Sequence[NamedRegion], scheme: LabelScheme, file: LabelMapFile) -> None:
    """Raise `InputError` where the file names its labels, and otherwise than the scheme does."""
    names = names_of_labels(file.file)
    for region in regions:
        own, published = names.get(region.number), scheme.labels[region.number].name
        if own is not None and _plain(own) != _plain(published) and not _same_mask(own, scheme, region.number):
            fitting = [s.name for s in schemes().values() if _fits(names, [r.number for r in regions], s)]
            raise InputError(
                f"the label map {short_name(file.file)!r} is not of the scheme {scheme.name}",
                got=f"label {region.number} called {own[:40]!r} in the file",
                expected=published,
                remedy=f"name another scheme: {', '.join(fitting)}" if fitting else "leave --mask-scheme out",
            )


def _same_mask(own: str, scheme: LabelScheme, number: int) -> bool:
    return mask_of_name(own) is not None and mask_of_name(own) in scheme.labels[number].masks


def _fits(names: Mapping[int, str], numbers: Sequence[int], scheme: LabelScheme) -> bool:
    if scheme.unknown(numbers):
        return False
    return all(_plain(names.get(n, scheme.labels[n].name)) == _plain(scheme.labels[n].name) for n in numbers)


def _plain(name: str) -> str:
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())


def _grouped(meant: Meant) -> dict[str, list[NamedRegion]]:
    """Mask → the regions that make it; every vertebra is one of the vertebrae."""
    groups: dict[str, list[NamedRegion]] = {}
    for region, masks in meant:
        is_vertebra = any(mask.startswith("vertebra_") for mask in masks)
        for mask in dict.fromkeys((*masks, *(("vertebrae",) if is_vertebra else ()))):
            groups.setdefault(mask, []).append(region)
    return groups


def _drawn(
    groups: Mapping[str, Sequence[NamedRegion]], study: Study, title: str
) -> tuple[dict[str, Mask], tuple[str, ...]]:
    """Each group united, on its place among the images; where they all lie is noted once."""
    if not groups:
        return {}, ()
    masks = {name: _united(group) for name, group in groups.items()}
    grids = [mask.grid for mask in masks.values()]
    if any(not grid.matches(grids[0]) for grid in grids):
        raise AmbiguityError(
            f"the {title} has its regions on different grids",
            got=f"{len(masks)} masks",
            expected="one grid",
            remedy="save them as one label map",
        )
    if sum(mask.data.size for mask in masks.values()) > MAX_BYTES:
        raise InputError(
            f"the {title} holds more masks than fit into memory at once",
            got=f"{len(masks)} masks of {masks[next(iter(masks))].data.size} voxels",
            expected=f"at most {MAX_BYTES} voxels of all together",
            remedy="crop the label map to what lies round the lesion, and keep its affine right",
        )
    everything = Mask(np.logical_or.reduce([mask.data for mask in masks.values()]), grids[0])
    placed = check_placement(everything, study, name=title)
    return {name: undo_cropping(mask, study) for name, mask in masks.items()}, placed


def _united(regions: Sequence[NamedRegion]) -> Mask:
    first, _ = regions[0].draw(gaps=False)
    data = first.data.copy()
    for region in regions[1:]:
        data |= region.draw(gaps=False)[0].data
    return Mask(data, first.grid)


def _read_notes(title: str, drawn: Iterable[str], unread: Sequence[str], meant: Meant) -> tuple[str, ...]:
    read = ", ".join(drawn)
    left = [region for region, masks in meant if not masks]
    notes = [f"{title}: read as {read}"] if read else []
    if unread:
        notes.append(f"{title}: left out, as no measurement reads it: {', '.join(unread)}")
    if left:
        count = "1 label is" if len(left) == 1 else f"{len(left)} labels are"
        notes.append(f"{title}: {count} no mask of pnst and left out")
    return tuple(notes)


def _unknown_labels(
    file: LabelMapFile, scheme: LabelScheme, unknown: Sequence[int], numbers: Sequence[int]
) -> InputError:
    fitting = [other.name for other in schemes().values() if not other.unknown(numbers)]
    shown = ", ".join(map(str, unknown[:MAX_NAMED])) + (" …" if len(unknown) > MAX_NAMED else "")
    return InputError(
        f"the label map {short_name(file.file)!r} is not of the scheme {scheme.name}",
        got=f"{'label' if len(unknown) == 1 else 'labels'} {shown}",
        expected=f"the labels of {scheme.tool}, {scheme.of}",
        remedy=f"name another scheme; those that know all its labels: {', '.join(fitting)}"
        if fitting
        else "give single masks of it: --mask NAME=FILE:LABEL",
    )


def _no_structure(file: LabelMapFile, count: int) -> InputError:
    return InputError(
        f"the label map {short_name(file.file)!r} holds no mask of pnst",
        got=f"{count} labels, none of them cord, canal, a vertebra, bone, muscle or vessel" if count else "no label",
        expected="at least one of these",
        remedy="give one label as what it is: --mask NAME=FILE:LABEL",
    )
