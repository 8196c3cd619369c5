"""Servers that never end. Witness: what reached the disk, and how much of an answer was taken before it was refused."""

from __future__ import annotations

import itertools
import json
import re
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from dicomweb_answers import MULTIPART, SERIES, STUDY, Answer, archive, instance, listing, with_instance
from pnst.errors import InputError
from pnst.io.dicomweb import fetch, server, transport
from pnst.io.dicomweb.fetch import fetch_study

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/dicom+json\r\n"


@pytest.fixture
def send() -> Iterator[Callable[[Iterator[bytes]], str]]:
    """Start a server that sends these bytes to whoever asks, until nobody takes them: its URL."""
    listener = socket.create_server(("127.0.0.1", 0))

    def start(pieces: Iterator[bytes]) -> str:
        def answer() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    connection.settimeout(5)
                    with connection, suppress(OSError):
                        connection.recv(4096)
                        for piece in pieces:
                            connection.sendall(piece)

        threading.Thread(target=answer, daemon=True).start()
        return f"dicomweb://127.0.0.1:{listener.getsockname()[1]}/root"

    yield start
    listener.close()


def refusal(url: str, folder) -> str:
    """The one sentence of four parts; nothing is left behind."""
    with pytest.raises(InputError) as error:
        fetch_study(url, folder / "out", STUDY)
    assert not list(folder.iterdir())
    assert len(str(error.value)) < 400
    return str(error.value)


def chunks(piece: bytes) -> Iterator[bytes]:
    chunk = b"%x\r\n%s\r\n" % (len(piece), piece)
    return itertools.chain([HEAD + b"Transfer-Encoding: chunked\r\n\r\n"], itertools.repeat(chunk))


class TestWithoutAnEnd:
    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch):
        monkeypatch.setattr(server, "TIMEOUT_S", (2.0, 2.0))
        monkeypatch.setattr(transport, "MAX_LISTING_BYTES", 200_000)
        monkeypatch.setattr(transport, "MAX_INSTANCE_BYTES", 400_000)
        monkeypatch.setattr(transport, "MAX_INFLATED_BYTES", 1_000_000)

    @pytest.mark.parametrize(
        ("pieces", "got"),
        [
            (itertools.chain([HEAD + b"\r\n["], itertools.repeat(b"{}," * 1000)), "more than 200000 bytes"),
            (chunks(b"{}," * 1000), "more than 200000 bytes"),
            (
                itertools.chain([HEAD + b"Transfer-Encoding: chunked\r\n\r\n"], itertools.repeat(b"0" * 9999)),
                "fetch|reach",
            ),
            (
                itertools.chain([HEAD + b"Content-Encoding: gzip\r\n\r\n"], [zlib.compress(bytes(10**7), wbits=31)]),
                "200000",
            ),
            (iter([HEAD + b"Content-Length: 99999999999999999999999\r\n\r\n[]"]), "promises more than 200000"),
            (iter([HEAD + b"Content-Length: 200001\r\n\r\n[]"]), "promises more than 200000"),
            (iter([HEAD + b"Content-Length: -5\r\n\r\n[]"]), "no number"),
            (itertools.chain([HEAD], itertools.repeat(b"A: " + b"b" * 60_000 + b"\r\n")), "fetch|reach"),
            (iter([b"no HTTP\r\n\r\n"]), "ConnectionError"),
        ],
        ids=["body", "chunks", "length of a chunk", "gzip", "absurd", "too long", "negative", "headers", "no HTTP"],
    )
    def test_an_answer(self, send, tmp_path, pieces, got):
        assert re.search(got, refusal(send(pieces), tmp_path))

    def test_an_instance(self, speak, tmp_path):
        url, _ = speak(with_instance((200, MULTIPART, b"--part\r\n\r\n" + bytes(500_000))))
        assert "promises more than 400000 bytes" in refusal(url, tmp_path)

    def test_a_deflated_instance(self, speak, tmp_path):
        """Two kilobytes that inflate to two megabytes."""
        syntax = b"1.2.840.10008.1.2.1.99"
        group = b"\2\0\x10\0UI\x16\0" + syntax
        packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = packer.compress(bytes(2_000_000)) + packer.flush()
        file = bytes(128) + b"DICM\2\0\0\0UL\4\0" + len(group).to_bytes(4, "little") + group + packed
        body = b"--part\r\nContent-Type: application/dicom\r\n\r\n" + file + b"\r\n--part--\r\n"
        url, _ = speak(with_instance((200, MULTIPART, body)))
        assert "inflates to more than 1000000 bytes" in refusal(url, tmp_path)

    def test_a_slow_drip(self, send, tmp_path, monkeypatch):
        """One byte after another, each within the time between two."""
        monkeypatch.setattr(transport, "MAX_ANSWER_S", 0.3)
        pause = threading.Event()
        pieces = (pause.wait(0.02) or b" " for _ in itertools.count())
        assert "longer than 0.3 s" in refusal(send(itertools.chain([HEAD + b"\r\n["], pieces)), tmp_path)


