"""What Orthanc never does: a server that misbehaves leaves nothing behind."""

from __future__ import annotations

import pytest

from dicomweb_answers import (
    MULTIPART,
    SERIES,
    STUDY,
    Answer,
    archive,
    instance,
    listing,
    with_instance,
)
from pnst.errors import InputError
from pnst.io.dicomweb.fetch import fetch_study


def test_all_pages_of_a_search_are_asked_for(speak, tmp_path):
    """Many servers answer with some hundred entries at a time (PS3.18 8.3.4)."""
    url, _ = speak(archive)
    (fetched,) = fetch_study(url, tmp_path / "out", STUDY)
    assert fetched.files == tuple(f"{SERIES}/1.{n}.dcm" for n in range(5))


def test_a_server_that_ignores_the_offset_ends_and_is_found_out(speak, tmp_path):
    url, _ = speak(lambda path: archive(path, honest=False))
    with pytest.raises(InputError, match="lists 2 of its 5 instances"):
        fetch_study(url, tmp_path / "out", STUDY)
    assert not list(tmp_path.iterdir())


def test_an_instance_without_its_envelope_is_taken(speak, tmp_path):
    """Some servers send one instance as application/dicom, not multipart; nothing is lost by it, and nobody warned."""
    raw = instance(0).partition(b"\r\n\r\n")[2].removesuffix(b"\r\n--part--\r\n")

    def answer(path: str) -> Answer:
        if path.partition("?")[0].endswith("/instances"):
            return listing("00080018", "1.0")
        return archive(path, listed_count=1) if "/instances/" not in path else (200, "application/dicom", raw)

    ((file,),) = (s.files for s in fetch_study(speak(answer)[0], tmp_path / "out", STUDY))
    assert (tmp_path / "out" / file).read_bytes() == raw


@pytest.mark.parametrize(
    ("answer", "message"),
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
def test_a_server_that_misbehaves_leaves_nothing(speak, tmp_path, answer, message):
    url, _ = speak(answer)
    with pytest.raises(InputError, match=message):
        fetch_study(url, tmp_path / "out", STUDY)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("missing", [30, 20000, 41200])
def test_an_answer_that_breaks_off_leaves_nothing(speak, tmp_path, missing):
    """pydicom reads a file that ends within its pixels, or before them, without a word."""
    url, _ = speak(with_instance((200, MULTIPART, instance(0)[:-missing])))
    with pytest.raises(InputError, match="breaks off"):
        fetch_study(url, tmp_path / "out", STUDY)
    assert not list(tmp_path.iterdir())
