"""What each pure tissue is worth in a series, against the equations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from pnst.phantom.contrast import FIBRES, contrast
from pnst.phantom.gradients import along
from pnst.phantom.signal import tissue_signal
from pnst.phantom.spec import SEQUENCES
from pnst.phantom.tissue import TISSUES, Tissue
from pnst.study import Role
from simulated_images import CLOSE, signal, simulated


def test_gradient_directions_see_muscle_along_and_across_its_fibres() -> None:
    directed = simulated((Role.DWI,), CLOSE, b_values=(0.0, 500.0), directions=6, muscle_anisotropy=0.3)
    series = directed.study.series[Role.DWI]
    assert series.b_values == (0.0, *[500.0] * 6)
    assert series.b_vectors is not None
    assert not series.b_vectors[0].any()
    muscle = TISSUES[Tissue.MUSCLE]
    water = contrast(Role.DWI, directed.spec).water[Tissue.MUSCLE]
    for column, g in enumerate(series.b_vectors[1:], start=1):
        seen = replace(muscle, d_um2_per_ms=float(along(muscle.d_um2_per_ms, 0.3, g @ FIBRES)))
        assert water[column] == pytest.approx(1000 * tissue_signal(seen, SEQUENCES[Role.DWI], 500.0), rel=1e-12)
    assert np.ptp(water[1:]) > 0.05 * water[1]
    inner = binary_erosion(directed.lesion.mask.data, iterations=2)
    np.testing.assert_allclose(np.ptp(signal(directed, Role.DWI)[inner][:, 1:], axis=-1), 0, atol=1e-3)
    assert simulated((Role.DWI,), CLOSE).study.series[Role.DWI].b_vectors is None
