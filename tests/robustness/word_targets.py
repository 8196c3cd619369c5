"""Command lines and tables: words of every kind in every place, and paths to what is no plain file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

import numpy as np

from classification.simulated_cohorts import cohort
from robustness.attack import Attack, Target
from robustness.command_reading import FAST, WORDS, read_command, small_results, small_study, with_words, words_file
from robustness.damage import NOT_PLAIN, blocks, flips, lengths, not_plain

SIGNS = (
    "",
    " ",
    "=",
    "a",
    "a=",
    "=a",
    "\0",
    "a\0=1",
    "\ud800",
    "\udcff=1",
    "\u202eevil=1",
    "\x1b[2J",
    "\x1b]0;x\x07=1",
    "\n",
    "a\nb=1",
    "\r\n",
    "💀" * 50,
    "a" * 100_000,
    "=" * 100_000,
    "," * 10_000,
    "-",
    "--",
    "--help=",
    "~",
    "$(x)",
    "%s%n",
    "{0}",
    "../../..",
    "/",
    ".",
    "é=é",
    "\ufeffa=1",
    "a=b=c",
    ":",
    "::",
    "a:b:c",
    "1e999",
    "nan",
    "١=٢",
)
VALUES = (
    "nan",
    "inf",
    "-inf",
    "1e999",
    "-1",
    "1e300",
    "9" * 400,
    "9" * 10_000,
    "x",
    "yes",
    "",
    " ",
    "\ud800",
    "0x10",
    "1_0",
)
MAX_WORD = 10_000_000


def assess_words(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    base = ["assess", "results", "--out", "-"]
    for option in ("--patient", "--prior", "--model", "--settings"):
        yield from with_words(lambda text, o=option: [*base, f"{o}={text}"], SIGNS, option, detectable=False)
    keys = ("nf1", "age", "location", "stranger", "\u202enf1")
    texts = [f"{key}={value}" for key in keys for value in VALUES]
    yield from with_words(lambda text: [*base, f"--patient={text}"], texts, "--patient", detectable=False)
    yield from with_words(lambda text: [*base, f"--prior={text}"], VALUES, "--prior", detectable=False)
    long = ["a" * MAX_WORD, "nf1=yes," * (MAX_WORD // 8), "age=" + "1" * MAX_WORD]
    yield from with_words(lambda text: [*base, f"--patient={text}"], long, "--patient, long", detectable=False)
    yield from with_words(lambda text: ["assess", text, "--out", "-"], SIGNS, "assess", detectable=False)
    yield from with_words(lambda text: [text], SIGNS, "command", detectable=False)


def measure_words(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    """Words that lead to a refusal before anything is measured are cheap, and are nearly all of them."""
    base = ["measure", "study", "--settings", "fast.toml", "--out", "-"]
    for option in ("--override", "--role", "--mask", "--lesion"):
        yield from with_words(lambda text, o=option: [*base, f"{o}={text}"], SIGNS, option, detectable=False)
    columns = ("size.volume_ml", "margin.ill_defined", "margin.deep_lobulations_count", "split_fat.present", "a.b")
    for value in VALUES:
        texts = [f"{column}={value}" for column in columns]
        yield from with_words(lambda text: [*base, f"--override={text}"], texts, "--override", detectable=False)
    files_of = [
        f"{name}={file}" for name in ("muscle", "edema", "x") for file in ("pipe", "/dev/zero", "loop", "study", "none")
    ]
    odd = {"pipe": "pipe", "loop": "loop"}
    for option in ("--mask", "--role"):
        for text in files_of:
            word = text.replace("muscle", "t1") if option == "--role" else text
            yield Attack(f"{option}={word}", {**odd, WORDS: words_file([*base, f"{option}={word}"])}, detectable=False)


def paths(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    """Every option that names a file or a folder, led to what is neither."""
    lines = (
        ["assess", "@", "--out", "-"],
        ["assess", "results", "--out", "@"],
        ["assess", "results", "--out", "@/x"],
        ["assess", "results", "--settings", "@", "--out", "-"],
        ["assess", "results", "--model", "@", "--out", "-"],
        ["inspect", "@"],
        ["inspect", "@", "--json"],
        ["measure", "@", "--out", "-"],
        ["measure", "study", "--lesion", "@", "--out", "-"],
        ["measure", "study", "--settings", "@", "--out", "-"],
        ["run", "@", "--out", "o"],
        ["run", "study", "--lesion", "@", "--out", "o"],
        ["run", "study", "--out", "@", "--lesion", "none"],
        ["report", "@", "--results", "results", "--out", "-"],
        ["report", "study", "--results", "@", "--out", "-"],
        ["phantom", "--spec", "@", "--out", "o"],
        ["phantom", "--table", "@", "--out", "o"],
        ["phantom", "--table", "none", "--out", "@"],
        ["train", "@", "--label", "malignant", "--out", "o"],
        ["train", "none", "--label", "malignant", "--out", "@"],
        ["evaluate", "@", "--label", "malignant", "--out", "o"],
        ["evaluate", "none", "--label", "m", "--model", "@", "--out", "o"],
    )
    for line in lines:
        for kind in NOT_PLAIN:
            name = "@.nii.gz" if line[:2] == ["measure", "study"] and "--lesion" in line else "odd"
            words = [word.replace("@", name) for word in line]
            content = name if kind == "itself" else kind
            yield Attack(f"{' '.join(line)}: {kind}", {name: content, WORDS: words_file(words)}, detectable=False)


def table() -> bytes:
    return cohort(60).to_csv(index=False).encode()


def table_attacks(files: Mapping[str, bytes], rng: np.random.Generator) -> Iterator[Attack]:
    """CSV has no checksum: whether the numbers are the right ones cannot be told."""
    name, content = "t.csv", files["t.csv"]
    damage = chain(flips(name, content, rng, 60), lengths(name, content, rng, 40), blocks(name, content, rng, 30))
    yield from (Attack(a.name, a.files, detectable=False) for a in damage)
    rows = content.decode().splitlines()
    cells = (
        "nan",
        "inf",
        "1e999",
        "9" * 400,
        "9" * 10_000,
        "x",
        "",
        '"',
        "\0",
        "\ud83d",
        "=1+1",
        "\x1b[2J",
        "1,2,3",
        "-1e300",
    )
    for column in range(len(rows[0].split(","))):
        for value in cells:
            row = rows[5].split(",")
            row[column] = value
            text = "\n".join([*rows[:5], ",".join(row), *rows[6:]]).encode("utf-8", "surrogatepass")
            yield Attack(f"{name}: column {column} = {value[:9]!r}", {name: text}, detectable=False)
    yield from not_plain(name)
    whole = (
        b"",
        b"\n",
        b"a",
        b"a,a\n1,1\n",
        b",\n",
        b"\xff\xfe",
        b"a," * 200_000,
        rows[0].encode(),
        b"malignant\n1\n",
        b'"' * 99_999,
    )
    for number, text in enumerate(whole):
        yield Attack(f"{name}: whole {number}", {name: text})


def evaluating() -> dict[str, bytes]:
    words = [
        "evaluate",
        "t.csv",
        "--label",
        "malignant",
        "--groups",
        "patient",
        "--settings",
        "quick.toml",
        "--out",
        "o",
    ]
    return {"t.csv": table(), "quick.toml": b"[evaluate]\nbootstrap = 100\n", WORDS: words_file(words)}


TARGETS = [
    Target(
        "words of assess",
        lambda: {**small_results(), WORDS: words_file(["assess", "results", "--out", "-"])},
        read_command,
        assess_words,
    ),
    Target(
        "words of measure",
        lambda: {
            **small_study(),
            "fast.toml": FAST,
            WORDS: words_file(["measure", "study", "--settings", "fast.toml", "--out", "-"]),
        },
        read_command,
        measure_words,
    ),
    Target(
        "paths",
        lambda: {**small_study(), **small_results(), WORDS: words_file(["inspect", "study", "--json"])},
        read_command,
        paths,
    ),
    Target("table of evaluate", evaluating, read_command, table_attacks),
]
