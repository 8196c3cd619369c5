"""A pytest plugin for another place and day: a clock that is years ahead, and folders that list their files backwards.

The clock is that of the modules `time` and `datetime`, on which gzip, zipfile, uuid and pydicom rely.
"""

from __future__ import annotations

import datetime
import glob
import os
import time
from collections.abc import Iterator
from typing import Any

import pandas  # noqa: F401  # its C code must have met the true types of `datetime`

AHEAD_S = 9 * 365 * 86400
true_datetime, true_date = datetime.datetime, datetime.date
true_time, true_time_ns = time.time, time.time_ns
true_localtime, true_gmtime = time.localtime, time.gmtime
true_listdir, true_scandir = os.listdir, os.scandir


class AnyDatetime(type):
    """Counts every `datetime.datetime` as its instance."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, true_datetime)


class LaterDatetime(true_datetime, metaclass=AnyDatetime):
    """`datetime.datetime` by the clock that is ahead."""

    __slots__ = ()

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> true_datetime:
        return true_datetime.fromtimestamp(time.time(), tz)

    today = now


class AnyDate(type):
    """Counts every `datetime.date` as its instance."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, true_date)


class LaterDate(true_date, metaclass=AnyDate):
    """`datetime.date` by the clock that is ahead."""

    __slots__ = ()

    @classmethod
    def today(cls) -> true_date:
        return true_datetime.fromtimestamp(time.time()).date()


class BackwardsScan:
    """`os.scandir` from the last name to the first."""

    def __init__(self, path: Any = ".") -> None:
        with true_scandir(path) as entries:
            self.entries = iter(sorted(entries, key=lambda entry: entry.name, reverse=True))

    def __iter__(self) -> Iterator[os.DirEntry[str]]:
        return self.entries

    def __next__(self) -> os.DirEntry[str]:
        return next(self.entries)

    def __enter__(self) -> BackwardsScan:
        return self

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None: ...


time.time = lambda: true_time() + AHEAD_S
time.time_ns = lambda: true_time_ns() + AHEAD_S * 10**9
time.localtime = lambda seconds=None: true_localtime(time.time() if seconds is None else seconds)
time.gmtime = lambda seconds=None: true_gmtime(time.time() if seconds is None else seconds)
datetime.datetime, datetime.date = LaterDatetime, LaterDate
os.listdir = lambda path=".": sorted(true_listdir(path), reverse=True)
os.scandir = BackwardsScan
for kind in vars(glob).values():  # from Python 3.13 on pathlib's globbing holds its own
    if getattr(kind, "scandir", None) is true_scandir:
        kind.scandir = BackwardsScan
