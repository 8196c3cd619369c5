"""Files that hold an instance which another file holds too: copies byte for byte, and the same image in other bytes."""

from __future__ import annotations

import filecmp
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from pnst.errors import InputError
from pnst.io.dicom.frame import Frame, Header
from pnst.io.dicom.pixels import read_pixels

Twins = tuple[tuple[Header, Header], ...]
"""Pairs of files of one instance in other bytes: the one that is read, and the one that is left out."""

_DIGITS = 4


def without_copies(headers: Sequence[Header]) -> tuple[tuple[Header, ...], Twins, tuple[str, ...]]:
    """Leave out files that hold an instance again, and report how many: byte for byte, or in other bytes.

    One instance in other bytes (compressed, or with another header) has the same UID, place, weighting and times. Of
    two series that hold the same instances, the first is kept.
    """
    by_instance: dict[str, list[Header]] = defaultdict(list)
    kept: list[Header] = []
    twins: list[tuple[Header, Header]] = []
    copies = 0
    first_of_series = {uid: place for place, uid in enumerate(dict.fromkeys(header.series_uid for header in headers))}
    for header in sorted(headers, key=lambda header: first_of_series[header.series_uid]):
        earlier = by_instance[header.instance_uid] if header.instance_uid else []
        if any(_same_bytes(header, other) for other in earlier):
            copies += 1
        elif (twin := next((other for other in earlier if _same_image(header, other)), None)) is not None:
            twins.append((twin, header))
        else:
            earlier.append(header)
            kept.append(header)
    counts = (
        (copies, "files are copies of others, byte for byte, and were read once"),
        (len(twins), "files hold images that other files hold too, in other bytes, and were not read"),
    )
    return tuple(kept), tuple(twins), tuple(f"{count} {what}" for count, what in counts if count)


def check_same_voxels(twins: Iterable[tuple[Header, Header]]) -> None:
    """Raise `InputError` where two files are one instance by their headers and differ in their voxels."""
    for one, other in twins:
        first, second = (read_pixels([header.frames], [header.pixels]) for header in (one, other))
        if not np.array_equal(first, second, equal_nan=True):
            raise InputError(
                "two files are one image by their headers and differ in their voxels",
                got=f"{one.pixels.name!r} and {other.pixels.name!r}",
                expected="one file an image, or the same voxels",
                remedy="remove the one that is not right",
            )


def _same_bytes(one: Header, other: Header) -> bool:
    return filecmp.cmp(one.pixels.file, other.pixels.file, shallow=False)


def _same_image(one: Header, other: Header) -> bool:
    """Whether two files of one UID are one image; some anonymisers give all images of a series the same UID."""
    return len(one.frames) == len(other.frames) and all(map(_same_frame, one.frames, other.frames))


def _same_frame(one: Frame, other: Frame) -> bool:
    return _identity(one) == _identity(other)


def _identity(frame: Frame) -> tuple[object, ...]:
    plane = frame.plane
    numbers = () if plane is None else (*plane.position, *plane.orientation, *plane.spacing)
    weighting = (frame.diffusion.b_value, frame.acquisition.echo_time_ms, frame.times, frame.instance, frame.kind)
    return (
        frame.size,
        frame.corner,
        tuple(round(n, _DIGITS) + 0.0 for n in numbers),
        frame.diffusion.direction,
        weighting,
    )
