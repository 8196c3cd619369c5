"""Frames of enhanced multi-frame images, from their functional groups."""

from __future__ import annotations

from pnst.io.dicom.classic import (
    acquisition_of,
    contrast_agent,
    derivation_codes,
    intensity_scale,
    plane,
    real_world,
    rescale,
    times_of,
)
from pnst.io.dicom.classic import slice_step as step_of
from pnst.io.dicom.converted import frame_attributes
from pnst.io.dicom.diffusion import enhanced_diffusion, read_diffusion
from pnst.io.dicom.frame import Frame, FrameDiffusion, FramePlane, Kind, Pixels
from pnst.io.dicom.kinds import kind_of
from pnst.io.dicom.tags import Fields, integer, item, items, number, numbers, private, text, words
from pnst.io.dicom.walk import ImplausibleElementError
from pnst.io.fat_suppression import fat_suppressed
from pnst.study import Acquisition

PER_FRAME, SHARED = 0x52009230, 0x52009229
PARAMETRIC_MAP = "1.2.840.10008.5.1.4.1.1.30"
_PHILIPS_FRAME = 0x2005140F
"""Philips' private elements of one frame."""


class SharedGroups:
    """The functional groups that all frames share, each parsed once."""

    def __init__(self, ds: Fields) -> None:
        self._ds = ds
        self._parsed: dict[int, Fields] = {}

    def get(self, tag: int) -> Fields:
        """The item of a functional group; an empty one where the group is absent."""
        if tag not in self._parsed:
            self._parsed[tag] = item(self._ds, tag)
        return self._parsed[tag]


class FrameGroups:
    """The functional groups of one frame: its own before the shared ones."""

    def __init__(self, own: Fields, shared: SharedGroups) -> None:
        self.own = own
        self._shared = shared

    def get(self, tag: int) -> Fields:
        """The item of a functional group; an empty one where the group is absent."""
        return item(self.own, tag) or self._shared.get(tag)


def is_enhanced(ds: Fields) -> bool:
    """Whether an image keeps its geometry in functional groups."""
    return PER_FRAME in ds


def enhanced_frames(ds: Fields, pixels: Pixels) -> tuple[Frame, ...]:
    """One frame for each item of the per-frame functional groups.

    Raises `ImplausibleElementError` where these are more or fewer than the frames that the header counts.
    """
    own_groups = items(ds, PER_FRAME)
    if own_groups and len(own_groups) != pixels.frames:
        raise ImplausibleElementError(f"{pixels.frames} frames and descriptions of {len(own_groups)}")
    shared = item(ds, SHARED)
    suppressed = _fat_suppressed(ds, shared)
    top = words(ds, 0x00080008)
    groups = SharedGroups(shared)
    return tuple(
        _frame(ds, FrameGroups(own, groups), pixels, index, top, suppressed) for index, own in enumerate(own_groups)
    )


def _frame(
    ds: Fields, groups: FrameGroups, pixels: Pixels, index: int, image_type: tuple[str, ...], suppressed: bool | None
) -> Frame:
    frame_type = words(groups.get(0x00189226) or groups.get(0x00409092), 0x00089007) or image_type  # MR, or a map
    content = groups.get(0x00209111)
    transformation = groups.get(0x00289145)
    converted = frame_attributes(ds, groups.own)
    slope, intercept = rescale(transformation or converted)
    mapping = groups.get(0x00409096) or item(ds, 0x00409096)
    codes = [text(code, 0x00080100) for code in items(groups.get(0x00089124), 0x00089215)] + _quantities(mapping)
    return Frame(
        name=f"{pixels.name!r} frame {index + 1}",
        file=pixels.name,
        index=index,
        corner=(0, 0),
        size=(pixels.rows, pixels.columns),
        plane=_plane(groups),
        slope=slope,
        intercept=intercept,
        unit=text(transformation, 0x00281054),
        real_world=real_world(mapping),
        intensity_scale=intensity_scale(groups.get(_PHILIPS_FRAME) or converted, slope, text(ds, 0x00080070)),
        kind=_kind(ds, frame_type, [*codes, *derivation_codes(ds)]),
        diffusion=_diffusion(groups, frame_type, converted),
        acquisition=acquisition_of(converted) if converted else _acquisition(ds, groups, suppressed),
        times=times_of(converted) if converted else _times(groups, content),
        instance=(integer(ds, 0x00200013) or 0, index),
    )


