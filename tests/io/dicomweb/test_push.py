"""Results to a server. Witness: the requests that a server on loopback received, and answers as PS3.18 has them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pydicom
import pytest

from dicom_run import SECRETS
from dicomweb_answers import free_port
from local_http import QuietHandler, local_servers
from pnst.errors import InputError, SettingError
from pnst.io.dicomweb.push import push_results
from pnst.io.results import DICOM

STORE = Callable[[str, int], tuple[int, str, bytes]]
"""From the instance's UID and the number of the request to status, content type and body."""


def answer(*, stored: str = "", failed: str = "", reason: int | None = None, warning: int | None = None) -> bytes:
    """The answer of STOW-RS for one instance."""

    def item(uid: str, **codes: int | None) -> dict:
        tags = {"reason": "00081197", "warning": "00081196"}
        more = {tags[name]: {"vr": "US", "Value": [code]} for name, code in codes.items() if code is not None}
        return {"00081155": {"vr": "UI", "Value": [uid]}, **more}

    data = {}
    if stored:
        data["00081199"] = {"vr": "SQ", "Value": [item(stored, warning=warning)]}
    if failed:
        data["00081198"] = {"vr": "SQ", "Value": [item(failed, reason=reason)]}
    return json.dumps(data).encode()


@pytest.fixture
def server() -> Iterator[Callable[[STORE], tuple[str, list[dict]]]]:
    """Start a server that stores as a function says: its URL, and what it was sent."""
    with local_servers() as serve:

        def start(store: STORE) -> tuple[str, list[dict]]:
            requests: list[dict] = []

            class Handler(QuietHandler):
                def do_POST(self) -> None:
                    body = self.rfile.read(int(self.headers["Content-Length"]))
                    boundary = re.search(r"boundary=(\S+)", self.headers["Content-Type"])[1].encode()
                    head, _, rest = body.partition(b"\r\n\r\n")
                    content = rest.removesuffix(b"\r\n--" + boundary + b"--\r\n")
                    uid = str(pydicom.dcmread(BytesIO(content), stop_before_pixels=True).SOPInstanceUID)
                    requests.append(
                        {"path": self.path, "headers": dict(self.headers), "content": content, "head": head}
                    )
                    status, kind, answered = store(uid, len(requests))
                    self.answer(status, kind, answered, **({"Location": "/elsewhere"} if status in (301, 307) else {}))

            return f"dicomweb://127.0.0.1:{serve(Handler)}/root", requests

        yield start


def stores(uid: str, _: int) -> tuple[int, str, bytes]:
    return 200, "application/dicom+json", answer(stored=uid)


def test_each_object_is_sent_byte_for_byte(server, dicom_run):
    url, requests = server(stores)
    lines: list[str] = []
    objects = push_results(url, dicom_run.out, lines.append)
    assert [(one.file, one.refusal, one.warning) for one in objects] == [(name, None, None) for name in DICOM]
    assert [request["content"] for request in requests] == [(dicom_run.out / name).read_bytes() for name in DICOM]
    for request in requests:
        assert request["path"] == "/root/studies"
        assert request["headers"]["Accept"] == "application/dicom+json"
        assert 'type="application/dicom"' in request["headers"]["Content-Type"]
        assert b"Content-Type: application/dicom" in request["head"]
    assert lines == [f"storing {name} (object {n} of 3)" for n, name in enumerate(DICOM, start=1)]


def test_the_study_may_stand_in_the_url_and_no_other(server, dicom_run):
    url, requests = server(stores)
    study = pydicom.dcmread(dicom_run.out / DICOM[0], stop_before_pixels=True).StudyInstanceUID
    push_results(f"{url}/studies/{study}", dicom_run.out)
    for other in (f"{url}/studies/1.2.3", f"{url}/studies/{study}/series/1.2"):
        with pytest.raises(SettingError, match="something else than what is stored") as refusal:
            push_results(other, dicom_run.out)
        assert study not in str(refusal.value)
    assert len(requests) == 3


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0x0122, "it does not store objects of this kind"),
        (0xA700, "it has no room"),
        (0xA7FF, "it has no room"),
        (0xC123, "it does not understand the object"),
        (0x0FFF, "for a reason of its own"),
        (None, "it gives no reason"),
    ],
)
@pytest.mark.parametrize("status", [200, 202, 409])
def test_an_object_that_is_refused_is_told_and_the_others_are_stored(server, dicom_run, code, words, status):
    def store(uid: str, number: int) -> tuple[int, str, bytes]:
        if number == 2:
            return status, "application/dicom+json", answer(failed=uid, reason=code)
        return stores(uid, number)

    url, requests = server(store)
    objects = push_results(url, dicom_run.out)
    assert len(requests) == 3
    assert [one.refusal is None for one in objects] == [True, False, True]
    assert objects[1].refusal.startswith(words)


