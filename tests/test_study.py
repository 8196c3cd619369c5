"""`pnst.study`: series by role, and the lesion that travels between their grids."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings

from pnst.errors import AmbiguityError, InputError, PnstError
from pnst.image import Grid, Mask, Volume
from pnst.study import GRIDS_KEPT, Lesion, Role, Series, Source, Study
from strategies import ellipsoid_masks, orders, reordered

GRID = Grid((5, 7, 9), np.diag((0.6, -0.7, 4.0, 1.0)))
SOURCE = Source(format="simulated", digest="0" * 64)


def series(role: Role | None, volumes: int | None = None, **rest: object) -> Series:
    shape = GRID.shape if volumes is None else (*GRID.shape, volumes)
    return Series(role, Volume(np.zeros(shape, np.float32), GRID), SOURCE, **rest)


# --- Series and Study ---------------------------------------------------------------------------------------------


def test_diffusion_needs_one_b_value_for_each_volume():
    assert series(Role.DWI, 3, b_values=(0.0, 50.0, 800.0)).b_values == (0.0, 50.0, 800.0)
    for volumes, b_values in ((3, (0.0, 800.0)), (3, None), (None, (0.0,))):
        with pytest.raises(InputError, match="b-value"):
            series(Role.DWI, volumes, b_values=b_values)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DWI])
def test_several_volumes_are_no_other_role(role):
    series(role)
    with pytest.raises(InputError, match="several volumes"):
        series(role, 2)


def test_a_series_without_a_role_may_hold_anything():
    assert series(None, 2).role is None


def test_directions_are_copied_and_read_only():
    vectors = np.eye(3)
    kept = series(Role.DWI, 3, b_values=(0.0, 1.0, 2.0), b_vectors=vectors).b_vectors
    vectors[0, 0] = 7
    assert kept[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        kept[0, 0] = 2


def test_a_study_cannot_be_changed_behind_its_back():
    roles = {Role.T1: series(Role.T1)}
    study = Study("case", roles)
    roles.clear()
    assert list(study.series) == [Role.T1]
    with pytest.raises(TypeError):
        study.series[Role.T2] = series(Role.T2)
    with pytest.raises(TypeError):
        study.masks["edema"] = None


def test_a_series_under_another_role_is_a_bug():
    with pytest.raises(ValueError, match="role"):
        Study("case", {Role.T2: series(Role.T1)})


def test_roles_are_the_words_of_files_and_options():
    assert [str(role) for role in Role] == ["t1", "t1_post", "t2", "t2_fs", "dwi", "adc", "fat", "water"]
    with pytest.raises(ValueError, match="flair"):
        Role("flair")


def test_a_study_shows_itself_as_plain_html():
    html = Study("case", {Role.T1: series(Role.T1)})._repr_html_()
    assert ">t1</td>" in html
    assert "5 × 7 × 9" in html


# --- Lesion -------------------------------------------------------------------------------------------------------


def test_an_empty_mask_is_no_lesion():
    with pytest.raises(InputError, match="empty") as caught:
        Lesion("tumour", Mask(np.zeros(GRID.shape, bool), GRID), "test")
    assert all((caught.value.got, caught.value.expected, caught.value.remedy))


@given(ellipsoid_masks(), orders())
def test_on_its_own_grid_in_any_order_a_lesion_is_the_very_voxels(mask, order):
    """Invariant: no resampling happens where none is needed."""
    lesion, stored = Lesion("tumour", mask, "test"), reordered(mask, order)
    carried = lesion.mask_on(stored.grid)
    assert carried.grid is stored.grid
    np.testing.assert_array_equal(carried.data, stored.data)
    np.testing.assert_array_equal(lesion.mask_on(mask.grid).data, mask.data)


@settings(max_examples=25)
@given(ellipsoid_masks(), orders())
def test_on_another_grid_the_storage_order_of_either_changes_nothing(mask, order):
    """Invariant, to the last voxel: both are put in canonical order first."""
    step = np.diag((0.53, 0.57, 0.47, 1.0))
    step[:3, 3] = (0.1234, -0.2171, 0.3137)  # no voxel centre exactly on the surface, where rounding would decide
    fine = Grid(tuple(2 * n for n in mask.grid.shape), mask.grid.affine @ step)
    there = Lesion("tumour", mask, "test").mask_on(fine)
    again = Lesion("tumour", reordered(mask, order), "test").mask_on(fine)
    np.testing.assert_array_equal(there.data, again.data)
    turned = reordered(there, order)
    np.testing.assert_array_equal(Lesion("tumour", mask, "test").mask_on(turned.grid).data, turned.data)


@settings(max_examples=25)
@given(ellipsoid_masks(), orders(), orders())
def test_the_part_on_a_grid_is_what_the_whole_mask_holds(mask, order, other):
    """Invariant, on the lesion's own voxels and on others that cut it, stored in any order."""
    lesion = Lesion("tumour", reordered(mask, other), "test")
    step = np.diag((0.83, 1.07, 0.77, 1.0))
    step[:3, 3] = (3.1234, -0.2171, 0.3137)
    finer = Mask(np.zeros(mask.grid.shape, dtype=bool), Grid(mask.grid.shape, mask.grid.affine @ step))
    for grid in (mask.grid, reordered(mask, order).grid, reordered(finer, order).grid):
        whole, part = np.zeros(grid.shape, dtype=bool), lesion.part_on(grid)
        if part is not None:
            assert part[1].shape == whole[part[0]].shape
            whole[part[0]] = part[1]
        np.testing.assert_array_equal(whole, lesion.mask_on(grid).data)


