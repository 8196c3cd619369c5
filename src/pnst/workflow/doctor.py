"""What is installed here: this Python, pnst and its libraries, and the outside programs that it can use."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

ANSWER_S = 5.0
"""How long a program may take to tell its version (ours)."""
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([A-Za-z0-9._-]+)['\"]")
_VERSION = re.compile(r"\bv?(\d+(?:\.\d+)+)")


@dataclass(frozen=True)
class OutsideProgram:
    """A program that is no part of pnst."""

    name: str
    program: str
    """What it is called on the command line."""
    installed: bool
    version: str | None
    """None where it is not installed, or tells it only after seconds of loading."""
    used_for: str


@dataclass(frozen=True)
class Installation:
    """What is installed here. It names no path and no user."""

    pnst: str
    python: str
    system: str
    libraries: Mapping[str, str | None]
    """Package → version; None: not installed."""
    extras: Mapping[str, Mapping[str, str | None]]
    """Optional part → its packages, as `libraries`."""
    programs: tuple[OutsideProgram, ...]

    def to_dict(self) -> dict[str, Any]:
        """The content of `pnst doctor --json`."""
        return asdict(self)

    def rows(self) -> list[tuple[str, str, str]]:
        """What, its version or that it is missing, and what it is for."""
        named = [("pnst", self.pnst, ""), ("Python", self.python, self.system)]
        named += [(name, _shown(number), "library") for name, number in self.libraries.items()]
        for extra, packages in self.extras.items():
            missing = f"pip install 'pnst[{extra}]'" if None in packages.values() else ""
            named += [
                (name, _shown(number), f"optional: {extra} {missing}".strip()) for name, number in packages.items()
            ]
        programs = [
            (one.program, (one.version or "on the path") if one.installed else "not on the path", one.used_for)
            for one in self.programs
        ]
        return named + programs


def _shown(number: str | None) -> str:
    return number or "missing"


def examine() -> Installation:
    """What is installed here; programs that tell their version at once are asked for it."""
    return Installation(
        pnst=version("pnst"),
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        libraries={name: _version_of(name) for name in _required(None)},
        extras={extra: {name: _version_of(name) for name in _required(extra)} for extra in _extras()},
        programs=(*_structure_programs(), *_other_programs()),
    )


def _structure_programs() -> list[OutsideProgram]:
    from pnst.io.masks.schemes.table import TOOLS, structure_tool

    tools = [structure_tool(name) for name in TOOLS]
    return [
        _program(tool.title, tool.program, f"--structures {tool.name}: finds {tool.finds}", tool.distribution)
        for tool in tools
    ]


def _other_programs() -> list[OutsideProgram]:
    prompts = "segments a lesion from a prompt, as a segmenter of yours"
    return [
        _program("nnInteractive", "nninteractive-server", prompts, "nnInteractive"),
        _program("dcm2niix", "dcm2niix", "converts DICOM to NIfTI; pnst reads DICOM by itself", asked=("--version",)),
        _program("DCMTK", "storescu", "sends DICOM objects, as those of --dicom, to a PACS", asked=("--version",)),
    ]


def _program(
    name: str, program: str, used_for: str, distribution: str | None = None, asked: tuple[str, ...] = ()
) -> OutsideProgram:
    place = shutil.which(program)
    number = None
    if place is not None and distribution is not None and Path(place).parent == Path(sys.executable).parent:
        number = _version_of(distribution)  # of this Python's own packages; another environment has its own
    if place is not None and asked:
        number = _answer(place, *asked)
    return OutsideProgram(name, program, place is not None, number, used_for)


def _answer(*command: str) -> str | None:
    """The version that a program tells; None where it tells none in time."""
    try:
        told = subprocess.run(  # noqa: S603 - a program of a fixed name on the user's path
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=ANSWER_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    number = _VERSION.search(told.stdout.decode(errors="replace"))
    return None if number is None else number[1]


def _version_of(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _required(extra: str | None) -> list[str]:
    """The packages that pnst needs, or that an optional part of it does."""
    needed = [(line, _EXTRA.search(line)) for line in requires("pnst") or []]
    names = [_REQUIREMENT.match(line) for line, part in needed if (part[1] if part else None) == extra]
    return [name[1] for name in names if name is not None]


def _extras() -> list[str]:
    parts = (_EXTRA.search(line) for line in requires("pnst") or [])
    return list(dict.fromkeys(extra[1] for extra in parts if extra is not None))
