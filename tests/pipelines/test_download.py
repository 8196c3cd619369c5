"""The collection, fetched and measured. Witness: a server on this disk, laid out as the Imaging Data Commons'.

The stand-in serves simulated DICOM under the collection's names, and beside it the real case where it is there.
"""

from __future__ import annotations

import inspect
import shutil
from collections import namedtuple
from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
import pytest
from skimage.measure import find_contours

import pnst
from mask_files import save_rtstruct
from pipeline_scripts import script_of
from pnst.phantom import GridSpec, LesionSpec, Spec, simulate

PROMISED = {"STS_001": {"RTstruct_T1": 1.053424, "RTstruct_T2FS": 0.793954, "T1": 21.063524, "T2": 11.888878}}
"""MB of the real case's series, by version 25 of the index."""


def recipe(name: str):
    return script_of("tcia_soft_tissue_sarcoma", name)


@pytest.fixture(scope="module")
def step():
    return recipe("download")


class StandIn:
    """The two things that are used of the client, over a folder with one folder a series."""

    def __init__(self, server: Path) -> None:
        self.server = server
        self.index = pd.DataFrame([row_of(folder) for folder in sorted(server.iterdir())])
        self.asked: list[list[str]] = []

    def download_from_selection(self, downloadDir, *, seriesInstanceUID, quiet, show_progress_bar, dirTemplate) -> None:
        self.asked.append(list(seriesInstanceUID))
        for row in self.index.to_dict("records"):
            if row["SeriesInstanceUID"] in seriesInstanceUID:
                place = dirTemplate
                for name in ("Modality", "SeriesInstanceUID"):
                    place = place.replace(f"%{name}", row[name])
                shutil.copytree(self.server / row["crdc_series_uuid"], Path(downloadDir) / place)


def row_of(folder: Path) -> dict[str, object]:
    """A row of the index, of the files that lie there."""
    files = sorted(folder.iterdir())
    header = pydicom.dcmread(files[0], stop_before_pixels=True, force=True)
    return {
        "collection_id": "soft_tissue_sarcoma",
        "PatientID": folder.name.split(".")[0],
        "StudyInstanceUID": str(header.StudyInstanceUID),
        "SeriesInstanceUID": str(header.SeriesInstanceUID),
        "Modality": str(header.Modality),
        "SeriesDescription": folder.name.split(".")[1],
        "instanceCount": len(files),
        "series_size_MB": sum(file.stat().st_size for file in files) / 1e6,
        "license_short_name": "CC BY 3.0",
        "source_DOI": "10.7937/k9/tcia.2015.7go2gsks",
        "crdc_series_uuid": folder.name,
    }


@pytest.fixture(scope="module")
def simulated():
    grids = {role: GridSpec(spacing_mm=(1.6, 1.5, 4.0)) for role in (pnst.Role.T1, pnst.Role.T2_FS)}
    lesion = LesionSpec(radii_mm=(13.0, 15.0, 19.0))
    return simulate(Spec(lesion=lesion, roles=(pnst.Role.T1, pnst.Role.T2_FS), grids=grids), seed=4)


@pytest.fixture(scope="module")
def server(tmp_path_factory, simulated) -> Path:
    """Two patients with T1, T2 and contours of each, and a PET study with its own MR."""
    place, sent = tmp_path_factory.mktemp("server"), tmp_path_factory.mktemp("sent")
    for number, patient in enumerate(("STS_101", "STS_102")):
        study = sent / patient
        pnst.write_study(simulated.study, study, format="dicom")
        series = {str(pydicom.dcmread(f).SeriesInstanceUID): f.parent for f in study.rglob("*.dcm")}
        for uid, folder in series.items():
            name = "T1" if "t1" in folder.name.lower() and "t2" not in folder.name.lower() else "T2"
            shutil.copytree(folder, place / f"{patient}.{name}.{uid}")
        for name in ("RTstruct_T1", "RTstruct_T2FS"):
            write_contours(place / f"{patient}.{name}.0", simulated.lesion.mask, study, f"2.25.9{number}{len(name)}")
        relabel(place, patient, number)
    copy_as_pet(place)
    return place


