"""The recipes of the images, which nobody can build without a daemon. Witness: what they name, and the wheel's name."""

from __future__ import annotations

import fnmatch
import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WHEEL = f"build/dist/pnst-{PROJECT['version']}-py3-none-any.whl"
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
DEFINITION = (ROOT / "apptainer.def").read_text(encoding="utf-8")


def instructions(text: str) -> list[tuple[str, str]]:
    """Each instruction of a Dockerfile with its words; lines that go on are joined."""
    plain = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    lines = plain.replace("\\\n", " ").splitlines()
    return [(line.split()[0], " ".join(line.split()[1:])) for line in lines if line.strip()]


def sections(text: str) -> dict[str, list[str]]:
    """Each section of a definition file with its lines."""
    parts = re.split(r"^%(\w+)\n", text, flags=re.MULTILINE)[1:]
    return {
        name: [line.strip() for line in body.splitlines() if line.strip()]
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }


def copied(text: str) -> list[str]:
    """What a Dockerfile takes into the image."""
    return [source for name, words in instructions(text) if name == "COPY" for source in words.split()[:-1]]


def missing(sources: list[str]) -> list[str]:
    """Those that neither lie here nor are what `make wheel` leaves."""
    return [source for source in sources if source != WHEEL and not (ROOT / source).is_file()]


def test_everything_that_is_copied_is_there_and_not_ignored():
    sources = copied(DOCKERFILE)
    assert len(sources) == 2
    assert missing(sources) == []
    assert missing([line.split()[0] for line in sections(DEFINITION)["files"]]) == []
    assert missing(copied("COPY requirements/none.txt /x/\n")) == ["requirements/none.txt"]
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert all(any(fnmatch.fnmatch(source, pattern) for pattern in allowed) for source in sources)
    assert "--outdir build/dist" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_both_install_the_same_locked_versions():
    runs = [words for name, words in instructions(DOCKERFILE) if name == "RUN"]
    (commands,) = ([part.strip() for part in run.split("&&")] for run in runs)
    assert commands == sections(DEFINITION)["post"]
    locked, own = commands
    assert "--require-hashes" in locked
    assert "--no-deps --no-index" in own


def test_the_image_is_pinned_runs_as_nobody_and_starts_the_app():
    by_name = dict(instructions(DOCKERFILE))
    assert by_name["FROM"] == "python:3.12-slim"
    assert f"From: {by_name['FROM']}\n" in DEFINITION
    assert by_name["USER"] == "nobody"
    (program,) = json.loads(by_name["ENTRYPOINT"])
    assert program in PROJECT["scripts"]
    assert sections(DEFINITION)["runscript"] == [f'exec {program} "$@"']
    assert [name for name, _ in instructions(DOCKERFILE)].index("USER") > [
        n for n, _ in instructions(DOCKERFILE)
    ].index("RUN")


@pytest.mark.parametrize("text", [DOCKERFILE, DEFINITION])
def test_nothing_is_written_but_out_and_tmp_and_no_place_is_named(text):
    for words in ("OMP_NUM_THREADS=1", "MPLCONFIGDIR=/tmp/", f"pnst:{PROJECT['version']}", "ot a medical device"):
        assert words in text
    assert not re.search(r"https?:|index-url|/home/|/work/", text)
    assert set(re.findall(r"pnst[-:](\d+\.\d+\.\d+)", text)) == {PROJECT["version"]}