class TestLists:
    def test_pages_without_an_end(self, speak, tmp_path, monkeypatch):
        monkeypatch.setattr(fetch, "MAX_INSTANCES", 50)
        counter = itertools.count()

        def answer(path: str) -> Answer:
            if path.partition("?")[0].endswith("/instances"):
                return listing("00080018", *(f"1.{next(counter)}" for _ in range(10)))
            return archive(path)

        assert "a list of more than 50 entries" in refusal(speak(answer)[0], tmp_path)

    def test_series_without_an_end(self, speak, tmp_path, monkeypatch):
        monkeypatch.setattr(fetch, "MAX_SERIES", 50)
        counter = itertools.count()
        url, _ = speak(lambda _: listing("0020000E", *(f"1.{next(counter)}" for _ in range(10))))
        assert "a list of more than 50 entries" in refusal(url, tmp_path)

    def test_more_instances_than_the_series_has(self, speak, tmp_path):
        url, _ = speak(lambda path: archive(path, listed_count=3))
        assert "lists 5 of its 3 instances" in refusal(url, tmp_path)

    def test_more_bytes_than_a_disk_should_take(self, speak, tmp_path, monkeypatch):
        monkeypatch.setattr(fetch, "MAX_STUDY_BYTES", 100_000)
        assert "a study of more than 100000 bytes" in refusal(speak(archive)[0], tmp_path)


ODD = ("null", "[]", "{}", '"x"', "-1", "1.5", "true", "9" * 4000, '"' + "9" * 9000 + '"', "[" * 300 + "]" * 300, '"٣"')


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("tag", ["00201209", "00080060"])
def test_odd_values_beside_a_uid_are_no_numbers_and_no_names(speak, tmp_path, tag, value):
    """Fetched without them, or refused; never another error."""

    def answer(path: str) -> Answer:
        if not path.partition("?")[0].endswith("/series") or "offset=1" in path:
            return archive(path)
        entry = f'{{"0020000E": {{"Value": ["{SERIES}"]}}, "{tag}": {{"Value": [{value}]}}}}'
        return 200, "application/json", f"[{entry}]".encode()

    (fetched,) = fetch_study(speak(answer)[0], tmp_path / "out", STUDY)
    assert fetched.modality == ""
    assert len(fetched.files) == 5


TEXTS = {
    "deep": "[" * 100_000,
    "deep objects": '[{"a":' * 50_000,
    "digits": "[" + "9" * 10_000 + "]",
    "null": "[null]",
    "text": '["x"]',
    "no object": '[{"0020000E": "x"}]',
    "no list": '[{"0020000E": {"Value": "x"}}]',
    "object": '[{"0020000E": {"Value": {"a": 1}}}]',
    "nested": '[{"0020000E": {"Value": [{"a": 1}]}}]',
    "empty": "[{}]",
    "one": '{"a": 1}',
    "word": '"x"',
    "NaN": "NaN",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_odd_json(speak, tmp_path, text):
    assert "127.0.0.1" in refusal(speak(lambda _: (200, "application/json", text.encode()))[0], tmp_path)


def test_the_instances_that_were_taken_are_whole(speak, tmp_path):
    """Witness that the transport passes what is within the bounds, to the byte."""
    (fetched,) = fetch_study(speak(archive)[0], tmp_path / "out", STUDY)
    for number, file in enumerate(fetched.files):
        assert (tmp_path / "out" / file).read_bytes() in instance(number)
    assert json.dumps(fetched.files)
