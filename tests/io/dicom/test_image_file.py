"""One DICOM file: an image with its header, an object that is none, or damage. Witness: the elements of PS3.3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, MRImageStorage, RTPlanStorage, SpatialRegistrationStorage

from dicom_series import numbered_series, save
from pnst.errors import InputError
from pnst.io.dicom.frame import Header
from pnst.io.dicom.image_file import MAX_SIDE, read_file


def written(folder: Path, **elements: Any) -> tuple[Path, str]:
    """The first file of a series, with other elements; None takes one away."""
    instance = numbered_series(4, "T1 axial")[0]
    for name, value in elements.items():
        if value is None:
            delattr(instance, name)
        else:
            setattr(instance, name, value)
    if "SOPClassUID" in elements:
        instance.file_meta.MediaStorageSOPClassUID = elements["SOPClassUID"]
    save([instance], folder)
    (file,) = folder.iterdir()
    return file, file.name


def test_an_image_is_read_with_its_header(tmp_path):
    header = read_file(written(tmp_path))
    assert isinstance(header, Header)
    source: Dataset = numbered_series(4, "T1 axial")[0]
    assert (header.series_number, header.description, header.modality) == (4, "T1 axial", source.Modality)
    assert (header.pixels.rows, header.pixels.columns) == (source.Rows, source.Columns)
    assert len(header.frames) == 1
    assert header.problem is None


@pytest.mark.parametrize(
    "elements",
    [
        {"SOPClassUID": RTPlanStorage, "Modality": "RTPLAN"},
        {"SOPClassUID": SpatialRegistrationStorage, "Modality": "REG"},
        {"Modality": "PR"},
    ],
)
def test_an_object_that_is_no_image_is_none(tmp_path, elements):
    assert read_file(written(tmp_path, **elements)) is None


def test_an_object_that_its_file_calls_an_image_is_damage_without_pixels(tmp_path):
    """A byte of its class was flipped, and the rest of the file lost with it; beside pixels the class says nothing."""
    file, name = written(tmp_path, Modality=None, PixelData=None)
    content = file.read_bytes()
    place = content.rindex(MRImageStorage.encode() + b"\0")
    flipped = content[: place + len(MRImageStorage)] + b"0" + content[place + len(MRImageStorage) + 1 :]
    file.write_bytes(flipped)
    assert isinstance(read_file((file, name)), InputError)
    file.write_bytes(flipped.replace(MRImageStorage.encode() + b"\0", MRImageStorage.encode() + b"0"))
    assert read_file((file, name)) is None  # an object of that other class, which says so in both places


@pytest.mark.parametrize("storage", [MRImageStorage, CTImageStorage])
def test_an_image_without_its_pixels_is_damage(tmp_path, storage):
    error = read_file(written(tmp_path, SOPClassUID=storage, PixelData=None))
    assert isinstance(error, InputError)
    assert "before the pixels" in str(error)


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        ({"Rows": 0}, "without rows and columns"),
        ({"Columns": MAX_SIDE + 1}, f"{MAX_SIDE + 1}"),
        ({"BitsStored": 32}, "32 bits stored of 16 allocated"),
    ],
)
def test_a_header_that_no_image_has_is_damage_that_names_the_file(tmp_path, elements, words):
    file = written(tmp_path, **elements)
    error = read_file(file)
    assert isinstance(error, InputError)
    assert words in str(error)
    assert file[1] in str(error)


def test_a_file_of_another_kind_is_none_unless_its_suffix_promises_dicom(tmp_path):
    for name in ("notes.txt", "notes.dcm"):
        (tmp_path / name).write_text("no image")
    assert read_file((tmp_path / "notes.txt", "notes.txt")) is None
    assert "no DICOM header" in str(read_file((tmp_path / "notes.dcm", "notes.dcm")))
