"""Lesions and images that cannot be what they are taken for: an inverted mask, an empty image, a single slice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pnst.image import Mask
from pnst.kernels.box import faces
from pnst.measurement.series_view import SeriesViews
from pnst.measurement.settings import QualitySettings
from pnst.study import Lesion, Study


def implausible(study: Study, lesion: Lesion, views: SeriesViews) -> str | None:
    """Why no number of this lesion should be used; None where nothing speaks against it."""
    settings = views.settings.quality
    reasons = [*_of_the_mask(lesion.mask, settings), *_of_the_images(study, views)]
    return "; ".join(reasons) or None


def _of_the_mask(mask: Mask, settings: QualitySettings) -> Iterator[str]:
    data, axis = mask.data, mask.grid.slice_axis
    share = mask.count / data.size
    if all(face.any() for face in faces(data)):
        yield "the lesion touches every border of its image: an inverted mask, or one of the whole image"
    elif share > settings.max_fov_fraction:
        yield f"the lesion fills {share:.0%} of its image, more than what surrounds it"
    box = mask.box()
    if box is not None and box[axis].stop - box[axis].start == 1 and data.shape[axis] > 1:
        yield "the lesion lies in a single slice, which shows no volume"


def _of_the_images(study: Study, views: SeriesViews) -> Iterator[str]:
    """No series shows more than one value in and near the lesion."""
    flat, near_mm = [], views.settings.quality.contrast_mm
    for series in study.series.values():
        box = views.box(series, near_mm)
        if box is not None:
            near = series.volume.data[box]
            near = near[np.isfinite(near)]
            flat.append(near.size == 0 or near.min() == near.max())
    if flat and all(flat):
        yield "no image shows any contrast at the lesion"
