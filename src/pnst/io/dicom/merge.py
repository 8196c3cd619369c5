"""Diffusion exported as one series a b-value: put together where the headers say that it is one acquisition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from itertools import pairwise

from pnst.io.dicom.frame import Kind
from pnst.io.dicom.keywords import keywords_of
from pnst.io.dicom.stack import Stack

B_TOLERANCE = 1.0
"""s/mm² within which the b-values of a series are one (Philips numbers its b = 0 volumes 0.001, …)."""

_UNIT = re.compile(r"_(ms|deg|t)$")
_PHASE = re.compile(r"\b(ap|pa|rl|lr|hf|fh|rev\w*|blip\w*|topup\w*)\b")


def merge_diffusion(stacks: Sequence[Stack]) -> tuple[Stack, ...]:
    """The stacks, and after them each diffusion series that several of them make together, one b-value each.

    They are merged where frame of reference, grid, the facts of the acquisition, phase encoding, intensity scale and
    the way directions were combined are the same, and every b-value is there once. The parts stay, marked by what they
    were merged into; what could not be merged says why.
    """
    single = [stack for stack in stacks if _single_b_value(stack) is not None]
    groups: list[list[Stack]] = []
    for stack in single:
        group = next((g for g in groups if not _difference(g[0], stack)), None)
        if group is None:
            groups.append([stack])
        else:
            group.append(stack)
    merged = [_merged(part) for group in groups for part in _by_combination(group) if _each_b_value_once(part)]
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
    return "" if one.header.intensity_scale == other.header.intensity_scale else "another intensity scale"


def _phase_encoding(stack: Stack) -> frozenset[str]:
    """What the description says of it: b = 0 is often acquired again with the other polarity, distorted otherwise."""
    return frozenset(_PHASE.findall(stack.header.description.lower().replace("_", " ")))


def _by_combination(group: Sequence[Stack]) -> list[list[Stack]]:
    """Directions and traces apart; b = 0 goes with each."""
    zero = [s for s in group if not _weighted(s)]
    raw = [s for s in group if _weighted(s) and not s.is_trace]
    trace = [s for s in group if _weighted(s) and s.is_trace]
    return [zero + part for part in (raw, trace) if part]


def _weighted(stack: Stack) -> bool:
    return (_single_b_value(stack) or 0.0) >= B_TOLERANCE


def _each_b_value_once(parts: Sequence[Stack]) -> bool:
    b_values = sorted(_single_b_value(s) or 0.0 for s in parts)
    return len(b_values) > 1 and all(b - a >= B_TOLERANCE for a, b in pairwise(b_values))


def _merged(parts: Iterable[Stack]) -> Stack:
    ordered = sorted(parts, key=lambda s: _single_b_value(s) or 0.0)
    return replace(
        ordered[0],
        key="+".join(s.key for s in ordered),
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
    return f"not merged with {'; '.join(reasons)}" if reasons else ""
