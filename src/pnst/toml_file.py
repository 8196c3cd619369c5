"""A TOML file as tables: a plain file of bounded size, whose keys cannot cost the parser hours."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pnst.regular_file import read_regular

MAX_BYTES, MAX_DOTS = 1 << 18, 200
"""Of a file, and of a line in it (ours): every setting with its default takes 6 KB, and three dots in a line. Each part
of a key costs the parser a table, and the parts before it again."""
MAX_SHOWN = 200
"""Characters of a reason."""


class TomlError(ValueError):
    """A file that cannot be read or is no TOML; its text says why."""


def read_toml(file: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises `TomlError`."""
    try:
        return _parsed(read_regular(file, MAX_BYTES))
    except OSError as error:
        raise TomlError(error.strerror or "it cannot be opened") from error
    except RecursionError as error:
        raise TomlError("values nested too deep") from error
    except ValueError as error:  # integers of over 4,300 digits too
        raise TomlError(str(error)[:MAX_SHOWN]) from error


def _parsed(content: bytes) -> dict[str, Any]:
    text = content.decode()
    if any(line.count(".") > MAX_DOTS for line in text.splitlines()):
        raise ValueError(f"a line with more than {MAX_DOTS} dots")
    return tomllib.loads(text)
