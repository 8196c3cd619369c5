"""`align`: series moved to where the anatomical one shows the same tissue. Affines change, voxels never."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import get_args

import numpy as np

from pnst.errors import InputError, SettingError
from pnst.image import Mask, Volume
from pnst.preprocessing.motion import RigidMotion, estimate_motion, overlap_fraction
from pnst.preprocessing.settings import AlignmentSettings, Which
from pnst.study import Alignment, Lesion, Role, Series, Study
from pnst.typing import FloatArray

REFERENCES = (Role.T2_FS, Role.T2, Role.T1_POST, Role.T1)
"""What may be aligned with, the likest to b = 0 (fat-suppressed, weighted by T2) first."""
NO_GAIN = "a motion makes them hardly more alike"
ALREADY_MM, ALREADY_DEG = 1.0, 1.0
"""A motion below these that gains nothing is none: the series are aligned already."""

ACQUISITIONS: dict[Role, tuple[Role, ...]] = {Role.DWI: (Role.ADC,), Role.WATER: (Role.FAT,)}
"""The series that come out of another's acquisition, and move with it where they lie on its voxels."""

UNSURE_ON_T1 = "T1 alone shows too little of what diffusion shows: asked for as the reference, it is made"
"""Why a diffusion series stays that only T1 without contrast could be compared with: along a limb that looks alike from
slice to slice the shift found was wrong by 2.3 to 3.6 mm (`benchmarks/preprocessing.py motions`)."""

NOTHING_TO_ALIGN = "alignment was asked for, and there was no series to compare with another"


def align(
    study: Study,
    which: Which = "diffusion",
    reference: Role | str | None = None,
    settings: AlignmentSettings | None = None,
    lesions: Sequence[Lesion] = (),
) -> Study:
    """The study with its diffusion series, or with all series, moved rigidly onto the anatomical one.

    The mean of the lowest b-value's volumes (of another series, its voxels) is compared with `reference`: the first
    of t2_fs, t2, t1_post and t1 that shows the same part of the body. With t1 alone a diffusion series is compared and
    not moved, unless t1 is named as the reference: it is too unsure. An ADC map on the voxels of the diffusion series
    moves with it, fat with water. Only affines change, and directions of diffusion gradients turn with them. What was
    found is in `Series.alignment` and `Series.notes`; a motion that is implausible (> 20 mm, > 15°) or gains
    no similarity is said, and not made. A series that one of `lesions` or of
    the study's masks was drawn on stays where it is, or it would leave its outline. Where all series or a `reference`
    are asked for and there is nothing to compare, `Study.notes` says so.

    The distortion of echo-planar images is no rigid motion: it remains, and the similarity says how well the rest fits.
    Equal images give equal numbers. Raises `InputError` when the study lacks `reference`, `SettingError` when that is
    no anatomical series or `which` is unknown.

    A diffusion series of the same body, stored 4 mm further along x:

    >>> import pnst
    >>> from pnst.study import Source
    >>> i, j, k = np.ogrid[-16:16, -14:14, -6:6]
    >>> limb, ball = i**2 + j**2 < 150, (i - 4) ** 2 + (j + 3) ** 2 + 4 * k**2 < 30
    >>> image = (200 * limb + 300 * ball).astype(np.float32)
    >>> grid = pnst.Grid(image.shape, np.diag([3.0, 3.0, 5.0, 1.0]))
    >>> beside = pnst.Grid(image.shape, grid.affine + [[0, 0, 0, 4], [0] * 4, [0] * 4, [0] * 4])
    >>> source = Source("simulated", "")
    >>> t2_fs = pnst.Series(pnst.Role.T2_FS, pnst.Volume(image, grid), source)
    >>> weighted = pnst.Volume(np.stack([image, image / 3], axis=-1), beside)
    >>> dwi = pnst.Series(pnst.Role.DWI, weighted, source, b_values=(0.0, 800.0))
    >>> aligned = pnst.align(pnst.Study("A", {series.role: series for series in (t2_fs, dwi)})).series["dwi"]
    >>> round(aligned.alignment.shift_mm, 1), round(float(aligned.volume.grid.affine[0, 3]), 1)
    (4.0, 0.0)
    """
    settings = settings or AlignmentSettings()
    _check_which(which, reference)
    reference = None if reference is None else _checked_reference(study, reference)
    masks = [*(lesion.mask for lesion in lesions), *study.masks.values()]
    drawn_on = {role for role in (_drawn_on(study, mask) for mask in masks) if role is not None}
    changed = dict(study.series)
    idle = which == "all" or reference is not None
    for role in _moving(study, which):
        series = study.series[role]
        still = reference or _reference(study, which, role, drawn_on, settings)
        if still is role:
            continue
        idle = False
        if still is None:
            changed[role] = replace(series, notes=(*series.notes, f"{role}: not aligned: no anatomical series"))
            continue
        motion = estimate_motion(
            compared_volume(series, settings.lowest_b_within), study.series[still].volume, settings
        )
        group = [role, *_followers(study, role)]
        result = _alignment(motion, still, bool(drawn_on & set(group)), settings)
        if result.accepted and role is Role.DWI and still is Role.T1 and reference is None:
            result = replace(result, accepted=False, reason=UNSURE_ON_T1)
        for member in group:
            changed[member] = _moved(study.series[member], result, motion.matrix)
    return replace(study, series=changed, notes=(*study.notes, NOTHING_TO_ALIGN) if idle else study.notes)


