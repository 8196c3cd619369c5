"""A tree of DICOM files as a `Study`, or as guesses to look at."""

from __future__ import annotations

import hashlib
import warnings
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from pnst.errors import AmbiguityError, InputError
from pnst.image import Grid, Volume
from pnst.io.dicom.adc_map import adc_in_um2_per_ms, mapped_unit
from pnst.io.dicom.completeness import completeness_notes
from pnst.io.dicom.copies import check_same_voxels
from pnst.io.dicom.files import read_tree
from pnst.io.dicom.frame import Header, Pixels
from pnst.io.dicom.listing import UnreadFile
from pnst.io.dicom.merge import merge_diffusion
from pnst.io.dicom.pixels import read_pixels
from pnst.io.dicom.role_assignment import CHOSEN, RoleAssignment, assign_roles
from pnst.io.dicom.roles import guess_role
from pnst.io.dicom.scale import diffusion_volumes, scaling_of
from pnst.io.dicom.segments import masks_among
from pnst.io.dicom.stack import Stack, build_stacks
from pnst.io.digest import digest, patient_digest, uid_digest
from pnst.io.lps import LPS_TO_RAS
from pnst.io.masks.named import Masks, with_masks
from pnst.io.role_contradictions import role_contradictions
from pnst.io.series_guess import SeriesGuess
from pnst.study import Role, Series, Source, Study
from pnst.typing import FloatArray


def read_dicom(
    path: Path,
    roles: Mapping[str, str] | None = None,
    case_id: str | None = None,
    keep_identity: bool = False,
    masks: Masks | None = None,
) -> Study:
    """Read the one study under `path`. `roles` gives series to roles by key, UID, description or number, over guesses.

    `masks` are the user's; a segment of a DICOM SEG that is called by the name of a mask is that mask, unless the user
    gives another. The case is called by the first 12 hex digits of a digest of the study's UID unless `case_id` is
    given, or by the patient's ID where `keep_identity` asks for it.

    Raises `InputError` for damaged files and for a tree without a series of use, `GeometryError` for slices that make
    no volume, `AmbiguityError` for several studies, several series for one role, or an ADC map of unknown unit.
    """
    tree = read_tree(path)
    if tree.damaged:
        raise tree.damaged[0]
    _check_one_study(tree.headers)
    name = _case_id(tree.headers, keep_identity) if case_id is None else case_id
    stacks = merge_diffusion(build_stacks(tree.headers))
    chosen = assign_roles(stacks, roles or {})
    mask_by_name, left_out = masks_among(tree.segments, tree.headers[0].study_uid, masks or {})
    pixels = [header.pixels for header in tree.headers]
    used = {frame.file for stack, _ in chosen.values() for volume in stack.volumes for frame in volume}
    with warnings.catch_warnings(), ThreadPoolExecutor(max_workers=2) as pool:
        warnings.simplefilter("ignore")  # decoders remark on padding and odd headers; what matters becomes an error
        read = {role: pool.submit(_series, role, stack, pixels, reason) for role, (stack, reason) in chosen.items()}
        series = {role: future.result() for role, future in read.items()}
        check_same_voxels(pair for pair in tree.twins if pair[0].pixels.name in used)
    whole = completeness_notes(tree.headers, {role: stack for role, (stack, _) in chosen.items()})
    notes = (*tree.notes, *whole, *_unused_series_note(stacks, chosen), *left_out, *_frame_of_reference_note(chosen))
    return with_masks(Study(name, series, notes=notes), mask_by_name)


def inspect_dicom(path: Path) -> list[SeriesGuess]:
    """What each series under `path` looks like, without decoding a pixel; damaged files come last."""
    tree = read_tree(path)
    stacks = merge_diffusion(build_stacks(tree.headers))
    guesses = [guess_role(stack) for stack in stacks]
    counts = Counter(guess.role for guess in guesses if guess.role is not None)
    series_guesses = []
    for stack, guess in zip(stacks, guesses, strict=True):
        others = [
            f"{other.key} is also {guess.role}"
            for other, theirs in zip(stacks, guesses, strict=True)
            if guess.role is not None and theirs.role is guess.role and other is not stack
        ]
        series_guesses.append(
            _series_guess(stack, guess.role, guess.reason, (*guess.rivals, *others) if counts else guess.rivals)
        )
    series_guesses = [replace(one, notes=note) for one, note in zip(series_guesses, _of_studies(stacks), strict=True)]
    damaged = [_damaged(f"damaged-{n + 1}", error) for n, error in enumerate(tree.damaged)]
    return [*series_guesses, *damaged, *(_unread(f"unread-{n + 1}", file) for n, file in enumerate(tree.unread))]


def _of_studies(stacks: Sequence[Stack]) -> list[tuple[str, ...]]:
    """A note a series, where the folder holds several studies or patients; numbers in the order of the series."""
    of = [(stack.header.study_uid, stack.header.patient_id) for stack in stacks]
    studies, patients = (list(dict.fromkeys(names)) for names in (of, (patient for _, patient in of)))
    if len(studies) < 2:
        return [()] * len(stacks)
    return [
        (
            f"study {studies.index(one) + 1} of {len(studies)}, patient {patients.index(one[1]) + 1} of "
            f"{len(patients)} in this folder: a study is read from a folder of its own",
        )
        for one in of
    ]


