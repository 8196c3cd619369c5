"""Heterogeneity against the closed form of a mixture, and the halves that lack their series."""

from __future__ import annotations

import numpy as np
import pytest

from interiors import Interior, Sphere
from measurement.interior_measurements import measure_interior
from pnst.study import Role

pytestmark = pytest.mark.usefixtures("only_the_interior")


def test_variation_of_two_tissues():
    """Closed form: SD of a mixture of shares p and 1 − p; the border's voxels take a little off it."""
    body = Interior(radius=18, spheres=(Sphere("fibrous", 14.0), Sphere("blood", 8.0)))
    heterogeneity = measure_interior(body, Role.T1, Role.T2_FS).heterogeneity
    p = (8 / 18) ** 3
    mean, sd = 330 + p * 370, 370 * np.sqrt(p * (1 - p))
    assert heterogeneity.variation_t1 == pytest.approx(sd / mean, rel=0.06)
    assert 1 < heterogeneity.entropy_t2 < 4


def test_the_halves_that_lack_their_series_say_so():
    body = Interior(noise=5)
    m = measure_interior(body, Role.T1)
    assert m.skipped["heterogeneity.t2"] == "no T2 series"
    assert m.heterogeneity.variation_t2 is None
    assert m.heterogeneity.entropy_t2 is None
    assert m.skipped["target"] == "no T2 series"
    assert m.skipped["enhancement"] == m.skipped["cyst"] == "no T1 series after contrast"
    m = measure_interior(body, Role.T2_FS)
    assert m.skipped["heterogeneity.t1"] == m.skipped["t1_high"] == "no T1 series"
    m = measure_interior(body, Role.T1, Role.T1_POST)
    assert m.skipped["cyst.necrosis"] == "no T2 series to tell fluid from necrosis"
    assert m.cyst.fraction == 0
    assert "not told from blood" in m.cyst.quality
