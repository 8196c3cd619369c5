"""Where things fall in a picture. Witnesses: closed forms and the invariance of the patient under storage order."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.image import Grid, Mask, Volume
from pnst.kernels.mesh import Mesh
from pnst.reporting.plane import FieldOfView, ImagePlane, letters, points_of, slice_of_max_area
from pnst.study import Lesion, Role

STORED = [((0, 1, 2), ()), ((2, 0, 1), (0,)), ((1, 2, 0), (1, 2)), ((0, 2, 1), (0, 1, 2))]


def stored(volume, axes, flips):
    """The same voxels in another storage order."""
    affine = np.eye(4)
    affine[:3, :3] = volume.grid.affine[:3, list(axes)]
    affine[:3, 3] = volume.grid.affine[:3, 3]
    data = volume.data.transpose(axes)
    for axis in flips:
        affine[:3, 3] += affine[:3, axis] * (data.shape[axis] - 1)
        affine[:3, axis] *= -1
    return Volume(np.flip(data, flips), Grid(data.shape, affine))


def octahedron(r):
    """|x| + |y| + |z| = r."""
    vertices = r * np.array([[1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1.0]])
    return Mesh(vertices, np.array([f for i in range(4) for f in ([i, (i + 1) % 4, 4], [(i + 1) % 4, i, 5])]))


@pytest.mark.parametrize(
    ("axis", "expected"), [(2, ("R", "L", "A", "P")), (1, ("R", "L", "S", "I")), (0, ("A", "P", "S", "I"))]
)
def test_a_picture_is_lettered_as_radiologists_hang_it(axis, expected):
    """Convention: the patient's right, or anterior, on the left; anterior, or superior, on top."""
    grid = Grid((7, 8, 9), np.diag([0.9, 1.1, 3.0, 1.0]))
    assert ImagePlane(grid, axis, 0).letters == expected


def test_a_tilted_axis_carries_two_letters_and_a_hardly_tilted_one_carries_one():
    """Closed form: direction (0, cos t, sin t)."""
    tilt = np.radians([10, 30, 60])
    assert [letters(np.array([0, np.cos(t), np.sin(t)])) for t in tilt] == ["A", "AS", "SA"]
    assert letters(np.array([-1.0, 0, 0])) == "L"


@pytest.mark.parametrize(("axes", "flips"), STORED)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_right_anterior_superior_corner_lies_top_left_however_it_is_stored(axes, flips, axis):
    data = np.zeros((7, 8, 9))
    data[6, 7, 8] = 1
    volume = stored(Volume(data, Grid((7, 8, 9), np.diag([0.9, 1.1, 3.0, 1.0]))), axes, flips).canonical()
    image = ImagePlane(volume.grid, axis, (6, 7, 8)[axis]).image(volume.data)
    assert image[0, 0] == 1
    assert image.sum() == 1


def test_a_voxel_centre_projects_to_the_middle_of_its_pixel():
    """Closed form, on a grid turned by 20°."""
    c, s = np.cos(np.radians(20)), np.sin(np.radians(20))
    affine = np.eye(4)
    affine[:3, :3] = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) * (0.9, 1.1, 3.0)
    plane = ImagePlane(Grid((7, 8, 9), affine), 2, 4)
    data = np.zeros((7, 8, 9))
    data[5, 2, 4] = 1
    rows, columns = plane.image(data).shape
    row, column = np.argwhere(plane.image(data))[0]
    left, right, bottom, top = plane.extent
    expected = (left + (column + 0.5) * (right - left) / columns, top + (row + 0.5) * (bottom - top) / rows)
    np.testing.assert_allclose(plane.project(plane.grid.to_world((5, 2, 4))), expected, atol=1e-9)
    assert (right - left, bottom - top) == pytest.approx((7 * 0.9, 8 * 1.1))


