"""Settings of a run: through TOML and back, and what is refused."""

from __future__ import annotations

import pytest

from pnst.errors import SettingError
from pnst.workflow import RunSettings


def test_settings_come_back_from_their_toml(tmp_path):
    """Also the one that TOML cannot say: unset is left out."""
    for settings in (RunSettings(), RunSettings().with_prior(0.04)):
        (tmp_path / "s.toml").write_text(settings.to_toml())
        assert RunSettings.from_toml(tmp_path / "s.toml") == settings


@pytest.mark.parametrize("prior", [0.0, 1.0, -0.1, 1.5, float("nan")])
def test_a_prior_that_is_no_probability(prior):
    with pytest.raises(SettingError, match="above 0 and below 1"):
        RunSettings().with_prior(prior)
