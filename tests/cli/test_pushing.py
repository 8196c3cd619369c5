"""`pnst push`. Witness: a server on loopback, the exit status and the lines of both outputs."""

from __future__ import annotations

import pytest

from command_line import done, pnst, refused
from dicom_run import SECRETS
from dicomweb_answers import free_port
from pnst.io.dicomweb import push
from pnst.io.dicomweb.push import StoredObject


@pytest.fixture
def answers(monkeypatch):
    """Let the server have answered so, for each object."""

    def say(*objects: StoredObject) -> None:
        monkeypatch.setattr(push, "push_results", lambda *_: objects)

    return say


def test_how_many_were_stored(answers):
    answers(StoredObject("lesion_seg.dcm"), StoredObject("measurements_sr.dcm"))
    assert done("push", "results", "dicomweb://host/root").out == "2 of 2 objects stored\n"


def test_an_object_that_was_not_stored_is_a_line_and_exit_status_1(answers):
    answers(StoredObject("lesion_seg.dcm"), StoredObject("adc_map.dcm", refusal="it has no room (code A700)"))
    result = pnst("push", "results", "dicomweb://host/root")
    assert (result.code, result.out) == (1, "1 of 2 objects stored\n")
    assert result.err == "pnst: adc_map.dcm was not stored: it has no room (code A700)\n"


def test_what_the_server_changed_is_printed(answers):
    answers(StoredObject("lesion_seg.dcm", warning="the server changed some of it"))
    assert done("push", "r", "dicomweb://h/r").out.endswith("lesion_seg.dcm: the server changed some of it\n")


def test_a_server_that_is_off_is_one_line_without_the_patient(dicom_run, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    line = refused("push", dicom_run.out, f"dicomweb://127.0.0.1:{free_port()}/root")
    assert "cannot reach 127.0.0.1" in line
    assert not any(secret in line for secret in SECRETS)


def test_credentials_in_the_url_are_refused_unsaid(dicom_run):
    line = refused("push", dicom_run.out, "dicomweb://user:sesame@host/root")
    assert "sesame" not in line


def test_a_folder_without_objects(tmp_path):
    assert "pnst run --dicom" in refused("push", tmp_path, "dicomweb://host/root")
