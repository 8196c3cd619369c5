"""Errors that say what is wrong, what was got, what was expected and what to do.

Everything that pnst refuses on purpose is a `PnstError`; anything else that escapes is a bug.
"""

from __future__ import annotations

MAX_PART = 400
"""Characters of each part: a header or a command line may hold a million."""


class PnstError(Exception):
    """A refusal in four parts.

    Parameters
    ----------
    what : what could not be done, with its subject ("the lesion mask does not overlap the T1 series")
    got : what was found
    expected : what would have been right
    remedy : what the user can do about it

    Each is cut at `MAX_PART` characters.
    """

    def __init__(self, what: str, *, got: str, expected: str, remedy: str) -> None:
        parts = [_short(part) for part in (what, got, expected, remedy)]
        super().__init__(*parts)
        self.what, self.got, self.expected, self.remedy = parts

    def __str__(self) -> str:
        return f"{self.what}; got: {self.got}; expected: {self.expected}; remedy: {self.remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive the default pickling between worker processes.
        return (_rebuild, (type(self), self.what, self.got, self.expected, self.remedy))


class InputError(PnstError):
    """A file or folder is missing, unreadable, damaged, or not what its place requires."""


class GeometryError(PnstError):
    """Voxels whose place in the patient is missing, contradictory, or does not meet the other images."""


class AmbiguityError(PnstError):
    """Several answers fit and choosing one would be a guess: the message lists them and how to choose."""


class SettingError(PnstError):
    """A setting, option or argument that is unknown, of the wrong kind, or out of its range."""


def _short(part: str) -> str:
    return part if len(part) <= MAX_PART else f"{part[: MAX_PART - 2]} …"


def _rebuild(kind: type[PnstError], what: str, got: str, expected: str, remedy: str) -> PnstError:
    return kind(what, got=got, expected=expected, remedy=remedy)
