"""The segmented fit against two exponentials and the published signals of OSIPI's task force 2.4."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pnst.kernels.diffusion import group_by_b_value
from pnst.kernels.ivim import segmented_fit

B = (0.0, 10.0, 20.0, 50.0, 100.0, 200.0, 400.0, 800.0)


def signal(b_values, d, f, d_star) -> np.ndarray:
    """(1, m) of S₀ = 1000; diffusion in µm²/ms."""
    b = np.asarray(b_values) / 1000
    return 1000 * (f * np.exp(-b * d_star) + (1 - f) * np.exp(-b * d))[None]


@pytest.mark.parametrize(("d", "f", "d_star"), [(1.2, 0.1, 60), (0.6, 0.25, 50), (2.0, 0.0, 50)])
def test_two_exponentials_are_told_apart(d, f, d_star):  # closed form: of the fast one e⁻¹⁰ is left at b = 200
    fit = segmented_fit(signal(B, d, f, d_star), group_by_b_value(B, 1))
    assert (fit.d[0], fit.f[0]) == pytest.approx((d, f), abs=1e-3)


def test_a_threshold_within_the_perfusion_would_not():  # why there is one
    d = 1.2
    noiseless = signal(B, d, 0.2, 15)
    low, high = (segmented_fit(noiseless, group_by_b_value(B, 1), threshold).d[0] for threshold in (20, 200))
    assert low > 1.2 * d
    assert high == pytest.approx(d, rel=0.05)


def test_voxels_without_signal_at_the_lowest_b_have_d_but_no_f():
    holes = signal(B, 1.2, 0.1, 60)
    holes[0, 0] = 0
    fit = segmented_fit(holes, group_by_b_value(B, 1), noise_sd=5.0)
    assert np.isnan(fit.f[0])
    assert fit.d[0] == pytest.approx(1.2, abs=1e-3)
    assert 0 < fit.sd[0] < 0.1


def osipi(folder) -> tuple[list[float], dict[str, dict]]:
    tissues = json.loads((folder / "ivim_signals" / "generic.json").read_text(encoding="utf-8"))
    return tissues.pop("config")["bvalues"], tissues


def test_osipi_s_tissues(shared_data):  # OSIPI TF2.4: simulated signals of known D, f and D*, noise 0.0005
    b_values, tissues = osipi(shared_data)
    for name, tissue in tissues.items():
        fit = segmented_fit(np.array(tissue["data"])[None], group_by_b_value(b_values, 1))
        assert fit.d[0] == pytest.approx(1000 * tissue["D"], rel=0.03), name
        assert fit.f[0] == pytest.approx(tissue["f"], abs=0.03), name


def test_slow_perfusion_tilts_the_line_from_200():  # closed form: 9 % of f still flows at b = 200 with a D* of 12
    slow = signal(B, 1.5, 0.3, 12)
    near, far = (segmented_fit(slow, group_by_b_value(B, 1), threshold).d[0] for threshold in (200, 300))
    assert near > 1.03 * 1.5
    assert far == pytest.approx(1.5, rel=0.03)


def test_where_too_few_b_values_lie_far_up_the_nearer_ones_serve():
    b = np.array([0.0, 20.0, 50.0, 200.0, 600.0])
    fit = segmented_fit(signal(b, 1.2, 0.1, 60), group_by_b_value(b, 1))
    assert (fit.d[0], fit.f[0]) == pytest.approx((1.2, 0.1), abs=1e-3)
