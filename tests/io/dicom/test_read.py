"""A DICOM tree as a study and as guesses: what the case is called, and what inspect shows."""

from __future__ import annotations

import json
import re

import pytest

from pnst.errors import InputError
from pnst.io.study import inspect, read_study
from pnst.study import Role


def test_a_dicom_case_is_called_by_a_digest_of_its_study(formula, write):
    folder = write(formula().instances())
    study = read_study(folder)
    assert re.fullmatch("[0-9a-f]{12}", study.case_id)
    assert read_study(folder).case_id == study.case_id
    assert read_study(folder, case_id="STS-1").case_id == "STS-1"


def test_the_identity_is_kept_only_when_asked(formula, write):
    folder = write(formula().instances())
    assert "invented" not in repr(read_study(folder))
    assert read_study(folder, keep_identity=True).case_id == "invented"


def test_several_patients_in_a_folder_are_said_of_each_series_without_naming_anyone(formula, write):
    mine, theirs = formula().instances(), formula().instances()
    for ds in theirs:
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.PatientID = "2.25.70", "2.25.71", "SOMEBODY"
        ds.SOPInstanceUID += "1"
    first, second = inspect(write([*mine, *theirs]))
    assert first.notes[0].startswith("study 1 of 2, patient 1 of 2 in this folder")
    assert second.notes[0].startswith("study 2 of 2, patient 2 of 2 in this folder")
    assert "SOMEBODY" not in repr((first.notes, second.notes))


def test_of_one_study_nothing_is_said(formula, write):
    assert inspect(write(formula().instances()))[0].notes == ()


def test_a_tree_of_dicom_objects_without_images_is_refused(formula, write):
    (ds, *_) = formula().instances()
    ds.Modality = "SR"
    folder = write([ds])
    with pytest.raises(InputError, match="no DICOM image"):
        read_study(folder)


def test_a_single_file_is_read(formula, write):
    """One slice is no study, and says so; the file itself is found."""
    folder = write(formula().instances()[:1])
    with pytest.raises(InputError, match="too few slices"):
        read_study(next(folder.iterdir()))


def test_inspect_of_dicom_is_json_with_the_designs_keys(formula, write):
    (guess,) = inspect(write(formula(volumes=[{"DiffusionBValue": b} for b in (0.0, 800.0)]).instances()))
    entry = json.loads(json.dumps(guess.to_dict()))
    assert entry["role"] == "dwi"
    assert entry["shape"] == [7, 6, 5, 2]
    assert entry["spacing_mm"] == pytest.approx([0.8, 1.1, 4.5])
    assert entry["b_values"] == [0.0, 800.0]
    assert {"reason", "manufacturer", "unit", "rivals", "key", "problem"} <= set(entry)


def test_inspect_of_dicom_decodes_no_pixels(formula, write):
    """Pixels cut away are not missed."""
    folder = write(formula().instances())
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes()[:-40])
    assert inspect(folder)[0].role is Role.T1
    with pytest.raises(InputError, match="truncated"):
        read_study(folder)


def test_a_role_that_the_user_chose_against_the_header_is_noted(formula, write):
    """A guess follows the header; the user's word may not."""
    instances = formula().instances()
    for ds in instances:
        ds.ContrastBolusAgent = "gadobutrol"
    folder = write(instances)
    (guessed,) = read_study(folder).series.values()
    (chosen,) = read_study(folder, roles={"t1": "s4"}).series.values()
    assert (guessed.role, chosen.role) == (Role.T1_POST, Role.T1)
    note = "t1: the header says that a contrast agent was given; the role is taken as named"
    assert note in chosen.notes
    assert not [text for text in guessed.notes if "taken as named" in text]
