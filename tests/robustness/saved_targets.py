"""What pnst itself wrote and reads again: measurements.json, assessment.json and settings.toml."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from pnst.settings import LearnSettings, RunSettings
from robustness.attack import Attack, Reading, Target
from robustness.command_reading import exchanged, leaves, read_command, small_results, small_study
from robustness.damage import flips, lengths, not_plain
from robustness.nifti_targets import digest

MEASURED, ASSESSED, SETTINGS = "results/measurements.json", "results/assessment.json", "results/settings.toml"
NONSENSE = (
    '"x"',
    "[]",
    "{}",
    "[1, 2]",
    '{"a": 1}',
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "1" + "0" * 400,
    "1" * 10_000,
    "[" * 50_000,
    "-1e300",
    '"\\ud800"',
    '"\\u001b[2J"',
)
"""No value of any number or sign. Of texts and lists some of them may be."""
WHOLE = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"\0",
    b"\xff\xfe",
    b"1" * 10_000,
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"lesions": []}',
    b'{"schema_version": 1, "case_id": "a", "lesions": [{}]}',
    b'{"schema_version": 1, "case_id": "a", "lesions": [[]]}',
    b'{"schema_version": 2, "case_id": "a", "lesions": [{}]}',
    b'{"schema_version": 1, "case_id": "a", "lesions": {}}',
    b'{"schema_version": 1, "case_id": {}, "lesions": [' + b"{}," * 100_000 + b"{}]}",
)


def read_assessment(folder: Path) -> Reading:
    return read_command(folder, ["assess", "results", "--out", "-"])


def read_report(folder: Path) -> Reading:
    return read_command(folder, ["report", "study", "--results", "results", "--out", "-"])


def values(name: str, content: bytes, rng: np.random.Generator, count: int) -> Iterator[Attack]:
    """One value anywhere that is none."""
    tree = json.loads(content)
    paths = list(leaves(tree))
    for number in range(count):
        path = paths[int(rng.integers(len(paths)))]
        value = NONSENSE[number % len(NONSENSE)]
        old = tree
        for key in path:
            old = old[key]
        sure = isinstance(old, bool | int | float) and path[0] == "lesions"
        shown = f"{name}: {'.'.join(map(str, path))} = {value[:12]} {number}"
        yield Attack(shown, {name: exchanged(content, path, value)}, detectable=sure)


def keys(name: str, content: bytes, rng: np.random.Generator, count: int) -> Iterator[Attack]:
    """A key that lacks, and one that is unknown."""
    paths = [path for path in leaves(json.loads(content)) if isinstance(path[-1], str)]
    for number in range(count):
        path = paths[int(rng.integers(len(paths)))]
        tree = json.loads(content)
        parent = tree
        for key in path[:-1]:
            parent = parent[key]
        value = parent.pop(path[-1])
        if number % 2:
            parent[f"{path[-1]}x"] = value
        yield Attack(f"{name}: key {path[-1]} {number}", {name: json.dumps(tree).encode()}, detectable=False)


def saved_json(name: str, files: Mapping[str, bytes], rng: np.random.Generator, count: int) -> Iterator[Attack]:
    content = files[name]
    yield from values(name, content, rng, count)
    yield from keys(name, content, rng, count // 4)
    for number, text in enumerate(WHOLE):
        yield Attack(f"{name}: whole {number}", {name: text})
    yield from flips(name, content, rng, count // 6, detectable=False)
    yield from (Attack(a.name, a.files, ": cut" in a.name) for a in lengths(name, content, rng, count // 6))
    yield from not_plain(name)


def assess_attacks(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    yield from saved_json(MEASURED, files, rng, 300)
    yield from (Attack(a.name, a.files, detectable=False) for a in saved_settings(files, rng, 20))
    yield Attack("50 MB", {MEASURED: b" " * 50_000_000 + files[MEASURED]}, detectable=False)


def report_attacks(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    yield from saved_json(MEASURED, files, rng, 12)
    yield from saved_json(ASSESSED, files, rng, 30)
    for name in ("results/lesion.nii.gz", "results/adc.nii.gz", "results/regions"):
        yield from not_plain(name)


def saved_settings(files: Mapping[str, bytes], rng: np.random.Generator, count: int) -> Iterator[Attack]:
    """A line with another value, or key; tables without a floor; text that is no TOML, or too much."""
    content = files[SETTINGS].decode()
    lines = content.splitlines()
    numbered = [n for n, line in enumerate(lines) if " = " in line]
    others = (
        "inf",
        "-inf",
        "nan",
        "1e999",
        "1" + "0" * 400,
        "9" * 10_000,
        '"x"',
        "true",
        "[]",
        "{}",
        "-1",
        "1979-05-27",
        '"' + "x" * 100_000 + '"',
        "[" * 2_000,
        '"\\u001b[2J"',
        "0x" + "f" * 300,
    )
    for number in range(count):
        n = numbered[int(rng.integers(len(numbered)))]
        key = lines[n].partition(" = ")[0]
        value = others[number % len(others)]
        text = "\n".join([*lines[:n], f"{key} = {value}", *lines[n + 1 :]])
        yield Attack(f"{SETTINGS}: {key} = {value[:12]} {number}", {SETTINGS: text.encode()}, detectable=False)
    texts = {
        "deep table": "[" + "a." * 10_000 + "a]",
        "deep key": "a." * 10_000 + "a = 1",
        "deep list": "a = " + "[" * 10_000 + "]" * 10_000,
        "deep object": "a = " + "{a=" * 10_000 + "1" + "}" * 10_000,
        "unclosed": "a = " + "[" * 100_000,
        "many tables": "".join(f"[a{n}]\n" for n in range(20_000)),
        "many keys": "".join(f"{'a.' * 50}k{n} = 1\n" for n in range(5_000)),
        "unknown key": content + "\nstranger = 1\n",
        "unknown table": content + "\n[stranger]\n",
        "50 MB comment": "#" * 50_000_000,
        "50 MB key": "a" * 50_000_000 + " = 1",
        "50 MB list": "a = [" + "1," * 25_000_000 + "]",
        "dotted 50 MB": "a." * 25_000_000 + "a = 1",
        "NUL": "\0",
        "twice": content + content,
        "key of 10 MB": '"' + "\\u001b" * 1_000_000 + '" = 1',
    }
    for name, text in texts.items():
        yield Attack(f"{SETTINGS}: {name}", {SETTINGS: text.encode()}, detectable=False)
    for number, raw in enumerate((b"\xff\xfe", b"\xef\xbb\xbf" + files[SETTINGS], b"\x80", files[SETTINGS][:1000])):
        yield Attack(f"{SETTINGS}: bytes {number}", {SETTINGS: raw}, detectable=False)
    yield from flips(SETTINGS, files[SETTINGS], rng, count // 4, detectable=False)
    yield from lengths(SETTINGS, files[SETTINGS], rng, count // 4, detectable=False)
    yield from not_plain(SETTINGS)


def read_settings(folder: Path) -> Reading:
    return Reading(digest(RunSettings.from_toml(folder / SETTINGS).to_toml()))


def read_learn_settings(folder: Path) -> Reading:
    return Reading(digest(LearnSettings.from_toml(folder / SETTINGS).model_dump_json()))


TARGETS = [
    Target("assess", small_results, read_assessment, assess_attacks),
    Target("report", lambda: {**small_study(), **small_results()}, read_report, report_attacks),
    Target(
        "settings of a run",
        lambda: {SETTINGS: RunSettings().to_toml().encode()},
        read_settings,
        lambda files, rng: saved_settings(files, rng, 160),
    ),
    Target(
        "settings of learning",
        lambda: {SETTINGS: b"[train]\nfolds = 3\ninner_folds = 3\n[evaluate]\n[assess]\nprior = 0.3\n"},
        read_learn_settings,
        lambda files, rng: saved_settings(files, rng, 80),
    ),
]
