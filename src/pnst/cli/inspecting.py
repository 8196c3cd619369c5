"""What `pnst inspect` prints: each series and each file that may hold a lesion, in 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pnst.cli.terminal import print_text

if TYPE_CHECKING:
    from pnst.workflow.study_sources import LesionFile, SeriesGuess

WIDTH = 80
INDENT = "    "


def print_series(guesses: Sequence[SeriesGuess]) -> None:
    """Each series: its role, key, voxels and b-values, then what it calls itself, why it has the role, and remarks."""
    for guess in guesses:
        print_text("\n".join(_lines(guess)))


def print_lesion_files(files: Sequence[LesionFile]) -> None:
    """Each file that may hold a lesion, with what to give to `--lesion`; nothing where there is none."""
    if not files:
        return
    print_text("\nMay hold a lesion; give one with --lesion:")
    for file in files:
        asked = [f"{file.file}:{region}" for region in file.regions] or [file.file]
        for number, one in enumerate(asked):
            print_text("\n".join(_wrapped(f"{one}   ({file.kind})" if number == 0 else one, "  ")))


def _lines(guess: SeriesGuess) -> Iterator[str]:
    """Of one series."""
    shape = "×".join(map(str, guess.shape or ()))
    spacing = " × ".join(f"{s:.3g}" for s in guess.spacing_mm or ())
    b_values = ", ".join(f"{b:g}" for b in dict.fromkeys(guess.b_values or ()))
    facts = [shape, f"{spacing} mm" if spacing else "", f"b {b_values}" if b_values else "", guess.unit or ""]
    head = f"{guess.role or '–':<8}{guess.key}"
    yield from _wrapped("   ".join((head, *(fact for fact in facts if fact))), "", INDENT)
    for text in (guess.description, guess.reason):
        if text:
            yield from _wrapped(text, INDENT)
    for text in (*guess.rivals, *guess.notes, *([guess.problem] if guess.problem else [])):
        yield from _wrapped(f"! {text}", INDENT, f"{INDENT}  ")


def _wrapped(text: str, first: str, later: str | None = None) -> list[str]:
    later = f"{first}  " if later is None else later
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=later, replace_whitespace=True, break_on_hyphens=False
    )
