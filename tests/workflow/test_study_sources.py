"""What is in a study's folder before anything is measured."""

from __future__ import annotations

import pytest

from pnst import workflow
from pnst.errors import InputError, SettingError


def test_every_series_of_a_folder_is_named_with_its_role_and_reason(folder):
    guesses = workflow.inspect(folder)
    assert {guess.role for guess in guesses} >= {"t1", "t1_post", "t2_fs", "dwi"}
    assert all(guess.reason for guess in guesses)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="nowhere"):
        workflow.inspect(tmp_path / "nowhere")


def test_an_address_that_is_none_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(SettingError, match="dicomweb"):
        workflow.fetch("ftp://somewhere", tmp_path / "out")
    assert not (tmp_path / "out").exists()