@settings(max_examples=25)
@given(ellipsoid_masks(), orders())
def test_the_world_box_holds_voxels_and_surface(mask, order):  # brute force
    lesion = Lesion("tumour", reordered(mask, order), "test")
    points = np.concatenate([mask.grid.to_world(np.argwhere(mask.data)), lesion.mesh.vertices])
    low, high = lesion.world_box
    assert (low <= points.min(axis=0) + 1e-6).all()
    assert (high >= points.max(axis=0) - 1e-6).all()
    reach = 3 * max(mask.grid.spacing) + np.ptp(points, axis=0)  # no larger than it need be: corners of an oblique box
    assert (high - low <= 2 * reach.max()).all()


def ball(grid: Grid, centre: np.ndarray, radius: float) -> Mask:
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
    return Mask(np.linalg.norm(grid.to_world(index) - centre, axis=-1) <= radius, grid)


def tilted(shape: tuple[int, int, int], spacing: tuple[float, float, float], degrees: float) -> Grid:
    """A grid whose middle is the world's origin, turned about an axis that is none of its own."""
    angle, axis = np.deg2rad(degrees), np.array((2.0, 3.0, 6.0)) / 7
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    rotation = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    matrix = np.eye(4)
    matrix[:3, :3] = rotation * spacing
    matrix[:3, 3] = -matrix[:3, :3] @ ((np.asarray(shape) - 1) / 2)
    return Grid(shape, matrix)


def test_carried_onto_another_image_a_ball_stays_where_and_what_it_is():
    """Closed form: volume 4/3·π·r³ and centre, from 0.8 × 0.9 × 3 mm onto 1.5 × 1.2 × 2 mm voxels 25° apart."""
    centre, radius = np.array((3.0, -2.0, 4.0)), 15.0
    drawn = ball(tilted((60, 54, 18), (0.8, 0.9, 3.0), 10.0), centre, radius)
    there = Lesion("tumour", drawn, "test").mask_on(tilted((34, 42, 28), (1.5, 1.2, 2.0), 35.0))
    assert there.volume_mm3 == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.03)
    np.testing.assert_allclose(there.grid.to_world(np.argwhere(there.data)).mean(axis=0), centre, atol=0.3)


def test_an_image_beside_the_lesion_holds_none_of_it():
    drawn = ball(tilted((60, 54, 18), (0.8, 0.9, 3.0), 10.0), np.zeros(3), 15.0)
    elsewhere = np.array(tilted((20, 21, 22), (1.0, 1.1, 1.2), 0.0).affine)
    elsewhere[:3, 3] += 200
    assert not Lesion("tumour", drawn, "test").mask_on(Grid((20, 21, 22), elsewhere)).data.any()
    assert Lesion("tumour", drawn, "test").part_on(Grid((20, 21, 22), elsewhere)) is None


def test_the_parts_of_many_grids_are_not_all_kept():
    """Invariant: the same part each time; repetitions bring grids without end, and memory has one."""
    lesion = Lesion("tumour", ball(tilted((60, 54, 18), (0.8, 0.9, 3.0), 10.0), np.zeros(3), 15.0), "test")
    grids = [tilted((34, 42, 28), (1.5, 1.2, 2.0), float(degrees)) for degrees in range(GRIDS_KEPT + 3)]
    parts = [lesion.part_on(grid) for grid in grids]
    assert len(lesion._parts) <= GRIDS_KEPT
    assert lesion.part_on(grids[-1]) is parts[-1]
    for grid, (box, inside) in zip(grids, parts, strict=True):
        np.testing.assert_array_equal(inside, lesion.mask_on(grid).data[box])


def test_the_mesh_is_closed_outward_and_in_the_patient():
    """Closed form: the divergence theorem gives 4/3·π·r³ with the sign of an outward mesh; every edge has two sides."""
    grid = tilted((60, 54, 18), (0.8, 0.9, 3.0), 25.0)
    mesh = Lesion("tumour", ball(grid, np.array((3.0, -2.0, 4.0)), 15.0), "test").mesh
    a, b, c = mesh.vertices[mesh.faces].transpose(1, 0, 2)
    assert np.einsum("ij,ij->", a, np.cross(b, c)) / 6 == pytest.approx(4 / 3 * np.pi * 15.0**3, rel=0.03)
    edges = np.sort(mesh.faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()


# --- Errors -------------------------------------------------------------------------------------------------------


def test_errors_survive_the_way_between_worker_processes():
    error = AmbiguityError("two series could be T1", got="2", expected="1", remedy="--role t1=…")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is AmbiguityError
    assert str(again) == str(error)
    assert isinstance(again, PnstError)


def test_a_role_is_written_as_radiologists_write_it():
    assert [Role.T1.short, Role.T2_FS.short, Role.T1_POST.short] == ["T1", "T2 FS", "T1 POST"]
