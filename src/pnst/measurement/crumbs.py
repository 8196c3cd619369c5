"""Crumbs of a mask: stray pieces too small to be part of the tumour, by a slip of the pen or a threshold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pnst.image import Mask
from pnst.measurement.settings import SizeSettings
from pnst.study import Lesion


def without_crumbs(lesion: Lesion, settings: SizeSettings) -> tuple[Lesion, float]:
    """The lesion less its crumbs, and their volume in ml; the lesion itself, and 0, where it has none.

    A crumb is a connected piece (26 neighbours) under `max_crumb_fraction` of the mask and under `max_crumb_ml`. The
    largest piece is never one.
    """
    import cc3d

    mask = lesion.mask
    box = mask.box()
    if box is None:
        raise ValueError("a lesion is not empty")
    labels = cc3d.connected_components(mask.data[box].astype(np.uint8), connectivity=26)
    sizes = np.bincount(labels.ravel())[1:]
    if len(sizes) < 2:
        return lesion, 0.0
    voxel_ml = mask.grid.voxel_volume_mm3 / 1000
    limit = min(settings.max_crumb_fraction * sizes.sum(), settings.max_crumb_ml / voxel_ml)
    crumb = sizes < limit
    crumb[sizes.argmax()] = False
    if not crumb.any():
        return lesion, 0.0
    kept = mask.data.copy()
    kept[box] &= ~np.append(False, crumb)[labels]
    return replace(lesion, mask=Mask(kept, mask.grid)), float(sizes[crumb].sum()) * voxel_ml