def _unused_series_note(stacks: Sequence[Stack], chosen: RoleAssignment) -> tuple[str, ...]:
    used = {key for stack, _ in chosen.values() for key in (stack.key, *stack.parts)}
    left = sum(stack.key not in used and not stack.parts for stack in stacks)
    return (f"{left} series without a role were left out",) if left else ()


def _frame_of_reference_note(chosen: RoleAssignment) -> tuple[str, ...]:
    """A sentence where the positions of series need not mean the same place in the patient."""
    roles: dict[str, list[str]] = defaultdict(list)
    for role, (stack, _) in chosen.items():
        if stack.header.frame_of_reference:
            roles[stack.header.frame_of_reference].append(role)
    if len(roles) < 2:
        return ()
    roles_by_frame = " and ".join(", ".join(sharing) for sharing in roles.values())
    return (f"{roles_by_frame} have frames of reference of their own: check that a lesion lies rightly on each",)


def _series(role: Role, stack: Stack, pixels: Sequence[Pixels], reason: str) -> Series:
    if stack.problem is not None or stack.grid is None:
        raise stack.problem or InputError(
            f"the series {stack.key} cannot be read", got="no volume", expected="a volume", remedy="leave it out"
        )
    grid = stack.grid
    unit = mapped_unit(stack) if role is Role.ADC else None
    scaling, scale_notes = scaling_of(stack, role, mapped=unit is not None)
    values = read_pixels(stack.volumes, pixels, scaling=scaling)
    if role is Role.DWI:
        stack, values, volume_notes = diffusion_volumes(stack, values)
        scale_notes += volume_notes
    data = values[..., 0] if values.shape[3] == 1 and role is not Role.DWI else values
    notes: tuple[str, ...] = (f"{role} is {stack.key}: {reason}", *scale_notes)
    if role is Role.ADC and data.ndim == 3:
        data, note = adc_in_um2_per_ms(data, stack, unit)
        notes += (note,)
    volume = Volume(data, grid, "um2_per_ms" if role is Role.ADC else "")
    if reason == CHOSEN:
        notes += role_contradictions(role, stack.acquisition)
    header = stack.header
    origin = "simulated" if header.simulated else "dicom"
    return Series(
        role=role,
        volume=volume,
        source=Source(
            origin,
            digest(volume),
            uid_digest(header.series_uid),
            uid_digest(header.frame_of_reference),
            patient_digest("dicom", header.patient_id),
        ),
        b_values=stack.b_values if role is Role.DWI else None,
        b_vectors=_b_vectors(stack) if role is Role.DWI else None,
        acquisition=stack.acquisition,
        notes=notes,
    )


def _b_vectors(stack: Stack) -> FloatArray | None:
    """(n, 3) unit vectors in RAS, None where no volume has a direction."""
    directions = [volume[0].diffusion.direction for volume in stack.volumes]
    if not any(directions):
        return None
    in_lps = np.array([direction or (0.0, 0.0, 0.0) for direction in directions])
    return np.asarray(in_lps @ LPS_TO_RAS[:3, :3]) + 0.0  # no −0.0


def _series_guess(stack: Stack, role: Role | None, reason: str, rivals: tuple[str, ...]) -> SeriesGuess:
    grid: Grid | None = stack.grid
    count = len(stack.volumes)
    return SeriesGuess(
        key=stack.key,
        description=stack.header.description,
        role=role,
        reason=reason,
        rivals=rivals,
        shape=None if grid is None else (*grid.shape, count) if count > 1 else grid.shape,
        spacing_mm=None if grid is None else grid.spacing,
        b_values=stack.b_values if stack.b_values and (role is Role.DWI or any(stack.b_values)) else None,
        manufacturer=stack.acquisition.manufacturer,
        unit=(mapped_unit(stack) or stack.written_unit or None) if role is Role.ADC else None,
        problem=None if stack.problem is None else str(stack.problem),
    )


def _damaged(key: str, error: InputError) -> SeriesGuess:
    return SeriesGuess(key=key, description="", role=None, reason="its header cannot be read", problem=str(error))


def _unread(key: str, file: UnreadFile) -> SeriesGuess:
    return SeriesGuess(key=key, description="", role=None, reason=f"not read: {file.reason}", problem=repr(file.name))


def _check_one_study(headers: Sequence[Header]) -> None:
    if not headers:
        raise InputError(
            "no DICOM image in this folder",
            got="no file with a DICOM image",
            expected="at least one series of MR images",
            remedy="give the folder that holds the study's files",
        )
    counts = Counter((header.study_uid, header.patient_id) for header in headers)
    if len(counts) > 1:
        listed = [f"{_short_digest(uid)} ({count} files)" for (uid, _), count in sorted(counts.items())]
        patients = len({patient for _, patient in counts})
        raise AmbiguityError(
            "several studies in one folder",
            got=f"{len(counts)} studies of {patients} patients: {', '.join(listed)}",
            expected="one study of one patient",
            remedy="give the folder of one study",
        )


def _case_id(headers: Sequence[Header], keep_identity: bool) -> str:
    if not keep_identity:
        return _short_digest(headers[0].study_uid)
    if not headers[0].patient_id.strip():
        raise InputError(
            "there is no identity to keep",
            got="a study without a patient's ID",
            expected="a Patient ID (0010,0020)",
            remedy="leave it out, or name the case with a case id",
        )
    return headers[0].patient_id


def _short_digest(uid: str) -> str:
    return hashlib.sha256(uid.encode()).hexdigest()[:12]
