"""When DICOM objects are made, and when they go. Witness: the folder after each command."""

from __future__ import annotations

import shutil

import pytest

import pnst
from command_line import done, refused
from dicom_run import QUICK, SCENE, two_lesions
from pnst.errors import InputError, SettingError
from pnst.io.results import DICOM
from pnst.io.write import write_study
from pnst.workflow.dicom_objects import check_dicom_results, dicom_files
from pnst.workflow.inputs import CaseInputs


def objects_in(folder) -> set[str]:
    return {file.name for file in folder.glob("*.dcm")}


@pytest.fixture
def earlier(dicom_run, tmp_path):
    """A folder of results with DICOM objects."""
    shutil.copytree(dicom_run.out, tmp_path / "out")
    assert objects_in(tmp_path / "out") == set(DICOM)
    return tmp_path / "out"


def words(dicom_run, command: str, *more: object) -> tuple[object, ...]:
    return (command, dicom_run.study, "--lesion", dicom_run.labels, "--settings", dicom_run.settings, *more)


@pytest.mark.parametrize("command", ["run", "measure"])
def test_a_later_run_without_them_leaves_none_behind(dicom_run, earlier, command):
    done(*words(dicom_run, command, "--out", earlier))
    assert objects_in(earlier) == set()
    assert (earlier / "measurements.json").is_file()


def test_what_measures_nothing_again_keeps_them(dicom_run, earlier):
    before = {name: (earlier / name).read_bytes() for name in DICOM}
    done("assess", earlier, "--out", earlier, "--prior", "0.2")
    done("report", dicom_run.study, "--results", earlier)
    assert {name: (earlier / name).read_bytes() for name in DICOM} == before


def test_a_refused_run_leaves_the_earlier_set(dicom_run, earlier, tmp_path):
    write_study(SCENE.study(), tmp_path / "nifti")
    before = {file.name: file.read_bytes() for file in earlier.iterdir() if file.is_file()}
    line = refused("run", tmp_path / "nifti", "--lesion", dicom_run.labels, "--out", earlier, "--dicom")
    assert "results cannot be written as DICOM for this study" in line
    assert {file.name: file.read_bytes() for file in earlier.iterdir() if file.is_file()} == before


def test_a_nifti_study_is_refused_before_the_work_and_writes_nothing(tmp_path, monkeypatch):
    from pnst.workflow import case

    def read(*_: object) -> None:
        raise AssertionError("the work has begun")

    monkeypatch.setattr(case, "read_case", read)
    write_study(SCENE.study(), tmp_path / "study")
    labels = two_lesions(tmp_path / "labels.nii.gz")
    line = refused("run", tmp_path / "study", "--lesion", labels, "--out", tmp_path / "out", "--dicom")
    assert "a study of NIfTI files" in line
    assert not (tmp_path / "out").exists()


def test_nowhere_to_write_is_refused(dicom_run):
    assert "--out DIR" in refused(*words(dicom_run, "run", "--out", "-", "--dicom"))
    with pytest.raises(SettingError, match="nothing is written"):
        pnst.run(dicom_run.study, dicom_run.labels, dicom=True)


def test_python_writes_the_same_objects(dicom_run, tmp_path):
    case = pnst.run(dicom_run.study, dicom_run.labels, tmp_path / "out", dicom_run.settings, dicom=True)
    assert [m.label for m in case.measurements] == ["1", "2"]
    for name in DICOM:
        assert (tmp_path / "out" / name).read_bytes() == (dicom_run.out / name).read_bytes()


def test_files_that_change_meanwhile_write_nothing(dicom_run, tmp_path, monkeypatch):
    from pnst.io.dicom_results import source

    def changed(*_: object) -> None:
        raise InputError("the files have changed", got="a test", expected="none", remedy="none")

    monkeypatch.setattr(source, "read_source", changed)
    assert "have changed" in refused(*words(dicom_run, "run", "--out", tmp_path / "out", "--dicom"))
    assert not (tmp_path / "out").exists()
    assert QUICK in dicom_run.settings.read_text()


def test_nothing_is_looked_at_unless_asked(tmp_path):
    check_dicom_results(CaseInputs(study=tmp_path / "absent"), None)
    assert dicom_files(SCENE.study(), (), (), CaseInputs(study=tmp_path / "absent")) == {}