@pytest.mark.parametrize("height", [0.5, 3.0, 9.9])
def test_a_plane_cuts_an_octahedron_in_a_square(height):
    """Closed form: |x| + |y| = r − h, perimeter 4√2 (r − h)."""
    grid = Grid((7, 8, 9), np.diag([0.9, 1.1, height, 1.0]))
    segments = ImagePlane(grid, 2, 1).cut(octahedron(10.0))
    np.testing.assert_allclose(np.abs(segments).sum(axis=-1), 10 - height, atol=1e-9)
    length = np.linalg.norm(segments[:, 0] - segments[:, 1], axis=1).sum()
    assert length == pytest.approx(4 * np.sqrt(2) * (10 - height))


def test_a_plane_beside_a_mesh_cuts_nothing():
    grid = Grid((7, 8, 9), np.diag([0.9, 1.1, 10.5, 1.0]))
    assert ImagePlane(grid, 2, 1).cut(octahedron(10.0)).shape == (0, 2, 2)


@pytest.mark.parametrize(
    ("spacing", "axis"), [((0.5, 0.6, 4), 2), ((0.5, 4, 0.6), 1), ((4, 0.5, 0.6), 0), ((1.0, 1.02, 1.01), 2)]
)
def test_slices_run_across_the_longest_voxel_side_and_nearly_isotropic_images_are_shown_axially(spacing, axis):
    volume = Volume(np.zeros((7, 8, 9)), Grid((7, 8, 9), np.diag([*spacing, 1.0])))
    assert {stored(volume, *order).grid.canonical().slice_axis for order in STORED} == {axis}


def test_the_largest_slice_of_an_ellipsoid_is_its_middle_one(made):
    """Closed form: the centre is that of the grid, 15 slices."""
    assert slice_of_max_area(made.lesion.mask, 2) == 7


def test_an_empty_mask_has_no_largest_slice_and_no_points(made):
    empty = Mask(np.zeros(made.fine.shape, dtype=bool), made.fine)
    assert slice_of_max_area(empty, 2) is None
    assert points_of(empty).shape == (0, 3)


def test_a_field_is_square_and_holds_the_lesion_with_its_margin(made):
    volume = made.study.series["t1"].volume
    field = FieldOfView.around(volume, made.lesion.mesh.vertices, 2, made.lesion)
    left, right, bottom, top = field.window
    assert right - left == pytest.approx(bottom - top)
    seen = field.plane.project(made.lesion.mesh.vertices)
    room = np.array([seen.min(axis=0) - (left, top), (right, bottom) - seen.max(axis=0)])
    assert room.min() >= 15 - 1e-6


def test_a_lesion_outside_an_image_has_no_field_there(made):
    far = made.fine.affine.copy()
    far[:3, 3] += 500
    volume = Volume(np.zeros(made.fine.shape), Grid(made.fine.shape, far))
    assert FieldOfView.around(volume, made.lesion.mesh.vertices, 2, made.lesion) is None


def test_a_lesion_beside_the_voxels_but_within_the_margin_has_no_field(made):
    """The margin meets the image, the lesion does not."""
    near = made.fine.affine.copy()
    near[:3, 3] += near[:3, 0] / 0.9 * 61  # lesion's half-width 14 + half the image 43.2 < 61 < 43.2 + 14 + margin
    volume = Volume(np.zeros(made.fine.shape), Grid(made.fine.shape, near))
    lesion = Lesion("x", made.lesion.mask, "simulation")
    assert FieldOfView.around(volume, lesion.mesh.vertices, 2, lesion) is None


def test_another_slice_of_a_field_is_counted_in_the_whole_image(made):
    """Closed form: one slice on is one spacing deeper."""
    volume = made.study.series[Role.T1].volume
    field = FieldOfView.around(volume, made.lesion.mesh.vertices, 2, made.lesion)
    other = field.at(field.slice + 1)
    assert other.slice == field.slice + 1
    point = np.array([[6.0, -4.0, 9.0]])
    assert field.plane.depth_mm(point) - other.plane.depth_mm(point) == pytest.approx(4.0)
    for beyond in (field.box[2].start - 1, field.box[2].stop):
        with pytest.raises(IndexError):
            field.at(beyond)
