"""Folders of trained models: cut, exchanged, bombs, unlisted types; with the card's digests and with forged ones."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np

from classification.simulated_cohorts import QUICK, cohort
from pnst.classification.training.model_folder import (
    CARD_FILE,
    HELD_OUT_FILE,
    MODEL_FILE,
    digests,
    model_files,
    read_model,
)
from pnst.classification.training.train import train
from robustness.attack import Attack, Reading, Target
from robustness.command_reading import exchanged, leaves
from robustness.damage import blocks, flips, lengths, not_plain
from robustness.nifti_targets import digest
from robustness.saved_targets import NONSENSE, WHOLE


@cache
def model() -> dict[str, bytes]:
    return dict(model_files(train(cohort(), "malignant", "patient", settings=QUICK)))


def read(folder: Path) -> Reading:
    one = read_model(folder)
    matrix = np.random.default_rng(2).random((6, len(one.features)))
    return Reading(digest(one.log_odds(matrix), one.spread(matrix), sorted(one.held_out.items())), tuple(one.notes))


def forged(files: Mapping[str, bytes], name: str, content: bytes) -> dict[str, bytes]:
    """A file in the folder, and a card that names its digest."""
    card = json.loads(files[CARD_FILE])
    card["files"][name] = digests({name: content})[name]
    return {name: content, CARD_FILE: json.dumps(card).encode()}


def with_part(files: Mapping[str, bytes], part: str, content: bytes) -> bytes:
    """The model file with one of its parts exchanged."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(files[MODEL_FILE])) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return packed.getvalue()


def schemas(files: Mapping[str, bytes], rng: np.random.Generator, count: int) -> Iterator[Attack]:
    """Schemas with an exchanged value, types that are not listed, and bombs; the card's digest is right."""
    schema = zipfile.ZipFile(io.BytesIO(files[MODEL_FILE])).read("schema.json")
    paths = list(leaves(json.loads(schema)))
    others = (*NONSENSE, '"os"', '"system"', '"builtins"', '"eval"', '"FunctionNode"', '"MethodNode"', '"../x.npy"')
    for number in range(count):
        path = paths[int(rng.integers(len(paths)))]
        value = others[number % len(others)]
        spoilt = with_part(files, "schema.json", exchanged(schema, path, value))
        yield Attack(f"schema: {path[-1]} = {value[:12]} {number}", forged(files, MODEL_FILE, spoilt), detectable=False)
    for text in (
        "[" * 900 + "]" * 900,
        "[" + "[]," * 9_000_000 + "[]]",
        " " * 600_000_000,
        "{}",
        "",
        '{"a": ' * 90_000,
    ):
        spoilt = with_part(files, "schema.json", text.encode())
        yield Attack(f"schema: {text[:9]!r}… of {len(text)}", forged(files, MODEL_FILE, spoilt))


def arrays(files: Mapping[str, bytes], rng: np.random.Generator, count: int) -> Iterator[Attack]:
    """Arrays that promise more than they hold, or hold objects."""
    names = [n for n in zipfile.ZipFile(io.BytesIO(files[MODEL_FILE])).namelist() if n.endswith(".npy")]
    for number in range(count):
        name = names[int(rng.integers(len(names)))]
        shape = ((10**12,), (10**6, 10**6), (), (-1,), (3, 3, 3))[number % 5]
        kind = ("<f8", "|O", "<U99999999", "<c16")[number % 4]
        head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape!r}, }}".ljust(117) + "\n"
        content = b"\x93NUMPY\1\0" + len(head).to_bytes(2, "little") + head.encode() + bytes(64)
        spoilt = with_part(files, name, content)
        yield Attack(f"array {number}: {kind} {shape}", forged(files, MODEL_FILE, spoilt), detectable=False)


def attacks(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    for name in (MODEL_FILE, HELD_OUT_FILE):
        content = files[name]
        yield from flips(name, content, rng, 25)
        yield from lengths(name, content, rng, 25)
        yield from blocks(name, content, rng, 10)
    for attack in (*flips(MODEL_FILE, files[MODEL_FILE], rng, 40), *lengths(MODEL_FILE, files[MODEL_FILE], rng, 20)):
        yield Attack(f"forged {attack.name}", forged(files, MODEL_FILE, attack.files[MODEL_FILE]), detectable=False)
    lists = (
        b"",
        b"\0",
        b"a",
        b"a,b\n1",
        b"a,b\n1,nan\n",
        b"a,b\n" + b"1," * 200_000,
        b"a,b\n" + b"x" * 200_000 + b",1\n",
    )
    for number, content in enumerate(lists):
        yield Attack(f"forged list {number}", forged(files, HELD_OUT_FILE, content), detectable=False)
    yield from cards(files, rng, 60)
    yield from schemas(files, rng, 60)
    yield from arrays(files, rng, 20)
    for name in (MODEL_FILE, CARD_FILE, HELD_OUT_FILE):
        yield from not_plain(name)
        yield Attack(f"{name} lacks", {name: None})


def cards(files: Mapping[str, bytes], rng: np.random.Generator, count: int) -> Iterator[Attack]:
    """The card is the only file without a checksum; what the model's numbers need of it is checked."""
    content = files[CARD_FILE]
    paths = list(leaves(json.loads(content)))
    for number in range(count):
        path = paths[int(rng.integers(len(paths)))]
        value = NONSENSE[number % len(NONSENSE)]
        yield Attack(f"card: {path[-1]} = {value[:12]} {number}", {CARD_FILE: exchanged(content, path, value)}, False)
    for number, text in enumerate(WHOLE):
        yield Attack(f"card: whole {number}", {CARD_FILE: text})
    yield from lengths(CARD_FILE, content, rng, 20, detectable=False)


TARGETS = [Target("model folder", model, read, attacks)]
