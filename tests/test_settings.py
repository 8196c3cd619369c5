"""Settings of a run: through TOML and back, and what is refused."""

from __future__ import annotations

import os

import pytest

from pnst.errors import SettingError
from pnst.workflow import LearnSettings, RunSettings


def test_settings_come_back_from_their_toml(tmp_path):
    """Also the one that TOML cannot say: unset is left out."""
    for settings in (RunSettings(), RunSettings().with_prior(0.04)):
        (tmp_path / "s.toml").write_text(settings.to_toml())
        assert RunSettings.from_toml(tmp_path / "s.toml") == settings


@pytest.mark.parametrize("prior", [0.0, 1.0, -0.1, 1.5, float("nan")])
def test_a_prior_that_is_no_probability(prior):
    with pytest.raises(SettingError, match="above 0 and below 1"):
        RunSettings().with_prior(prior)


def test_the_remedy_is_of_the_file_that_was_read(tmp_path):
    """A run's settings are no settings of training, and are not what to start from."""
    (tmp_path / "settings.toml").write_text(RunSettings().to_toml())
    with pytest.raises(SettingError, match="preprocess") as refusal:
        LearnSettings.from_toml(tmp_path / "settings.toml")
    assert refusal.value.remedy.startswith("write the tables [train], [evaluate] and [assess]")
    (tmp_path / "learn.toml").write_text("[train]\nfolds = 3\n")
    with pytest.raises(SettingError, match="train") as refusal:
        RunSettings.from_toml(tmp_path / "learn.toml")
    assert refusal.value.remedy == "start from the settings.toml that a run leaves beside its outputs"


@pytest.mark.parametrize("text", ["[measure.margin]\nreach_mm = inf", "[assess]\nwasa_size_cutoff_mm = inf"])
def test_a_file_cannot_say_infinity(tmp_path, text):
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(SettingError, match="cannot use the settings"):
        RunSettings.from_toml(tmp_path / "s.toml")


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("[" + "a." * 10_000 + "a]", "dots"),
        ("a = " + "[" * 100_000, "nested"),
        ("a = " + "{a=" * 10_000, "nested"),
        ("#" * 300_000, "a file of more than 262144 bytes"),
        ("[assess]\nprior = " + "9" * 5_000, "digits"),
        ("[assess]\nprior = 1" + "0" * 400, "assess.prior"),
        ("\0", "line 1"),
        ('"' + "k" * 9_000 + '" = 1', "k" * 200 + ":"),
    ],
    ids=["deep key", "deep list", "deep table", "long", "endless", "400 digits", "NUL", "long key"],
)
def test_a_file_without_bounds_is_refused_in_a_sentence(tmp_path, text, got):
    (tmp_path / "s.toml").write_text(text)
    for settings in (RunSettings, LearnSettings):
        with pytest.raises(SettingError, match=got) as refusal:
            settings.from_toml(tmp_path / "s.toml")
        assert len(str(refusal.value)) < 1000


def test_a_pipe_is_no_file_of_settings(tmp_path):
    os.mkfifo(tmp_path / "s.toml")
    with pytest.raises(SettingError, match="a pipe, not a plain file"):
        RunSettings.from_toml(tmp_path / "s.toml")
