"""True diffusion of uniform and two-shell spheres in closed form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.phantom.diffusion_truth import lowest_region_mean
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.tissue import TISSUES, Tissue
from simulated_tumours import BALL, oblique_grid, truth_of

D = TISSUES[Tissue.TUMOUR].d_um2_per_ms


def test_a_uniform_tumour_has_one_diffusion_everywhere() -> None:
    adc = truth_of(replace(BALL, d_um2_per_ms=1.1))["adc"]
    assert adc == {f"{name}_um2_per_ms": pytest.approx(1.1) for name in ("mean", "min", "dark", "mean_whole")}


def test_diffusion_of_two_shells_off_the_edge_of_the_diffusion_grid() -> None:
    core = TISSUES[Tissue.TARGET_CORE].d_um2_per_ms
    lesion = replace(BALL, target_core=0.7)
    adc = truth_of(lesion)["adc"]
    assert adc["mean_um2_per_ms"] == pytest.approx(D + 0.7**3 * (core - D), rel=1e-3)
    assert adc["mean_whole_um2_per_ms"] == pytest.approx(adc["mean_um2_per_ms"], rel=1e-3)
    assert adc["min_um2_per_ms"] == pytest.approx(core, rel=1e-6)  # a sphere of 10 mm fits into the core of 22 mm
    assert core <= adc["dark_um2_per_ms"] < core + 0.02
    eroded = truth_of(lesion, oblique_grid(1.8, 1.9, 5.0))["adc"]
    assert core < eroded["mean_um2_per_ms"] < adc["mean_um2_per_ms"] - 0.02
    assert eroded["mean_whole_um2_per_ms"] == adc["mean_whole_um2_per_ms"]


def test_a_small_core_is_diluted_in_the_least_sphere() -> None:
    core = TISSUES[Tissue.TARGET_CORE].d_um2_per_ms
    adc = truth_of(replace(BALL, target_core=0.2))["adc"]
    assert adc["min_um2_per_ms"] == pytest.approx(D + (3.2 / 5) ** 3 * (core - D), rel=0.01)


def test_so_small_a_tumour_keeps_its_edge() -> None:
    tiny = LesionSpec(radii_mm=(4, 4, 4), target_core=0.5)
    core = TISSUES[Tissue.TARGET_CORE].d_um2_per_ms
    assert truth_of(tiny, oblique_grid(2.0, 2.1, 5.0))["adc"]["mean_um2_per_ms"] == pytest.approx(
        D + 0.5**3 * (core - D), rel=3e-3
    )


def test_the_darkest_region_is_connected() -> None:
    values = np.full((12, 11, 10), 2.0)
    values[1:3, 1:3, 1:3] = 0.5  # 8 cells, too few alone
    values[7:11, 6:10, 5:9] = 1.0  # 64 cells
    assert lowest_region_mean(values, 20) == 1.0
    assert lowest_region_mean(values, 8) == 0.5
    values[1:3, 1:3, 7:9] = 0.6  # 8 more, apart from the first
    assert lowest_region_mean(values, 12) == 1.0
