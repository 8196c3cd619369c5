"""The cord's own signal, its oedema and its edge, in small images whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.segmentation.cord_tissue import cord_edema, cord_level, inner_cord


def test_the_level_is_that_of_the_normal_part():  # closed form
    rng = np.random.default_rng(1)
    values = np.concatenate([rng.normal(300, 12, 4000), rng.normal(420, 12, 3000)])
    level = cord_level(values)
    assert level.mode == pytest.approx(300, abs=6)
    assert level.sd == pytest.approx(12, rel=0.3)
    few = cord_level(np.array([10.0, 10.0, 10.0, 50.0]))
    assert few.mode == 10


def body() -> tuple[np.ndarray, np.ndarray]:
    i, j, k = np.ogrid[-10:11, -9:10, 0:40]
    cord = (i**2 + j**2 < 49) & (k >= 0)
    lesion = (i**2 + j**2 + (k - 20) ** 2) < 9
    return cord, lesion


def test_the_inner_cord_is_off_both_edges():
    cord, lesion = body()
    inner = inner_cord(cord, lesion, (1.0, 1.1, 1.2), 1.0)
    assert inner[10, 9, 30]
    assert not inner[10, 9, 20]
    assert not inner[16, 9, 30]
    assert not (inner & ~cord).any()


def test_oedema_is_what_touches_the_lesion():
    cord, lesion = body()
    data = np.full(cord.shape, 100.0)
    data[:, :, 12:28], data[:, :, 35:38] = 160.0, 160.0  # the second lies apart
    inner = inner_cord(cord, lesion, (1.0, 1.1, 1.2), 1.0)
    edema = cord_edema(data, cord, lesion, inner, np.zeros_like(cord), 120.0)
    heights = np.flatnonzero(edema.whole.any(axis=(0, 1)))
    assert (heights[0], heights[-1]) == (12, 27)
    assert (edema.whole[:, :, 14] == cord[:, :, 14]).all()
    nothing = cord_edema(np.full(cord.shape, 100.0), cord, lesion, inner, np.zeros_like(cord), 120.0)
    assert not nothing.whole.any()
