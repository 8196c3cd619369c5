"""The published label tables of other programs, and how each of them is started: one TOML file a program.

Each file names the repository, the path and the commit that its numbers and its command line were taken from.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from pnst.errors import SettingError

TOOLS = ("totalspineseg", "spineps", "totalsegmentator", "sct")
"""What is asked for by its name, each with a table `<name>.toml` beside this module."""


@dataclass(frozen=True)
class PublishedLabel:
    """One label of a program: its published name, and the masks that it belongs to."""

    name: str
    masks: tuple[str, ...]
    """() for a label that is no mask of pnst."""


@dataclass(frozen=True)
class LabelScheme:
    """What the numbers of one kind of label map mean."""

    name: str
    tool: str
    of: str
    """Which output of the program."""
    source: str
    labels: Mapping[int, PublishedLabel]
    includes: Mapping[str, tuple[str, ...]]
    """Mask → masks whose voxels belong to it, too, though its own label leaves them out."""
    note: str = ""
    """What must be known with it."""

    def unknown(self, numbers: Iterable[int]) -> list[int]:
        """The numbers that the table lacks."""
        return sorted(set(numbers) - set(self.labels))


@dataclass(frozen=True)
class StructureTool:
    """A program that segments structures, and how it is started."""

    name: str
    title: str
    program: str
    distribution: str | None
    """The Python package that it comes with; None where it is none."""
    finds: str
    series: tuple[str, ...]
    """Roles of the series that it takes, the best first."""
    image: str
    """What the file of that series is called."""
    runs: tuple[tuple[str, ...], ...]
    """Commands, word by word; `{image}` and `{folder}` become names of files."""
    answers: Mapping[str, str]
    """Pattern of a file below the folder → name of its scheme."""


def label_scheme(name: str) -> LabelScheme:
    """The scheme of that name. Raises `SettingError` that lists them.

    >>> label_scheme("totalspineseg").labels[43]
    PublishedLabel(name='vertebrae_L3', masks=('vertebra_L3',))
    """
    known = schemes()
    if name not in known:
        raise SettingError(
            "no such label scheme", got=name, expected=", ".join(known), remedy="name the one that wrote the label map"
        )
    return known[name]


def structure_tool(name: str) -> StructureTool:
    """The program of that name. Raises `SettingError` that lists them.

    >>> structure_tool("totalspineseg").runs
    (('totalspineseg', '{image}', '{folder}/answer'),)
    """
    if name not in TOOLS:
        raise SettingError(
            "no such program to find structures with",
            got=name,
            expected=", ".join(TOOLS),
            remedy="name one of these; for the answer of any other, --mask NAME=FILE[:LABEL]",
        )
    content = _content(name)
    command = content["command"]
    return StructureTool(
        name=name,
        title=content["tool"],
        program=command["program"],
        distribution=command.get("distribution"),
        finds=command["finds"],
        series=tuple(command["series"]),
        image=command["image"],
        runs=tuple(tuple(words) for words in command["runs"]),
        answers=MappingProxyType(dict(command["answers"])),
    )


@cache
def schemes() -> Mapping[str, LabelScheme]:
    """Every scheme by its name."""
    every = (_scheme(name, table, tool) for tool in TOOLS for name, table in _content(tool)["schemes"].items())
    return MappingProxyType({scheme.name: scheme for scheme in every})


def _scheme(name: str, table: Mapping[str, Any], tool: str) -> LabelScheme:
    labels = {int(number): PublishedLabel(row["name"], tuple(row["masks"])) for number, row in table["labels"].items()}
    return LabelScheme(
        name=name,
        tool=_content(tool)["tool"],
        of=table["of"],
        source=" ".join(table["source"].split()),
        labels=MappingProxyType(labels),
        includes=MappingProxyType({mask: tuple(parts) for mask, parts in table.get("includes", {}).items()}),
        note=table.get("note", ""),
    )


@cache
def _content(tool: str) -> dict[str, Any]:
    return tomllib.loads(files("pnst.io.masks.schemes").joinpath(f"{tool}.toml").read_text(encoding="utf-8"))
