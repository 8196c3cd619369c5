"""Names that no file can have, wherever a command takes a path. Witness: exit 2 and four parts."""

from __future__ import annotations

import pytest

from command_line import pnst, refused
from pnst.cli.bids_app import main as bids_app

NAMES = {
    "long": "a" * 400,
    "NUL": "a\0b",
    "below a file": "pyproject.toml/t1.nii.gz",
}
COMMANDS = (
    "inspect NAME",
    "measure NAME",
    "run NAME --out x",
    "run . --out NAME",
    "run . --out x --cord-line NAME",
    "run . --out x --settings NAME",
    "assess NAME",
    "assess NAME --out x",
    "report . --results NAME",
    "segment NAME --point 1,2,3 --out x",
    "segment . --point 1,2,3 --out NAME",
    "compare NAME NAME --out x",
    "cohort NAME --out x",
    "cohort . --out NAME",
    "cohort init NAME --out x.csv",
    "cohort init . --out NAME",
    "train NAME --label diagnosis --out x",
    "evaluate NAME --label diagnosis --out x",
    "evidence NAME --label diagnosis --out x",
    "phantom --spec NAME --out x",
    "phantom --out NAME",
)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_name_that_no_file_can_have(command, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    refused(*(name if word == "NAME" else word for word in command.split()))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("command", ["NAME x participant", "NAME x group", ". NAME participant", ". NAME group"])
def test_a_name_that_no_dataset_can_have(command, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    result = pnst(*(name if word == "NAME" else word for word in command.split()), program=bids_app)
    assert result.code == 2
    assert result.err.startswith("pnst-bids: ")
