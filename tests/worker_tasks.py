"""Work for worker processes, good and bad; a process can only be given what it can import."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pnst.cohort.run import stage_of
from pnst.errors import InputError


def obey(order: str) -> str | int:
    """What the order says, as a worker may meet it."""
    if order == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if order == "leave":
        os._exit(3)
    if order == "refuse":
        raise InputError("no such thing", got="a", expected="b", remedy="c")
    if order == "stumble":
        raise KeyError("/home/somebody/secret")
    if order == "full":
        raise OSError(28, "No space left on device", "/home/somebody/secret")
    if order == "threads":
        return os.environ["OMP_NUM_THREADS"]
    if order == "who":
        return os.getpid()
    if order.startswith("sleep"):
        time.sleep(float(order.split()[1]))
    return order.upper()


def draw(order: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """A case of two files; "then" says what happens between them."""
    (folder / "one.txt").write_text(order["text"])
    obey(order.get("then", ""))
    (folder / "two.txt").write_text(order["text"])
    return {"length": len(order["text"])}


def hoard(order: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """A case that fills memory without end."""
    held = [bytearray(1 << 26)]
    while True:
        held.append(bytearray(1 << 26))


def segfault(order: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """A case whose library reads where nothing is."""
    import ctypes

    return {"read": ctypes.string_at(0)}


def staged(order: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """A case that says what it does, and may die of it."""
    stage_of(folder, "reading")
    stage_of(folder, "measuring")
    if order.get("die"):
        os.kill(os.getpid(), signal.SIGKILL)
    return {}


def talk(order: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """A case whose library prints."""
    print("loading …", flush=True)
    os.write(1, b"from C\n")
    return {"said": True}
