"""Which files of a tree are images; damage is named, copies are reported, other objects are passed over."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pydicom import dcmread

from pnst.errors import AmbiguityError, InputError
from pnst.io.dicom.files import read_tree
from pnst.io.study import inspect, read_study
from pnst.study import Role


def first_file(folder: Path) -> Path:
    return sorted(folder.iterdir())[0]


@pytest.mark.parametrize("kept", [0, 50, 140, 400, 0.999])
def test_a_truncated_file_is_refused_by_its_name_wherever_it_is_cut(formula, write, kept):
    """Cut in the preamble, at the meta header, in the header, and in the last row of the pixels."""
    folder = write(formula().instances())
    file = first_file(folder)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(kept * len(whole)) if kept < 1 else kept])
    with pytest.raises(InputError, match=file.name) as caught:
        read_study(folder)
    assert str(folder) not in str(caught.value)


def test_a_damaged_file_is_shown_by_inspect(formula, write):
    folder = write(formula().instances())
    file = first_file(folder)
    file.write_bytes(file.read_bytes()[:300])
    assert file.name in str(inspect(folder)[-1].problem)
    assert inspect(folder)[-1].key == "damaged-1"


def test_files_that_are_no_dicom_are_passed_over(formula, write):
    folder = write(formula().instances())
    (folder / "notes.txt").write_text("not an image")
    (folder / "picture.png").write_bytes(b"\x89PNG" + bytes(400))
    (folder / "._im00000.dcm").write_bytes(b"a resource fork")
    (folder / "deep" / "er").mkdir(parents=True)
    shutil.move(first_file(folder), folder / "deep" / "er" / "no ending")
    assert read_study(folder).series[Role.T1].volume.data.shape == (7, 6, 5)


def test_a_file_named_dcm_that_is_none_is_refused(formula, write):
    folder = write(formula().instances())
    (folder / "zzz.dcm").write_bytes(b"something else altogether" * 20)
    with pytest.raises(InputError, match=r"zzz\.dcm"):
        read_study(folder)


def test_a_file_without_preamble_is_read(formula, write):
    """Old archives leave out the 128 bytes and the meta header; the data is then implicit little endian."""
    folder = write(formula().instances())
    for file in list(folder.iterdir()):
        ds = dcmread(file)
        del ds.file_meta
        ds.preamble = None
        ds.save_as(file, implicit_vr=True, little_endian=True, overwrite=True)
        assert file.read_bytes()[128:132] != b"DICM"
    assert read_study(folder).series[Role.T1].volume.data.shape == (7, 6, 5)


def test_copies_are_read_once_and_said(formula, write):
    folder = write(formula().instances())
    shutil.copy(first_file(folder), folder / "copy of a slice.dcm")
    study = read_study(folder)
    assert study.notes == ("1 files are copies of others, byte for byte, and were read once",)
    assert study.series[Role.T1].volume.data.shape == (7, 6, 5)


@pytest.mark.parametrize("modality", ["SEG", "RTSTRUCT", "SR", "PR"])
def test_objects_that_are_no_images_are_passed_over(formula, write, modality):
    instances = formula().instances()
    other = formula().instances()[0]
    other.Modality, other.SeriesInstanceUID, other.SOPInstanceUID = modality, "2.25.55", "2.25.56"
    tree = read_tree(write([*instances, other]))
    assert len(tree.headers) == 5
    assert tree.damaged == ()


def test_two_studies_in_a_tree_are_refused_without_naming_anyone(formula, write):
    mine, theirs = formula().instances(), formula().instances()
    for ds in theirs:
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.PatientID = "2.25.70", "2.25.71", "SOMEBODY"
        ds.SOPInstanceUID += "1"
    with pytest.raises(AmbiguityError, match="2 studies of 2 patients") as caught:
        read_study(write([*mine, *theirs]))
    assert "SOMEBODY" not in str(caught.value)
    assert "2.25.70" not in str(caught.value)


def test_the_structure_sets_of_the_sarcoma_are_passed_over(shared_data):
    tree = read_tree(shared_data / "sts001_raw")
    assert len(tree.headers) == 80
    assert tree.damaged == ()


def test_names_are_relative_to_the_folder_given(formula, write, tmp_path):
    write(formula().instances())
    (header, *_) = read_tree(tmp_path).headers
    assert header.pixels.name.startswith("study/im")


@pytest.mark.parametrize(
    ("storage", "lost"),
    [
        ("1.2.840.1000895.1.4.1.1.4", True),  # a class that a damaged byte made
        ("1.2.840.10008.5.1.4.1.1.4.77", True),
        ("1.3.12.2.1107.5.9.1", False),  # Siemens' non-image objects
        ("1.3.46.670589.11.0.0.12.2", False),  # Philips' exam cards
        ("1.2.840.10008.5.1.4.1.1.88.33", False),  # a structured report
    ],
)
def test_an_object_without_pixels_is_damage_unless_its_class_holds_none(formula, write, storage, lost):
    other = formula().instances()[0]
    other.SOPClassUID = other.file_meta.MediaStorageSOPClassUID = storage
    for name in ("PixelData", "Rows", "Columns"):
        del other[name]
    assert len(read_tree(write([*formula().instances()[1:], other])).damaged) == lost


def test_a_class_with_a_damaged_end_is_damage(formula, write):
    other = formula().instances()[0]
    for name in ("PixelData", "Rows", "Columns"):
        del other[name]
    folder = write([other])
    file = first_file(folder)
    file.write_bytes(file.read_bytes().replace(b"1.4.1.1.4\0", b"1.4.1.1.4\x0c"))
    assert len(read_tree(folder).damaged) == 1


def test_an_object_of_no_kind_and_without_preamble_is_named(formula, write):
    folder = write(formula().instances())
    (folder / "slice").write_bytes(b"\x08\x00\x08\x00\x04\x00\x00\x00ABCD" * 40)
    (unread,) = read_tree(folder).unread
    assert (unread.name, unread.reason) == ("slice", "no kind of object in its header")