def _diffusion(groups: FrameGroups, frame_type: tuple[str, ...], converted: Fields) -> FrameDiffusion:
    """As the functional group says it, else as the classic image wrote it that the frame was converted from."""
    diffusion = enhanced_diffusion(groups.get(0x00189117), frame_type)
    if diffusion.b_value is not None or not converted:
        return diffusion
    orientation = numbers(groups.get(0x00209116), 0x00200037)
    return read_diffusion(converted, frame_type, orientation if len(orientation) == 6 else None)


def _times(groups: FrameGroups, content: Fields) -> tuple[float | None, ...]:
    return (
        number(content, 0x00209128, "UL"),
        number(content, 0x00209156, "US"),
        number(groups.get(0x00189118), 0x00209153, "FD"),
        number(content, 0x00189074, "DT"),
        None,
    )


def _kind(ds: Fields, frame_type: tuple[str, ...], codes: list[str]) -> Kind:
    """As image type and codes say; a parametric map of which they say nothing is some other map."""
    kind = kind_of(frame_type, codes)
    return Kind.MAP if kind is Kind.MAGNITUDE and text(ds, 0x00080016) == PARAMETRIC_MAP else kind


def _quantities(mapping: Fields) -> list[str]:
    """The codes of what a real world value mapping says its values are (parametric maps: 113041 is ADC)."""
    return [text(item(quantity, 0x0040A168), 0x00080100) for quantity in items(mapping, 0x00409220)]


def _plane(groups: FrameGroups) -> FramePlane | None:
    measures = groups.get(0x00289110)
    return plane(
        numbers(groups.get(0x00209113), 0x00200032),
        numbers(groups.get(0x00209116), 0x00200037),
        numbers(measures, 0x00280030),
        step_of(measures),
    )


def _acquisition(ds: Fields, groups: FrameGroups, suppressed: bool | None) -> Acquisition:
    timing, modifier = groups.get(0x00189112), groups.get(0x00189115)
    inverted = text(modifier, 0x00189009) == "YES"
    return Acquisition(
        repetition_time_ms=number(timing, 0x00180080),
        echo_time_ms=number(groups.get(0x00189114), 0x00189082, "FD"),
        inversion_time_ms=number(modifier, 0x00189079, "FD") if inverted else None,
        flip_angle_deg=number(timing, 0x00181314),
        field_strength_t=number(ds, 0x00180087),
        fat_suppressed=suppressed,
        contrast_agent=_agent(ds, groups),
        manufacturer=text(ds, 0x00080070) or None,
    )


def _agent(ds: Fields, groups: FrameGroups) -> bool | None:
    """Whether an agent had been given: the header names those of the study, the frame says which were already in."""
    administered = text(groups.get(0x00189341), 0x00189342)
    if administered in ("YES", "NO"):
        return administered == "YES"
    named = contrast_agent(text(ds, 0x00180010))
    return named if named is not None else True if items(ds, 0x00180012) else None


def _fat_suppressed(ds: Fields, shared: Fields) -> bool | None:
    selected = text(ds, 0x00189025) or text(item(shared, 0x00189115), 0x00189025)
    if selected:
        return selected.startswith("FAT")
    if text(item(shared, 0x00189115), 0x00189026) == "WATER":
        return True
    # Siemens keeps the classic Scan Options in its own group.
    siemens = item(shared, private(shared, 0x0021, "SIEMENS MR SDS 01", 0xFE))
    options = words(siemens, private(siemens, 0x0021, "SIEMENS MR SDS 01", 0x5C))
    return fat_suppressed(options or words(ds, 0x00180022))
