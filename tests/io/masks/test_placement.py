"""Witness: masks placed by hand against a study; every refusal is shown, and its neighbour that passes."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import GeometryError, InputError
from pnst.image import Grid, Mask
from pnst.io.masks.placement import check_placement, grid_relation, undo_cropping
from pnst.study import Study


def box(grid: Grid) -> Mask:
    data = np.zeros(grid.shape, bool)
    data[tuple(slice(n // 3, n // 3 + max(2, n // 4)) for n in grid.shape)] = True
    return Mask(data, grid)


def permuted(grid: Grid) -> Grid:
    """The same voxels stored with axes k, i, j and i flipped."""
    affine = grid.affine.copy()
    affine[:3, 3] = grid.to_world((grid.shape[0] - 1, 0, 0))
    affine[:3, 0] *= -1
    order = [2, 0, 1]
    affine[:3, :3] = affine[:3, order]
    return Grid(tuple(grid.shape[a] for a in order), affine)


def test_the_verdict_tells_same_reoriented_cropped_and_own(oblique):
    grid = oblique()
    moved = grid.affine.copy()
    moved[:3, 3] += 1e-4
    part = (slice(3, 9), slice(2, 12), slice(1, 5))
    assert grid_relation(grid, grid) == "same grid as"
    assert grid_relation(Grid(grid.shape, moved), grid) == "same grid as"
    assert grid_relation(permuted(grid), grid) == "re-oriented to"
    assert grid_relation(grid.crop(part), grid) == "cropped from"
    assert grid_relation(permuted(grid).crop((slice(0, 5), slice(1, 7), slice(2, 9))), grid) == "cropped from"
    finer = oblique((46, 38, 11), (0.35, 0.45, 4.0))
    assert grid_relation(finer, grid) == "its surface carried from voxels of 0.35 × 0.45 × 4 mm onto"


def test_a_part_half_a_voxel_off_or_beyond_is_no_part(oblique):
    grid = oblique()
    part = grid.crop((slice(3, 9), slice(2, 12), slice(1, 5)))
    half = part.affine.copy()
    half[:3, 3] += 0.5 * part.affine[:3, 0]
    assert grid_relation(Grid(part.shape, half), grid).startswith("its surface carried")
    beyond = part.affine.copy()
    beyond[:3, 3] -= 5 * part.affine[:3, 0]
    assert grid_relation(Grid(part.shape, beyond), grid).startswith("its surface carried")


def test_a_mask_on_a_series_is_placed(oblique, study_of):
    grid, other = oblique(), oblique((31, 29, 13), (0.6, 0.8, 3.5))
    (note,) = check_placement(box(grid), study_of(t1=grid, t1_post=grid, t2_fs=other, water=other))
    carried = "its surface carried from voxels of 0.7 × 0.9 × 4 mm onto t2_fs (0.6 × 0.8 × 3.5 mm)"
    assert note == f"lesion mask: same grid as t1, t1_post; {carried}, water (0.6 × 0.8 × 3.5 mm)"


def noisy(grid: Grid, per_voxel: float, origin: float) -> Grid:
    """Rounded as programs round: each entry off by up to `per_voxel` mm, the origin by up to `origin`."""
    signs = np.array([[1, -1, 1], [-1, 1, 1], [1, 1, -1], [0, 0, 0]])
    return Grid(grid.shape, grid.affine + np.c_[signs * per_voxel, (*(signs[:3, 0] * origin), 0.0)])


@pytest.mark.parametrize("per_voxel", [0.0, 1e-5, 1e-4])
@pytest.mark.parametrize("turned", [False, True], ids=["as stored", "re-oriented"])
def test_an_affine_with_noise_is_that_of_its_image(oblique, study_of, per_voxel, turned):
    """Invariant: what headers round moves no voxel, and the image's own affine is taken; only then a note tells it."""
    grid = oblique()
    own = noisy(grid, per_voxel, 2e-4 if per_voxel else 0.0)
    own = permuted(own) if turned else own
    mask, study = box(own), study_of(t1=grid)
    notes, placed = check_placement(mask, study), undo_cropping(mask, study)
    assert notes[0] == f"lesion mask: {'re-oriented to' if turned else 'same grid as'} t1"
    assert (len(notes) == 2) == (per_voxel == 1e-4)
    assert notes[1:] == () or "placed by the affine of t1, 0.0" in notes[1]
    assert np.array_equal(placed.canonical().data, mask.canonical().data)
    assert placed.grid.canonical().matches(grid.canonical(), 0.0 if notes[1:] or not turned else 1e-3)


