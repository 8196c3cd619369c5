"""The reader who draws prompts on a mask, and the tables of cross-validation. Torch is not needed, nor installed."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pnst.image import Grid
from pnst.segmentation.prompt import Line, Point

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "pipelines" / "train_segmentation"))
from contrast import augmented
from folds import fold_of
from reader import Reader, any_prompt, shaky
from report import dice_table, left_out_prediction, moved_words

GRID = Grid((64, 56, 18), np.array([[1.0, 0, 0, -30], [0, 1.1, 0, 12], [0, 0, 4.0, 50], [0, 0, 0, 1]]))
CENTRE = GRID.to_world((31, 27, 9))


def ellipsoid(semi_axes=(24.0, 13.0, 22.0)) -> np.ndarray:
    index = np.stack(np.meshgrid(*[np.arange(n) for n in GRID.shape], indexing="ij"), axis=-1)
    return (((GRID.to_world(index) - CENTRE) / semi_axes) ** 2).sum(axis=-1) < 1


def test_a_reader_draws_the_axes_of_an_ellipsoid():
    """Closed form: 2a and 2b in the greatest slice to a voxel, and the extent of its slices."""
    line = Reader(ellipsoid(), GRID).one()
    a, b = np.array(line.short_axis)
    assert line.length_mm == pytest.approx(48, abs=1.5)
    assert np.linalg.norm(a - b) == pytest.approx(26, abs=1.5)
    assert abs((a - b) @ (np.array(line.p_ras_mm) - line.q_ras_mm)) / (48 * 26) < 0.05
    assert line.craniocaudal_mm == pytest.approx((CENTRE[2] - 22, CENTRE[2] + 22), abs=4)


def test_tilted_slices_have_the_extent_of_the_lesion_not_of_their_corner():
    """Closed form: the same ellipsoid in slices tilted by 7°."""
    tilt = np.radians(7)
    turn = np.array([[np.cos(tilt), 0, np.sin(tilt)], [0, 1, 0], [-np.sin(tilt), 0, np.cos(tilt)]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ GRID.affine[:3, :3]
    affine[:3, 3] = CENTRE - affine[:3, :3] @ (31, 27, 9)
    grid = Grid(GRID.shape, affine)
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
    inside = (((grid.to_world(index) - CENTRE) / (24.0, 13.0, 22.0)) ** 2).sum(axis=-1) < 1
    assert Reader(inside, grid).extent_mm == pytest.approx((CENTRE[2] - 22, CENTRE[2] + 22), abs=4)


def test_a_shaky_hand_stays_within_its_reach_and_moves():
    line = Reader(ellipsoid(), GRID).one()
    rng = np.random.default_rng(0)
    moves = [np.subtract(shaky(rng, line, 5.0).p_ras_mm, line.p_ras_mm) for _ in range(200)]
    assert np.linalg.norm(moves, axis=1).max() <= 5
    assert np.linalg.norm(moves, axis=1).mean() > 2.5
    assert np.abs(moves)[:, 2].max() == 0
    assert np.abs(np.subtract(shaky(rng, line, 5.0, dims=3).p_ras_mm, line.p_ras_mm))[2] > 0


def test_prompts_for_training_hold_what_the_types_demand():
    reader, rng = Reader(ellipsoid(), GRID), np.random.default_rng(1)
    prompts = [any_prompt(rng, reader) for _ in range(60)]
    assert all(isinstance(prompt[0], Line) for prompt in prompts)
    assert any(isinstance(one, Point) for prompt in prompts for one in prompt)
    assert max(sum(isinstance(one, Line) for one in prompt) for prompt in prompts) > 1
    exact = any_prompt(np.random.default_rng(2), reader, exact=True)[0]
    assert min(abs(exact.length_mm - line.length_mm) for line in reader.lines.values()) < 1e-6


def test_no_patient_is_in_two_folds_and_each_is_left_out_once():
    folds = fold_of([f"STS_{n:03d}" for n in range(22)], 11)
    assert sorted(folds.values()) == sorted(list(range(11)) * 2)
    assert folds == fold_of([f"STS_{n:03d}" for n in reversed(range(22))], 11)


def test_another_contrast_keeps_what_the_prompt_says_and_what_is_not_seen():
    """Invariant: mirrors alone move depth and target, together; where there is no image nothing is shown."""
    rng = np.random.default_rng(3)
    shown = rng.normal(size=(4, 8, 6, 4)).astype(np.float32)
    shown[1] = rng.uniform(size=(8, 6, 4)) > 0.3
    target = (shown[2] > 0).astype(np.float32)
    for _ in range(20):
        x, y = augmented(rng, shown, target)
        assert ((x[2] > 0) == (y > 0)).all()
        assert (x[0][x[1] == 0] == 0).all()
        assert np.sort(x[2], axis=None) == pytest.approx(np.sort(shown[2], axis=None))


def rows() -> pd.DataFrame:
    """Twelve cases whose Dice is what was expected, less 0.05 and what was assumed; the body's is 0.03 lower."""
    expected, assumed = np.linspace(0.7, 0.95, 12), np.tile([0, 2, 1], 4)
    dice = expected - 0.05 - 0.02 * assumed
    return pd.DataFrame(
        {
            "case": [f"c{n}" for n in range(12)],
            "kind": "line",
            "draw": 0,
            "dice": dice,
            "body_dice": dice - 0.03,
            "expected": expected,
            "from_body": np.linspace(0.9, 0.8, 12) ** 2,
            "assumed": assumed,
            "ml": 100.0,
            "body_ml": 90.0,
        }
    )


def test_the_table_says_gain_and_who_lost():
    table = dice_table(rows())
    assert "| +0.030 (+0.030 to +0.030) | 0 of 12 | 0.000 |" in table


def test_a_dice_is_predicted_from_the_other_cases():
    """Closed form: where the Dice is linear in the signs, each is predicted to rounding."""
    assert left_out_prediction(rows()).to_numpy() == pytest.approx(rows()["dice"].to_numpy(), abs=1e-6)


def test_moved_lines_change_the_volume_by_their_quantiles():
    moved = rows().assign(kind="moved line", ml=[110.0] * 6 + [96.0] * 6)
    words = moved_words(pd.concat([rows(), moved]))
    assert "7.0 % (median) and 10.0 % (90th percentile) for the segmentation" in words
    assert moved_words(rows()) == ""
