"""`pnst doctor`. Witness: stand-in programs on a path made for the test, and this Python's own metadata."""

from __future__ import annotations

import getpass
import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

import pytest

from command_line import done


@pytest.fixture
def path_of(tmp_path, monkeypatch):
    """A path that holds these programs alone, each of which prints a text."""

    def made(**programs: str) -> Path:
        for name, text in programs.items():
            file = tmp_path / "bin" / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(f"#!/bin/sh\necho '{text}'\n")
            file.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        return tmp_path / "bin"

    return made


def told(*words: str) -> dict:
    return json.loads(done("doctor", "--json", *words).out)


def test_versions_are_those_of_this_python(path_of):
    path_of()
    found = told()
    assert (found["pnst"], found["python"]) == (version("pnst"), platform.python_version())
    assert found["libraries"]["numpy"] == version("numpy")
    assert set(found["extras"]) == {"cluster", "dicomweb", "notebook", "radiomics"}
    assert "dicomweb-client" in found["extras"]["dicomweb"]


def test_programs_on_the_path_are_told_with_their_version_where_it_is_cheap(path_of):
    path_of(dcm2niix="dcm2niiX version v1.0.20260724  (JP2) 64-bit", storescu="$dcmtk: storescu v3.6.7 $", spineps="no")
    programs = {one["program"]: one for one in told()["programs"]}
    assert (programs["dcm2niix"]["installed"], programs["dcm2niix"]["version"]) == (True, "1.0.20260724")
    assert programs["storescu"]["version"] == "3.6.7"
    assert (programs["spineps"]["installed"], programs["spineps"]["version"]) == (True, None)
    assert (programs["sct_deepseg"]["installed"], programs["sct_deepseg"]["version"]) == (False, None)
    assert {"totalspineseg", "TotalSegmentator", "nninteractive-server"} < set(programs)
    assert "--structures spineps" in programs["spineps"]["used_for"]


def test_a_program_that_fails_or_says_nothing_has_no_version(path_of):
    folder = path_of(dcm2niix="hello", storescu="")
    (folder / "storescu").write_text("#!/no/such/shell\n")
    programs = {one["program"]: one for one in told()["programs"]}
    assert [programs[name]["version"] for name in ("dcm2niix", "storescu")] == [None, None]


def test_the_table_says_what_is_missing_and_names_no_path(path_of, tmp_path):
    path_of(totalspineseg="x")
    text = " ".join(done("doctor").out.split())
    assert "totalspineseg │ on the path" in text
    assert "spineps │ not on the path" in text
    for private in (str(tmp_path), os.environ["PATH"], str(Path.home()), f"/{getpass.getuser()}/"):
        assert private not in text + done("doctor", "--json").out