def test_the_nearest_of_two_images_places_a_mask(oblique, study_of):
    grid = oblique()
    near = noisy(grid, 1e-4, 2e-4)
    study = study_of(t1=near, t1_post=grid)
    assert len(check_placement(box(grid), study)) == 1
    assert undo_cropping(box(grid), study).grid.matches(grid, 0.0)


def test_a_tenth_of_a_voxel_is_no_rounding(oblique, study_of):
    grid = oblique()
    moved = grid.affine.copy()
    moved[:3, 3] += 0.1 * moved[:3, 0]
    (note,) = check_placement(box(Grid(grid.shape, moved)), study_of(t1=grid))
    assert "its surface carried" in note


@pytest.mark.parametrize("noise", [0.0, 1e-4])
def test_a_transposed_array_under_its_image_s_affine_is_refused(oblique, study_of, noise):
    """With noise as well: once refused by the affine's entries alone, and then for masks of the right shape too."""
    grid = oblique()
    ni, nj, nk = grid.shape
    with pytest.raises(GeometryError, match="affine of t1 but another shape"):
        check_placement(box(Grid((nj, ni, nk), noisy(grid, noise, noise).affine)), study_of(t1=grid))


def test_the_share_outside_each_series_is_said(oblique, study_of):
    grid = oblique()
    data = np.zeros(grid.shape, bool)
    data[4:8, 5:9, 2:6] = True
    half = grid.crop((slice(0, 23), slice(0, 19), slice(0, 4)))
    notes = check_placement(Mask(data, grid), study_of(t1=grid, t2_fs=half))
    assert notes[1:] == ("50.0% of the lesion mask lies outside t2_fs",)


def test_an_empty_mask_is_refused(oblique, study_of):
    grid = oblique()
    with pytest.raises(InputError, match="is empty"):
        check_placement(Mask(np.zeros(grid.shape, bool), grid), study_of(t1=grid))


def test_a_mask_that_misses_every_series_is_refused(oblique, study_of):
    grid = oblique()
    away = oblique(origin=(300.0, 34.0, -56.0))
    with pytest.raises(GeometryError, match="does not overlap any series"):
        check_placement(box(away), study_of(t1=grid))
    assert check_placement(box(away), study_of(t1=grid, t2_fs=away))[1:] == (
        "100.0% of the lesion mask lies outside t1",
    )
    with pytest.raises(GeometryError):
        check_placement(box(grid), Study("case", {}))


@pytest.mark.parametrize("shape", [(23, 19, 11), (24, 17, 12)], ids=["same shape", "own shape"])
@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, -1, 1)], ids=["nifti", "itk"])
def test_an_identity_affine_is_refused_although_it_overlaps(study_of, signs, shape):
    """The image lies round the origin, so that overlap alone would let the mask pass."""
    turned = np.array([[0.9, 0.2, 0, -9.0], [-0.19, 0.95, 0, -8.0], [0, 0, 4.0, -20.0], [0, 0, 0, 1]])
    turned[:3, 1] -= turned[:3, 0] * (turned[:3, 0] @ turned[:3, 1]) / (turned[:3, 0] @ turned[:3, 0])
    grid = Grid((23, 19, 11), turned)
    lost = Grid(shape, np.diag([*signs, 1.0]))
    with pytest.raises(GeometryError, match="has lost its place"):
        check_placement(box(lost), study_of(t1=grid))


def test_a_series_shape_with_its_origin_at_0_is_refused(oblique, study_of):
    grid = oblique(origin=(-3.0, 2.0, -9.0))
    lost = Grid(grid.shape, np.diag([0.7, 0.9, 4.0, 1.0]))
    with pytest.raises(GeometryError, match="has lost its place"):
        check_placement(box(lost), study_of(t1=grid))


def test_images_that_have_no_place_either_take_an_identity_mask(study_of):
    """Simulated images may start at 0: then the mask that does so too is at home."""
    grid = Grid((23, 19, 11), np.eye(4))
    assert check_placement(box(grid), study_of(t1=grid)) == ("lesion mask: same grid as t1",)
    moved = Grid((23, 19, 11), np.array([[1, 0, 0, 2.0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]))
    assert "same grid as t1" in check_placement(box(grid), study_of(t1=grid, t2_fs=moved))[0]
