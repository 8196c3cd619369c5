"""Witnesses: closed forms on spheres and long ellipsoids. (Irregular tumours are counted in `test_brute_force`.)"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pnst.image import Grid
from pnst.phantom.geometry import moments
from pnst.phantom.inclusion import Inclusion
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.surface import sample
from pnst.phantom.tissue import TISSUES, Tissue
from pnst.phantom.truth import edge_truth, interior_truth
from simulated_tumours import scene_of


def edge_of(lesion: LesionSpec) -> dict[str, Any]:
    scene = scene_of(lesion, reach_mm=36.0)
    return edge_truth(scene, sample(scene.shape, 0.5))


def interior_of(lesion: LesionSpec) -> dict[str, dict[str, Any]]:
    scene = scene_of(lesion, reach_mm=36.0)
    surface = sample(scene.shape, 0.5)
    return interior_truth(scene, surface, moments(scene.shape, surface), {})


SPHERE = LesionSpec(radii_mm=(16, 16, 16))


def test_half_the_surface_indistinct() -> None:
    truth = edge_of(replace(SPHERE, edge_sigma_mm=2.5, indistinct_cap_deg=90, indistinct_axis=(0.3, 1, -0.2)))
    assert truth["ill_defined_fraction"] == pytest.approx(0.5, abs=0.005)
    assert truth["ill_defined"] is True


def test_edge_width_all_round_is_2_563_sigma_and_indistinct_only_above_4_mm() -> None:
    for sigma, share in ((1.5, 0.0), (1.6, 1.0)):
        truth = edge_of(replace(SPHERE, edge_sigma_mm=sigma))
        assert truth["edge_width_mm"] == pytest.approx(2.563 * sigma)
        assert truth["ill_defined_fraction"] == share


def test_the_edge_is_that_of_the_part_which_the_voxels_can_show() -> None:
    """Closed form: on a sphere area goes by height z. A cap of 60° ends at z = 0.5, and slices of 4 mm hide z² above
    (16 · 4 / 2.563² − 0.6²) ÷ (4² − 0.6²) = 0.60; another series in even voxels shows all.
    """
    tumour = replace(SPHERE, edge_sigma_mm=2.5, indistinct_cap_deg=60, indistinct_axis=(0, 0, 1), tilt_deg=(20, 30, 0))
    scene = scene_of(tumour, reach_mm=36.0)
    surface = sample(scene.shape, 0.5)
    thick, even = (Grid((9, 9, 9), np.diag([*spacing, 1.0])) for spacing in ((-0.6, 0.6, 4.0), (1.0, 1.0, 1.0)))
    seen = ((16 * 4 / 2.563**2 - 0.6**2) / (4**2 - 0.6**2)) ** 0.5
    truth = edge_truth(scene, surface, [thick])
    assert truth["ill_defined_fraction"] == pytest.approx((seen - 0.5) / (2 * seen), abs=0.01)
    assert truth["ill_defined"] is False
    truth = edge_truth(scene, surface, [thick, even])
    assert truth["ill_defined_fraction"] == pytest.approx(0.25, abs=0.005)
    assert truth["ill_defined"] is True
    assert edge_truth(scene, surface, [Grid((9, 9, 9), np.diag([6.0, 6.0, 6.0, 1.0]))]) == {}


def test_spheres_inside_are_closed_forms() -> None:
    inside = (
        Inclusion(tissue=Tissue.CYST, radius_mm=6, centre_mm=(5, 0, 0)),
        Inclusion(tissue=Tissue.NECROSIS, radius_mm=4, centre_mm=(-7, 0, 0)),
        Inclusion(tissue=Tissue.BLOOD, radius_mm=3, centre_mm=(0, 10, 0)),
    )
    truth = interior_of(replace(SPHERE, inclusions=inside, d_um2_per_ms=1.2))
    cyst, necrosis, blood = ((r / 16) ** 3 for r in (6, 4, 3))
    assert truth["cyst"]["fraction"] == pytest.approx(cyst + necrosis, rel=1e-6)
    assert truth["cyst"]["necrosis_fraction"] == pytest.approx(necrosis, rel=1e-6)
    assert (truth["cyst"]["present"], truth["t1_high"]["present"]) == (True, None)  # no series tells blood from fat
    d = {t: TISSUES[t].d_um2_per_ms for t in Tissue}
    others = cyst * d[Tissue.CYST] + necrosis * d[Tissue.NECROSIS] + blood * d[Tissue.BLOOD]
    whole = (1 - cyst - necrosis - blood) * 1.2 + others
    assert truth["adc"]["mean_um2_per_ms"] == 1.2
    assert truth["adc"]["mean_whole_um2_per_ms"] == pytest.approx(whole, rel=1e-6)


def test_an_infiltrating_edge_leaves_the_mean_over_the_whole_open() -> None:
    assert "mean_whole_um2_per_ms" not in interior_of(replace(SPHERE, edge_sigma_mm=1.0))["adc"]


def test_flowing_water_has_no_single_adc() -> None:
    truth = interior_of(replace(SPHERE, ivim_fraction=0.1))
    assert truth["ivim"]["f_fraction"] == 0.1
    assert "adc" not in truth
