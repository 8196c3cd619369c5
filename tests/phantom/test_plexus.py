"""The simulated plexus: its tubes in closed form, and its answer against what is measured."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import SettingError
from pnst.measurement import measure as measuring
from pnst.phantom.plexus import PlexusSpec, plexus_truth, simulate_plexus
from pnst.study import Role
from without_intervals import measure

COARSE = (1.1, 1.2, 2.6)


@pytest.fixture(scope="module")
def made():
    return simulate_plexus(PlexusSpec(spacing_mm=COARSE, snr=None))


def test_the_roots_hold_what_tubes_hold(made):
    """Closed form: a tube of 4 mm with round ends; the thickened one less the tumour on it."""
    length = float(np.linalg.norm([44.0, 3.0, 22.0]))
    radius = 2.0
    plain = made.study.masks["nerve_other_side"].volume_mm3
    assert plain == pytest.approx(np.pi * radius**2 * (length + 4 * radius / 3), rel=0.05)
    assert made.lesion.mask.volume_mm3 == pytest.approx(4 / 3 * np.pi * 6.5**3, rel=0.05)
    assert not (made.study.masks["nerve"].data & made.lesion.mask.data).any()


def test_its_signals(made):
    data = made.study.series[Role.T2_FS].volume.data
    assert np.median(data[made.lesion.mask.data]) == 420
    assert data[made.study.masks["muscle"].data].min() >= 0
    assert np.median(data[made.study.masks["muscle"].data]) == 110
    assert data[made.study.masks["nerve"].data].max() == pytest.approx(375, rel=0.15)


def test_its_answer_is_what_is_measured(monkeypatch):
    """The family `nerve`, lengths to a voxel and ratios to 5 %."""
    monkeypatch.setattr(measuring, "FAMILIES", tuple(one for one in measuring.FAMILIES if one[0] == "nerve"))
    made = simulate_plexus(PlexusSpec(spacing_mm=(0.8, 0.8, 2.2)), seed=2)
    nerve = measure(made.study, made.lesion).nerve
    for name, true in made.truth.items():
        value = getattr(nerve, name.removeprefix("nerve."))
        if name.endswith("_mm"):
            assert value == pytest.approx(true, abs=0.7), name
        elif name.endswith("eccentricity"):
            assert value == pytest.approx(true, abs=0.12), name
        elif isinstance(true, float):
            assert value == pytest.approx(true, rel=0.05), name
        else:
            assert value == true, name


def test_the_same_seed_gives_the_same_bits():
    one, other = (simulate_plexus(PlexusSpec(spacing_mm=(2.0, 2.1, 4.0))).study.series[Role.T2_FS] for _ in range(2))
    assert (one.volume.data == other.volume.data).all()


@pytest.mark.parametrize("wrong", [{"root": "C4"}, {"calibre_mm": 0.0}, {"brightness": -1.0}])
def test_what_cannot_be_simulated_is_refused(wrong):
    with pytest.raises(SettingError, match="plexus"):
        PlexusSpec(**wrong)


def test_a_plain_plexus_has_equal_sides():
    truth = plexus_truth(PlexusSpec(calibre_ratio=1.0, brightness=1.0))
    assert truth["nerve.calibre_ratio_to_other_side"] == truth["nerve.signal_ratio_to_other_side"] == 1
