"""The grid that a file's header describes; what is wrong with it is told with the file's name."""

from __future__ import annotations

from pathlib import Path

from pnst.errors import GeometryError
from pnst.image import Grid
from pnst.io.image_bounds import plausible_grid
from pnst.typing import FloatArray


def grid_of_file(file: Path, shape: tuple[int, int, int], affine: FloatArray, unit: str = "") -> Grid:
    """The grid. Raises `GeometryError` as `plausible_grid` does, naming the file and the header's unit."""
    try:
        return plausible_grid(shape, affine)
    except GeometryError as error:
        written = f"; the header's unit of length is {unit}" if unit else ""
        raise GeometryError(
            f"{file.name!r} has no usable geometry",
            got=error.got + written,
            expected=error.expected,
            remedy="correct the header's unit of length" if unit else error.remedy,
        ) from error
