"""Diffusion exported as one series a b-value: put together where the headers say that it is one acquisition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

from pnst.io.dicom.frame import Kind
from pnst.io.dicom.geometry import listed
from pnst.io.dicom.slices import SAME_GRADIENT
from pnst.io.dicom.stack import Stack
from pnst.io.series_words import keywords_of

B_TOLERANCE = 1.0
"""s/mm² within which the b-values of a series are one (Philips numbers its b = 0 volumes 0.001, …)."""

_UNIT = re.compile(r"_(ms|deg|t)$")
_PHASE = re.compile(r"\b(ap|pa|rl|lr|hf|fh|rev\w*|blip\w*|topup\w*)\b")


def merge_diffusion(stacks: Sequence[Stack]) -> tuple[Stack, ...]:
    """The stacks, and after them each diffusion series that several of them make together, one b-value each.

    They are merged where frame of reference, grid, the facts of the acquisition, phase encoding and the way directions
    were combined are the same, and every weighting is there once: of one series number also several times, if the
    acquisition numbers differ (Siemens' interoperable export gives each volume a series UID of its own). The parts
    stay, marked by what they were merged into; what could not be merged says why.
    """
    single = [stack for stack in stacks if _single_b_value(stack) is not None]
    groups: list[list[Stack]] = []
    for stack in single:
        group = next((g for g in groups if not _difference(g[0], stack)), None)
        if group is None:
            groups.append([stack])
        else:
            group.append(stack)
    keys = {stack.key for stack in stacks}
    merged = [_merged(part, keys) for group in groups for part in _acquisitions(group)]
    into = {key: stack.key for stack in merged for key in stack.parts}
    kept = [
        replace(s, merged_into=into.get(s.key, ""), unmerged_reason=_unmerged_reason(s, single, into)) for s in stacks
    ]
    return (*kept, *merged)


def _single_b_value(stack: Stack) -> float | None:
    """The one b-value of a series that may be part of a diffusion series; None for any other."""
    if stack.kind is not Kind.MAGNITUDE or stack.grid is None or stack.header.modality not in ("MR", ""):
        return None
    keywords = keywords_of(stack.header.description)
    if keywords & {"adc", "map", "localizer", "other"}:
        return None
    if stack.b_values is None:  # Canon, Toshiba and GE leave the element out at b = 0
        return 0.0 if "b0" in keywords else None
    return stack.b_values[0] if max(stack.b_values) - min(stack.b_values) < B_TOLERANCE else None


def _difference(one: Stack, other: Stack) -> str:
    """What keeps two series from being one acquisition, "" for nothing."""
    if one.header.frame_of_reference != other.header.frame_of_reference:
        return "another frame of reference"
    if one.grid is None or other.grid is None or not one.grid.matches(other.grid):
        return "another grid"
    for fact in fields(one.acquisition):
        if getattr(one.acquisition, fact.name) != getattr(other.acquisition, fact.name):
            return f"another value of {_UNIT.sub('', fact.name).replace('_', ' ')}"
    if _phase_encoding(one) != _phase_encoding(other):
        return "another phase encoding by its description"
    return "" if _scaled(one) == _scaled(other) else "a private intensity scale in one of them only"


def _scaled(stack: Stack) -> bool:
    """Whether each volume brings the scale by which it becomes comparable (Philips): then scales may differ."""
    return all(frame.intensity_scale is not None for volume in stack.volumes for frame in volume)


def _phase_encoding(stack: Stack) -> frozenset[str]:
    """What the description says of it: b = 0 is often acquired again with the other polarity, distorted otherwise."""
    return frozenset(_PHASE.findall(stack.header.description.lower().replace("_", " ")))


def _acquisitions(group: Sequence[Stack]) -> list[list[Stack]]:
    """The parts of each diffusion series in a group: all together, else those of one series number."""
    acquisitions = []
    for combined in _by_combination(group):
        numbers = dict.fromkeys(s.header.series_number for s in combined)
        by_number = [[s for s in combined if s.header.series_number == number] for number in numbers]
        whole = [combined] if _each_weighting_once(combined) else by_number
        acquisitions += [part for part in whole if _is_acquisition(part)]
    return acquisitions


def _by_combination(group: Sequence[Stack]) -> list[list[Stack]]:
    """Directions and traces apart; b = 0 goes with each."""
    zero = [s for s in group if not _weighted(s)]
    raw = [s for s in group if _weighted(s) and not s.is_trace]
    trace = [s for s in group if _weighted(s) and s.is_trace]
    return [zero + part for part in (raw, trace) if part]


def _weighted(stack: Stack) -> bool:
    return (_single_b_value(stack) or 0.0) >= B_TOLERANCE


def _is_acquisition(parts: Sequence[Stack]) -> bool:
    """Whether parts with two b-values at least hold each weighting once, or each acquisition number once."""
    b_values = [_single_b_value(s) or 0.0 for s in parts]
    if max(b_values) - min(b_values) < B_TOLERANCE:
        return False
    acquired = {s.volumes[0][0].times[1] for s in parts}
    return _each_weighting_once(parts) or (None not in acquired and len(acquired) == len(parts))


def _each_weighting_once(parts: Sequence[Stack]) -> bool:
    ordered = sorted(parts, key=lambda s: _single_b_value(s) or 0.0)
    for n, one in enumerate(ordered):
        for other in ordered[n + 1 :]:
            if (_single_b_value(other) or 0.0) - (_single_b_value(one) or 0.0) >= B_TOLERANCE:
                break
            if _same_direction(one, other):
                return False
    return True


def _same_direction(one: Stack, other: Stack) -> bool:
    """Whether two series of one b-value may be the same weighting: they are not where single directions differ."""
    first, second = (s.volumes[0][0].diffusion.direction for s in (one, other))
    if first is None or second is None or len(one.volumes) > 1 or len(other.volumes) > 1:
        return True
    return all(abs(a - b) < SAME_GRADIENT for a, b in zip(first, second, strict=True))


def _merged(parts: Iterable[Stack], keys: set[str]) -> Stack:
    ordered = sorted(parts, key=lambda s: (_single_b_value(s) or 0.0, s.volumes[0][0].times[1] or 0.0))
    number = ordered[0].header.series_number
    shared = number is not None and len(ordered) > 1 and all(s.header.series_number == number for s in ordered)
    return replace(
        ordered[0],
        key=f"s{number}" if shared and f"s{number}" not in keys else "+".join(s.key for s in ordered),
        volumes=tuple(volume for s in ordered for volume in s.volumes),
        b_values=tuple(b for s in ordered for b in (s.b_values or (0.0,) * len(s.volumes))),
        parts=tuple(s.key for s in ordered),
    )


def _unmerged_reason(stack: Stack, single: Sequence[Stack], into: dict[str, str]) -> str:
    """Why a series of one b-value was not merged with the others of its study; "" where it was, or is none."""
    if stack.key in into or _single_b_value(stack) is None:
        return ""
    others = [other for other in single if other is not stack]
    reasons = [f"{other.key}: {_difference(stack, other) or 'a b-value twice'}" for other in others]
    return f"not merged with {listed(reasons, separator='; ')}" if reasons else ""
