"""Lesions and masks from the regions of a mask file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pnst.errors import AmbiguityError, InputError, PnstError
from pnst.image import Mask
from pnst.io.masks.overlap import check_overlap
from pnst.io.masks.placement import check_placement, undo_cropping
from pnst.io.masks.region import MaskWithNotes, NamedRegion, select
from pnst.io.masks.region_file import read_regions
from pnst.io.masks.region_names import visible
from pnst.io.masks.upsampling import undo_upsampling
from pnst.measurement.measurements import MASK_NAMES
from pnst.study import Lesion, Study

SAMPLED = ("muscle",)
"""Masks of tissues that are sampled and not measured: slices that were not drawn on need not be made up."""

MAX_MASK_BYTES = 1 << 31
"""Of the lesions of one file: each is a mask of its own."""


class Regions(NamedTuple):
    """What a mask file holds: lesions, masks of tissues by name, and what was noticed."""

    lesions: tuple[Lesion, ...]
    masks: Mapping[str, Mask]
    notes: tuple[str, ...]


def read_lesions(path: str | Path, study: Study, *, keep_identity: bool = False) -> list[Lesion]:
    """Read every region of a mask file that is not empty, each as a lesion of its own.

    Regions named for a tissue (oedema, muscle, cord) are none, and one that is damaged does not spoil the others; the
    lesions' notes report both. A name that holds more than the field's words becomes its number, unless
    `keep_identity`. Raises `InputError` for a file that is missing, damaged, empty or no mask, `GeometryError` where no
    region has a place among the images, `AmbiguityError` for two that overlap by more than half.

    >>> import pnst
    >>> study = pnst.read_study("sample_data/malignant_dicom")
    >>> lesions = pnst.read_lesions("sample_data/malignant_dicom/lesions/1.dcm", study)
    >>> [(lesion.label, round(lesion.mask.volume_mm3 / 1000, 1)) for lesion in lesions]  # truth.toml: 42.84
    [('tumour', 42.6)]
    """
    lesions, notes = _lesions(read_regions(Path(path), study), study, Path(path).name, keep_identity)
    return [replace(lesion, notes=(*lesion.notes, *notes)) for lesion in lesions]


def read_lesion(
    path: str | Path, study: Study, label: str | int | None = None, *, keep_identity: bool = False
) -> Lesion:
    """Read one region of a mask file, by name or number, or the only one there is.

    Raises `InputError` for an unknown label, `AmbiguityError` for several regions without a label (both list those
    present), and what `read_lesions` raises.

    >>> import pnst
    >>> study = pnst.read_study("sample_data/benign_nifti")
    >>> lesion = pnst.read_lesion("sample_data/benign_nifti/lesion.nii.gz", study)
    >>> lesion.label, round(lesion.mask.volume_mm3 / 1000, 1)  # truth.toml: 13.18
    ('1', 13.1)
    """
    region = select(read_regions(Path(path), study), label, Path(path).name, lesions_only=True)
    return _lesion(region, study, keep_identity)


def read_regions_of(path: str | Path, study: Study, *, keep_identity: bool = False) -> Regions:
    """Read all regions of a mask file: lesions, and the masks of tissues that some measurement reads.

    Raises what `read_lesions` raises, and `AmbiguityError` for two regions of one tissue on different grids.
    """
    file = Path(path)
    regions = read_regions(file, study)
    lesions, notes = _lesions(regions, study, file.name, keep_identity)
    masks = {}
    for name in MASK_NAMES:
        own = [region for region in regions if region.usable and region.tissue == name]
        if own:
            masks[name], mask_notes = _tissue(own, study, name)
            notes += mask_notes
    return Regions(tuple(lesions), masks, notes)


def read_mask(path: str | Path, study: Study, label: str | int | None = None) -> Mask:
    """Read one region as a plain mask (muscle, oedema); raises what `read_lesion` raises."""
    return read_mask_with_notes(path, study, label, name=f"mask {Path(path).name!r}")[0]


def read_mask_with_notes(
    path: str | Path, study: Study, label: str | int | None = None, name: str = "mask", *, sampled: bool = False
) -> MaskWithNotes:
    """`read_mask`, with what was noticed while reading and placing it; the notes call the mask by `name`.

    A mask that is only `sampled` may be drawn on any slices; those between are not interpolated.
    """
    mask, notes = select(read_regions(Path(path), study), label, Path(path).name).draw(gaps=not sampled)
    return undo_cropping(mask, study), (*notes, *check_placement(mask, study, name=name))


def _lesions(
    regions: Sequence[NamedRegion], study: Study, file: str, keep_identity: bool
) -> tuple[list[Lesion], tuple[str, ...]]:
    """Every region that is named for no tissue and can be drawn, and what is to be said of the others."""
    lesions, failures, held = [], [], 0
    for region in regions:
        if region.tissue is None and (region.usable or region.damage):
            try:
                lesions.append(_lesion(region, study, keep_identity))
                held += lesions[-1].mask.data.size
            except PnstError as error:
                failures.append((region, error))
        if held > MAX_MASK_BYTES:
            raise _too_many(regions, file)
    if not lesions:
        if failures:
            raise failures[0][1]
        raise _no_lesion(regions, file)
    check_overlap(lesions)
    broken = tuple(f"region {region.number} was left out: {error.what}: {error.got}" for region, error in failures)
    return _told_apart(lesions), (*broken, *_left_out(regions))


def _lesion(region: NamedRegion, study: Study, keep_identity: bool) -> Lesion:
    label = visible(region.name) or str(region.number) if keep_identity else region.label
    mask, notes = region.draw()
    placed = check_placement(mask, study, name=f"lesion {label!r}")
    whole, resampling_notes = undo_upsampling(undo_cropping(mask, study), study)
    notes = (*notes, *placed, *resampling_notes)
    return Lesion(label, whole, region.made_by, notes, drawing_method=region.drawing_method)


def _told_apart(lesions: list[Lesion]) -> list[Lesion]:
    """Lesions of one label are numbered: outputs are found by it."""
    times, seen = Counter(lesion.label for lesion in lesions), Counter[str]()
    told_apart = []
    for lesion in lesions:
        seen[lesion.label] += 1
        many = times[lesion.label] > 1
        told_apart.append(replace(lesion, label=f"{lesion.label} ({seen[lesion.label]})") if many else lesion)
    return told_apart


def _left_out(regions: Sequence[NamedRegion]) -> tuple[str, ...]:
    """How many regions are neither a lesion nor a mask that is read."""
    unread = [r for r in regions if r.usable and r.tissue not in (None, *MASK_NAMES)]
    empty = sum(region.empty and region.damage is None for region in regions)
    names = ", ".join(sorted({str(region.tissue) for region in unread}))
    count_text = "1 region is" if len(unread) == 1 else f"{len(unread)} regions are"
    named = (f"{count_text} named for what no measurement reads and left out: {names}",) if unread else ()
    return named + ((f"{empty} of the file's {len(regions)} regions are empty",) if empty else ())


def _tissue(regions: Sequence[NamedRegion], study: Study, name: str) -> MaskWithNotes:
    """The mask of one tissue, its regions united."""
    masks, notes = [], []
    for region in regions:
        mask, own_notes = region.draw(gaps=name not in SAMPLED)
        masks.append(undo_cropping(mask, study))
        notes += [*own_notes, *check_placement(mask, study, name=f"{name} mask")]
    if any(not mask.grid.matches(masks[0].grid) for mask in masks):
        raise AmbiguityError(
            f"{len(masks)} regions are named for {name}",
            got="; ".join(str(region) for region in regions),
            expected="one, or several on one grid",
            remedy=f"choose one: --mask {name}=FILE:LABEL, and the lesion by its label",
        )
    labels = ", ".join(str(region) for region in regions)
    notes.append(f"named for {name} and read as the mask of that name, not as a lesion: {labels}")
    return Mask(np.logical_or.reduce([mask.data for mask in masks]), masks[0].grid), tuple(notes)


def _too_many(regions: Sequence[NamedRegion], file: str) -> InputError:
    return InputError(
        f"the mask {file!r} holds more regions than fit into memory at once",
        got=f"{len(regions)} regions, {MAX_MASK_BYTES} voxels of which are not all of them",
        expected=f"at most {MAX_MASK_BYTES} voxels of all lesions together",
        remedy="choose one by its label (MASK:LABEL on the command line)",
    )


def _no_lesion(regions: Sequence[NamedRegion], file: str) -> InputError:
    tissues = [region for region in regions if region.usable]
    return InputError(
        f"the mask {file!r} holds no lesion" if tissues else f"the mask {file!r} is empty",
        got="; ".join(str(region) for region in regions) or "no region",
        expected="at least one region with voxels that is not named for a tissue",
        remedy="choose the lesion by its label (MASK:LABEL on the command line)"
        if tissues
        else "check that the mask was saved after drawing",
    )
