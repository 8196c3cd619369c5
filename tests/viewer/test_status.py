"""What the page is told. Witness: the measurements and the assessment that it was told of; JSON itself."""

from __future__ import annotations

import json

import pytest

from pnst.measurement.overrides import check_overrides
from pnst.viewer.status import SIGNS, status_dict, study_dict
from viewed_study import settled


@pytest.fixture
def session(open_session, with_lesion):
    return settled(open_session(with_lesion, case_id="<b>A</b>"))


def test_the_study_is_told_once(session):
    told = study_dict(session)
    assert told["case_id"] == "<b>A</b>"  # as it is: the page makes no markup of a text
    assert [series["key"] for series in told["series"]] == ["t1", "t1_post", "t2_fs", "dwi"]
    assert "not a medical device" in told["disclaimer"]
    json.dumps(told, allow_nan=False)


def test_the_status_tells_odds_and_measurements(session):
    told = status_dict(session)
    json.dumps(told, allow_nan=False)
    answer = session.answers.current.case
    assert told["answer"]["odds"]["factor_value"] == answer.assessments[0].odds_factor
    assert {row[0] for row in told["answer"]["rows"]} >= {"longest diameter", "volume"}
    assert told["is_complete"]
    assert told["undo"] is None
    assert told["adc"]["key"] == "adc_map"
    assert told["layers"][0] == {"name": "lesion", "title": "Lesion", "colour": "#56b4e9", "first_shown": True}
    assert len(told["middle"]) == 3


def test_every_sign_that_is_asked_for_may_be_judged():
    assert len(SIGNS) > 15
    check_overrides(dict.fromkeys(SIGNS, True))


def test_a_word_stands_beside_what_was_measured(session):
    session.judge("edema.present", False)
    words = {word["column"]: word for word in status_dict(session)["words"]}
    assert words["edema.present"] == {"column": "edema.present", "title": "Oedema", "measured": "yes", "word": False}
    assert words["reader.invasion"]["measured"] == "a reader's alone"
    settled(session)
