"""Size against the closed form of a tilted ellipsoid, and what makes it doubtful."""

from __future__ import annotations

import numpy as np
import pytest

from bodies import ellipsoid, mask_of, oblique, tilted
from pnst.image import Mask
from pnst.study import Lesion, Study
from scenes import Scene
from without_intervals import measure


def test_size_of_a_tilted_ellipsoid():  # closed form: 2a, 4/3·πabc, Knud-Thomsen's area (1 %)
    spacing = (0.6, 0.7, 4.0)
    data = mask_of(ellipsoid(26, 18, 13), spacing, tilted((30, -25, 50)), (0.3, -0.4, 0.2), 26)
    size = measure(Study("x", {}), Lesion("a", Mask(data, oblique(data.shape, spacing)), "formula")).size
    p = 1.6075
    area = 4 * np.pi * (((26 * 18) ** p + (26 * 13) ** p + (18 * 13) ** p) / 3) ** (1 / p)
    assert size.longest_diameter_mm == pytest.approx(52, rel=0.01)
    assert size.volume_ml == pytest.approx(4 / 3 * np.pi * 26 * 18 * 13 / 1000, rel=0.01)
    assert size.surface_area_mm2 == pytest.approx(area, rel=0.02)
    assert (size.major_axis_mm, size.minor_axis_mm, size.least_axis_mm) == pytest.approx((52, 36, 26), rel=0.01)
    # The patient's axes: the grid is turned by (8, −12, 5)° against them and the body by (30, −25, 50)° against it.
    turn = tilted((8, -12, 5)) @ tilted((30, -25, 50))
    shape = turn @ np.diag(np.square((26.0, 18.0, 13.0))) @ turn.T
    assert size.craniocaudal_mm == pytest.approx(2 * np.sqrt(shape[2, 2]), rel=0.015)
    section = np.linalg.eigvalsh(np.linalg.inv(shape)[:2, :2])
    assert size.axial_diameter_mm == pytest.approx(2 / np.sqrt(section[0]), rel=0.02)
    assert size.axial_short_diameter_mm == pytest.approx(2 / np.sqrt(section[1]), rel=0.02)
    assert size.quality is None


def test_few_slices_and_a_cut_lesion_are_said():
    spacing = (0.6, 0.7, 4.0)
    data = mask_of(ellipsoid(9, 9, 9), spacing, np.eye(3), (0, 0, 0.2), 9)
    few = measure(Study("x", {}), Lesion("a", Mask(data, oblique(data.shape, spacing)), "formula")).size
    assert "5 slices" in few.quality or "4 slices" in few.quality
    half = data[data.shape[0] // 2 :]
    cut = measure(Study("x", {}), Lesion("a", Mask(half, oblique(half.shape, spacing)), "formula")).size
    assert "border" in cut.quality


def test_a_lesion_in_pieces_is_said():
    lesion = Scene().lesion()
    data = np.array(lesion.mask.data)
    data[2:6, 2:7, 2:5] = True
    size = measure(Study("x", {}), Lesion("two", Mask(data, lesion.mask.grid), "formula")).size
    assert "2 pieces that do not touch" in size.quality
    assert measure(Study("x", {}), lesion).size.quality is None
