"""Errors that say what is wrong, what was got, what was expected and what to do.

Everything that pnst refuses on purpose is a `PnstError`; anything else that escapes is a bug.
"""

from __future__ import annotations


class PnstError(Exception):
    """A refusal in four parts.

    Parameters
    ----------
    what : what could not be done, with its subject ("the lesion mask does not overlap the T1 series")
    got : what was found
    expected : what would have been right
    remedy : what the user can do about it
    """

    def __init__(self, what: str, *, got: str, expected: str, remedy: str) -> None:
        super().__init__(what, got, expected, remedy)
        self.what = what
        self.got = got
        self.expected = expected
        self.remedy = remedy

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


def _rebuild(kind: type[PnstError], what: str, got: str, expected: str, remedy: str) -> PnstError:
    return kind(what, got=got, expected=expected, remedy=remedy)
