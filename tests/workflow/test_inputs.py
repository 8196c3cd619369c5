"""What a call is to work on. Witness: what must not go together."""

from __future__ import annotations

from pathlib import Path

import pytest

from pnst.errors import SettingError
from pnst.io.prompts.prompt_file import PromptFile
from pnst.segmentation.prompt import Line, Point
from pnst.workflow import CaseInputs
from pnst.workflow.inputs import check_inputs, given_paths, lesion_file

LINE = Line((0, 0, 0), (20, 0, 0))


@pytest.mark.parametrize(
    "inputs",
    [
        CaseInputs("A", prompt=LINE, lesion="m.nii.gz"),
        CaseInputs("A", prompt=LINE, label="1"),
        CaseInputs("A", on="t1"),
        CaseInputs("A", previous="m.nii.gz"),
        CaseInputs("A", segmenter=lambda study, prompt: None),
        CaseInputs("A", lesion="m.nii.gz", on="t1"),
    ],
)
def test_what_does_not_go_together(inputs):
    with pytest.raises(SettingError):
        check_inputs(inputs)


@pytest.mark.parametrize(
    "inputs",
    [
        CaseInputs("A"),
        CaseInputs("A", lesion="m.nii.gz", label="1"),
        CaseInputs("A", prompt=LINE, on="t1"),
        CaseInputs("A", prompt=[LINE, Point((1, 2, 3))]),
        CaseInputs("A", prompt="p.json"),
    ],
)
def test_what_does(inputs):
    check_inputs(inputs)


def test_files_of_prompts_are_inputs(tmp_path):
    (tmp_path / "p.json").touch()
    given = given_paths(CaseInputs("A", prompt=f"{tmp_path}/p.json:2", previous="m.nii.gz:1"))
    assert {tmp_path / "p.json", Path("A")} <= set(given)
    assert Path("s.nii.gz") in given_paths(CaseInputs("A", prompt=PromptFile(Path("s.nii.gz"))))
    assert given_paths(CaseInputs("A", prompt=LINE)) == [Path("A")]


def test_a_label_behind_the_lesion(tmp_path):
    (tmp_path / "m.nii.gz").touch()
    assert lesion_file(CaseInputs("A", lesion=f"{tmp_path}/m.nii.gz:2")).label == "2"
    assert lesion_file(CaseInputs("A", lesion=Path("m.nii.gz"), label="3")).label == "3"
