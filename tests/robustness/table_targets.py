"""Tables in CSV, packed or not: the right files, both readers, and attacks on their text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from pnst.io.table import read_csv, read_frame
from robustness.attack import Attack, Reading, Target
from robustness.damage import blocks, flips, lengths, not_plain, packed
from robustness.nifti_targets import digest

TEXT = "case,adc,malignant\n" + "".join(f"c{n},{0.5 + n / 64},{n % 2}\n" for n in range(60))


def texts(name: str) -> Iterator[Attack]:
    """What no table holds, or more of it than can be borne."""
    wide = ",".join(f"c{n}" for n in range(200_000))
    for label, text in {
        "200,000 columns": f"{wide}\n{','.join(['1'] * 200_000)}\n",
        "200,000 columns of one name": ",".join(["a"] * 200_000),
        "a cell of 10 MB": f"a,b\n{'x' * 10_000_000},1\n",
        "a quoted cell of 10 MB": f'a,b\n"{"x" * 10_000_000}",1\n',
        "a name of 10 MB": f"{'x' * 10_000_000},b\n1,2\n",
        "10 million empty lines": "a,b\n" + "\n" * 10_000_000 + "1,2\n",
        "30 million cells": "a,b\n" + ",\n" * 15_000_000,
        "a cell too few": f"{TEXT}c60\n",
        "a cell too many": f"{TEXT}c60,1,1,1\n",
        "an open quote": f'{TEXT}"c60,1,1\n',
        "no header": "\n\n1,2\n",
        "nothing": "",
        "blanks": " \n \n",
        "a mark alone": "\ufeff",
        "semicolons": TEXT.replace(",", ";"),
        "tabulators": TEXT.replace(",", "\t"),
        "a name twice": TEXT.replace("adc", "case"),
        "no rows": "case,adc,malignant\n",
        "carriage returns": TEXT.replace("\n", "\r\r"),
    }.items():
        yield Attack(
            f"{name}: {label}", {name: text.encode()}, detectable=label in ("a cell too few", "a cell too many")
        )
    for cell in (
        "1e999",
        "-inf",
        "nan",
        "9" * 400,
        "9" * 10_000,
        "0x10",
        "1_000",
        "1,000",
        "\0",
        "=1+1",
        "٣",
        "1e-400",
    ):
        yield Attack(f"{name}: {cell[:9]!r}", {name: TEXT.replace("0.5", cell, 1).encode()}, detectable=False)
    for content in (
        b"\xff\xfe" + TEXT.encode("utf-16-le"),
        b"\xed\xa0\x80,a\n1,2\n",
        bytes(4096),
        bytes(range(256)) * 9,
    ):
        yield Attack(f"{name}: {content[:4]!r}", {name: content})


def plain(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    name, content = "t.csv", files["t.csv"]
    yield from texts(name)
    yield from not_plain(name)
    for make in (flips, lengths, blocks):
        yield from make(name, content, rng, 40, detectable=False)


def in_gzip(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    name, content = "t.csv.gz", files["t.csv.gz"]
    for make in (flips, lengths, blocks):
        yield from make(name, content, rng, 60)
    yield from not_plain(name)
    yield Attack(f"{name}: not packed", {name: TEXT.encode()})
    yield Attack(f"{name}: packed twice", {name: packed(content)})
    for label, text in {"a bomb": b"a,b\n" + b"1,2\n" * (1 << 27), "a long line": b"a" * (1 << 28)}.items():
        yield Attack(f"{name}: {label}", {name: packed(text)})


def read(name: str):
    """Both readers; one that refuses refuses for both, but for rows that are shorter and tables without rows."""

    def both(folder: Path) -> Reading:
        rows = read_csv(folder / name)
        frame = read_frame(folder / name)
        return Reading(digest(rows, list(frame.columns), frame.to_csv(index=False)))

    return both


TARGETS = [
    Target("plain", lambda: {"t.csv": TEXT.encode()}, read("t.csv"), plain),
    Target("packed", lambda: {"t.csv.gz": packed(TEXT.encode())}, read("t.csv.gz"), in_gzip),
]
