"""Which series serves as which role: the user's choice first, then the one guess; never one of several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pnst.errors import AmbiguityError, InputError
from pnst.io.dicom.geometry import listed
from pnst.io.dicom.roles import RoleGuess, guess_role
from pnst.io.dicom.stack import Stack
from pnst.io.role_override import NO_SERIES, parse_role
from pnst.io.series_words import keywords_of
from pnst.study import Role

MIN_SLICES = 3
"""Fewer slices of anatomy are a locator or a remnant: no lesion is measured on them."""

CHOSEN = "chosen by the user"

RoleAssignment = dict[Role, tuple[Stack, str]]


def assign_roles(stacks: Sequence[Stack], overrides: Mapping[str, str]) -> RoleAssignment:
    """The stack for each role and the reason for it.

    `wanted` maps roles to a key, series UID, description or number, or to "none". Raises `SettingError` for an unknown
    role, `InputError` for a series that is not there and for a study without a series of use, `AmbiguityError` for a
    name or role that several series fit, and the problem of a series that is chosen and cannot be read.
    """
    named = {
        parse_role(role): None if name == NO_SERIES else find_series(stacks, name, role)
        for role, name in overrides.items()
    }
    taken = {id(stack) for stack in named.values() if stack is not None}
    guesses: dict[Role, list[tuple[Stack, RoleGuess]]] = defaultdict(list)
    for stack in stacks:
        guess = guess_role(stack)
        if guess.role is not None and guess.role not in named and id(stack) not in taken:
            guesses[guess.role].append((stack, guess))
    chosen: RoleAssignment = {role: (stack, CHOSEN) for role, stack in named.items() if stack is not None}
    for role, candidates in guesses.items():
        preferred = _preferred(role, candidates)
        best = _originals(preferred)
        stack, guess = _single_candidate(role, best)
        passed_over = [other.key for other, _ in preferred if all(other is not one for one, _ in best)]
        note = f"; passed over: {listed(passed_over)}, made from other images or of few slices" if passed_over else ""
        chosen[role] = (stack, guess.reason + note)
    if not chosen:
        raise _no_series_error(stacks)
    for role, (stack, _) in chosen.items():
        _check_usable(role, stack)
    return {role: chosen[role] for role in Role if role in chosen}


def find_series(stacks: Sequence[Stack], name: str, role: str) -> Stack:
    """The one stack that the user names. Raises `InputError` for none, `AmbiguityError` for several."""
    word = name.strip().lower()
    point = _time_point(stacks, word)
    if point is not None:
        return point
    # A merged series has the number and UID of its first part: for dwi it is meant, else the part.
    stacks = [stack for stack in stacks if not (stack.merged_into if role == Role.DWI else stack.parts)]
    for of in (
        lambda s: s.key.lower(),
        lambda s: s.header.series_uid,
        lambda s: str(s.header.series_number),
        lambda s: s.header.description.lower(),
    ):
        matches = [stack for stack in stacks if of(stack) == word]
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise AmbiguityError(
                f"{name!r} names {len(matches)} series for {role}",
                got="; ".join(_key_and_description(stack) for stack in matches),
                expected="one series",
                remedy=f"use a key, such as --role {role}={matches[0].key}",
            )
    raise InputError(
        f"no series {name!r} to serve as {role}",
        got="; ".join(_key_and_description(stack) for stack in stacks),
        expected="the key, UID, number or description of one of these series",
        remedy=f"choose one, such as --role {role}={stacks[0].key}",
    )


def _time_point(stacks: Sequence[Stack], word: str) -> Stack | None:
    """The volume that a word such as "s5-t3" names."""
    key, _, number = word.rpartition("-t")
    stack = next((s for s in stacks if s.key.lower() == key), None)
    if stack is None or not number.isdecimal() or not 1 <= int(number) <= len(stack.volumes):
        return None
    return stack.time_point(int(number))


def _preferred(role: Role, candidates: list[tuple[Stack, RoleGuess]]) -> list[tuple[Stack, RoleGuess]]:
    """Raw diffusion before trace, one series before a merged one; T1 that shows fat before T1 with it suppressed."""
    if role is Role.DWI:
        raw = [pair for pair in candidates if not pair[0].is_trace] or candidates
        better = [pair for pair in raw if not pair[0].parts] or raw
    elif role is Role.T1:
        better = [pair for pair in candidates if "fat suppressed" not in pair[1].reason]
    else:
        return candidates
    return better or candidates


def _originals(candidates: list[tuple[Stack, RoleGuess]]) -> list[tuple[Stack, RoleGuess]]:
    """Those that are whole stacks and no reformats, captures or copies of others, where there are some."""
    ranks = [_is_short(stack) * 2 + _is_reformatted(stack) for stack, _ in candidates]
    return [pair for pair, rank in zip(candidates, ranks, strict=True) if rank == min(ranks)]


def _is_short(stack: Stack) -> bool:
    return bool(stack.volumes) and len(stack.volumes[0]) < MIN_SLICES


def _is_reformatted(stack: Stack) -> bool:
    return stack.header.reformatted or "reformat" in keywords_of(stack.header.description)


def _single_candidate(role: Role, candidates: list[tuple[Stack, RoleGuess]]) -> tuple[Stack, RoleGuess]:
    if len(candidates) == 1:
        return candidates[0]
    raise AmbiguityError(
        f"{len(candidates)} series could be {role}",
        got="; ".join(f"{_key_and_description(stack)}, {guess.reason}" for stack, guess in candidates),
        expected=f"one series for {role}",
        remedy=f"choose one, such as --role {role}={candidates[0][0].key}, or none with --role {role}={NO_SERIES}",
    )


def _check_usable(role: Role, stack: Stack) -> None:
    if stack.problem is not None:
        raise stack.problem
    if role is Role.DWI and len({round(b) for b in stack.b_values or ()}) < 2:
        raise InputError(
            f"the series {stack.key} cannot serve as dwi",
            got=f"b-values {', '.join(f'{b:g}' for b in stack.b_values or ()) or 'none'}",
            expected="at least two b-values in one series",
            remedy="choose another series, or none with --role dwi=none",
        )
    if role is not Role.DWI and len(stack.volumes[0]) < MIN_SLICES:
        raise InputError(
            f"the series {stack.key} has too few slices to serve as {role}",
            got=f"{len(stack.volumes[0])} slices",
            expected=f"at least {MIN_SLICES}",
            remedy=f"export the whole series, choose another, or none with --role {role}=none",
        )


def _no_series_error(stacks: Sequence[Stack]) -> Exception:
    """Why a study has no series of use: the first one that cannot be read, else what each one is."""
    problem = next((stack.problem for stack in stacks if stack.problem is not None), None)
    if problem is not None:
        return problem
    return InputError(
        "no series of this study has a role",
        got="; ".join(f"{_key_and_description(stack)}: {guess_role(stack).reason}" for stack in stacks),
        expected=", ".join(Role),
        remedy=f"say which series is which, such as --role t1={stacks[0].key}",
    )


def _key_and_description(stack: Stack) -> str:
    return f"{stack.key} ({stack.header.description})" if stack.header.description else stack.key
