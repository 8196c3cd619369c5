"""The series on which a lesion is seen best."""

from __future__ import annotations

import numpy as np

from pnst.reporting.plane import FieldOfView
from pnst.study import Lesion, Role, Series, Study

ANATOMICAL = (Role.T1, Role.T2_FS, Role.T2, Role.T1_POST, Role.WATER)


def best_seen(study: Study, lesion: Lesion) -> Series | None:
    """The anatomical series with the greatest contrast between a lesion and what lies beside it, of equals the first.

    None without an anatomical series that the lesion lies in.
    """
    contrasts = {role: _contrast(study.series[role], lesion) for role in ANATOMICAL if role in study.series}
    seen = {role: value for role, value in contrasts.items() if value is not None}
    return study.series[max(seen, key=seen.__getitem__)] if seen else None


def _contrast(series: Series, lesion: Lesion) -> float | None:
    """Difference of the medians over the mean width between the quartiles, on the lesion's largest slice."""
    axis = series.volume.grid.canonical().slice_axis
    field = FieldOfView.around(series.volume, lesion.mesh.vertices, axis, lesion)
    if field is None:
        return None
    image = field.plane.image(field.volume.data)
    known = np.isfinite(image)
    inside, beside = (image[part & known] for part in field.body(lesion.mesh.vertices))
    if not inside.size or not beside.size:
        return None
    (low, middle, high), (least, other, most) = (np.percentile(part, (25, 50, 75)) for part in (inside, beside))
    spread = (high - low + most - least) / 2
    return float(abs(middle - other) / spread) if spread > 0 else 0.0
