"""What may be given as a study besides its folder: a DICOMDIR, one of its images; an archive is refused."""

from __future__ import annotations

import shutil
import zipfile

import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from dicom_series import numbered_series
from pnst.errors import InputError
from pnst.io.study import inspect, read_study
from pnst.study import Role


def dicomdir(file):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = "1.2.840.10008.1.3.10", "2.25.1"
    ds.FileSetID, ds.DirectoryRecordSequence = "CD", []
    ds.save_as(file, enforce_file_format=True)
    return file


@pytest.mark.parametrize("name", ["DICOMDIR", "dicomdir", "renamed"])
def test_of_a_dicomdir_the_folder_is_read(formula, write, name):
    file = dicomdir(write(formula().instances()) / name)
    study = read_study(file)
    assert study.series[Role.T1].volume.data.shape == (7, 6, 5)
    assert study.notes == ("of the DICOMDIR given, its folder was read",)
    assert [guess.role for guess in inspect(file)] == [Role.T1]


def test_of_one_image_its_series_is_read_and_no_other(write):
    folder = write([*numbered_series(3, "T1 tra"), *numbered_series(5, "T2 tra")])
    given = next(f for f in sorted(folder.iterdir()) if b"T2 tra" in f.read_bytes())
    study = read_study(given)
    assert {role: s.volume.data.shape for role, s in study.series.items()} == {Role.T2: (7, 6, 5)}
    assert study.notes == ("of the file given, the whole series was read: 5 files of its folder",)
    assert [guess.key for guess in inspect(given)] == ["s5"]


@pytest.mark.parametrize("name", ["study.zip", "study.ZIP", "study", "study.tar.gz", "study.7z"])
def test_an_archive_is_refused_with_what_to_do(formula, write, tmp_path, name):
    starts = {"study.tar.gz": b"\x1f\x8b\x08\x00", "study.7z": b"7z\xbc\xaf\x27\x1c"}
    archive = tmp_path / name
    if name in starts:
        archive.write_bytes(starts[name] + bytes(500))
    else:
        folder = write(formula().instances())
        with zipfile.ZipFile(tmp_path / "made", "w") as packed:
            for file in folder.iterdir():
                packed.write(file, file.name)
        shutil.rmtree(folder)
        shutil.move(tmp_path / "made", archive)
    for given in (archive, tmp_path):
        for read in (read_study, inspect):
            with pytest.raises(InputError, match="unpack it and give the folder") as refusal:
                read(given)
            assert name in str(refusal.value)
            assert str(tmp_path) not in str(refusal.value)
