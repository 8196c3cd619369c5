"""What the viewer of a report shows of a lesion: its surroundings on each series, and what was measured."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from gzip import compress
from itertools import product

import numpy as np

from pnst.errors import PnstError
from pnst.image import Grid, Mask, Volume
from pnst.io.nifti.read import nifti_bytes
from pnst.measurement.measurements import Measurements
from pnst.reporting.best_seen import best_seen
from pnst.reporting.figures import REGIONS
from pnst.reporting.page_viewer import ViewerImage
from pnst.reporting.shown_images import ShownImage, image_layer, overlay_layers
from pnst.reporting.structure_pictures import COLOURS
from pnst.reporting.vocabulary import as_words
from pnst.study import Lesion, Study
from pnst.typing import FloatArray

MARGIN_MM = 15.0
LEVELS, WIDER = 255, 2.0
"""An image is kept in so many grey levels, up to this many times as bright as what is shown white at first."""
LEVEL = 1
"""Of gzip: images of noise hardly get smaller by a higher one."""
NAMELESS = "#bbbbbb"
"""The colour of a mask that has none of its own."""
MOST_VOXELS = 3_000_000
"""Of one image; of a larger one every second voxel in the plane is kept."""


def page_images(study: Study, lesion: Lesion, m: Measurements) -> tuple[ViewerImage, ...]:
    """Each series round the lesion, then the regions, the lesion, and the study's masks, each on its own voxels."""
    regions = map(_overlay, overlay_layers(lesion, m, None))
    return (*_images(study, lesion), *regions, *_structures(study, lesion))


def _structures(study: Study, lesion: Lesion) -> Iterator[ViewerImage]:
    """The masks that were given, as far as they lie round the lesion; what was measured of one is a region already."""
    for name, mask in study.masks.items():
        box = mask.grid.box_around(_corners(lesion))
        near = mask if box is None else mask.crop(box)
        if name not in REGIONS and near.data.any():
            _, colour = COLOURS.get(name, ("", NAMELESS))
            yield ViewerImage(as_words(name), _packed(near), 0.0, 1.0, colour, first_shown=False)


def _corners(lesion: Lesion) -> FloatArray:
    """(8, 3): RAS mm of the box within the margin of the lesion."""
    low, high = lesion.mesh.vertices.min(axis=0) - MARGIN_MM, lesion.mesh.vertices.max(axis=0) + MARGIN_MM
    return np.array(list(product(*zip(low, high, strict=True))))


def _images(study: Study, lesion: Lesion) -> Iterator[ViewerImage]:
    best = best_seen(study, lesion)
    for role in sorted(study.series, key=lambda role: best is None or role is not best.role):  # the best first
        try:
            layer = image_layer(study, lesion, role, MARGIN_MM)
        except PnstError:  # the lesion lies outside it
            continue
        yield _image(layer)


def _image(layer: ShownImage) -> ViewerImage:
    """In grey levels: a picture to look at, where no value is read off."""
    assert isinstance(layer.image, Volume)  # noqa: S101  # of a series
    low, high = layer.limits or (0.0, 1.0)
    part = _thinned(layer.image)
    levels = np.clip((np.nan_to_num(part.data, nan=low) - low) * (LEVELS / WIDER / (high - low)), 0, LEVELS)
    shown = Volume(np.rint(levels).astype(np.float32), part.grid, part.unit)
    return ViewerImage(layer.title, _packed(shown), 0.0, LEVELS / WIDER)


def _thinned(image: Volume) -> Volume:
    canonical = image.canonical()
    if canonical.data.size <= MOST_VOXELS:
        return image
    i, j, k = (slice(None) if axis == canonical.grid.slice_axis else slice(None, None, 2) for axis in range(3))
    steps = np.diag([1.0 if axis == canonical.grid.slice_axis else 2.0 for axis in range(3)] + [1.0])
    data = canonical.data[i, j, k]
    return Volume(data, Grid(data.shape, canonical.grid.affine @ steps), image.unit)


def _overlay(layer: ShownImage) -> ViewerImage:
    low, high = layer.limits or (0.0, 1.0)
    if isinstance(layer.image, Mask):
        return ViewerImage(layer.title, _packed(layer.image), low, high, layer.colour or "", is_lesion=layer.is_lesion)
    scaled = np.rint(1000 * np.nan_to_num(layer.image.data)).astype(np.float32)  # whole numbers take half the room
    return ViewerImage(
        layer.title, _packed(Volume(scaled, layer.image.grid)), 1000 * low, 1000 * high, is_map=layer.is_map
    )


def _packed(image: Volume | Mask) -> str:
    return b64encode(compress(nifti_bytes(image), LEVEL, mtime=0)).decode("ascii")
