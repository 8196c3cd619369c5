"""The pictures of what lies beside a lesion: the masks that were given, and where they touch it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pnst.image import Mask
from pnst.measurement.measurements import Measurements
from pnst.measurement.vertebrae import ALL_VERTEBRAE, VERTEBRA_MASKS
from pnst.reporting.canvas import Canvas, Picture
from pnst.reporting.figures import across, displayed, draw_outline, region_pictures, slice_words
from pnst.reporting.outline_colours import contact_colours
from pnst.reporting.plane import FieldOfView, placed
from pnst.reporting.vocabulary import role_title
from pnst.study import Lesion, Role, Series, Study

VERTEBRAE = (ALL_VERTEBRAE, *VERTEBRA_MASKS)
COLOURS: Mapping[str, tuple[str, str]] = {
    "nerve": ("nerve (yellow)", "#f0e442"),
    "nerve_other_side": ("nerve of the other side (purple)", "#cc79a7"),
    "bone": ("bone (amber)", "#e69f00"),
    "vessels": ("vessels (dark blue)", "#0072b2"),
    "cord": ("cord (green)", "#009e73"),
    "canal": ("canal (green)", "#009e73"),
} | dict.fromkeys(VERTEBRAE, ("vertebrae (amber)", "#e69f00"))
"""Mask → its words and its colour; muscle, which is most of a picture, has none."""
NERVE_MASKS = ("nerve", "nerve_other_side")
BONE_MASKS = (*VERTEBRAE, "canal")
TOUCHED_MASKS = ("bone", *VERTEBRAE, "vessels", "nerve", "cord")
T2_FIRST = (Role.T2_FS, Role.T2, Role.T1, Role.T1_POST)
T1_FIRST = (Role.T1, Role.T2, Role.T2_FS, Role.T1_POST)


def cord_pictures(study: Study, lesion: Lesion, m: Measurements) -> list[Picture]:
    """The cord beside the lesion, on T2 where there is one; and its oedema where there is any."""
    edema = m.regions.get("cord_edema")
    has_edema = isinstance(edema, Mask) and bool(edema.data.any())
    shown = region_pictures(study, lesion, m, "cord_edema") if has_edema else []
    return [*_pictures(study, lesion, ("cord",), T2_FIRST), *shown]


def nerve_pictures(study: Study, lesion: Lesion, m: Measurements) -> list[Picture]:
    """The nerve beside the lesion, on T2 where there is one."""
    return _pictures(study, lesion, NERVE_MASKS, T2_FIRST)


def bone_pictures(study: Study, lesion: Lesion, m: Measurements) -> list[Picture]:
    """The vertebrae and the canal beside the lesion, on T1 where there is one."""
    return _pictures(study, lesion, BONE_MASKS, T1_FIRST)


def contact_pictures(study: Study, lesion: Lesion, m: Measurements) -> list[Picture]:
    """The structures beside the lesion, its outline coloured where one of them touches it."""
    return _pictures(study, lesion, TOUCHED_MASKS, T1_FIRST, m)


def _pictures(
    study: Study, lesion: Lesion, names: Sequence[str], roles: Sequence[Role], m: Measurements | None = None
) -> list[Picture]:
    """The masks of these names in the lesion's largest section and across it, on the first series that has them.

    A mask is never drawn on an image whose voxels are not its own; where none is drawn, the outline's colours are
    shown all the same.
    """
    candidates = [study.series[role] for role in roles if role in study.series]
    drawn = ((series, _placed(study, names, series)) for series in candidates)
    chosen = next(((series, masks) for series, masks in drawn if masks), None)
    if chosen is None and (m is None or not candidates):
        return []
    series, masks = chosen or (candidates[0], {})
    axis = series.volume.grid.canonical().slice_axis
    pictures = (_picture(series, masks, lesion, a, m) for a in (axis, across(axis)))
    return [picture for picture in pictures if picture is not None]


def _placed(study: Study, names: Sequence[str], series: Series) -> dict[str, Mask]:
    """The masks that lie on a series' own voxels."""
    given = {name: study.masks[name] for name in names if name in study.masks}
    whole = {name: placed(mask, series.volume.grid) for name, mask in given.items()}
    return {name: mask for name, mask in whole.items() if mask is not None}


def _picture(
    series: Series, masks: Mapping[str, Mask], lesion: Lesion, axis: int, m: Measurements | None
) -> Picture | None:
    field = FieldOfView.around(series.volume, lesion.mesh.vertices, axis, lesion)
    if field is None:
        return None
    canvas = Canvas(field)
    canvas.grey(displayed(field.volume, series), lesion.mesh.vertices)
    shown: dict[str, None] = {}
    for name, mask in masks.items():
        part = field.of(mask).data
        if field.plane.image(part).any():
            words, colour = COLOURS[name]
            canvas.zone(part, colour)
            shown[words] = None
    colours = None if m is None else contact_colours(m)
    draw_outline(canvas, lesion, colours)
    alt = f"Structures beside the lesion on {role_title(series.role)}, {field.plane.orientation}"
    caption = (slice_words(series, field), ", ".join(shown), colours.legend if colours else "")
    return Picture(canvas.jpeg(), alt, "; ".join(part for part in caption if part))
