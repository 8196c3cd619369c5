"""NRRD label maps, raw, packed, and in a file of their own: the right files, their reader, and attacks on them."""

from __future__ import annotations

import bz2
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from robustness.attack import Attack, Target
from robustness.damage import blocks, flips, lengths, not_plain, packed
from robustness.nifti_targets import AFFINE, SHAPE, mask, read_mask

LPS = np.diag([-1.0, -1.0, 1.0, 1.0]) @ AFFINE
HUGE = ("9" * 20, "9" * 400, "9" * 10_000, "-1", "0", "1e3", "", "nan", "inf", "x", "\ud800", "13 11 7 1 1 1")
Pack = Callable[[bytes], bytes]
PACK: dict[str, Pack] = {"raw": bytes, "gzip": packed, "bzip2": bz2.compress}


def header(encoding: str, /, **changes: str) -> bytes:
    """Two segments on the grid that all targets share; a change of None leaves a field out."""
    fields = {
        "type": "short",
        "dimension": "3",
        "space": "left-posterior-superior",
        "sizes": " ".join(str(n) for n in SHAPE),
        "space directions": " ".join(f"({','.join(f'{v:g}' for v in LPS[:3, axis])})" for axis in range(3)),
        "kinds": "domain domain domain",
        "endian": "little",
        "encoding": encoding,
        "space origin": f"({','.join(f'{v:g}' for v in LPS[:3, 3])})",
    }
    lines = [f"{key}: {value}" for key, value in {**fields, **changes}.items()]
    segments = [f"Segment{n}_{key}:={value}" for n in (0, 1) for key, value in (("LabelValue", n + 1), ("Layer", 0))]
    return "\n".join(["NRRD0004", *lines, *segments, "", ""]).encode("utf-8", "surrogatepass")


def body() -> bytes:
    return mask().astype("<i2").tobytes(order="F")


def fields(encoding: str, rest: bytes, name: str) -> Iterator[Attack]:
    """Every field with values that it must not have; none changes a voxel in silence, but for the words of a space."""
    for key in ("type", "dimension", "space", "sizes", "space directions", "endian", "encoding", "space origin"):
        for value in (*HUGE, "raw", "gzip", "bzip2", "hex", "big", "uchar", "double", "ushort", "13 11 8", "13 11 6"):
            told = key not in ("type", "space")
            yield Attack(f"{name}: {key} = {value[:9]}", {name: header(encoding, **{key: value}) + rest}, told)
    for vector in (
        "(nan,0,0)",
        "(1e30,0,0)",
        "(1e-12,0,0)",
        "(0,0,0)",
        "(1e999,0,0)",
        "(1,2)",
        "()",
        "none",
        "(1000,0,0)",
    ):
        origin, directions = f"{vector}", f"{vector} (0,-1.5,0) (0,0,4)"
        yield Attack(f"{name}: origin {vector}", {name: header(encoding, **{"space origin": origin}) + rest}, False)
        yield Attack(f"{name}: direction {vector}", {name: header(encoding, **{"space directions": directions}) + rest})
    extra = {
        "byte skip": "-1",
        "line skip": "3",
        "data file": "LIST",
        "datafile": "/dev/zero",
        "space units": '"m" "m" "m"',
    }
    for key, value in extra.items():
        yield Attack(f"{name}: {key}", {name: header(encoding, **{key: value}) + rest})
    for sizes in ("512 512 512", "99999 99999 99999", "1000000 1 1", "512 512 1024"):
        yield Attack(f"{name}: promise {sizes}", {name: header(encoding, sizes=sizes) + rest})
    yield Attack(f"{name}: a long header", {name: b"NRRD0004\n" + b"# " + b"x" * (1 << 23)})
    yield Attack(f"{name}: many fields", {name: header(encoding)[:-2] + b"\nkey:=value" * 100_000 + b"\n\n" + rest})
    many = b"".join(b"\nSegment%d_LabelValue:=1" % n for n in range(20_000))
    yield Attack(f"{name}: many segments", {name: header(encoding)[:-2] + many + b"\n\n" + rest}, False)


def attacks_on(encoding: str) -> Callable[[Mapping[str, bytes], np.random.Generator], Iterator[Attack]]:
    def attacks(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
        name, head, rest = "m.nrrd", header(encoding), PACK[encoding](body())
        yield from fields(encoding, rest, name)
        checked = encoding != "raw"
        for make in (flips, lengths, blocks):
            for attack in make(name, rest, rng, 40, checked or make is lengths):
                (content,) = attack.files.values()
                if isinstance(content, bytes) and len(content) + checked != len(rest):
                    yield Attack(f"body: {attack.name}", {name: head + content}, attack.detectable)
        for attack in (*flips(name, head, rng, 60, False), *lengths(name, head, rng, 30, False)):
            (content,) = attack.files.values()
            yield Attack(f"head: {attack.name}", {name: bytes(content) + rest}, False)  # type: ignore[arg-type]
        yield from not_plain(name)
        sizes, count = ("512 512 256", 1 << 27) if encoding == "gzip" else ("256 256 128", 1 << 24)  # bzip2 is slow
        for value in (b"\0", b"\1\0"):
            bomb = value if encoding == "raw" else PACK[encoding](value * count)
            yield Attack(f"{name}: bomb {value!r}", {name: header(encoding, sizes=sizes) + bomb})

    return attacks


def detached(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    name, content = "m.raw.gz", files["m.raw.gz"]
    yield from flips(name, content, rng, 30)
    yield from lengths(name, content, rng, 20)
    yield from not_plain(name)
    yield Attack("no voxels", {name: None})
    for place in ("../m.raw.gz", "/etc/passwd", "", ".", "LIST", "m.nhdr", "%03d.raw 1 2 3", "m.raw.gz 2", "\0"):
        yield Attack(f"voxels in {place!r}", {"m.nhdr": header("gzip", **{"data file": place})})


def detached_files() -> dict[str, bytes]:
    return {"m.nhdr": header("gzip", **{"data file": "m.raw.gz"}), "m.raw.gz": packed(body())}


TARGETS = [
    *(
        Target(
            encoding,
            lambda encoding=encoding: {"m.nrrd": header(encoding) + PACK[encoding](body())},
            read_mask("m.nrrd"),
            attacks_on(encoding),
        )
        for encoding in PACK
    ),
    Target("detached", detached_files, read_mask("m.nhdr"), detached),
]
