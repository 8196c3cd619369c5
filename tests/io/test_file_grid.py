"""A grid's refusal names its file. Witness: the same affine given to `plausible_grid` itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pnst.errors import GeometryError
from pnst.image import Grid
from pnst.io.file_grid import grid_of_file
from pnst.io.image_bounds import plausible_grid

AFFINE = np.diag([0.7, 0.9, 4.0, 1.0])


def test_what_is_amiss_is_told_with_the_file_and_the_unit():
    assert grid_of_file(Path("x/a.nii"), (5, 6, 7), AFFINE).matches(Grid((5, 6, 7), AFFINE), 0.0)
    with pytest.raises(GeometryError) as own:
        plausible_grid((5, 6, 7), AFFINE * 1e-3 + np.diag([0, 0, 0, 0.999]))
    for unit in ("", "micrometres"):
        with pytest.raises(GeometryError, match=r"^'a\.nii' has no usable geometry") as named:
            grid_of_file(Path("x/a.nii"), (5, 6, 7), AFFINE * 1e-3 + np.diag([0, 0, 0, 0.999]), unit)
        assert named.value.got.startswith(own.value.got)
        assert unit in named.value.got
