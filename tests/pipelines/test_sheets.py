"""The slices that a reader is shown. Witness: a mask whose slices are counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

import pnst
from pipeline_scripts import script_of
from scenes import Scene


@pytest.fixture(scope="module")
def recipe():
    return script_of("tcia_soft_tissue_sarcoma", "sheets")


def test_axial_slices_run_from_one_below_the_lesion_to_one_above(recipe):
    inside = np.zeros((9, 11, 30), dtype=bool)
    inside[2:8, 3:10, 4:25] = True
    chosen = list(recipe.cuts(inside))
    axial = [number for axis, number in chosen if axis == 2]
    assert len(axial) == recipe.AXIAL
    assert (axial[0], axial[1], axial[-2], axial[-1]) == (3, 4, 24, 25)
    assert [cut for cut in chosen if cut[0] != 2] == [(0, 3), (0, 5), (1, 5), (1, 6)]


def test_a_lesion_that_fills_its_image_and_a_thin_one_are_cut_where_there_is_image(recipe):
    whole = np.ones((3, 4, 5), dtype=bool)
    assert sorted({number for axis, number in recipe.cuts(whole) if axis == 2}) == [0, 1, 2, 3, 4]
    thin = np.zeros((3, 4, 5), dtype=bool)
    thin[1, 2, 3] = True
    assert [number for axis, number in recipe.cuts(thin) if axis == 2] == [2, 3, 4]


@pytest.mark.parametrize("rings", [False, True])
def test_two_sheets_of_a_series_are_drawn(recipe, tmp_path, rings):
    scene = Scene(radius=9, limb=24, reach=34, spacing=(1.3, 1.5, 3.0))
    recipe.draw_case("A", scene.study().series[pnst.Role.T1], scene.lesion(), tmp_path, rings)
    sizes = {file.name: file.stat().st_size for file in tmp_path.iterdir()}
    assert sizes.keys() == {"A_t1_plain.png", "A_t1_outline.png"}
    assert sizes["A_t1_outline.png"] > sizes["A_t1_plain.png"]
