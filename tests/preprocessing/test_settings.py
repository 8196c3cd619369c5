"""Settings of the stage: defaults that change nothing but what they name, and values that are refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pnst.preprocessing.settings import AlignmentSettings, BiasSettings, PreprocessSettings


def test_without_a_word_diffusion_is_aligned_and_no_shading_divided_out():
    settings = PreprocessSettings()
    assert (settings.align, settings.correct_bias) == ("diffusion", False)
    assert settings.bias == BiasSettings()
    assert settings.alignment == AlignmentSettings()


def test_settings_survive_their_dictionary():
    settings = PreprocessSettings(align="all", correct_bias=True, bias=BiasSettings(levels=3))
    assert PreprocessSettings.model_validate(settings.model_dump()) == settings


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        (PreprocessSettings, "align", "both"),
        (PreprocessSettings, "alignx", "all"),
        (BiasSettings, "body_fraction", 1.0),
        (BiasSettings, "levels", 0),
        (AlignmentSettings, "histogram_bins", 4),
        (AlignmentSettings, "voxel_mm", 0.0),
    ],
)
def test_what_no_setting_may_be_is_refused_by_its_name(kind, field, value):
    with pytest.raises(ValidationError, match=field):
        kind(**{field: value})
