"""Settings of what is told apart: their defaults, and what is refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pnst.segmentation import settings
from pnst.stage_settings import StageSettings

STAGES = [kind for kind in vars(settings).values() if isinstance(kind, type) and issubclass(kind, StageSettings)]
STAGES.remove(StageSettings)


def test_there_is_one_for_each_thing_that_is_told_apart():
    names = {kind.__name__.removesuffix("Settings") for kind in STAGES}
    assert names == {"Tissue", "Edema", "SplitFat", "Enhancement", "Cyst", "T1High"}


@pytest.mark.parametrize("stage", STAGES)
def test_the_defaults_keep_the_bounds_of_their_own_fields(stage):  # invariant; pydantic does not look at defaults
    assert stage.model_validate(stage().model_dump()) == stage()


@pytest.mark.parametrize("stage", STAGES)
def test_a_misspelt_setting_is_refused(stage):
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        stage.model_validate({"no_such_setting_mm": 1.0})


@pytest.mark.parametrize(
    ("stage", "name", "value"),
    [
        (settings.TissueSettings, "near_mm", 0.0),
        (settings.TissueSettings, "muscle_fraction", 1.0),
        (settings.EdemaSettings, "fluid_edema_ratio", 1.0),
        (settings.EdemaSettings, "touch_offsets_mm", ()),
        (settings.SplitFatSettings, "pole_half_angle_deg", 91.0),
        (settings.CystSettings, "least_volume_ml", -0.5),
    ],
)
def test_a_value_beyond_its_bounds_is_refused(stage, name, value):
    with pytest.raises(ValidationError, match=name):
        stage.model_validate({name: value})


def test_settings_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        settings.TissueSettings().near_mm = 5.0
