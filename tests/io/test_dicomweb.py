"""Witness: a real Orthanc with its DICOMweb plugin; and, for what Orthanc never does, a server that misbehaves."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pydicom
import pytest

from pnst.errors import InputError, SettingError
from pnst.io.dicomweb.address import Address
from pnst.io.dicomweb.fetch import fetch_study
from pnst.io.masks.read import read_lesions
from pnst.io.study import read_study

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "malignant_dicom"
PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
USER, PASSWORD = "reader", "sesame-Ä"
STUDY, SERIES = "1.2.3", "1.2.3.4"


@pytest.fixture(autouse=True)
def _no_credentials(monkeypatch):
    for name in ("TOKEN", "USER", "PASSWORD"):
        monkeypatch.delenv(f"PNST_DICOMWEB_{name}", raising=False)
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def signed_in(monkeypatch):
    monkeypatch.setenv("PNST_DICOMWEB_USER", USER)
    monkeypatch.setenv("PNST_DICOMWEB_PASSWORD", PASSWORD)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


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


@pytest.fixture(scope="module")
def sample_uids() -> dict[str, set[str]]:
    """Series UID → instance UIDs of the sample; and the study's own UID under 'study'."""
    found: dict[str, set[str]] = {}
    for file in SAMPLE.rglob("*.dcm"):
        header = pydicom.dcmread(file, stop_before_pixels=True)
        found.setdefault(header.SeriesInstanceUID, set()).add(header.SOPInstanceUID)
        found["study"] = {header.StudyInstanceUID}
    return found


@pytest.fixture
def study_uid(sample_uids) -> str:
    return next(iter(sample_uids["study"]))


@pytest.fixture
def url(orthanc) -> str:
    return f"dicomweb://127.0.0.1:{orthanc}/dicom-web"


@pytest.mark.usefixtures("signed_in")
def test_a_study_comes_back_voxel_by_voxel(url, study_uid, sample_uids, tmp_path):
    told: list[str] = []
    found = fetch_study(f"{url}/studies/{study_uid}", tmp_path / "new" / "out", progress=told.append)
    assert {s.uid: {Path(f).stem for f in s.files} for s in found} == {
        uid: instances for uid, instances in sample_uids.items() if uid != "study"
    }
    assert sorted(f for s in found for f in s.files) == sorted(
        f.relative_to(tmp_path / "new/out").as_posix() for f in (tmp_path / "new/out").rglob("*") if f.is_file()
    )
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["out"]
    instances = sum(map(len, sample_uids.values())) - 1
    assert len(told) == instances + 1
    assert not any(study_uid in line for line in told)

    theirs, ours = read_study(tmp_path / "new/out"), read_study(SAMPLE)
    assert theirs.series.keys() == ours.series.keys()
    for role, series in ours.series.items():
        assert np.array_equal(theirs.series[role].volume.data, series.volume.data)
        assert np.array_equal(theirs.series[role].volume.grid.affine, series.volume.grid.affine)
        assert theirs.series[role].b_values == series.b_values
        assert theirs.series[role].acquisition == series.acquisition
    (file,) = (f for s in found if s.modality == "SEG" for f in s.files)
    (fetched,) = read_lesions(tmp_path / "new/out" / file, theirs)
    (original,) = read_lesions(SAMPLE / "lesions/1.dcm", ours)
    assert fetched.label == original.label
    assert original.mask.data.any()
    assert np.array_equal(fetched.mask.data, original.mask.data)


@pytest.mark.usefixtures("signed_in")
def test_one_series_and_only_it(url, study_uid, sample_uids, tmp_path):
    series = min(sample_uids.keys() - {"study"}, key=lambda uid: len(sample_uids[uid]))
    (found,) = fetch_study(url + "/", tmp_path / "out", study_uid, series)
    assert (found.uid, found.modality, len(found.files)) == (series, "SEG", 1)
    (again,) = fetch_study(f"{url}/studies/{study_uid}/series/{series}", tmp_path / "again", study_uid)
    assert again == found
    assert len([f for f in (tmp_path / "out").rglob("*") if f.is_file()]) == 1


@pytest.mark.usefixtures("signed_in")
def test_a_compressed_instance_keeps_its_transfer_syntax(orthanc, url, tmp_path):
    """Witness: the file's own bytes of pixels; Orthanc decodes only when asked for another syntax."""
    dataset = pydicom.dcmread(SAMPLE / "t1/0001.dcm")
    plain = dataset.pixel_array
    dataset.compress(pydicom.uid.RLELossless, generate_instance_uid=False)
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "2.25.1", "2.25.2"
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = "2.25.3"
    dataset.save_as(tmp_path / "rle.dcm", enforce_file_format=True)
    rest(orthanc, "/instances", (tmp_path / "rle.dcm").read_bytes())
    ((file,),) = (s.files for s in fetch_study(url, tmp_path / "out", "2.25.1"))
    back = pydicom.dcmread(tmp_path / "out" / file)
    assert file == "2.25.2/2.25.3.dcm"
    assert back.file_meta.TransferSyntaxUID == pydicom.uid.RLELossless
    assert back.PixelData == dataset.PixelData
    assert np.array_equal(back.pixel_array, plain)


