"""The surface of a mask against the closed form of the body that it samples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from bodies import ellipsoid, fused, mask_of, star, tilted
from pnst.kernels.end_extrapolation import OUTSIDE
from pnst.kernels.hull import longest_diameter
from pnst.kernels.mesh import Mesh
from pnst.kernels.shape import irregularity, sphericity
from pnst.kernels.surface import level_set

CLINICAL = (0.6, 0.7, 4.0)


def surface(data: np.ndarray, spacing: tuple[float, float, float]) -> Mesh:
    mesh = level_set(data, spacing).mesh()
    return Mesh(mesh.vertices * spacing, mesh.faces)


@pytest.mark.parametrize("spacing", [CLINICAL, (4.0, 0.6, 0.7), (0.5, 0.6, 0.7), (0.9, 1.0, 5.0)])
@pytest.mark.parametrize("angles", [(0, 0, 0), (25, -40, 15), (70, 20, -35)])
def test_a_tilted_ellipsoid_keeps_its_volume_and_diameter(spacing, angles):  # closed form: 4/3·πabc, 2a
    data = mask_of(ellipsoid(21, 15, 12), spacing, tilted(angles), (0.3, -0.4, 0.2), 21)
    mesh = surface(data, spacing)
    assert mesh.volume_mm3 == pytest.approx(4 / 3 * np.pi * 21 * 15 * 12, rel=0.012)
    assert longest_diameter(mesh.vertices)[0] == pytest.approx(42, rel=0.015)
    assert irregularity(mesh) < 0.012


@pytest.mark.parametrize("phase", np.linspace(-0.5, 0.5, 7))
def test_a_small_ball_is_closed_at_the_right_height_in_any_slice_phase(phase):  # closed form; 16 mm in 4 mm slices
    mesh = surface(mask_of(ellipsoid(8, 8, 8), CLINICAL, np.eye(3), (0.1, 0.2, phase), 8), CLINICAL)
    height = mesh.vertices[:, 2].max() - mesh.vertices[:, 2].min()
    assert height == pytest.approx(16, abs=1.0)
    assert mesh.volume_mm3 == pytest.approx(4 / 3 * np.pi * 8**3, rel=0.03)


def test_the_steps_of_the_voxels_are_gone():  # a staircase of 4 mm slices has 12 % more area than the ball
    data = mask_of(ellipsoid(20, 20, 20), CLINICAL, np.eye(3), (0.2, 0.3, 0.1), 20)
    mesh = surface(data, CLINICAL)
    assert sphericity(mesh.volume_mm3, mesh.area_mm2) > 0.99


@pytest.mark.parametrize("spacing", [CLINICAL, (1.0, 1.1, 1.2)])
@pytest.mark.parametrize("body", [star(25, 4, 0.2), fused(14, 1.3)], ids=["star", "fused"])
def test_no_island_or_hole_appears_that_no_slice_shows(body, spacing):  # invariant: one closed surface, Euler number 2
    for n, angles in enumerate([(25, -40, 15), (80, 5, 60), (10, 50, 0), (45, 45, 45)]):
        mesh = surface(mask_of(body, spacing, tilted(angles), (0.1 * n, 0.3, -0.2), 34), spacing)
        used = np.unique(mesh.faces).size
        assert used - len(mesh.edges) + len(mesh.faces) == 2


def test_every_permutation_and_flip_gives_the_same_surface():  # invariant
    data = mask_of(star(15, 3, 0.15), CLINICAL, tilted(), (0.3, -0.4, 0.2), 18)
    straight = surface(data, CLINICAL).volume_mm3
    turned = surface(data.transpose(2, 0, 1), (CLINICAL[2], CLINICAL[0], CLINICAL[1])).volume_mm3
    assert turned == pytest.approx(straight, rel=1e-5)


@pytest.mark.parametrize("slices", [1, 2, 3, 5])
def test_a_flat_end_lies_half_a_slice_out(slices):  # closed form: a slab of n slices is n slices thick
    i, j = np.meshgrid(np.arange(60), np.arange(64), indexing="ij")
    disc = ((i - 30) * 0.6 / 13) ** 2 + ((j - 31) * 0.7 / 10) ** 2 < 1
    data = np.zeros((60, 64, slices + 4), dtype=bool)
    data[:, :, 2 : 2 + slices] = disc[..., None]
    assert surface(data, CLINICAL).volume_mm3 == pytest.approx(np.pi * 13 * 10 * 4 * slices, rel=0.12)


def test_one_voxel_is_a_body_within_it():  # edge of the domain: closed, inside its voxel, of a ball's order of size
    data = np.zeros((7, 8, 9), dtype=bool)
    data[3, 4, 5] = True
    mesh = surface(data, (1.0, 1.2, 3.0))
    assert (np.abs(mesh.vertices - np.array([3, 4.8, 15])) < (0.7, 0.8, 1.5)).all()
    assert 0.3 < mesh.volume_mm3 / (4 / 3 * np.pi * (1.2 / np.pi) ** 1.5) < 1.5


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("voxels", [1, 2, 4])
def test_a_thin_plate_in_nearly_even_voxels_keeps_its_thickness(axis, voxels):
    """Closed form: an elliptic plate of n voxels. A plate one voxel thick once read 1.4 to 1.9 times too thick."""
    spacing = np.array([0.9, 1.0, 1.1])
    sizes = [int(34 / s) + 7 for s in spacing]
    index = np.stack(np.meshgrid(*[np.arange(n) for n in sizes], indexing="ij"), axis=-1)
    points = (index - (np.array(sizes) - 1) / 2) * spacing
    flat = np.delete(points, axis, axis=-1)
    plate = ((flat / (13, 10)) ** 2).sum(axis=-1) < 1
    plate &= np.abs(index[..., axis] - 12 - (voxels - 1) / 2) < voxels / 2
    volume = surface(plate, tuple(spacing)).volume_mm3
    assert volume == pytest.approx(np.pi * 13 * 10 * voxels * spacing[axis], rel=0.12)


def test_inside_agrees_with_the_body_on_another_grid():  # closed form: a ball, on a finer oblique grid
    data = mask_of(ellipsoid(12, 12, 12), CLINICAL, np.eye(3), (0, 0, 0), 12)
    centre = (np.array(data.shape) - 1) / 2
    to_mask = np.eye(4)
    to_mask[:3, :3] = np.diag(1 / np.array(CLINICAL)) @ (tilted() * (0.9, 1.1, 1.3))
    shape = (37, 33, 29)
    to_mask[:3, 3] = centre - to_mask[:3, :3] @ ((np.array(shape) - 1) / 2)
    inside = level_set(data, CLINICAL).inside(shape, to_mask)
    assert inside.sum() * 0.9 * 1.1 * 1.3 == pytest.approx(4 / 3 * np.pi * 12**3, rel=0.02)
    assert not inside[0].any()
    assert not inside[:, -1].any()


@pytest.mark.parametrize("turn", [(0, 0, 0), (0, 0, 1e-6), (0, 0, 5)])
def test_levels_are_trilinear_values_of_the_samples(turn):  # another implementation, on a flipped and moved grid
    data = mask_of(ellipsoid(9, 7, 11), CLINICAL, tilted(), (0.1, 0.2, -0.3), 13)
    surface, shape, to_mask = level_set(data, CLINICAL), (41, 29, 17), np.eye(4)
    to_mask[:3, :3] = tilted(turn) @ np.diag((-0.83, 1.4, 0.61))
    to_mask[:3, 3] = (np.array(data.shape) - 1) / 2 - to_mask[:3, :3] @ ((np.array(shape) - 1) / 2)
    index = np.indices(shape).reshape(3, -1)
    points = (to_mask[:3, :3] @ index + to_mask[:3, 3:] - np.array(surface.origin)[:, None]) / np.array(surface.step)[
        :, None
    ]
    true = map_coordinates(surface.values, points, order=1, cval=OUTSIDE).reshape(shape)
    levels = surface.levels(shape, to_mask)
    assert (levels == OUTSIDE).any()  # the grid reaches beyond the samples
    off_border = ~(((levels == OUTSIDE) ^ (true == OUTSIDE)) & (true < 0))  # a rounding decides on the border itself
    assert np.abs(levels - true)[off_border].max() < 0.05
    assert ((levels > 0) == (true > 0)).all()


def test_levels_of_fine_turned_voxels_are_those_of_every_voxel():  # another implementation; in mm
    data = mask_of(ellipsoid(21, 15, 12), CLINICAL, tilted((10, 20, 5)), (0.3, -0.4, 0.2), 21)
    surface, shape, to_mask = level_set(data, CLINICAL), (340, 301, 7), np.eye(4)
    to_mask[:3, :3] = np.diag(1 / np.array(CLINICAL)) @ tilted((2, -3, 4)) @ np.diag((0.12, 0.15, 5.2))
    to_mask[:3, 3] = (np.array(data.shape) - 1) / 2 - to_mask[:3, :3] @ ((np.array(shape) - 1) / 2)
    index = to_mask[:3, :3] @ np.indices(shape).reshape(3, -1) + to_mask[:3, 3:]
    points = (index - np.array(surface.origin)[:, None]) / np.array(surface.step)[:, None]
    true = map_coordinates(surface.values, points, order=1, cval=OUTSIDE).reshape(shape)
    steps = np.array(surface.step) * CLINICAL
    slope = np.median(np.linalg.norm(np.gradient(surface.values, *steps), axis=0)[np.abs(surface.values) < 1])
    off = ((surface.levels(shape, to_mask) - true) / slope)[np.abs(true) < slope]
    assert 0 < np.abs(off).max() < 0.05
    assert off.std() < 0.01
