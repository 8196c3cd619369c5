"""Streams to their end. Witness: Python's own gzip and bz2; every flip, cut and addition made by hand."""

from __future__ import annotations

import bz2
import gzip
import io
import tracemalloc

import numpy as np
import pytest

from pnst.io.packed_stream import DamagedStreamError, PackedStream, packing_of

CONTENT = np.random.default_rng(1).integers(0, 9, 3000).astype(np.uint8).tobytes()
PACK = {"none": bytes, "gzip": lambda b: gzip.compress(b, mtime=0), "bzip2": bz2.compress}


def whole(content: bytes, packing: str, count: int) -> bytes:
    stream = PackedStream(io.BytesIO(content), packing)
    read = stream.read(count)
    stream.check_end()
    return bytes(read)


@pytest.mark.parametrize("packing", PACK)
def test_parts_follow_each_other_to_the_end(packing):
    stream = PackedStream(io.BytesIO(PACK[packing](CONTENT)), packing)
    stream.skip(7)
    assert stream.read(100) == CONTENT[7:107]
    assert stream.read(0) == b""
    assert stream.read(99999) == CONTENT[107:]
    assert stream.read(1) == b""
    stream.check_end()


@pytest.mark.parametrize("packing", PACK)
def test_what_is_left_is_more_than_was_promised(packing):
    with pytest.raises(DamagedStreamError, match="more bytes than its header promises"):
        whole(PACK[packing](CONTENT), packing, len(CONTENT) - 1)


@pytest.mark.parametrize("packing", ["gzip", "bzip2"])
@pytest.mark.parametrize("extra", [b"\0", b"x", "again"], ids=["zero", "x", "again"])
def test_bytes_behind_the_end_are_refused(packing, extra):
    packed = PACK[packing](CONTENT)
    with pytest.raises(DamagedStreamError, match="behind the end of what is packed"):
        whole(packed + (packed if extra == "again" else extra), packing, len(CONTENT))


@pytest.mark.parametrize("packing", ["gzip", "bzip2"])
def test_no_cut_and_no_flip_is_read_as_good(packing):
    """Invariant: a damaged stream is refused, or gives the very same bytes (gzip's time and unused bits)."""
    packed = PACK[packing](CONTENT)
    for keep in range(0, len(packed), 7):
        with pytest.raises(DamagedStreamError):
            whole(packed[:keep], packing, len(CONTENT))
    refused = 0
    for place in range(len(packed)):
        spoilt = bytearray(packed)
        spoilt[place] ^= 1 << place % 8
        try:
            assert whole(spoilt, packing, len(CONTENT)) == CONTENT
        except DamagedStreamError:
            refused += 1
    assert refused > 0.9 * len(packed)


@pytest.mark.parametrize("packing", ["gzip", "bzip2"])
def test_a_bomb_takes_no_more_memory_than_is_asked_for(packing):
    bomb = PACK[packing](bytes(1 << 27))
    assert len(bomb) < 1 << 18
    tracemalloc.start()
    try:
        stream = PackedStream(io.BytesIO(bomb), packing)
        stream.read(1 << 20)
        with pytest.raises(DamagedStreamError, match="more bytes"):
            stream.check_end()
        assert tracemalloc.get_traced_memory()[1] < 1 << 24
    finally:
        tracemalloc.stop()


def test_packing_is_told_by_the_first_bytes():
    assert packing_of(io.BytesIO(PACK["gzip"](CONTENT))) == "gzip"
    assert packing_of(io.BytesIO(b"")) == "none"
    stream = io.BytesIO(b"abc")
    packing_of(stream)
    assert stream.read() == b"abc"