@pytest.mark.usefixtures("signed_in")
def test_what_the_server_does_not_have(url, study_uid, tmp_path):
    with pytest.raises(InputError, match="no study with this UID"):
        fetch_study(url, tmp_path / "new" / "out", "2.25.404")
    with pytest.raises(InputError, match="no series with this UID"):
        fetch_study(url, tmp_path / "new" / "out", study_uid, "2.25.404")
    with pytest.raises(InputError, match="path in the URL"):
        fetch_study(url.replace("dicom-web", "nothing"), tmp_path / "new" / "out", study_uid)
    assert not list(tmp_path.iterdir())


def test_a_wrong_password_is_refused_and_not_repeated(url, study_uid, tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"cannot sign in.*401.*PNST_DICOMWEB_TOKEN"):
        fetch_study(url, tmp_path / "out", study_uid)
    monkeypatch.setenv("PNST_DICOMWEB_USER", USER)
    monkeypatch.setenv("PNST_DICOMWEB_PASSWORD", "open")
    with pytest.raises(InputError, match="401") as refusal:
        fetch_study(url, tmp_path / "out", study_uid)
    assert USER not in str(refusal.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("signed_in")
def test_a_folder_in_use_is_left_alone(url, study_uid, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="already there"):
        fetch_study(url, tmp_path, study_uid)
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def pnst(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pnst", "fetch", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}, encoding="utf-8"
    )


@pytest.mark.usefixtures("signed_in")
def test_the_command(url, study_uid, tmp_path):
    run = pnst(url, "--study", study_uid, "--out", str(tmp_path / "out"))
    assert (run.returncode, run.stderr) == (0, "")
    assert re.search(r"SEG +│ +1 +│ +\S+/\S+\.dcm ", run.stdout)
    assert re.search(r"MR +│ +\d+ +│ +[0-9.]+ ", run.stdout)
    assert PASSWORD not in run.stdout
    assert read_study(tmp_path / "out").series.keys() == read_study(SAMPLE).series.keys()
    again = pnst(url, "--study", study_uid, "--out", str(tmp_path / "out"))
    assert again.returncode == 2
    assert re.fullmatch(r"pnst: .*; got: .*; expected: .*; remedy: .*\n", again.stderr)


# What Orthanc never does.


Answer = tuple[int, str, bytes]


@pytest.fixture
def speak() -> Iterator[Callable[[Callable[[str], Answer]], tuple[str, list[str]]]]:
    """Start a server that answers each path as told: its URL, and the Authorization headers that it was sent."""
    servers = []

    def start(answer: Callable[[str], Answer]) -> tuple[str, list[str]]:
        signed: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                signed.append(self.headers.get("Authorization", ""))
                assert self.headers["Host"] == f"127.0.0.1:{server.server_port}"
                status, kind, body = answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return f"dicomweb://127.0.0.1:{server.server_port}/root", signed

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def instance(number: int, series: str = SERIES, *, pixels: bool = True) -> bytes:
    """A small DICOM file as one part of a multipart answer."""
    dataset = pydicom.dcmread(SAMPLE / "t1/0001.dcm")
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID = STUDY, series, f"1.{number}"
    if not pixels:
        del dataset.PixelData
    buffer = pydicom.filebase.DicomBytesIO()
    dataset.save_as(buffer)
    return b"--part\r\nContent-Type: application/dicom\r\n\r\n" + buffer.getvalue() + b"\r\n--part--\r\n"


def listing(tag: str, *uids: object, **more: object) -> Answer:
    return 200, "application/dicom+json", json.dumps([{tag: {"Value": [uid]}, **more} for uid in uids]).encode()


MULTIPART = 'multipart/related; type="application/dicom"; boundary=part'


def archive(path: str, *, said: int = 5, page: int = 2, honest: bool = True) -> Answer:
    """A server of one series of five instances that answers in pages of two, and says how many there are."""
    offset = int((re.search(r"offset=(\d+)", path) or "00")[1]) if honest else 0
    path = path.partition("?")[0]
    if path.endswith("/series"):
        uids = [SERIES][offset:]
        return listing("0020000E", *uids, **{"00201209": {"vr": "IS", "Value": [said]}, "00080060": {"Value": ["MR"]}})
    if path.endswith("/instances"):
        return listing("00080018", *[f"1.{n}" for n in range(5)][offset : offset + page])
    return 200, MULTIPART, instance(int(path.rpartition(".")[2]))


def test_all_pages_of_a_search_are_asked_for(speak, tmp_path):
    """Many servers answer with some hundred entries at a time (PS3.18 8.3.4)."""
    url, _ = speak(archive)
    (found,) = fetch_study(url, tmp_path / "out", STUDY)
    assert found.files == tuple(f"{SERIES}/1.{n}.dcm" for n in range(5))


def test_a_server_that_ignores_the_offset_ends_and_is_found_out(speak, tmp_path):
    url, _ = speak(lambda path: archive(path, honest=False))
    with pytest.raises(InputError, match="lists 2 of its 5 instances"):
        fetch_study(url, tmp_path / "out", STUDY)
    assert not list(tmp_path.iterdir())


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


def test_an_instance_without_its_envelope_is_taken(speak, tmp_path):
    """Some servers send one instance as application/dicom, not multipart; nothing is lost by it, and nobody warned."""
    raw = instance(0).partition(b"\r\n\r\n")[2].removesuffix(b"\r\n--part--\r\n")

    def answer(path: str) -> Answer:
        if path.partition("?")[0].endswith("/instances"):
            return listing("00080018", "1.0")
        return archive(path, said=1) if "/instances/" not in path else (200, "application/dicom", raw)

    ((file,),) = (s.files for s in fetch_study(speak(answer)[0], tmp_path / "out", STUDY))
    assert (tmp_path / "out" / file).read_bytes() == raw


def with_instance(answer: Answer) -> Callable[[str], Answer]:
    return lambda path: archive(path) if "/instances/" not in path else answer


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda _: (200, "text/html", b"<html>sign in</html>"), "not JSON"),
        (lambda _: (200, "application/json", b'[{"0020000E": {"Value": ["../../etc"]}}]'), "without a valid UID"),
        (lambda _: (200, "application/json", b'[{"0020000E": {"Value": [7]}}]'), "without a valid UID"),
        (lambda _: (200, "application/json", b'[{"0020000E": {}}]'), "without a valid UID"),
        (lambda _: (200, "application/json", b"[[]]"), "cannot be read"),
        (lambda _: (200, "application/json", b"3"), "cannot be read"),
        (lambda _: (204, "application/json", b""), "no study with this UID"),
        (lambda _: (403, "text/plain", b""), "may not fetch.*403"),
        (lambda _: (400, "text/plain", b""), "400.*check the path"),
        (lambda _: (500, "text/plain", b""), "500.*try again later"),
        (
            lambda path: archive(path) if "/instances" not in path else listing("00080018", "../x"),
            "without a valid UID",
        ),
        (lambda path: archive(path) if "/instances" not in path else listing("00080018"), "lists 0 of its 5"),
        (with_instance((404, "text/plain", b"")), "no instance with this UID"),
        (with_instance((200, "text/html", b"<html>sign in</html>")), "cannot be read"),
        (with_instance((200, MULTIPART, b"--part\r\n\r\nnot DICOM\r\n--part--\r\n")), "cannot be read"),
        (with_instance((200, MULTIPART, b"--part--\r\n")), "cannot be read"),
        (with_instance((200, MULTIPART, instance(0, pixels=False))), "breaks off"),
        (with_instance((200, MULTIPART, instance(9))), "another instance"),
        (with_instance((200, MULTIPART, instance(0, "1.9"))), "another instance"),
    ],
)
def test_a_server_that_misbehaves_leaves_nothing(speak, tmp_path, answer, said):
    url, _ = speak(answer)
    with pytest.raises(InputError, match=said):
        fetch_study(url, tmp_path / "out", STUDY)
    assert not list(tmp_path.iterdir())


