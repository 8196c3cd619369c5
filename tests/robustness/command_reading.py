"""Commands as readers: the words of a command line among the files of an attack, and how the command ends."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from command_line import pnst
from pnst.errors import PnstError
from robustness.attack import Attack, Reading
from robustness.nifti_targets import digest

WORDS = "words.json"
"""The file that holds the words of the command line, NUL and lone surrogates too."""
FAST = b"[measure.uncertainty]\nrepetitions = 0\n"
SPEC = """seed = 3
[lesion]
radii_mm = [9.0, 8.0, 11.0]
"""
GRIDS = {"t1": (1.5, 4.5), "t2_fs": (1.5, 4.5), "t1_post": (3.0, 9.0), "dwi": (3.0, 6.0)}

Words = list[str]
LINE = re.compile(r"pnst: (.+); got: (.+); expected: (.+); remedy: (.+)\n")


class RefusedByCommandError(PnstError):
    """The four parts of a command's line on standard error."""


def words_file(words: Iterable[str]) -> bytes:
    return json.dumps(list(words)).encode()


def read_command(folder: Path, words: Words | None = None) -> Reading:
    """Run the words in the folder: what is printed, or the refusal. Raises `AssertionError` for another end."""
    os.chdir(folder)
    result = pnst(*(words or json.loads((folder / WORDS).read_text())))
    if result.code == 0:
        assert "Traceback" not in result.err
        return Reading(digest(result.out), notes_of(result.out))
    match = LINE.fullmatch(result.err)
    assert match, f"exit {result.code}, {result.err[-500:]!r}"
    assert result.code in (1, 2), result.code
    what, got, expected, remedy = match.groups()
    raise RefusedByCommandError(what, got=got, expected=expected, remedy=remedy)


def notes_of(text: str) -> tuple[str, ...]:
    """Warnings and remarks in printed JSON."""
    try:
        lesions = json.loads(text)["lesions"]
    except (ValueError, KeyError, TypeError):
        return ()
    return tuple(note for one in lesions for key in ("warnings", "notes") for note in one.get(key) or ())


@cache
def small_study() -> dict[str, bytes]:
    """A simulated study of few voxels, under `study/`."""
    grids = "".join(
        f"[grids.{role}]\nspacing_mm = [{a}, {a}, {c}]\nextent_mm = [60.0, 60.0, 60.0]\n"
        for role, (a, c) in GRIDS.items()
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "spec.toml").write_text(SPEC + grids)
        done = pnst("phantom", "--spec", folder / "spec.toml", "--out", folder / "study")
        assert done.code == 0, done.err
        return {f"study/{path.name}": path.read_bytes() for path in (folder / "study").iterdir()}


@cache
def small_results() -> dict[str, bytes]:
    """The results of a run on it, under `results/`, without the page."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "study").mkdir()
        for name, content in {**small_study(), "fast.toml": FAST}.items():
            (folder / name).write_bytes(content)
        words = ("--case-id", "s", "--settings", folder / "fast.toml", "--out", folder / "results")
        done = pnst("run", folder / "study", *words)
        assert done.code == 0, done.err
        files = [path for path in (folder / "results").rglob("*") if path.is_file() and path.suffix != ".html"]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def with_words(
    base: Callable[[str], Words], texts: Iterable[str], name: str, detectable: bool = True
) -> Iterator[Attack]:
    """One attack a text, in the place where `base` puts it."""
    for number, text in enumerate(texts):
        shown = text[:20].encode("ascii", "backslashreplace").decode()
        yield Attack(f"{name} {number}: {shown!r}", {WORDS: words_file(base(text))}, detectable)


def leaves(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in JSON that holds no other."""
    if isinstance(tree, dict | list) and tree:
        for key in tree if isinstance(tree, dict) else range(len(tree)):
            yield from leaves(tree[key], (*path, key))
    else:
        yield path


def exchanged(content: bytes, path: tuple[Any, ...], value: str) -> bytes:
    """JSON with the value at a path exchanged for a text, which need be no JSON."""
    tree = json.loads(content)
    parent = tree
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = "@VALUE@"
    return json.dumps(tree).replace('"@VALUE@"', value).encode()
