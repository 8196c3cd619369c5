"""The presets show what they are named for."""

from __future__ import annotations

import numpy as np

from pnst.image import Grid
from pnst.phantom import benign, malignant
from pnst.phantom.scene import Scene
from pnst.phantom.shape import Shape
from pnst.phantom.truth import true_values


def test_presets_show_the_signs_they_are_named_for() -> None:
    grid = Grid((60, 55, 50), np.diag([4.0, 4.0, 5.0, 1.0]))
    for preset, malign in ((benign, False), (malignant, True)):
        spec = preset()
        truth = true_values(Scene(Shape(spec.lesion, np.random.default_rng(0)), spec.surround), grid)
        assert truth["edema.present"] is malign
        assert truth["margin.ill_defined"] is malign
        assert truth["split_fat.present"] is not malign
        assert (truth["size.longest_diameter_mm"] > 50) is malign
        assert (truth["adc.mean_um2_per_ms"] < 1.5) is malign
