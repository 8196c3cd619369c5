"""Centre lines of tubes against closed forms: straight, tilted and along an arc of a circle, on oblique voxels."""

from __future__ import annotations

import numpy as np
import pytest

from bodies import tilted
from pnst.image import Mask
from pnst.kernels.centre_line import CentreLine, line_of_tube, line_through, section_offsets, sections
from strategies import reordered
from tubes import GRIDS, LORDOSIS, OBLIQUE, STRAIGHT, Bend, grid_round

MAX_OFF_MM = {"sagittal": 0.8, "axial": 0.15, "oblique": 0.15}
"""A quarter of a sagittal slice, of which four lie across the tube; a fifth of a pixel."""
BENDS = {"straight": STRAIGHT, "tilted": OBLIQUE, "arc": LORDOSIS}


def tube_line(bend: Bend, grid_name: str) -> tuple[CentreLine, np.ndarray, np.ndarray]:
    spacing, turn = GRIDS[grid_name]
    grid = grid_round(bend, spacing, turn)
    mask = bend.tube(grid, (7.0, 5.0))
    return line_of_tube(mask, grid.affine), mask, grid.affine


@pytest.mark.parametrize("bend", BENDS)
@pytest.mark.parametrize("grid_name", GRIDS)
def test_the_line_of_a_tube_is_its_own(bend, grid_name):  # closed form
    line, _, _ = tube_line(BENDS[bend], grid_name)
    arc, across = BENDS[bend].place(line.points)
    inner = np.abs(arc) < BENDS[bend].length_mm / 2 - 8  # the ends are cut obliquely by the voxels
    assert np.linalg.norm(across[inner], axis=1).max() < MAX_OFF_MM[grid_name]
    assert np.linalg.norm(across, axis=1).max() < MAX_OFF_MM[grid_name] + 0.2
    assert line.length_mm == pytest.approx(BENDS[bend].length_mm, abs=max(GRIDS[grid_name][0]))
    assert np.diff(arc).min() > 0  # it rises


@pytest.mark.parametrize("bend", BENDS)
@pytest.mark.parametrize("grid_name", GRIDS)
def test_the_sections_of_a_tube_have_its_area(bend, grid_name):  # closed form: π · 7 · 5
    line, mask, affine = tube_line(BENDS[bend], grid_name)
    arc = np.linspace(15, line.length_mm - 15, 30)
    area = np.nansum(sections(mask, affine, line, arc, 12.0, 0.5), axis=(1, 2)) * 0.25
    voxels = mask.sum() * abs(np.linalg.det(affine[:3, :3])) / BENDS[bend].length_mm  # 2 % off, in slices 5 % off
    assert area.mean() == pytest.approx(np.pi * 35, rel=0.05)
    assert area.mean() == pytest.approx(voxels, rel=0.01)
    assert area == pytest.approx(voxels, rel=0.07)


def test_points_find_their_place_along_and_across_an_arc():  # closed form
    line = line_through(LORDOSIS.at(np.linspace(-55, 55, 12)))
    rng = np.random.default_rng(0)
    along, beside = rng.uniform(-50, 50, 200), rng.uniform(-15, 15, (200, 2))
    feet, turned = LORDOSIS.at(along), LORDOSIS.turn
    angle = along / LORDOSIS.radius_mm
    inward = np.stack([0 * angle, np.cos(angle), -np.sin(angle)], axis=1) @ turned.T
    points = feet + beside[:, :1] * turned[:, 0] + beside[:, 1:] * inward
    arc, place = line.project(points)
    assert arc - line.length_mm / 2 == pytest.approx(along, abs=0.05)
    assert np.linalg.norm(place, axis=1) == pytest.approx(np.linalg.norm(beside, axis=1), abs=0.02)
    assert line.to_world(arc, place) == pytest.approx(points, abs=1e-3)


