"""Addresses of the form that the documentation gives, and refusals that repeat no secret."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomweb_answers import (
    SAMPLE,
    SERIES,
    STUDY,
    free_port,
)
from pnst.errors import SettingError
from pnst.io.dicomweb.address import Address

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


@pytest.mark.parametrize(
    ("url", "options", "service", "study", "series"),
    [
        ("dicomweb://h", (STUDY, None), "http://h", STUDY, None),
        ("dicomweb://h:8042/dicom-web/", (STUDY, SERIES), "http://h:8042/dicom-web", STUDY, SERIES),
        ("dicomwebs://h/a/b/studies", (STUDY, None), "https://h/a/b", STUDY, None),
        ("dicomwebs://h/a/studies/1.2.3", (None, None), "https://h/a", STUDY, None),
        ("dicomweb://[::1]:80/a/studies/1.2.3/", (STUDY, SERIES), "http://[::1]:80/a", STUDY, SERIES),
        ("dicomweb://h/studies/x/studies/1.2.3/series/1.2.3.4", (None, None), "http://h/studies/x", STUDY, SERIES),
    ],
)
def test_addresses(url, options, service, study, series):
    address = Address.parse(url, *options)
    assert (address.service, address.study, address.series) == (service, study, series)


@pytest.mark.parametrize(
    ("url", "options", "message"),
    [
        ("http://h/a", (STUDY, None), "dicomweb://HOST"),
        ("dicomweb:h/a", (STUDY, None), "dicomweb://HOST"),
        ("dicomweb:///a", (STUDY, None), "dicomweb://HOST"),
        ("dicomweb://h:x/a", (STUDY, None), "dicomweb://HOST"),
        ("dicomweb://[h/a", (STUDY, None), "dicomweb://HOST"),
        ("dicomweb://h/a b", (STUDY, None), "dicomweb://HOST"),
        ("dicomweb://h/a", (None, None), "no study is named"),
        ("dicomweb://h/a", ("1..2", None), "UID of the study"),
        ("dicomweb://h/a", (STUDY, "../x"), "UID of the series"),
        ("dicomweb://h/a/studies/1.2.3", ("1.2.4", None), "named twice"),
        pytest.param("dicomweb://h/a/studies/" + "1" * 65, (None, None), "UID of the study", id="65 digits"),
        ("dicomweb://h/a/studies/1.2.3/metadata", (None, None), "no study is named"),
    ],
)
def test_addresses_that_are_refused(url, options, message):
    with pytest.raises(SettingError, match=re.escape(message)):
        Address.parse(url, *options)


@pytest.mark.parametrize("url", ["dicomweb://me:secret@h/a", "dicomweb://h/a?token=secret", "dicomweb://h/a#secret"])
def test_a_secret_in_the_url_is_refused_unsaid(url):
    with pytest.raises(SettingError, match="PNST_DICOMWEB_TOKEN") as refusal:
        Address.parse(url, STUDY)
    assert "secret" not in str(refusal.value)
