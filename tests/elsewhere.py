"""A pytest plugin for another place and day: a clock that is years ahead, and folders that list their files backwards.

The clock is that of the modules `time` and `datetime`, on which gzip, zipfile, uuid and pydicom rely.
"""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Iterator
from typing import Any

import pandas  # noqa: F401  # its C code must have met the true types of `datetime`

YEARS_AHEAD = 9 * 365.25 * 86400.0
Clock = datetime.datetime
now, now_ns, localtime, gmtime, listdir, scandir = (
    time.time,
    time.time_ns,
    time.localtime,
    time.gmtime,
    os.listdir,
    os.scandir,
)


class Kind(type):
    """What any moment is an instance of."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Clock)


class Later(Clock, metaclass=Kind):
    """`datetime.datetime` by the clock that is ahead."""

    __slots__ = ()

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Clock:
        return Clock.fromtimestamp(time.time(), tz)

    today = utcnow = now


class Day(datetime.date):
    """`datetime.date` by the clock that is ahead."""

    __slots__ = ()

    @classmethod
    def today(cls) -> datetime.date:
        return Clock.fromtimestamp(time.time()).date()


class Backwards:
    """`os.scandir` from the last name to the first."""

    def __init__(self, path: Any = ".") -> None:
        with scandir(path) as found:
            self.entries = iter(sorted(found, key=lambda entry: entry.name, reverse=True))

    def __iter__(self) -> Iterator[os.DirEntry[str]]:
        return self.entries

    def __next__(self) -> os.DirEntry[str]:
        return next(self.entries)

    def __enter__(self) -> Backwards:
        return self

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None: ...


time.time = lambda: now() + YEARS_AHEAD
time.time_ns = lambda: now_ns() + int(YEARS_AHEAD) * 10**9
time.localtime = lambda seconds=None: localtime(time.time() if seconds is None else seconds)
time.gmtime = lambda seconds=None: gmtime(time.time() if seconds is None else seconds)
datetime.datetime = Later
datetime.date = Day
os.listdir = lambda path=".": sorted(listdir(path), reverse=True)
os.scandir = Backwards