def test_the_frame_does_not_twist_and_starts_at_the_patients_right():
    """Invariant: along an arc of a circle the direction across its plane stays as it is; along a helix, whose own
    normal turns round, the frame turns only as far as the line's torsion asks for."""
    turn = tilted((0, 0, 3))
    bend = Bend(60.0, 150.0, turn, np.zeros(3))
    line = line_through(bend.at(np.linspace(-75, 75, 30)))
    assert line.frames[0, 0, 0] == pytest.approx(1, abs=5e-3)
    assert line.frames[:, :, 0] @ turn[:, 0] == pytest.approx(np.full(len(line.arc), line.frames[0, :, 0] @ turn[:, 0]))
    assert np.linalg.det(line.frames) == pytest.approx(np.ones(len(line.arc)))
    angle = np.linspace(0, 4 * np.pi, 200)
    helix = line_through(np.stack([10 * np.cos(angle), 10 * np.sin(angle), 8 * angle], axis=1))
    change = np.einsum("ni,ni->n", np.gradient(helix.frames[:, :, 0], helix.arc, axis=0), helix.frames[:, :, 1])
    assert np.abs(change[2:-2]).max() < 1e-3


def test_beyond_its_ends_a_line_goes_straight_on():  # closed form
    line = line_through(np.array([[0.0, 0, 0], [0, 0, 10.0]]))
    arc, beside = line.project(np.array([[3.0, -4.0, 14.0], [0.0, 2.0, -5.0]]))
    assert arc.tolist() == pytest.approx([14.0, -5.0])
    assert np.linalg.norm(beside, axis=1).tolist() == pytest.approx([5.0, 2.0])


def test_the_storage_of_the_voxels_does_not_matter():  # invariant
    spacing, turn = GRIDS["sagittal"]
    grid = grid_round(LORDOSIS, spacing, turn)
    mask = Mask(LORDOSIS.tube(grid, (7.0, 5.0)), grid)
    other = reordered(mask, ((2, 0, 1), (0, 2)))
    one, two = (line_of_tube(m.data, m.grid.affine) for m in (mask, other))
    assert two.length_mm == pytest.approx(one.length_mm, abs=1e-3)
    assert two.points == pytest.approx(one.points, abs=0.02)


def test_sections_beyond_the_image_are_unknown():
    line = line_through(np.array([[2.0, 2.0, 0.0], [2.0, 2.0, 8.0]]))
    across = sections(np.ones((5, 6, 9)), np.eye(4), line, np.array([4.0]), 3.0, 1.0)
    offsets = section_offsets(3.0, 1.0)
    x = 2.0 + offsets[..., 0] * line.frames[0, 0, 0]
    assert np.isnan(across[0])[np.abs(x - 2) > 2].all()
    assert across[0][3, 3] == 1


@pytest.mark.parametrize("points", [np.zeros((1, 3)), np.zeros((3, 3))])
def test_one_point_is_no_line(points):
    with pytest.raises(ValueError, match="two different points"):
        line_through(points)


def test_what_is_no_tube_is_refused():
    with pytest.raises(ValueError, match="empty"):
        line_of_tube(np.zeros((4, 5, 6), dtype=bool), np.eye(4))
    with pytest.raises(ValueError, match="not twice as long as it is wide"):
        line_of_tube(np.ones((14, 15, 9), dtype=bool), np.diag([1.0, 1.1, 0.9, 1.0]))


def test_a_gap_is_bridged():
    spacing, turn = GRIDS["oblique"]
    grid = grid_round(OBLIQUE, spacing, turn)
    arc, _ = OBLIQUE.place(grid.to_world(np.stack(np.indices(grid.shape), axis=-1)))
    mask = OBLIQUE.tube(grid, (7.0, 5.0)) & ~((arc > 0) & (arc < 25))
    line = line_of_tube(mask, grid.affine)
    _, across = OBLIQUE.place(line.points)
    assert np.linalg.norm(across, axis=1).max() < 1.0
    assert line.length_mm == pytest.approx(100, abs=1.6)