def _check_which(which: Which, reference: Role | str | None) -> None:
    if which not in get_args(Which):
        raise SettingError(
            "these series cannot be aligned",
            got=str(which),
            expected="none, diffusion or all",
            remedy="name one of them",
        )
    if which == "none" and reference is not None:
        raise SettingError(
            "a reference to align nothing with",
            got=f"none, and the reference {reference}",
            expected="diffusion or all, or no reference",
            remedy="leave one of them out",
        )


def _checked_reference(study: Study, reference: Role | str) -> Role:
    """The role of that name, which the study has, and which others may be aligned with."""
    if reference not in REFERENCES:
        raise SettingError(
            "this series cannot be aligned with",
            got=str(reference),
            expected=f"an anatomical series: {', '.join(REFERENCES)}",
            remedy="name one of them, or none",
        )
    if reference not in study.series:
        raise InputError(
            f"the study has no {reference} series to align with",
            got=f"series {', '.join(study.series) or 'none'}",
            expected=f"a {reference} series",
            remedy="name another reference, or none",
        )
    return Role(reference)


def _moving(study: Study, which: Which) -> list[Role]:
    """The series that are compared themselves; an ADC map shows nothing that an anatomical image does."""
    if which == "none":
        return []
    wanted = (Role.DWI,) if which == "diffusion" else (Role.DWI, *REFERENCES, Role.WATER, Role.FAT)
    led = {follower for role in ACQUISITIONS for follower in _followers(study, role)}
    return [role for role in wanted if role in study.series and role not in led]


def _followers(study: Study, leader: Role) -> list[Role]:
    """The series that lie on the voxels of the one that they come from."""
    if leader not in study.series:
        return []
    grid = study.series[leader].volume.grid
    return [
        role
        for role in ACQUISITIONS.get(leader, ())
        if role in study.series and grid.canonical().box_of(study.series[role].volume.grid.canonical()) is not None
    ]


def _drawn_on(study: Study, mask: Mask) -> Role | None:
    """The series on whose voxels a mask lies, an anatomical one before others; None when it has voxels of its own."""
    inner = mask.grid.canonical()
    every: tuple[Role, ...] = (*REFERENCES, *Role)
    for role in every:
        if role in study.series and study.series[role].volume.grid.canonical().box_of(inner) is not None:
            return role
    return None


def _reference(
    study: Study, which: Which, moving: Role, drawn_on: Collection[Role], settings: AlignmentSettings
) -> Role | None:
    """The series that stays: where all move, the one that the lesion was drawn on, else the likest to b = 0."""
    present = [role for role in REFERENCES if role in study.series]
    if which == "all":
        return next((role for role in present if role in drawn_on), next(iter(present), None))
    grid = study.series[moving].volume.grid
    shared = {role: overlap_fraction(grid, study.series[role].volume.grid) for role in present}
    full = [role for role in present if shared[role] >= settings.full_overlap_fraction]
    return full[0] if full else max(present, key=shared.__getitem__, default=None)


def compared_volume(series: Series, lowest_b_within: float) -> Volume:
    """What is compared: the mean of the volumes of the lowest b-value, or the series itself."""
    volume = series.volume
    if series.b_values is None or volume.data.ndim == 3:
        return volume
    low = np.asarray(series.b_values) <= min(series.b_values) + lowest_b_within
    return Volume(volume.data[..., low].mean(axis=-1, dtype=np.float32), volume.grid)


def _alignment(motion: RigidMotion, reference: Role, drawn_on: bool, settings: AlignmentSettings) -> Alignment:
    """The motion as it is reported, with the reason not to make it where there is one."""
    gain = motion.similarity_after - motion.similarity_before
    reason = motion.failure
    if reason is None and (
        motion.shift_mm > settings.largest_shift_mm or motion.rotation_deg > settings.largest_rotation_deg
    ):
        reason = f"more than {settings.largest_shift_mm:g} mm or {settings.largest_rotation_deg:g}° is implausible"
    elif reason is None and gain < settings.least_gain_nats:
        reason = NO_GAIN
    elif reason is None and drawn_on:
        reason = "something was drawn on this series, and would be left behind"
    return Alignment(
        reference,
        motion.shift_mm,
        motion.rotation_deg,
        motion.similarity_before,
        motion.similarity_after,
        accepted=reason is None,
        reason=reason,
        already=reason == NO_GAIN and motion.shift_mm < ALREADY_MM and motion.rotation_deg < ALREADY_DEG,
    )


def _moved(series: Series, result: Alignment, matrix: FloatArray) -> Series:
    """The series with what was found, moved where that was accepted."""
    noted = replace(series, alignment=result, notes=(*series.notes, f"{series.role}: {result}"))
    if not result.accepted:
        return noted
    result = replace(result, former_grid=series.volume.grid)
    grid = replace(series.volume.grid, affine=matrix @ series.volume.grid.affine)
    vectors = None if series.b_vectors is None else series.b_vectors @ matrix[:3, :3].T
    return replace(noted, volume=replace(series.volume, grid=grid), b_vectors=vectors, alignment=result)
