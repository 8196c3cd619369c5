"""Everything in a tree that may hold images and was not read is named with its reason, and counted in a note."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest

from pnst.errors import InputError
from pnst.io.dicom import listing
from pnst.io.dicom.listing import archive_kind, list_tree, may_be_image
from pnst.io.study import inspect, read_study
from pnst.study import Role


@pytest.fixture
def folder(formula, write):
    return write(formula().instances())


def unread(folder: Path) -> dict[str | None, str]:
    """Name → reason of what inspect says was not read."""
    return {
        (guess.problem or "").strip("'"): guess.reason for guess in inspect(folder) if guess.key.startswith("unread")
    }


def note_of(folder: Path) -> str:
    return next((note for note in read_study(folder).notes if "not read" in note), "")


def make_pipe(file: Path) -> None:
    os.mkfifo(file)


def make_socket(file: Path) -> None:
    at = os.getcwd()
    os.chdir(file.parent)
    try:
        with socket.socket(socket.AF_UNIX) as opened:
            opened.bind(file.name)
    finally:
        os.chdir(at)


def make_device(file: Path) -> None:
    file.symlink_to("/dev/zero")


def make_dangling(file: Path) -> None:
    file.symlink_to("nowhere")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (make_pipe, "a pipe, not a plain file"),
        (make_socket, "a socket, not a plain file"),
        (make_device, "a device, not a plain file"),
        (make_dangling, "a link to nothing"),
        (lambda file: file.write_bytes(b""), "an empty file"),
        (lambda file: file.write_bytes(bytes(range(256)) * 40), "no DICOM header at its start"),
        (lambda file: file.write_bytes(b"PK\x03\x04" + bytes(90)), "a ZIP archive, which is not unpacked"),
    ],
)
@pytest.mark.parametrize("name", ["slice", "deep/er/slice", "1.2.840.7"])
def test_what_is_no_image_that_can_be_opened_is_named(folder, make, reason, name, bounded):
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    make(file)
    with bounded():
        assert unread(folder) == {name: f"not read: {reason}"}
        assert note_of(folder) == "1 file that may hold images was not read: pnst inspect names them"


@pytest.mark.parametrize("make", [make_pipe, make_device])
def test_a_pipe_named_as_an_image_does_not_hang(folder, make, bounded):
    make(folder / "im00000x.dcm")
    with bounded():
        assert list(unread(folder)) == ["im00000x.dcm"]


def test_a_link_to_a_folder_is_named_and_not_followed(folder, tmp_path):
    shutil.move(folder, tmp_path / "elsewhere")
    folder.mkdir()
    for n, file in enumerate(sorted((tmp_path / "elsewhere").iterdir())):
        shutil.copy(file, folder / f"{n}.dcm")
    (folder / "series").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (folder / "round").symlink_to(folder, target_is_directory=True)
    reason = "not read: a link to a folder, which is not followed"
    assert unread(folder) == {"round": reason, "series": reason}
    assert note_of(folder) == "2 folders that may hold images were not read: pnst inspect names them"


def test_a_link_to_a_file_is_read(folder, tmp_path):
    file = sorted(folder.iterdir())[0]
    shutil.move(file, tmp_path / "real.dcm")
    file.symlink_to(tmp_path / "real.dcm")
    assert read_study(folder).series[Role.T1].volume.data.shape == (7, 6, 5)
    assert unread(folder) == {}


def test_a_folder_that_cannot_be_opened_is_named(folder, monkeypatch):
    """Root opens every folder, so the system's refusal is imitated."""
    (folder / "closed").mkdir()
    scandir = os.scandir

    def refusing(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert unread(folder) == {"closed": "not read: a folder that cannot be opened (Permission denied)"}
    assert "1 folder that may hold images was not read" in note_of(folder)


def test_a_file_that_cannot_be_opened_is_named(folder, monkeypatch):
    (folder / "slice").write_bytes(b"x" * 200)
    opened = listing.open_regular

    def refusing(file):
        if file.stem == "slice":
            raise PermissionError(13, "Permission denied", str(file))
        return opened(file)

    for module in ("listing", "image_file"):
        monkeypatch.setattr(f"pnst.io.dicom.{module}.open_regular", refusing)
    assert unread(folder) == {"slice": "not read: a file that cannot be read (Permission denied)"}
    (folder / "slice").rename(folder / "slice.dcm")
    with pytest.raises(InputError, match=r"cannot be read \(Permission denied\)"):
        read_study(folder)


def test_a_hidden_image_is_named(folder):
    file = sorted(folder.iterdir())[0]
    shutil.copy(file, folder / ".copy.dcm")
    (folder / ".old").mkdir()
    shutil.copy(file, folder / ".old" / "slice.dcm")
    (folder / "._im0.dcm").write_bytes(b"a resource fork of macOS")
    reason = "not read: a hidden DICOM file (a name that begins with a dot)"
    assert unread(folder) == {".copy.dcm": reason, ".old/slice.dcm": reason}


@pytest.mark.parametrize("name", ["notes.txt", "README", "viewer.exe", "a.png", "lesion.nii.gz", "DICOMDIR.json"])
def test_what_is_plainly_something_else_is_passed_over(folder, name):
    content = b"\x1f\x8b" + bytes(90) if name.endswith("gz") else b"words in plain letters" * 20
    (folder / name).write_bytes(bytes(300) if name.endswith("exe") else content)
    assert unread(folder) == {}
    assert note_of(folder) == ""


@pytest.mark.parametrize("destroyed", [132, 140, 200])
def test_a_destroyed_start_is_damage_while_identifiers_are_left(folder, destroyed):
    """At an edge no gap would tell of it: an image without an ending is refused as one called .dcm is."""
    files = sorted(folder.iterdir())
    for file in files:
        file.rename(file.with_suffix(""))
    last = files[0].with_suffix("")
    last.write_bytes(bytes(destroyed) + last.read_bytes()[destroyed:])
    with pytest.raises(InputError, match="start is destroyed") as refusal:
        read_study(folder)
    assert last.name in str(refusal.value)


def test_a_header_that_is_destroyed_whole_is_named(folder):
    files = sorted(folder.iterdir())
    for file in files:
        file.rename(file.with_suffix(""))
    edge = folder / "im00000"
    edge.write_bytes(bytes(900) + edge.read_bytes()[900:])
    assert unread(folder) == {"im00000": "not read: no DICOM header at its start"}
    assert "1 file that may hold images was not read" in note_of(folder)


def test_an_ending_that_other_images_bear_may_be_an_image_s(folder):
    for file in list(folder.iterdir()):
        file.rename(file.with_suffix(".mag"))
    assert may_be_image(Path("x.mag"), frozenset({".mag"}))
    assert not may_be_image(Path("x.mag"), frozenset())
    (folder / "lost.mag").write_bytes(bytes(range(256)))
    assert list(unread(folder)) == ["lost.mag"]


def test_archives_are_told_by_their_first_bytes():
    assert archive_kind(b"Rar!\x1a\x07\x00") == "a RAR archive"
    assert archive_kind(b"") == ""


def test_files_come_folder_by_folder_in_order(tmp_path):
    for name in ("b/2", "b/1", "a", "c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [name for _, name in list_tree(tmp_path).files] == ["a", "c", "b/1", "b/2"]
