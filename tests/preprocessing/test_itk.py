"""SimpleITK behind its door: voxels binned by hand, geometry that survives, information of an image with itself."""

from __future__ import annotations

import numpy as np
import pytest

from moved_patient import rigid_about
from pnst.image import Grid, Volume
from pnst.phantom.vector import rotation
from pnst.preprocessing.itk import bin_voxels, mutual_information, register_rigid


def oblique(shape: tuple[int, int, int], spacing: tuple[float, float, float], mirrored: bool = False) -> Grid:
    affine = np.eye(4)
    affine[:3, :3] = rotation((12.0, -20.0, 35.0)) * spacing
    affine[:3, 3] = (-40.0, 25.0, 110.0)
    if mirrored:
        affine[:3, 0] *= -1
    return Grid(shape, affine)


@pytest.mark.parametrize("mirrored", [False, True])
def test_binned_voxels_are_means_that_stay_in_place(mirrored):
    """By hand: 3 voxels along i, 2 along j, none along k fit into 3.1 mm; a linear image keeps its values."""
    grid = oblique((12, 8, 5), (1.0, 1.5, 4.0), mirrored)
    image = np.fromfunction(lambda i, j, k: 2 * i + 3 * j - k, grid.shape)
    binned = bin_voxels(Volume(image, grid), 3.1)
    assert binned.data.shape == (4, 4, 5)
    assert binned.grid.spacing == pytest.approx((3.0, 3.0, 4.0))
    assert binned.data == pytest.approx(image.reshape(4, 3, 4, 2, 5).mean(axis=(1, 3)))
    assert grid.to_index(binned.grid.affine[:3, 3]) == pytest.approx((1, 0.5, 0))


def test_coarse_voxels_are_left_as_they_are():
    volume = Volume(np.zeros((5, 6, 7), dtype=np.float32), oblique((5, 6, 7), (3.0, 3.5, 4.0)))
    assert bin_voxels(volume, 3.0) is volume


def blobs(grid: Grid) -> Volume:
    """Three Gaussian blobs of different size and brightness."""
    points = grid.to_world(np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1))
    middle = grid.to_world((np.array(grid.shape) - 1) / 2)
    offsets = {(-9.0, 4.0, 0.0): (100, 6), (8.0, -6.0, 5.0): (60, 4), (2.0, 8.0, -9.0): (150, 8)}
    image = sum(
        height * np.exp(-(((points - middle - offset) / sigma) ** 2).sum(axis=-1) / 2)
        for offset, (height, sigma) in offsets.items()
    )
    return Volume(np.asarray(image, dtype=np.float32), grid)


def test_a_rigid_motion_comes_back():
    """Witness: the motion by which the image's affine was changed."""
    still = blobs(oblique((30, 28, 22), (1.6, 1.7, 2.0)))
    motion = rigid_about(still.grid, np.array((2.0, -1.5, 1.0)), rotation((2.0, -3.0, 1.0)))
    moved = Volume(still.data, Grid(still.grid.shape, motion @ still.grid.affine))
    estimate = register_rigid(still, moved, np.eye(4), 32, 50_000)
    corners = still.grid.corners()
    wrong, none = (
        np.linalg.norm(corners @ (matrix - motion)[:3, :3].T + (matrix - motion)[:3, 3], axis=1).max()
        for matrix in (estimate, np.eye(4))
    )
    assert wrong < 1.0
    assert none > 4.0
    assert mutual_information(still, moved, motion, 32) > mutual_information(still, moved, np.eye(4), 32) + 0.1


def test_images_with_nothing_in_common_are_refused():
    still = blobs(oblique((14, 12, 10), (1.6, 1.7, 2.0)))
    far = np.eye(4)
    far[:3, 3] = 900
    with pytest.raises(ValueError, match="nothing in common"):
        mutual_information(still, still, far, 32)