def test_a_busy_server_is_asked_again(speak, tmp_path):
    busy = [503]
    url, _ = speak(lambda path: (busy.pop(), "text/plain", b"") if busy else archive(path))
    (found,) = fetch_study(url, tmp_path / "out", STUDY)
    assert len(found.files) == 5


@pytest.mark.parametrize("missing", [30, 20000, 41200])
def test_an_answer_that_breaks_off_leaves_nothing(speak, tmp_path, missing):
    """pydicom reads a file that ends within its pixels, or before them, without a word."""
    url, _ = speak(with_instance((200, MULTIPART, instance(0)[:-missing])))
    with pytest.raises(InputError, match="breaks off"):
        fetch_study(url, tmp_path / "out", STUDY)
    assert not list(tmp_path.iterdir())


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
    found = Address.parse(url, *options)
    assert (found.service, found.study, found.series) == (service, study, series)


@pytest.mark.parametrize(
    ("url", "options", "said"),
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
def test_addresses_that_are_refused(url, options, said):
    with pytest.raises(SettingError, match=re.escape(said)):
        Address.parse(url, *options)


@pytest.mark.parametrize("url", ["dicomweb://me:secret@h/a", "dicomweb://h/a?token=secret", "dicomweb://h/a#secret"])
def test_a_secret_in_the_url_is_refused_unsaid(url):
    with pytest.raises(SettingError, match="PNST_DICOMWEB_TOKEN") as refusal:
        Address.parse(url, STUDY)
    assert "secret" not in str(refusal.value)
