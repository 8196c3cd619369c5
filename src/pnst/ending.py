"""Whether this process was asked to end: by Ctrl-C, a scheduler, a terminal that closed.

A signal raises an exception wherever the process is, and a compiled library may drop it there (one that is being
imported says `ImportError` instead). So the request itself is kept, and read again before files get their places.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))

_asked: list[int] = []
"""The signals that came, the first one first."""


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Raise `KeyboardInterrupt` when a signal asks this process to end; those that were ignored before stay so.

    Only the main thread hears signals: elsewhere nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    heard = [number for number in SIGNALS if before[number] in (signal.SIG_DFL, signal.default_int_handler)]
    for number in heard:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])
        _asked.clear()


@contextmanager
def held_back() -> Iterator[None]:
    """Let a signal that asks this process to end be heard at the end of the block, and not in the midst of it.

    For what must not be left half-done, and takes no time. Only the main thread hears signals: elsewhere nothing
    changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[tuple[int, object]] = []
    before = {number: signal.getsignal(number) for number in SIGNALS}
    heard = {number: handler for number, handler in before.items() if callable(handler)}
    for number in heard:
        signal.signal(number, lambda number, frame: came.append((number, frame)))
    try:
        yield
    finally:
        for number, handler in heard.items():
            signal.signal(number, handler)
        for number, _ in came[:1]:
            signal.raise_signal(number)


def asked_to_end() -> int | None:
    """The number of the signal that asked for it, within `ended_by_signals`."""
    return _asked[0] if _asked else None


def refuse_to_go_on() -> None:
    """Raise `KeyboardInterrupt` where this process was asked to end and has not heard."""
    if _asked:
        raise KeyboardInterrupt


def _end(number: int, _: object) -> None:
    _asked.append(number)
    raise KeyboardInterrupt
