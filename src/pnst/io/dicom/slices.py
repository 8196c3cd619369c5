"""The frames of a series, split into parts and volumes: echoes, image kinds, b-values and time points.

A part is what one image or one diffusion series is made of; a series with several echoes has several. Nothing is told
apart by order alone unless every place along the normal holds the same number of frames.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from pnst.errors import GeometryError
from pnst.io.dicom.frame import Frame, FrameDiffusion, Kind
from pnst.io.dicom.geometry import SAME_PLACE_MM, check_one_orientation, listed, slice_positions, sort_slices

Frames = tuple[Frame, ...]
K = TypeVar("K", bound=Hashable)

SAME_B = 1e-4
"""s/mm²: b-values closer than this are one. Philips numbers its b = 0 volumes 0.001, 0.002, …, which must survive."""
SAME_GRADIENT = 1e-3
"""Gradient directions whose components differ by less are one (about 0.1°): rounding in headers."""


@dataclass(frozen=True)
class Part:
    """The frames of one image, time series or diffusion series, and what tells them from the rest of their series."""

    frames: Frames
    suffix: str = ""


def split_parts(frames: Sequence[Frame]) -> tuple[Part, ...]:
    """Split a series by kind of image, then by echo and inversion time where these share places, then raw from trace.

    Frames without a place stay together: they are refused later, with their names.
    """
    parts = []
    for kind, of_kind in _group_by(frames, lambda f: f.kind).items():
        for echo, of_echo in _where_shared(of_kind, lambda f: _rounded(f.acquisition.echo_time_ms)).items():
            for inversion, one in _where_shared(of_echo, lambda f: _rounded(f.acquisition.inversion_time_ms)).items():
                words = ["" if kind is Kind.MAGNITUDE else kind.split()[0].lower()]
                words += ["" if echo is None else f"te{echo:g}", "" if inversion is None else f"ti{inversion:g}"]
                suffix = "-".join(word for word in words if word)
                parts += [Part(p.frames, "-".join(filter(None, (suffix, p.suffix)))) for p in _raw_and_trace(one)]
    return tuple(_name_only_if_many(parts))


def split_volumes(part: Part) -> tuple[Frames, ...]:
    """Split a part into volumes, each sorted along the normal, in the order in which they were acquired.

    Volumes are told apart by b-value and direction, then by time, then by the order of instances. Raises
    `GeometryError` that names the slices for missing, doubled, uneven or turned ones and mixed sizes.
    """
    check_one_orientation(part.frames)
    groups = [part.frames]
    if _shares_places(part.frames):
        groups = _by_weighting(part.frames)
        groups = [volume for group in groups for volume in _by_time(group)]
    volumes = [sort_slices(group) for group in groups]
    lengths = {len(volume) for volume in volumes}
    if len(lengths) > 1:
        raise _incomplete(volumes)
    return tuple(sorted(volumes, key=lambda volume: min(f.instance for f in volume)))


def _raw_and_trace(frames: Frames) -> list[Part]:
    """Frames with directions, and combined ones, as two parts where a series holds both; b = 0 goes with each."""
    zero = tuple(f for f in frames if not f.diffusion.b_value)
    trace = tuple(f for f in frames if f.diffusion.b_value and f.diffusion.isotropic)
    raw = tuple(f for f in frames if f.diffusion.b_value and not f.diffusion.isotropic)
    if not (trace and raw and _shares_places(frames)):
        return [Part(frames)]
    return [Part(zero + raw), Part(zero + trace, "trace")]


def _by_weighting(frames: Frames) -> list[Frames]:
    """Frames of one b-value and direction each, to `SAME_B` and `SAME_GRADIENT`."""
    groups: list[tuple[FrameDiffusion, Frames]] = []
    for diffusion, exact in _group_by(frames, lambda f: f.diffusion).items():
        near = next((i for i, (other, _) in enumerate(groups) if _same_weighting(diffusion, other)), None)
        if near is None:
            groups.append((diffusion, exact))
        else:
            groups[near] = (groups[near][0], groups[near][1] + exact)
    return [group for _, group in groups]


def _same_weighting(one: FrameDiffusion, other: FrameDiffusion) -> bool:
    if one.isotropic != other.isotropic or abs((one.b_value or 0.0) - (other.b_value or 0.0)) > SAME_B:
        return False
    if one.direction is None or other.direction is None:
        return one.direction is other.direction
    return all(abs(a - b) <= SAME_GRADIENT for a, b in zip(one.direction, other.direction, strict=True))


def _by_time(frames: Frames) -> list[Frames]:
    """Frames of one weighting, split into time points where several share a place."""
    if not _shares_places(frames):
        return [frames]
    for index in range(len(frames[0].times)):
        groups = list(_group_by(frames, lambda f, i=index: f.times[i]).values())  # type: ignore[misc]
        if len(groups) > 1 and all(_complete(group, frames) for group in groups):
            return [volume for group in groups for volume in _by_time(group)]
    return _by_order(frames)


def _by_order(frames: Frames) -> list[Frames]:
    """The first frames of all places, the second ones, …, by instance number."""
    stacks: dict[int, list[Frame]] = defaultdict(list)
    for index, frame in sorted(zip(_slice_indices(frames), frames, strict=True), key=lambda pair: pair[1].instance):
        stacks[index].append(frame)
    counts = {len(stack) for stack in stacks.values()}
    numbered = len({f.instance for f in frames}) == len(frames)
    if len(counts) > 1 or not numbered:
        usual = min(counts)
        extra = [f.name for stack in stacks.values() if len(stack) > usual for f in stack] or [f.name for f in frames]
        raise GeometryError(
            "the slices do not make a volume: different slices in one place, with nothing that tells them apart",
            got=listed(extra),
            expected="one slice a place, or b-values, echo times or time points that differ",
            remedy="remove the slices that do not belong to the series, or export it again",
        )
    return [tuple(volume) for volume in zip(*stacks.values(), strict=True)]


def _incomplete(volumes: Sequence[Frames]) -> GeometryError:
    longest = max(volumes, key=len)
    short = min(volumes, key=len)
    along = slice_positions((*longest, *short))
    mine = along[len(longest) :]
    absent = [f.name for f, place in zip(longest, along, strict=False) if np.abs(mine - place).min() > SAME_PLACE_MM]
    return GeometryError(
        f"the slices do not make a volume: missing slice in the volume that starts with {short[0].name}",
        got=f"{len(short)} of {len(longest)} slices; none where {listed(absent)} lies",
        expected="the same slices in every volume of the series",
        remedy="export the whole series again, or leave it out of the folder",
    )


def _where_shared(frames: Frames, key: Callable[[Frame], float | None]) -> dict[float | None, Frames]:
    """Split by a key where frames with different values share a place; one group named None otherwise."""
    groups = _group_by(frames, key)
    if len(groups) > 1 and _shares_places(frames) and all(_complete(group, frames) for group in groups.values()):
        return groups
    return {None: frames}


def _shares_places(frames: Frames) -> bool:
    return _placed(frames) and len(set(_slice_indices(frames))) < len(frames)


def _complete(group: Frames, frames: Frames) -> bool:
    """Whether a group has a frame in as many places as all frames do."""
    return len(set(_slice_indices(group))) == len(set(_slice_indices(frames)))


def _placed(frames: Frames) -> bool:
    return all(f.plane is not None for f in frames)


def _slice_indices(frames: Frames) -> list[int]:
    """A number for each frame: the same for frames in one place along the normal."""
    along = slice_positions(frames)
    order = np.argsort(along, kind="stable")
    new_place = np.concatenate([[0], np.diff(along[order]) > SAME_PLACE_MM])
    indices = np.empty(len(frames), dtype=int)
    indices[order] = np.cumsum(new_place)
    return [int(s) for s in indices]


def _group_by(frames: Sequence[Frame], key: Callable[[Frame], K]) -> dict[K, Frames]:
    groups: dict[K, list[Frame]] = defaultdict(list)
    for frame in frames:
        groups[key(frame)].append(frame)
    return {k: tuple(group) for k, group in groups.items()}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _name_only_if_many(parts: list[Part]) -> list[Part]:
    if len(parts) == 1:
        return [replace(parts[0], suffix="")]
    return parts
