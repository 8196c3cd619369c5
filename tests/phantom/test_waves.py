"""Plane waves on the sphere and in space: their range."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.phantom.shape import Shape
from pnst.phantom.sphere import fibonacci
from pnst.phantom.tissue import Tissue
from pnst.phantom.waves import Waves
from simulated_tumours import BALL


def test_waves_reach_from_nothing_to_one_and_stay_there() -> None:
    values = Waves.draw(np.random.default_rng(5))(fibonacci(5000))
    assert 0 <= values.min() < 0.02
    assert 0.98 < values.max() <= 1


def test_a_texture_has_the_mean_and_the_standard_deviation_asked_for() -> None:
    lesion = replace(BALL, texture=0.2, texture_mm=5.0)
    shape = Shape(lesion, np.random.default_rng(2))
    stroma = shape.stroma(np.random.default_rng(3).uniform(-200, 200, size=(300_000, 3)))
    assert 0 <= stroma.min() < stroma.max() <= 1
    density = [lesion.properties(tissue).proton_density for tissue in (Tissue.TUMOUR, Tissue.STROMA)]
    pattern = density[0] + stroma * (density[1] - density[0])
    assert pattern.mean() == pytest.approx(lesion.tissue.proton_density, abs=2e-3)
    assert pattern.std() / pattern.mean() == pytest.approx(0.2, rel=0.01)
