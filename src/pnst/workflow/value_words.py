"""Values as a person writes them, on a command line or in a cell."""

from __future__ import annotations


def value_of(text: str) -> bool | float | str:
    """A boolean (yes, no, true, false), a number, or the text itself.

    >>> value_of("yes"), value_of("34"), value_of("limb")
    (True, 34.0, 'limb')
    """
    known = {"yes": True, "true": True, "no": False, "false": False}
    if text.lower() in known:
        return known[text.lower()]
    try:
        return float(text)
    except ValueError:
        return text
