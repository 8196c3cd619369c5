"""Saving waits for the measurements, and writes only what it was asked for. Witness: the folder."""

from __future__ import annotations

import threading

import pytest

from command_line import outputs
from pnst.errors import InputError, SettingError
from pnst.viewer import answers as answers_module
from viewed_study import settled, wait


def test_without_a_folder_or_a_lesion_nothing_is_saved(open_session, with_lesion, scene_folder, tmp_path):
    with pytest.raises(SettingError, match="no folder to save into"):
        open_session(with_lesion).saving.start()
    with pytest.raises(SettingError, match="nothing to save"):
        open_session(scene_folder, tmp_path / "out").saving.start()


def test_a_folder_that_holds_the_study_is_refused_before_any_work(open_session, with_lesion):
    with pytest.raises(InputError, match="replace"):
        open_session(with_lesion, with_lesion)


def test_saving_waits_for_the_measurements_and_a_newer_edit_stops_it(open_session, with_lesion, tmp_path, monkeypatch):
    gate = threading.Event()
    plain = answers_module.measured

    def slow(*args):
        assert gate.wait(60)
        return plain(*args)

    monkeypatch.setattr(answers_module, "measured", slow)
    session = open_session(with_lesion, tmp_path / "out")
    session.saving.start()
    assert session.saving.stage == "waiting for the measurements"
    session.judge("reader.invasion", True)
    wait(session, lambda: not session.saving.stage)
    assert "not saved" in str(session.saving.refusal)
    assert not session.saving.is_saved
    session.saving.start()
    gate.set()
    settled(session)
    assert session.saving.is_saved
    assert "report.html" in outputs(tmp_path / "out")
    session.undo()
    assert not session.saving.is_saved
