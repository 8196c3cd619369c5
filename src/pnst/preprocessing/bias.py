"""`correct_bias`: the receiving coils' shading divided out of the anatomical series."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from pnst.errors import InputError, SettingError
from pnst.image import Volume
from pnst.preprocessing.itk import log_bias_field
from pnst.preprocessing.settings import BiasSettings
from pnst.study import Role, Series, Study
from pnst.typing import BoolArray, FloatArray

CORRECTED = (Role.T1, Role.T1_POST, Role.T2, Role.T2_FS)
"""Diffusion and ADC are ratios of images that the same coils took: shading cancels. So it does in fractions of fat and
water, unless each were given a field of its own."""

NOTHING_TO_CORRECT = f"correction of shading was asked for, and the study has none of {', '.join(CORRECTED)}"


def correct_bias(study: Study, roles: Collection[Role] | None = None, settings: BiasSettings | None = None) -> Study:
    """The study with its T1, T2 and contrast-enhanced series, or with `roles` of these, divided by the coils' field.

    N4 (Tustison, IEEE Trans Med Imaging 29:1310, 2010) on merged voxels of the body, its field evaluated at every
    voxel, held within its range in the body, and scaled to a geometric mean of 1 there: the images keep their scale.
    Diffusion, ADC, fat and water are never touched. `Series.bias_range` and `Series.notes` say what was divided out,
    or `Study.notes` that there was nothing to correct; voxels without a number stay so.

    Raises `InputError` for a role that the study lacks and a series that shows no body, `SettingError` for one that
    must not be corrected.

    A limb of one tissue, which shading makes brighter on one side:

    >>> import pnst
    >>> from pnst.study import Source
    >>> i, j, k = np.ogrid[-12:12, -10:10, -4:5]
    >>> limb = np.broadcast_to((i / 11) ** 2 + (j / 9) ** 2 < 1, (24, 20, 9))
    >>> shaded = np.where(limb, 300 * np.exp(0.02 * i), 0).astype(np.float32)
    >>> volume = pnst.Volume(shaded, pnst.Grid(shaded.shape, np.diag([4.0, 4.0, 6.0, 1.0])))
    >>> study = pnst.Study("A", {pnst.Role.T1: pnst.Series(pnst.Role.T1, volume, Source("simulated", ""))})
    >>> corrected = pnst.correct_bias(study).series["t1"].volume.data[limb]
    >>> round(float(shaded[limb].std() / 300), 2), bool(corrected.std() / 300 < 0.01)
    (0.11, True)
    """
    settings = settings or BiasSettings()
    wanted = [role for role in CORRECTED if role in study.series] if roles is None else list(roles)
    for role in wanted:
        _check(study, role)
    if not wanted:
        return replace(study, notes=(*study.notes, NOTHING_TO_CORRECT))
    return replace(
        study, series={**study.series, **{role: _corrected(study.series[role], settings) for role in wanted}}
    )


def _check(study: Study, role: Role) -> None:
    if role not in CORRECTED:
        raise SettingError(
            f"shading is not divided out of a {role} series",
            got=str(role),
            expected=", ".join(CORRECTED),
            remedy="leave it out: ratios of images of the same coils carry no shading",
        )
    if role not in study.series:
        raise InputError(
            f"the study has no {role} series to correct",
            got=f"series {', '.join(study.series) or 'none'}",
            expected=f"a {role} series",
            remedy="name series that are there",
        )


def _corrected(series: Series, settings: BiasSettings) -> Series:
    volume = series.volume
    data = np.nan_to_num(volume.data.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    body = data > settings.body_fraction * np.percentile(data, settings.bright_percentile)
    if np.count_nonzero(body) < settings.min_body_voxels:
        raise _no_body(series, settings)
    try:
        field = _centre_and_clip(log_bias_field(Volume(data, volume.grid), body, settings), body)
    except ValueError as error:
        raise _no_body(series, settings) from error
    spread = float(np.expm1(np.ptp(field[body])))
    note = f"{series.role}: shading of {spread:.0%} (brightest against darkest place of the body) was divided out by N4"
    corrected = Volume((volume.data / np.exp(field)).astype(np.float32), volume.grid, volume.unit)
    return replace(series, volume=corrected, notes=(*series.notes, note), bias_range=spread)


def _centre_and_clip(field: FloatArray, body: BoolArray) -> FloatArray:
    """A log field with a mean of 0 in the body, and no value that it does not have there."""
    inside = field[body]
    return np.asarray(np.clip(field, inside.min(), inside.max()) - np.float32(inside.mean(dtype=np.float64)))


def _no_body(series: Series, settings: BiasSettings) -> InputError:
    return InputError(
        f"the shading of the {series.role} series cannot be estimated",
        got="too few voxels, or voxels that are all alike",
        expected=f"an image of a body, of at least {settings.min_body_voxels} voxels",
        remedy="leave this series out, or do without --bias",
    )
