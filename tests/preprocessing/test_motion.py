"""The size of a motion and the share of a grid, in closed form; legs that come back from other starts."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from bodies import tilted
from moved_patient import rigid_about
from pnst.image import Grid, Volume
from pnst.preprocessing.motion import estimate_motion, overlap_fraction, shift_and_rotation
from pnst.preprocessing.settings import AlignmentSettings


@pytest.mark.parametrize("angle", [0.0, 1e-7, 0.3, 5.0, 90.0, 179.0])
def test_the_size_of_a_motion(angle):
    """Witness: the motion that was put in, small angles too."""
    grid = Grid(
        (9, 14, 5), np.block([[tilted() * (1.1, 0.9, 4.0), np.array([[30.0], [-20], [7]])], [np.zeros((1, 3)), 1]])
    )
    turn = Rotation.from_rotvec(np.array((2.0, -1.0, 2.0)) / 3 * angle, degrees=True).as_matrix()
    shift, rotation = shift_and_rotation(rigid_about(grid, np.array((2.0, -3.0, 6.0)), turn), grid)
    assert shift == pytest.approx(7)
    assert rotation == pytest.approx(angle, rel=1e-6, abs=1e-10)


def test_overlap_is_a_share_of_the_moving_grid():
    """Witness: two grids of which one ends in the middle of the other."""
    whole = Grid((11, 8, 17), np.diag((1.5, 2.0, 3.0, 1.0)))
    half = whole.crop((slice(None), slice(None), slice(8)))
    assert overlap_fraction(half, whole) == 1
    assert overlap_fraction(whole, half) == pytest.approx(4 / 9)


@pytest.mark.slow
def test_the_legs_come_back_from_other_starts(shared_data):
    """Real diffusion against real Dixon water, whose header has no tilt though both were acquired alike."""
    import nibabel

    folder = shared_data / "leg_dwi_t2_dixon"
    dwi, water = (nibabel.load(folder / f"{name}.nii.gz") for name in ("DTIdata", "water"))
    moving = Volume(np.asarray(dwi.dataobj[..., 0], dtype=np.float32), Grid(dwi.shape[:3], dwi.affine))
    still = Volume(np.asarray(water.dataobj, dtype=np.float32), Grid(water.shape, water.affine))
    rng = np.random.default_rng(0)
    motions = []
    for _ in range(3):
        shift, turn = (
            size * step / np.linalg.norm(step) for size, step in zip((5, 3), rng.normal(size=(2, 3)), strict=True)
        )
        start = rigid_about(moving.grid, shift, Rotation.from_rotvec(turn, degrees=True).as_matrix())
        motions.append(estimate_motion(moving, still, AlignmentSettings(), start).matrix)
    for one, other in pairwise(motions):
        shift, turn = shift_and_rotation(np.linalg.inv(one) @ other, moving.grid)
        assert shift < 1.5
        assert turn < 0.5
    tilt = np.eye(4)
    for motion, low, high in ((np.eye(4), 9.0, 11.0), (motions[0], 0.0, 1.5)):
        tilt[:3, :3] = motion[:3, :3] @ moving.grid.canonical().directions @ still.grid.canonical().directions.T
        assert low < shift_and_rotation(tilt, still.grid)[1] < high
