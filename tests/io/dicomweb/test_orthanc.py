"""Witness: a real Orthanc with its DICOMweb plugin."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest

from dicomweb_answers import (
    SAMPLE,
    free_port,
)
from pnst.errors import InputError
from pnst.io.dicomweb.fetch import fetch_study
from pnst.io.dicomweb.push import push_results
from pnst.io.masks.read import read_lesions
from pnst.io.results import DICOM
from pnst.io.study import read_study

PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
USER, PASSWORD = "reader", "sesame-Ä"


@pytest.fixture
def signed_in(monkeypatch):
    monkeypatch.setenv("PNST_DICOMWEB_USER", USER)
    monkeypatch.setenv("PNST_DICOMWEB_PASSWORD", PASSWORD)


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
    uids: dict[str, set[str]] = {}
    for file in SAMPLE.rglob("*.dcm"):
        header = pydicom.dcmread(file, stop_before_pixels=True)
        uids.setdefault(header.SeriesInstanceUID, set()).add(header.SOPInstanceUID)
        uids["study"] = {header.StudyInstanceUID}
    return uids


@pytest.fixture
def study_uid(sample_uids) -> str:
    return next(iter(sample_uids["study"]))


@pytest.fixture
def url(orthanc) -> str:
    return f"dicomweb://127.0.0.1:{orthanc}/dicom-web"


@pytest.mark.usefixtures("signed_in")
def test_a_study_comes_back_voxel_by_voxel(url, study_uid, sample_uids, tmp_path):
    progress_lines: list[str] = []
    fetched = fetch_study(f"{url}/studies/{study_uid}", tmp_path / "new" / "out", progress=progress_lines.append)
    assert {s.uid: {Path(f).stem for f in s.files} for s in fetched} == {
        uid: instances for uid, instances in sample_uids.items() if uid != "study"
    }
    assert sorted(f for s in fetched for f in s.files) == sorted(
        f.relative_to(tmp_path / "new/out").as_posix() for f in (tmp_path / "new/out").rglob("*") if f.is_file()
    )
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["out"]
    instances = sum(map(len, sample_uids.values())) - 1
    assert len(progress_lines) == instances + 1
    assert not any(study_uid in line for line in progress_lines)

    theirs, ours = read_study(tmp_path / "new/out"), read_study(SAMPLE)
    assert theirs.series.keys() == ours.series.keys()
    for role, series in ours.series.items():
        assert np.array_equal(theirs.series[role].volume.data, series.volume.data)
        assert np.array_equal(theirs.series[role].volume.grid.affine, series.volume.grid.affine)
        assert theirs.series[role].b_values == series.b_values
        assert theirs.series[role].acquisition == series.acquisition
    (file,) = (f for s in fetched if s.modality == "SEG" for f in s.files)
    (fetched_lesion,) = read_lesions(tmp_path / "new/out" / file, theirs)
    (original,) = read_lesions(SAMPLE / "lesions/1.dcm", ours)
    assert fetched_lesion.label == original.label
    assert original.mask.data.any()
    assert np.array_equal(fetched_lesion.mask.data, original.mask.data)


@pytest.mark.usefixtures("signed_in")
def test_one_series_and_only_it(url, study_uid, sample_uids, tmp_path):
    series = min(sample_uids.keys() - {"study"}, key=lambda uid: len(sample_uids[uid]))
    (fetched,) = fetch_study(url + "/", tmp_path / "out", study_uid, series)
    assert (fetched.uid, fetched.modality, len(fetched.files)) == (series, "SEG", 1)
    (again,) = fetch_study(f"{url}/studies/{study_uid}/series/{series}", tmp_path / "again", study_uid)
    assert again == fetched
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
    command = [sys.executable, "-m", "pnst", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}, encoding="utf-8"
    )


@pytest.mark.usefixtures("signed_in")
def test_the_command(url, study_uid, tmp_path):
    run = pnst("fetch", url, "--study", study_uid, "--out", str(tmp_path / "out"))
    assert (run.returncode, run.stderr) == (0, "")
    assert re.search(r"SEG +│ +1 +│ +\S+/\S+\.dcm ", run.stdout)
    assert re.search(r"MR +│ +\d+ +│ +[0-9.]+ ", run.stdout)
    assert PASSWORD not in run.stdout
    assert read_study(tmp_path / "out").series.keys() == read_study(SAMPLE).series.keys()
    again = pnst("fetch", url, "--study", study_uid, "--out", str(tmp_path / "out"))
    assert again.returncode == 2
    assert re.fullmatch(r"pnst: .*; got: .*; expected: .*; remedy: .*\n", again.stderr)


@pytest.mark.usefixtures("signed_in")
def test_results_are_stored_and_come_back_element_for_element(url, dicom_run, tmp_path):
    objects = push_results(url, dicom_run.out)
    assert [(one.file, one.refusal) for one in objects] == [(name, None) for name in DICOM]
    sent = {name: pydicom.dcmread(dicom_run.out / name) for name in DICOM}
    study = sent[DICOM[0]].StudyInstanceUID
    fetched = fetch_study(url, tmp_path / "back", study)
    assert {series.modality for series in fetched} == {"SEG", "OT", "SR"}
    for name, original in sent.items():
        back = pydicom.dcmread(tmp_path / "back" / original.SeriesInstanceUID / f"{original.SOPInstanceUID}.dcm")
        assert back == original, name  # every element: pixels, numbers, codes, patient
        assert back.get("PixelData", back.get("FloatPixelData")) == original.get(
            "PixelData", original.get("FloatPixelData")
        )
        assert str(back.PatientName) == str(original.PatientName)


@pytest.mark.usefixtures("signed_in")
def test_storing_again_changes_nothing(url, dicom_run, orthanc):
    push_results(url, dicom_run.out)
    before = json.loads(rest(orthanc, "/statistics"))["CountInstances"]
    assert all(one.refusal is None for one in push_results(url, dicom_run.out))
    assert json.loads(rest(orthanc, "/statistics"))["CountInstances"] == before


@pytest.mark.usefixtures("signed_in")
def test_the_command_that_stores(url, dicom_run):
    run = pnst("push", str(dicom_run.out), url)
    assert (run.returncode, run.stdout, run.stderr) == (0, "3 of 3 objects stored\n", "")


def test_what_does_not_store_is_refused(url, dicom_run, monkeypatch):
    monkeypatch.setenv("PNST_DICOMWEB_USER", USER)
    monkeypatch.setenv("PNST_DICOMWEB_PASSWORD", PASSWORD)
    with pytest.raises(InputError, match=r"cannot store at 127\.0\.0\.1.*path in the URL"):
        push_results(url.replace("dicom-web", "nothing"), dicom_run.out)
    run = pnst("push", str(dicom_run.out), url, PNST_DICOMWEB_PASSWORD="open")
    assert run.returncode == 2
    assert re.fullmatch(r"pnst: cannot sign in to \S+; got: HTTP status 401; expected: .*; remedy: .*\n", run.stderr)
    assert "open" not in run.stderr + run.stdout