def write_contours(folder: Path, mask: pnst.Mask, study: Path, uid: str) -> None:
    folder.mkdir()
    rings = []
    for k in np.flatnonzero(mask.data.any(axis=(0, 1))):
        for line in find_contours(mask.data[:, :, k].astype(float), 0.5):
            rings.append(mask.grid.to_world(np.column_stack([line, np.full(len(line), k)])) * (-1, -1, 1))
    file = save_rtstruct(folder, {"GTV_Mass": rings})
    dataset = pydicom.dcmread(file)
    image = pydicom.dcmread(next(study.rglob("*.dcm")), stop_before_pixels=True)
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = image.StudyInstanceUID, uid
    dataset.save_as(file, enforce_file_format=True)


def relabel(place: Path, patient: str, number: int) -> None:
    """A study of its own for each patient: the simulation gives both the same identifiers."""
    for file in place.glob(f"{patient}.*/*"):
        dataset = pydicom.dcmread(file)
        dataset.StudyInstanceUID += f".{number + 1}"
        dataset.SeriesInstanceUID += f".{number + 1}"
        dataset.save_as(file, enforce_file_format=True)


def copy_as_pet(place: Path) -> None:
    """A study of PET with an MR that was resampled onto it."""
    source = next(place.glob("STS_101.T1.*"))
    for name, modality in (("PET", "PT"), ("Aligned_T1toPET", "MR")):
        shutil.copytree(source, place / f"STS_101.{name}.0")
        for file in (place / f"STS_101.{name}.0").iterdir():
            dataset = pydicom.dcmread(file)
            dataset.Modality, dataset.StudyInstanceUID, dataset.SeriesInstanceUID = (
                modality,
                "2.25.7",
                f"2.25.7{modality == 'MR':d}",
            )
            dataset.save_as(file, enforce_file_format=True)


def folders(data: Path) -> set[str]:
    return {path.name for path in data.iterdir() if path.is_dir()}


def test_mr_studies_come_with_their_licence_and_sources(step, server, tmp_path, capsys):
    client = StandIn(server)
    assert step.main([str(tmp_path / "data")], client) == 0
    assert folders(tmp_path / "data") == {"STS_101", "STS_102"}
    assert len(list((tmp_path / "data" / "STS_101").iterdir())) == 4 + 1
    told = capsys.readouterr().out
    assert "MR: 4 series of 2 patients" in told
    written = (tmp_path / "data" / "ATTRIBUTION.txt").read_text()
    assert written in told
    assert "CC BY 3.0" in written
    assert "10.7937" in written
    series = pd.read_csv(tmp_path / "data" / "series.csv")
    assert set(series["description"]) == {"T1", "T2", "RTstruct_T1", "RTstruct_T2FS"}


def test_a_second_call_fetches_what_is_missing_or_was_changed(step, server, tmp_path):
    client, data = StandIn(server), tmp_path / "data"
    step.main([str(data)], client)
    client.asked.clear()
    assert step.main([str(data)], client) == 0
    assert client.asked == []
    image = next((data / "STS_102").glob("MR_*/*"))
    before = image.read_bytes()
    image.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    assert step.main([str(data)], client) == 0
    assert len(client.asked) == 1
    assert image.read_bytes() == before


@pytest.mark.parametrize("lost", ["file", "bytes"])
def test_a_patient_that_did_not_come_whole_is_not_there(step, server, tmp_path, capsys, lost):
    client, data = StandIn(server), tmp_path / "data"
    row = client.index.index[(client.index["PatientID"] == "STS_102") & (client.index["Modality"] == "MR")][0]
    column, more = ("instanceCount", 1) if lost == "file" else ("series_size_MB", 1e-6)
    client.index.loc[row, column] += more
    assert step.main([str(data)], client) == 1
    assert folders(data) == {"STS_101"}
    assert "STS_102: MR" in capsys.readouterr().err
    client.index.loc[row, column] -= more
    assert step.main([str(data)], client) == 0
    assert folders(data) == {"STS_101", "STS_102"}


