"""A JSON file of bounded size, whose numbers are finite and whose keys stand once."""

from __future__ import annotations

import json
from math import isinf
from pathlib import Path
from typing import Any

from pnst.regular_file import read_regular

MAX_DIGITS = 18
"""Of a whole number (ours)."""
MAX_SHOWN = 200
"""Characters of a reason."""


class JsonError(ValueError):
    """A file that cannot be read or is no JSON; its text says why."""


def read_json(file: Path, max_bytes: int) -> Any:
    """What a JSON file holds. Raises `JsonError`.

    Refused are numbers that are not finite (NaN, Infinity, 1e999), whole numbers of more than 18 digits, an object in
    which a key stands twice, and half of a surrogate pair.
    """
    try:
        return _parsed(read_regular(file, max_bytes))
    except OSError as error:
        raise JsonError(error.strerror or "a file that cannot be opened") from error
    except RecursionError as error:
        raise JsonError("JSON nested too deep") from error
    except ValueError as error:
        raise JsonError(f"no JSON: {error}"[:MAX_SHOWN]) from error


def _parsed(content: bytes) -> Any:
    text = content.decode("utf-8-sig")
    parsed = json.loads(
        text,
        parse_constant=_no_number,
        parse_float=_finite,
        parse_int=_bounded_integer,
        object_pairs_hook=_once,
    )
    if "\\u" in text:
        _check_characters(parsed)
    return parsed


def _check_characters(parsed: Any) -> None:
    """Half of a surrogate pair can be escaped, but is no character: no file and no page can hold it."""
    try:
        json.dumps(parsed, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("a text with half of a surrogate pair") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key, value in pairs:
        if key in content:
            raise ValueError(f"the key {key[:20]!r} stands twice")
        content[key] = value
    return content


def _no_number(word: str) -> float:
    raise ValueError(f"{word}, which is no number")


def _finite(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise ValueError(f"{text[:20]}, which is beyond all bounds")
    return number


def _bounded_integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a whole number of {len(text)} digits")
    return int(text)
