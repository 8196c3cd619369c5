"""Siemens mosaics: all slices of a volume as tiles of one image."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from pnst.errors import GeometryError
from pnst.io.dicom.csa import read_csa
from pnst.io.dicom.frame import Frame, FramePlane
from pnst.io.dicom.tags import Fields, integer, private, words

_CSA_NAMES = frozenset({"NumberOfImagesInMosaic", "SliceNormalVector"})


def is_mosaic(ds: Fields) -> bool:
    """Whether an image is a mosaic by its image type."""
    return "MOSAIC" in words(ds, 0x00080008)


def mosaic_frames(ds: Fields, whole: Frame) -> tuple[Frame, ...]:
    """Cut `whole`, the mosaic read as one frame, into a frame for each slice.

    The header gives the position of the mosaic's corner as if it were one large image round the first slice's centre
    (nibabel documentation, "Siemens mosaic format"). Raises `GeometryError` where the number of tiles, the spacing of
    slices or the plane is missing.
    """
    csa = _csa(ds)
    count = integer(ds, private(ds, 0x0019, "SIEMENS MR HEADER", 0x0A), "US") or _count(csa)
    plane = whole.plane
    if not count or count < 1 or plane is None or plane.step_mm is None:
        raise _unplaced(whole.name, "no number of tiles, plane or slice spacing")
    across = math.ceil(math.sqrt(count))
    rows, columns = whole.size[0] // across, whole.size[1] // across
    if rows < 1 or columns < 1:
        raise _unplaced(whole.name, f"{count} tiles in {whole.size[0]} × {whole.size[1]} voxels")
    row, column = np.array(plane.orientation[:3]), np.array(plane.orientation[3:])
    normal = _normal(csa, np.cross(row, column))
    first = np.array(plane.position)
    first = first + row * plane.spacing[1] * (whole.size[1] - columns) / 2
    first = first + column * plane.spacing[0] * (whole.size[0] - rows) / 2

    step = plane.step_mm * normal

    def tile(number: int) -> Frame:
        x, y, z = (first + number * step).tolist()
        return replace(
            whole,
            name=f"{whole.name} tile {number + 1}",
            corner=(number // across * rows, number % across * columns),
            size=(rows, columns),
            plane=FramePlane((x, y, z), plane.orientation, plane.spacing, plane.step_mm),
            instance=(whole.instance[0], number),
        )

    return tuple(tile(number) for number in range(count))


def _csa(ds: Fields) -> dict[str, tuple[str, ...]]:
    element = ds.get(private(ds, 0x0029, "SIEMENS CSA HEADER", 0x10))
    blob = element.value if element is not None else None
    return read_csa(blob, _CSA_NAMES) if isinstance(blob, bytes) else {}


def _count(csa: dict[str, tuple[str, ...]]) -> int | None:
    value = next(iter(csa.get("NumberOfImagesInMosaic", ())), "")
    return int(value) if value.isdigit() else None


def _normal(csa: dict[str, tuple[str, ...]], cross: np.ndarray) -> np.ndarray:
    """The direction in which tiles follow each other: the CSA's normal where it is one, else rows × columns."""
    try:
        written = np.array([float(v) for v in csa.get("SliceNormalVector", ())])
    except ValueError:
        return cross
    if written.shape == (3,) and abs(float(written @ cross)) > 0.99:
        return written
    return cross


def _unplaced(name: str, got: str) -> GeometryError:
    return GeometryError(
        f"the mosaic {name} cannot be cut into slices",
        got=got,
        expected="the number of tiles (0019,100A) or the Siemens CSA header, and the spacing between slices",
        remedy="export the series again with its private elements, or as enhanced or unpacked images",
    )
