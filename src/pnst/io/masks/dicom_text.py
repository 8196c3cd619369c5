"""Texts of DICOM objects whose character set is not declared, or not rightly."""

from __future__ import annotations

from typing import Any


def element_text(item: Any, keyword: str) -> str:
    """The text of an element, "" where it is absent; never an error, whatever its bytes.

    Bytes that are UTF-8 are read as that; else by the declared character set, else as Latin-1, which takes any byte.
    """
    content = _bytes(item, keyword)
    if content is not None:
        try:
            return content.decode("utf-8").strip(" \0")
        except UnicodeDecodeError:
            pass
    try:
        return str(item.get(keyword) or "").strip(" \0")
    except Exception:  # the declared character set does not fit, or is unknown
        return (content or b"").decode("latin-1").strip(" \0")


def _bytes(item: Any, keyword: str) -> bytes | None:
    """The element's bytes as they stand in the file; None where it was decoded before, or is absent."""
    try:
        value = item.get_item(keyword).value
    except (AttributeError, KeyError):
        return None
    return value if isinstance(value, bytes) else None
