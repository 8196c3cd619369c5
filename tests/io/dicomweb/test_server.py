"""Signing in, and what cannot be reached. Witness: the headers that a server on loopback received."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomweb_answers import (
    SAMPLE,
    STUDY,
    archive,
    free_port,
)
from pnst.errors import InputError, SettingError
from pnst.io.dicomweb.fetch import fetch_study

PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
USER, PASSWORD = "reader", "sesame-Ä"


def rest(port: int, path: str, body: bytes | None = None) -> bytes:
    """Orthanc's own interface, signed in."""
    key = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, {"Authorization": f"Basic {key}"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        return answer.read()


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory) -> Iterator[int]:
    """The port of an Orthanc that holds the simulated malignant study, on loopback, with a password."""
    program = shutil.which("Orthanc") or shutil.which("/usr/sbin/Orthanc")
    if program is None or not PLUGIN.exists():
        pytest.skip("Orthanc with its DICOMweb plugin is not installed (Debian: orthanc, orthanc-dicomweb)")
    folder, port = tmp_path_factory.mktemp("orthanc"), free_port()
    settings = {
        "StorageDirectory": str(folder / "db"),
        "IndexDirectory": str(folder / "db"),
        "Plugins": [str(PLUGIN)],
        "HttpPort": port,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": True,
        "RegisteredUsers": {USER: PASSWORD},
        "DicomServerEnabled": False,
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    (folder / "orthanc.json").write_text(json.dumps(settings), encoding="utf-8")
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([program, str(folder / "orthanc.json")], stdout=log, stderr=log, cwd=folder)
        try:
            wait_for(server, port, folder / "log")
            for file in sorted(SAMPLE.rglob("*.dcm")):
                rest(port, "/instances", file.read_bytes())
            yield port
        finally:
            server.terminate()
            server.wait(30)


def wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(300):
        assert server.poll() is None, log.read_text(encoding="utf-8", errors="replace")
        try:
            rest(port, "/system")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError("Orthanc did not start within 30 s")


@pytest.fixture
def url(orthanc) -> str:
    return f"dicomweb://127.0.0.1:{orthanc}/dicom-web"


def test_a_token_is_sent_as_bearer_and_beats_a_netrc(speak, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password wrong\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("PNST_DICOMWEB_TOKEN", "abc.def")
    url, signed = speak(archive)
    fetch_study(url, tmp_path / "out", STUDY)
    assert set(signed) == {"Bearer abc.def"}


@pytest.mark.parametrize("token", ["abc\ndef", "abc def", "ab€"])
def test_a_token_that_is_no_header_is_refused_unsaid(speak, tmp_path, monkeypatch, token):
    monkeypatch.setenv("PNST_DICOMWEB_TOKEN", token)
    url, signed = speak(archive)
    with pytest.raises(SettingError, match="PNST_DICOMWEB_TOKEN") as refusal:
        fetch_study(url, tmp_path / "out", STUDY)
    assert token not in str(refusal.value)
    assert not signed


def test_a_busy_server_is_asked_again(speak, tmp_path):
    busy = [503]
    url, _ = speak(lambda path: (busy.pop(), "text/plain", b"") if busy else archive(path))
    (fetched,) = fetch_study(url, tmp_path / "out", STUDY)
    assert len(fetched.files) == 5


def test_no_server(tmp_path):
    with pytest.raises(InputError, match=r"cannot reach 127\.0\.0\.1.*ConnectionError") as refusal:
        fetch_study(f"dicomweb://127.0.0.1:{free_port()}/root", tmp_path / "out", STUDY)
    assert STUDY not in str(refusal.value)
    assert refusal.value.__cause__ is None  # it holds the URL
    assert not list(tmp_path.iterdir())


def test_tls_is_spoken_where_it_is_asked_for(speak, tmp_path):
    url, _ = speak(archive)
    with pytest.raises(InputError, match="SSLError"):
        fetch_study(url.replace("dicomweb:", "dicomwebs:"), tmp_path / "out", STUDY)


def test_without_the_optional_part_the_message_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "dicomweb_client.api", None)
    with pytest.raises(InputError, match=r"pip install 'pnst\[dicomweb\]'"):
        fetch_study("dicomweb://127.0.0.1/root", tmp_path / "out", STUDY)


@pytest.mark.parametrize(
    "given",
    [
        {"TOKEN": "t", "USER": "u", "PASSWORD": "p"},
        {"USER": "u"},
        {"PASSWORD": "p"},
    ],
)
def test_credentials_that_contradict_each_other(given, tmp_path, monkeypatch):
    for name, value in given.items():
        monkeypatch.setenv(f"PNST_DICOMWEB_{name}", value)
    with pytest.raises(SettingError, match="how to sign in"):
        fetch_study("dicomweb://127.0.0.1:9/root", tmp_path / "out", STUDY)
