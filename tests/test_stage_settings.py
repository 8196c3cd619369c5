"""What the settings of every stage are. Witness: a stage of one length."""

from __future__ import annotations

import pytest
from pydantic import Field, ValidationError

from pnst.settings import LearnSettings, RunSettings
from pnst.stage_settings import StageSettings


class Stage(StageSettings):
    reach_mm: float = Field(5.0, gt=0)


def test_a_setting_that_is_not_given_has_its_default():
    assert Stage().reach_mm == 5.0
    assert Stage(reach_mm=7.0) == Stage.model_validate({"reach_mm": 7.0}) != Stage()


def test_a_typo_is_refused():
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Stage(reach=7.0)


@pytest.mark.parametrize("reach", [float("inf"), float("-inf"), float("nan"), 1e400, "inf"])
def test_no_setting_is_without_end(reach):
    with pytest.raises(ValidationError, match="finite number"):
        Stage(reach_mm=reach)


def stages(kind=StageSettings):
    return [kind, *(stage for child in kind.__subclasses__() for stage in stages(child))]


def test_every_stage_of_a_run_and_of_learning_is_one():
    """Witness: the tables of the two files."""
    tables = {field.annotation for file in (RunSettings, LearnSettings) for field in file.model_fields.values()}
    assert tables | {RunSettings, LearnSettings} <= set(stages())


def test_nothing_changes_a_setting_later():
    stage = Stage()
    with pytest.raises(ValidationError, match="frozen"):
        stage.reach_mm = 7.0
    assert stage.reach_mm == 5.0
    assert len({stage, Stage(), Stage(reach_mm=7.0)}) == 2


def test_settings_show_what_differs_from_the_defaults():
    assert repr(Stage()) == "Stage()"
    assert repr(Stage(reach_mm=7.0)) == "Stage(reach_mm=7.0)"
    run = RunSettings()
    assert repr(run) == "RunSettings()"
    assert eval(repr(Stage(reach_mm=7.0))) == Stage(reach_mm=7.0)
