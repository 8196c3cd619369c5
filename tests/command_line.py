"""The command as its users call it, and its outputs as they find them."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pnst.cli import main
from pnst.measurement.measurements import FAMILY_TYPES

OUTPUTS_ALWAYS = {
    "measurements.json",
    "measurements.csv",
    "assessment.json",
    "report.html",
    "settings.toml",
    "lesion.nii.gz",
}
"""What DESIGN names for every run; the rest is there where it exists."""
FAMILIES = set(FAMILY_TYPES)


@dataclass(frozen=True)
class CommandResult:
    """What one command gave."""

    code: int
    out: str
    err: str


def pnst(*words: object, program: Callable[[], None] = main) -> CommandResult:
    """The command, or another program of pnst, in this process, where every warning is an error."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.setattr(sys, "argv", ["pnst", *map(str, words)])
        try:
            program()
        except SystemExit as end:
            code = int(end.code or 0)
    return CommandResult(code, out.getvalue(), err.getvalue())


def done(*words: object) -> CommandResult:
    """A command that must succeed, and say nothing on standard error."""
    result = pnst(*words)
    assert (result.code, result.err) == (0, "")
    return result


def refused(*words: object) -> str:
    """A command that must be refused: exit 2, nothing printed, one line of four parts on standard error."""
    result = pnst(*words)
    return four_parts(result.code, result.out, result.err)


def four_parts(code: int, out: str, err: str) -> str:
    assert (code, out) == (2, ""), err
    assert re.fullmatch(r"pnst: .+; got: .+; expected: .+; remedy: .+\n", err), err
    assert "Traceback" not in err
    return err


def content(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8"))


def only(file: Path) -> dict[str, Any]:
    (lesion,) = content(file)["lesions"]
    return lesion


def outputs(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in outputs(folder)}


def numbers(lesion: dict[str, Any]) -> dict[str, float]:
    """Every measured number of one lesion."""
    return {
        f"{family}.{name}": value
        for family in sorted(FAMILIES & lesion.keys())
        for name, value in lesion[family].items()
        if isinstance(value, bool | int | float)
    }


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((files("pnst.io") / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def shell(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pnst", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, cwd=cwd)