def test_there_must_be_room(step, server, tmp_path, monkeypatch, capsys):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(step.shutil, "disk_usage", lambda _: usage(10, 9, 1))
    assert step.main([str(tmp_path / "data")], StandIn(server)) == 2
    assert "GB are needed in 'data'" in capsys.readouterr().err
    assert folders(tmp_path / "data") == set()


def test_a_plan_fetches_nothing_and_another_index_is_refused(step, server, capsys):
    client = StandIn(server)
    assert step.main(["--plan"], client) == 0
    assert client.asked == []
    client.index["collection_id"] = "another"
    assert step.main(["--plan"], client) == 2
    assert "knows no collection" in capsys.readouterr().err


def test_the_real_client_takes_these_words(step):
    """Where idc-index is installed; its index is part of it."""
    idc = pytest.importorskip("idc_index")
    signature = inspect.signature(idc.IDCClient.download_from_selection)
    words = {"quiet": True, "show_progress_bar": False, "dirTemplate": step.TEMPLATE}
    signature.bind(None, "data", seriesInstanceUID=["1.2"], **words)
    series = step.wanted(idc.IDCClient.client().index)
    assert series["PatientID"].nunique() == 51
    assert series.groupby("PatientID")["StudyInstanceUID"].nunique().max() == 1


def test_from_the_server_to_one_table(step, server, simulated, tmp_path):
    """Closed form: the simulated ellipsoid, along the whole way."""
    assert step.main([str(tmp_path / "data")], StandIn(server)) == 0
    (tmp_path / "fast.toml").write_text("[measure.uncertainty]\nrepetitions = 0\n")
    words = [str(tmp_path / "data"), "--out", str(tmp_path / "out"), "--settings", str(tmp_path / "fast.toml")]
    assert recipe("measure").main([*words, "--workers", "1"]) == 0
    cohort = pd.read_csv(tmp_path / "out" / "cohort.csv")
    assert cohort["case"].tolist() == ["STS_101", "STS_102"]
    assert cohort["check"].isna().all()
    table = pd.read_csv(tmp_path / "out" / "results" / "lesions.csv")
    assert table["size.volume_ml"].tolist() == pytest.approx([simulated.truth["size.volume_ml"]] * 2, rel=0.05)
    assert table["edema.present"].notna().all()


def test_the_real_case_has_the_bytes_that_the_index_promises(step, shared_data, tmp_path):
    """STS_001 as the collection's own DICOM, under what the real index says of its series."""
    server = tmp_path / "server"
    for number, (name, part) in enumerate((("T1", "MR_T1"), ("T2", "MR_T2"))):
        source = shared_data / "sts001_raw" / "dicom" / part
        shutil.copytree(source / "image", server / f"STS_001.{name}.{number}")
        drawn = "RTstruct_T1" if name == "T1" else "RTstruct_T2FS"
        shutil.copytree(source / "mask", server / f"STS_001.{drawn}.{number}")
    client = StandIn(server)
    client.index["series_size_MB"] = client.index["SeriesDescription"].map(PROMISED["STS_001"])
    assert step.main([str(tmp_path / "data")], client) == 0
    measure = recipe("measure")
    measure.write_cohort(tmp_path / "data", tmp_path / "cohort.csv")
    row = pd.read_csv(tmp_path / "cohort.csv").iloc[0]
    assert (row["case"], row["label"]) == ("STS_001", "GTV_Mass")
    study = pnst.read_study(tmp_path / row["study"])
    lesion = pnst.read_lesion(tmp_path / row["lesion"], study, label=row["label"])
    assert lesion.mask.volume_mm3 == pytest.approx(365_000, rel=0.01)
