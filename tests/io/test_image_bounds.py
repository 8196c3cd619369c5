"""Bounds of an image of a person. Witness: sizes on either side of each bound."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import GeometryError
from pnst.image import Grid
from pnst.io.image_bounds import plausible_grid


def affine(columns: np.ndarray, origin: tuple[float, float, float] = (5.0, -7.0, 11.0)) -> np.ndarray:
    out = np.eye(4)
    out[:3, :3] = columns
    out[:3, 3] = origin
    return out


@pytest.mark.parametrize(
    ("shape", "sides", "origin", "got"),
    [
        ((320, 320, 20), (0.5e-3, 0.5e-3, 4e-3), 0, "voxels of 0.0005 × 0.0005 × 0.004 mm"),
        ((5, 7, 9), (1e-12, 0.7, 4.0), 0, "voxels of 1e-12 × 0.7 × 4 mm"),
        ((5, 7, 9), (0.6, 0.049, 4.0), 0, "0.049"),
        ((5, 7, 9), (4.0, 20.1, 20.1), 0, "voxels of 4 × 20.1 × 20.1 mm"),
        ((5, 7, 1), (0.6, 0.7, 1e6), 0, "3 × 4.9 × 1e+06 mm in voxels of 0.6 × 0.7 × 1e+06 mm"),
        ((5, 7, 501), (0.6, 0.7, 5.0), 0, "2505 mm"),
        ((5, 7, 9), (1e200, 1e200, 1e200), 0, "voxel lengths"),
        ((5, 7, 9), (0.6, 0.7, 4.0), 1e30, "an origin 1e+30 mm away"),
        ((5, 7, 9), (0.6, 0.7, 4.0), -10001, "an origin 1e+04 mm away"),
        ((512, 513, 512), (0.6, 0.7, 4.0), 0, "134479872 voxels"),
    ],
)
def test_what_no_image_of_a_person_measures_is_refused(shape, sides, origin, got):
    with pytest.raises(GeometryError) as refusal:
        plausible_grid(shape, affine(np.diag(sides), (0.0, origin, 0.0)))
    assert got in refusal.value.got


@pytest.mark.parametrize(
    ("shape", "sides"),
    [((1200, 300, 7), (2.0, 1.0, 6.0)), ((9, 7, 5), (0.05, 0.06, 4)), ((5, 3, 7), (20.0, 200.0, 20.0))],
)
def test_a_whole_body_a_microscopic_image_and_a_sparse_localiser_pass(shape, sides):
    assert plausible_grid(shape, affine(np.diag(sides), (1500.0, 0.0, 0.0))).spacing == pytest.approx(sides)


def test_a_grid_that_is_no_image_from_a_file_may_have_any_scale():
    assert Grid((9, 7, 5), affine(np.diag((0.017, 0.017, 0.018)), (0.0, 0.0, 0.0))).spacing[0] == pytest.approx(0.017)
