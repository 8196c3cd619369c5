"""The gradients of diffusion beside a NIfTI file: b-values in `.bval`, directions in `.bvec` (FSL's formats)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from pnst.errors import InputError
from pnst.image import Grid
from pnst.regular_file import read_regular
from pnst.typing import BoolArray, FloatArray

MAX_BYTES = 1 << 22
MAX_B = 1e5
"""s/mm²: more is another unit (s/m²), or no b-value."""
MIN_GREATEST_B = 10.0
"""s/mm²: where none is greater, but some are above 0, the unit is another one (ms/µm²)."""
MAX_UNDIRECTED_B = 50.0
"""s/mm²: below it a volume needs no direction, and an impossible one means none."""
MAX_COMPONENT = 5.0
"""Of a direction, whose length may be another than 1; scanners write 10 where there is none."""


def read_b_values(file: Path, count: int) -> tuple[float, ...]:
    """The b-values (s/mm²) of a `.bval` file, in a row or a column, one for each of `count` volumes.

    Raises `InputError` where they are missing, not numbers, negative, in another unit, or not `count`.
    """
    values = _table(file, f"{count} b-values in s/mm², one for each volume").ravel()
    if len(values) != count:
        raise _unusable(file, f"{_counted(len(values), 'b-value')} for {_counted(count, 'volume')}", "one a volume")
    if values.min() < 0 or values.max() > MAX_B or 0 < values.max() < MIN_GREATEST_B:
        raise _unusable(
            file,
            f"b-values from {values.min():g} to {values.max():g}",
            f"s/mm²: none below 0 or above {MAX_B:g}, the greatest at least {MIN_GREATEST_B:g}",
        )
    return tuple(float(b) for b in values)


def read_b_vectors(file: Path, grid: Grid, b_values: tuple[float, ...]) -> FloatArray:
    """The directions of a `.bvec` file as (n, 3) unit vectors in RAS, one a b-value; rows of 0 where there is none.

    FSL counts directions along the image's axes, with the first one flipped when the affine's determinant is
    positive (FDT user guide, "bvecs"). Volumes without a direction are also marked by numbers that no direction has
    (10 10 10). Raises `InputError` for other than 3 × n numbers, and for such numbers at a b-value that needs one.
    """
    count = len(b_values)
    table = _table(file, f"3 × {count} numbers, a direction for each volume")
    if table.shape == (count, 3) and count != 3:
        table = table.T
    if table.shape != (3, count):
        got = f"{table.shape[0]} × {table.shape[1]} numbers for {_counted(count, 'volume')}"
        raise _unusable(file, got, f"3 × {count}")
    vectors = table.T.copy()
    none = _without_direction(vectors)
    if (none & (np.asarray(b_values) > MAX_UNDIRECTED_B)).any():
        got = f"{np.count_nonzero(none)} directions with numbers above {MAX_COMPONENT:g}"
        raise _unusable(file, got, "unit vectors (0 0 0 where there is no direction)")
    vectors[none] = 0.0
    return from_fsl(vectors, grid)


def from_fsl(vectors: FloatArray, grid: Grid) -> FloatArray:
    """(n, 3) directions along FSL's image axes → unit vectors in RAS."""
    return _unit(vectors * _fsl_signs(grid) @ grid.directions.T)


def to_fsl(vectors: FloatArray, grid: Grid) -> FloatArray:
    """(n, 3) directions in RAS → unit vectors along FSL's image axes; undoes `from_fsl`."""
    return np.asarray(_unit(vectors @ np.linalg.inv(grid.directions).T) * _fsl_signs(grid)) + 0.0  # no −0.0


def _without_direction(vectors: FloatArray) -> BoolArray:
    return np.asarray(np.abs(vectors).max(axis=1) > MAX_COMPONENT)


def _fsl_signs(grid: Grid) -> FloatArray:
    return np.array([-1.0 if np.linalg.det(grid.affine[:3, :3]) > 0 else 1.0, 1.0, 1.0])


def _unit(vectors: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    zeros = np.zeros(vectors.shape)
    return np.asarray(np.divide(vectors, lengths, out=zeros, where=lengths > 0))


def _table(file: Path, expected: str) -> FloatArray:
    """The numbers in lines, between blanks, tabulators, commas or semicolons; brackets round them are left out."""
    try:
        text = _text(read_regular(file, MAX_BYTES))
        lines = [line for line in text.splitlines() if line.strip(" \t,;[]")]
        table = np.array([[float(word) for word in re.findall(r"[^\s,;\[\]]+", line)] for line in lines])
    except FileNotFoundError as error:
        raise _unusable(file, "no such file", expected) from error
    except OSError as error:
        raise _unusable(file, error.strerror or "a file that cannot be opened", expected) from error
    except ValueError as error:
        raise _unusable(file, "words that are no numbers, or lines of different lengths", expected) from error
    if table.ndim != 2 or not np.isfinite(table).all():
        raise _unusable(file, "no numbers" if table.size == 0 else "numbers that are not finite", expected)
    return table


def _text(content: bytes) -> str:
    """As editors and spreadsheets save it: UTF-8 or, by its byte order mark, UTF-16."""
    return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _unusable(file: Path, got: str, expected: str) -> InputError:
    return InputError(
        f"cannot use {file.name!r}",
        got=got,
        expected=expected,
        remedy="convert the images again (dcm2niix writes these files), or correct the file",
    )
