"""From the words of a command line to inputs and settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pnst.cli.arguments import changes_of, format_of, inputs_of, patient_of, settings_of, workers_of
from pnst.errors import SettingError
from pnst.phantom import Spec, benign, malignant
from pnst.phantom.description import Description, describe

SMALL = """
snr = "none"
roles = ["t1"]
surround = {septa = 0, bone = false, vessels = false, nerve = false}
lesion = {radii_mm = [15, 16, 18]}
grids.t1 = {spacing_mm = [2.0, 2.3, 4.0], extent_mm = [44, 46, 52]}
"""
"""Quick to render, and its truth is that of an ellipsoid."""


@pytest.fixture
def place(tmp_path) -> Path:
    (tmp_path / "small.toml").write_text(SMALL)
    return tmp_path


def test_the_command_line_beats_the_file_and_the_file_beats_the_preset(place):
    description = describe(*changes_of(place / "small.toml", "malignant", 3))
    assert (description.seed, description.spec.case_id) == (3, "simulated-malignant")
    assert description.spec.lesion == replace(malignant().lesion, radii_mm=(15.0, 16.0, 18.0))


def test_without_a_file_the_preset_is_benign_and_with_one_it_is_what_the_file_says(place):
    assert describe(*changes_of(None, None, None)) == Description(spec=benign())
    assert describe(*changes_of(place / "small.toml", None, None)).spec.case_id == Spec().case_id


def test_words_become_inputs(tmp_path):
    """What parts a file from its label is for the reader, who knows which files there are."""
    inputs = inputs_of(
        tmp_path,
        "m.nii:2",
        ["t1=a.nii"],
        ["edema=e.nii:GTV:2"],
        ["margin.ill_defined=yes"],
        "age=34,nf1=no",
        "P",
        False,
    )
    assert (inputs.lesion, inputs.label) == ("m.nii:2", None)
    assert (inputs.roles, inputs.masks, inputs.overrides) == (
        {"t1": "a.nii"},
        {"edema": "e.nii:GTV:2"},
        {"margin.ill_defined": True},
    )
    assert inputs.patient == patient_of("nf1=no,age=34") == {"age": 34.0, "nf1": False}
    (tmp_path / "a:b").touch()
    assert inputs_of(tmp_path, str(tmp_path / "a:b"), None, None, None, None, None, False).label is None


def test_a_prior_that_is_not_given_is_not_a_number(tmp_path):
    """ "Not given" is None, also where the file gives none; the command line beats the file."""
    (tmp_path / "s.toml").write_text("[assess]\nprior = 0.1\n")
    assert settings_of(None, None).assess.prior is None
    assert settings_of(tmp_path / "s.toml", None).assess.prior == 0.1
    assert settings_of(tmp_path / "s.toml", 0.2).assess.prior == 0.2


def test_what_does_not_go_together_is_refused():
    assert format_of(True, False, None, True).format == "dicom"
    assert workers_of(None, None) is None
    for words in ((True, True, None, False), (False, False, None, True), (False, True, "siemens", False)):
        with pytest.raises(SettingError):
            format_of(*words)
    for workers, table in ((0, Path("t.csv")), (2, None)):
        with pytest.raises(SettingError, match="--workers"):
            workers_of(workers, table)
