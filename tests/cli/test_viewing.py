"""The command `view` from outside, until it is ended. Witness: what it prints, answers and leaves."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from command_line import refused
from pnst.io.write import write_study
from scenes import Scene

SCENE = Scene(radius=9, halo=5, limb=24, reach=34, spacing=(1.3, 1.5, 3.0))


@pytest.fixture
def study(tmp_path):
    write_study(SCENE.study(), tmp_path / "thigh")
    return tmp_path / "thigh"


def test_it_serves_until_it_is_ended(study):
    command = [sys.executable, "-m", "pnst", "view", str(study), "--no-browser"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as run:
        address, token = re.fullmatch(r"pnst view: (http://127\.0\.0\.1:\d+)/#(\S+)\n", run.stdout.readline()).groups()
        asked = urllib.request.Request(f"{address}/api/study", headers={"X-Pnst-Token": token})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            assert {series["key"] for series in json.load(answer)["series"]} >= {"t1", "dwi"}
        more = run.stdout.readline()  # what is buffered already, `communicate` would not give
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=30)
    assert run.returncode == 130
    assert "not a medical device" in more + out
    assert err == ""


@pytest.mark.parametrize(
    "words",
    [("--line", "1,2"), ("--lesion", "none.nii.gz"), ("--port", "0"), ("--port", "70000"), ("--craniocaudal", "1,2")],
)
def test_wrong_words_are_refused(study, words):
    refused("view", study, *words, "--no-browser")


def test_a_study_that_is_none_is_refused(tmp_path):
    refused("view", tmp_path / "nowhere", "--no-browser")
