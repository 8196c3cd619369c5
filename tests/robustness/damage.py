"""Damage to bytes that knows no format: bits, bytes, cuts, additions, parts moved; and what is no plain file."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator

import numpy as np

from robustness.attack import Attack

NOT_PLAIN = ("pipe", "folder", "/dev/zero", "/dev/null", "/dev/full", "itself")


def flips(name: str, content: bytes, rng: np.random.Generator, count: int, detectable: bool = True) -> Iterator[Attack]:
    """One bit, or one byte, anywhere."""
    for number in range(count):
        spoilt = bytearray(content)
        place = int(rng.integers(len(content)))
        spoilt[place] = spoilt[place] ^ (1 << int(rng.integers(8))) if number % 2 else int(rng.integers(256))
        yield Attack(f"{name}: byte {place}", {name: bytes(spoilt)}, detectable)


def lengths(
    name: str, content: bytes, rng: np.random.Generator, count: int, detectable: bool = True
) -> Iterator[Attack]:
    """Cut, taken out, put in, added at the end."""
    for number in range(count):
        a, b = sorted(int(n) for n in rng.integers(len(content) + 1, size=2))
        piece = rng.bytes(int(rng.integers(1, 40)))
        spoilt = {
            "cut": content[:a],
            "gap": content[:a] + content[b:],
            "insertion": content[:a] + piece + content[a:],
            "addition": content + piece,
        }
        kind = list(spoilt)[number % 4]
        if spoilt[kind] != content:
            yield Attack(f"{name}: {kind} at {a}", {name: spoilt[kind]}, detectable)


def blocks(
    name: str, content: bytes, rng: np.random.Generator, count: int, detectable: bool = True
) -> Iterator[Attack]:
    """Some bytes of 0, of noise, or from elsewhere in the file: as a disk or a download leaves it."""
    for number in range(count):
        size = int(rng.integers(1, max(2, min(512, len(content) // 4))))
        a, b = (int(n) for n in rng.integers(len(content) - size, size=2))
        block = (bytes(size), rng.bytes(size), content[b : b + size])[number % 3]
        yield Attack(f"{name}: block at {a}", {name: content[:a] + block + content[a + size :]}, detectable)


def not_plain(name: str) -> Iterator[Attack]:
    """Another thing in the file's place."""
    for kind in NOT_PLAIN:
        yield Attack(f"{name}: {kind}", {name: name.rsplit("/", 1)[-1] if kind == "itself" else kind})


def packed(content: bytes) -> bytes:
    """In gzip, the same bytes every time."""
    return gzip.compress(content, mtime=0)


def repacked(attacks: Iterator[Attack], name: str, pack: Callable[[bytes], bytes] = packed) -> Iterator[Attack]:
    """Damage from before packing: every checksum is right."""
    for attack in attacks:
        (content,) = attack.files.values()
        if isinstance(content, bytes):
            yield Attack(f"packed {attack.name}", {name: pack(content)}, attack.detectable)
