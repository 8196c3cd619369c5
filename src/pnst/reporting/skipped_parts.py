"""What was not measured, each reason once."""

from __future__ import annotations

from collections.abc import Mapping

from pnst.reporting.vocabulary import as_words, part_title, part_words


def skipped_parts(skipped: Mapping[str, str]) -> list[tuple[str, str]]:
    """Title and reason of `m.skipped` ("family" or "family.part" → reason); parts of a family with one reason together.

    >>> skipped_parts({"nerve.eccentricity": "it is far", "nerve.calibre": "it is far", "nerve.signal": "no T2 series"})
    [('Nerve, eccentricity, calibre', 'it is far'), ('Nerve, signal', 'no T2 series')]
    """
    return [
        (", ".join([part_title(parts[0]), *(part_words(part) for part in parts[1:])]), reason)
        for parts, reason in _together(skipped)
    ]


def skipped_of(family: str, skipped: Mapping[str, str]) -> str:
    """The parts of one family in a line; empty where none was skipped.

    >>> skipped_of("nerve", {"nerve.eccentricity": "it is far", "nerve.calibre": "it is far", "cord": "no mask"})
    'Eccentricity, calibre: it is far'
    """
    own = {part: reason for part, reason in skipped.items() if part.startswith(f"{family}.")}
    return "; ".join(
        f"{as_words(', '.join(part_words(part) for part in parts))}: {reason}" for parts, reason in _together(own)
    )


def _together(skipped: Mapping[str, str]) -> list[tuple[list[str], str]]:
    """Parts of one family with one reason, in the order of their first."""
    groups: dict[tuple[str, str], list[str]] = {}
    for part, reason in skipped.items():
        groups.setdefault((part.partition(".")[0], reason), []).append(part)
    return [(parts, reason) for (_, reason), parts in groups.items()]
