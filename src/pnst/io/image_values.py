"""Whether voxels can be an image: a mask that is given as one, or an empty image, holds hardly any different values."""

from __future__ import annotations

import numpy as np

from pnst.errors import InputError
from pnst.typing import AnyArray, FloatArray

MIN_VALUES = 4
"""Different values of an image; a mask has two, with a second label three."""

_CHUNK = 1 << 20


def check_image_values(values: AnyArray, name: str) -> None:
    """Raise `InputError` for an image called `name` whose voxels have fewer than four different finite values.

    >>> check_image_values(np.arange(24.0).reshape(2, 3, 4), "t1")
    >>> check_image_values(np.arange(24.0).reshape(2, 3, 4) > 7, "t1")
    Traceback (most recent call last):
    pnst.errors.InputError: t1 is no image; got: 2 different values (0, 1); expected: at least 4; remedy: give the \
image itself; a mask belongs to the lesion or the masks, not to the series
    """
    different = _first_values(values)
    if len(different) < MIN_VALUES:
        listed = f" ({', '.join(f'{value:.6g}' for value in different)})" if len(different) else ""
        raise InputError(
            f"{name} is no image",
            got=f"{len(different)} different value{'' if len(different) == 1 else 's'}{listed}",
            expected=f"at least {MIN_VALUES}",
            remedy="give the image itself; a mask belongs to the lesion or the masks, not to the series",
        )


def _first_values(values: AnyArray) -> FloatArray:
    """All different finite values, or at least four of them."""
    different = np.empty(0)
    flat = np.ravel(values, order="K")
    for start in range(0, flat.size, _CHUNK):
        part = flat[start : start + _CHUNK]
        different = np.union1d(different, np.unique(part[np.isfinite(part)]).astype(np.float64))
        if len(different) >= MIN_VALUES:
            break
    return different
