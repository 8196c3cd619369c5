"""United Imaging's mosaics: all slices of a volume as tiles of one image, each described in a private sequence."""

from __future__ import annotations

import math
from dataclasses import replace

from pnst.errors import GeometryError
from pnst.io.dicom.classic import plane, slice_step
from pnst.io.dicom.frame import Frame
from pnst.io.dicom.tags import Fields, items, numbers, private, words

_CREATOR = "Image Private Header"


def is_uih_mosaic(ds: Fields) -> bool:
    """Whether an image is United Imaging's mosaic by its image type."""
    return "VFRAME" in words(ds, 0x00080008)


def uih_mosaic_frames(ds: Fields, whole: Frame) -> tuple[Frame, ...]:
    """Cut `whole`, the mosaic read as one frame, into a frame for each item of MR VFrame Sequence (0065,1051).

    Tiles go row by row, as many in a row as in Siemens' square mosaics, but without empty rows (20 slices are 5 columns
    and 4 rows, dcm2niix issue 225); each slice lies where its item says. Raises `GeometryError` where the sequence or a
    position is missing.
    """
    tile_items = items(ds, private(ds, 0x0065, _CREATOR, 0x51))
    across = math.ceil(math.sqrt(len(tile_items)))
    down = math.ceil(len(tile_items) / across) if tile_items else 0
    if not tile_items or whole.size[0] % down or whole.size[1] % across:
        raise _unplaced(
            whole.name, f"{len(tile_items)} descriptions of tiles in {whole.size[0]} × {whole.size[1]} voxels"
        )
    rows, columns = whole.size[0] // down, whole.size[1] // across
    tiles = []
    for number, item in enumerate(tile_items):
        orientation = numbers(item, 0x00200037) or numbers(ds, 0x00200037)
        spacing = numbers(item, 0x00280030) or numbers(ds, 0x00280030)
        place = plane(numbers(item, 0x00200032), orientation, spacing, slice_step(item) or slice_step(ds))
        if place is None:
            raise _unplaced(whole.name, f"tile {number + 1} without a position, orientation or voxel size")
        tiles.append(
            replace(
                whole,
                name=f"{whole.name} tile {number + 1}",
                corner=(number // across * rows, number % across * columns),
                size=(rows, columns),
                plane=place,
                instance=(whole.instance[0], number),
            )
        )
    return tuple(tiles)


def _unplaced(name: str, got: str) -> GeometryError:
    return GeometryError(
        f"the mosaic {name} cannot be cut into slices",
        got=got,
        expected="the position of each slice in MR VFrame Sequence (0065,1051)",
        remedy="export the series again with its private elements, or as enhanced or unpacked images",
    )
