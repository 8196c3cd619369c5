"""Which series of a study is shown, and where in it the lesion lies."""

from __future__ import annotations

from pnst.errors import InputError
from pnst.reporting.best_seen import best_seen
from pnst.reporting.plane import FieldOfView
from pnst.study import Lesion, Role, Series, Study
from pnst.typing import FloatArray


def shown_series(study: Study, lesion: Lesion, role: Role | str | None) -> Series:
    """The series of a role; None: the one the lesion is seen best on, else the first. `InputError` without any."""
    every = study.series.values()
    if role is None:
        series = best_seen(study, lesion) or next(iter(every), None)
    else:
        series = next((one for one in every if one.role == role), None)
    if series is None:
        raise InputError(
            "the study has no such series to show",
            got=f"role {str(role)!r}",
            expected=", ".join(study.series) or "a study with images",
            remedy="name one of its roles (role=), or read the study with roles={…}",
        )
    return series


def shown_field(series: Series, lesion: Lesion, points: FloatArray, axis: int | None = None) -> FieldOfView:
    """The field round RAS points (n, 3), where the lesion is largest across a canonical axis; None: across the slices.

    Raises `InputError` where the series does not show the lesion.
    """
    volume = series.volume
    axis = volume.grid.canonical().slice_axis if axis is None else axis
    field = FieldOfView.around(volume, points, axis, lesion)
    if field is None:
        raise InputError(
            f"lesion {lesion.label!r} does not lie in the {series.role} series",
            got="no voxel of the series inside the lesion",
            expected="a series that shows the lesion",
            remedy="choose another role (role=)",
        )
    return field
