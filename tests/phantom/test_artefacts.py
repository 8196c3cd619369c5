"""What the encoding does: the published shift of fat, defaults, and refusals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pnst.errors import SettingError
from pnst.phantom import REALISTIC, Artefacts
from pnst.phantom.artefacts import fat_shift_hz
from pnst.phantom.contrast import contrast
from pnst.study import Role
from simulated_images import QUIET


def test_fat_resonates_447_hz_below_water_at_3_tesla() -> None:
    """Against the published figure, and proportional to the field."""
    assert fat_shift_hz(3.0) == pytest.approx(-447, abs=0.5)
    assert fat_shift_hz(1.5) == pytest.approx(fat_shift_hz(3.0) / 2)
    with pytest.raises(ValueError, match="field strength"):
        fat_shift_hz(None)


def test_without_artefacts_there_are_none_and_realistic_has_all() -> None:
    assert Artefacts() == Artefacts(gibbs=False, readout_hz_per_pixel=None, epi_hz_per_pixel=None, off_resonance_hz=0)
    spec = replace(QUIET, artefacts=REALISTIC)
    assert contrast(Role.T1, spec).shift == pytest.approx(-447 / 220 / 0.8, abs=0.01)
    assert contrast(Role.DWI, spec).shift == pytest.approx(-447 / 20 / 0.8, abs=0.05)
    assert all(contrast(role, QUIET).shift == 0 for role in Role)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("acquired", 0.8),
        ("readout_hz_per_pixel", 0.0),
        ("epi_hz_per_pixel", -20.0),
        ("off_resonance_hz", 30.0),
        ("off_resonance_wavelength_mm", 1.0),
        ("fat_residue", 1.5),
    ],
)
def test_impossible_artefacts_are_refused(field: str, value: float) -> None:
    with pytest.raises(SettingError, match=field):
        Artefacts(**{field: value})  # type: ignore[arg-type]
