"""Inflating within a bound. Witness: zlib's own compressor."""

from __future__ import annotations

import zlib

import pytest

from pnst.io.dicom import deflated
from pnst.io.dicom.deflated import inflate
from pnst.io.dicom.walk import ImplausibleElementError

PLAIN = bytes(range(256)) * 3000
"""Longer than one chunk."""


def packed(content: bytes) -> bytes:
    """Raw deflate: no header, no checksum, as DICOM PS3.5 A.5 asks for."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(content) + compressor.flush()


@pytest.mark.parametrize("padding", [b"", b"\0"], ids=["bare", "padded"])
def test_inflates_what_was_deflated(padding: bytes):
    assert inflate(packed(PLAIN) + padding) == PLAIN
    assert inflate(packed(b"") + padding) == b""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "end too early"),
        (packed(PLAIN)[:-5], "end too early"),
        (b"\xff" * 40, "damaged"),
        (packed(PLAIN) + b"more", "behind the end"),
    ],
    ids=["empty", "cut", "noise", "more"],
)
def test_refuses_damage(content: bytes, words: str):
    with pytest.raises(ImplausibleElementError, match=words):
        inflate(content)


def test_a_bomb_is_refused_before_it_is_whole(monkeypatch):
    """A bound of 1 MiB stands for the real one; at the bound it passes, above it does not."""
    monkeypatch.setattr(deflated, "MAX_INFLATED_BYTES", 1 << 20)
    assert len(inflate(packed(bytes(1 << 20)))) == 1 << 20
    with pytest.raises(ImplausibleElementError, match="more than 1 MiB"):
        inflate(packed(bytes((1 << 20) + 1)))