@pytest.mark.parametrize("body", [b"", b"<html>no</html>", b"[]", b"7", b"{}"])
def test_a_conflict_without_words_is_a_refusal(server, dicom_run, body):
    url, _ = server(lambda *_: (409, "text/plain", body))
    if body in (b"", b"{}"):
        assert {one.refusal for one in push_results(url, dicom_run.out)} == {"it gives no reason (HTTP status 409)"}
        return
    with pytest.raises(InputError, match="cannot store at"):
        push_results(url, dicom_run.out)


@pytest.mark.parametrize(
    ("reply", "got"),
    [
        ((200, "application/dicom+json", answer(stored="1.2.3")), "does not name the object"),
        ((200, "application/dicom+json", b"{}"), "does not name the object"),
        ((200, "application/dicom+json", b""), "not JSON"),
        ((200, "text/html", b"<html>welcome</html>"), "not JSON"),
        ((200, "application/dicom+json", b"[1, 2]"), "does not say what was stored"),
        ((301, "text/plain", b""), "HTTP status 301"),
        ((307, "text/plain", b""), "HTTP status 307"),
        ((400, "text/plain", b"bad"), "HTTP status 400"),
        ((404, "text/plain", b""), "HTTP status 404"),
        ((405, "text/plain", b""), "HTTP status 405"),
        ((503, "text/plain", b""), "HTTP status 503.*try again later"),
    ],
)
def test_an_answer_that_is_none_is_refused(server, dicom_run, reply, got):
    url, requests = server(lambda *_: reply)
    with pytest.raises(InputError, match=rf"cannot store at 127\.0\.0\.1.*({got})"):
        push_results(url, dicom_run.out)
    assert len(requests) == 1


def test_what_the_server_changed_is_said(server, dicom_run):
    url, _ = server(lambda uid, _: (202, "application/dicom+json", answer(stored=uid, warning=0xB000)))
    assert {one.warning for one in push_results(url, dicom_run.out)} == {"the server changed some of it"}


@pytest.mark.parametrize("status", [401, 403])
def test_signing_in_is_that_of_fetch(server, dicom_run, monkeypatch, status):
    monkeypatch.setenv("PNST_DICOMWEB_TOKEN", "abc.def")
    url, requests = server(stores)
    push_results(url, dicom_run.out)
    assert {request["headers"]["Authorization"] for request in requests} == {"Bearer abc.def"}
    url, _ = server(lambda *_: (status, "text/plain", b""))
    with pytest.raises(InputError, match="who may store in the study") as refusal:
        push_results(url, dicom_run.out)
    assert "abc.def" not in str(refusal.value)


def test_no_server_and_no_secret_in_its_message(dicom_run, monkeypatch):
    monkeypatch.setenv("PNST_DICOMWEB_USER", "reader")
    monkeypatch.setenv("PNST_DICOMWEB_PASSWORD", "sesame")
    with pytest.raises(InputError, match=r"cannot reach 127\.0\.0\.1.*ConnectionError") as refusal:
        push_results(f"dicomweb://127.0.0.1:{free_port()}/root", dicom_run.out)
    study = pydicom.dcmread(dicom_run.out / DICOM[0], stop_before_pixels=True).StudyInstanceUID
    for secret in (*SECRETS, "sesame", study):
        assert secret not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_folder_without_objects_is_refused(tmp_path, server):
    url, requests = server(stores)
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(InputError, match=r"nothing to store.*pnst run --dicom"):
            push_results(url, folder)
    assert not requests


def test_objects_of_two_studies_and_what_is_no_dicom_are_refused(tmp_path, server, dicom_run):
    url, requests = server(stores)
    for name in DICOM[:2]:
        shutil.copy(dicom_run.out / name, tmp_path / name)
    dataset = pydicom.dcmread(tmp_path / DICOM[1])
    dataset.StudyInstanceUID = "1.2.3"
    dataset.save_as(tmp_path / DICOM[1])
    with pytest.raises(InputError, match="several studies"):
        push_results(url, tmp_path)
    (tmp_path / DICOM[1]).write_bytes(b"x" * 200)
    with pytest.raises(InputError, match="no DICOM file"):
        push_results(url, tmp_path)
    Path(tmp_path / DICOM[1]).unlink()
    (tmp_path / DICOM[1]).mkdir()
    with pytest.raises(InputError, match="a folder, not a plain file"):
        push_results(url, tmp_path)
    assert not requests
