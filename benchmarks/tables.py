"""Markdown tables, the machine in words, and the sections of README.md that the benchmarks write."""

from __future__ import annotations

import argparse
import os
import platform
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

README = Path(__file__).with_name("README.md")


def markdown(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def machine() -> str:
    """Cores, memory, Python, and how busy the machine is."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {memory:.0f} GiB; Python {platform.python_version()}; load {load:.1f} at the end"


def write_section(name: str, text: str, page_file: Path = README) -> None:
    """Put the text between `<!-- begin name -->` and `<!-- end name -->` of README.md, or of another page."""
    pattern = re.compile(f"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
    page, found = pattern.subn(lambda match: f"{match[1]}\n{text}\n\n{match[2]}", page_file.read_text(encoding="utf-8"))
    if found != 1:
        raise ValueError(f"{page_file.name} has {found} places for {name}")
    page_file.write_text(page, encoding="utf-8")


def section_parser(doc: str | None) -> argparse.ArgumentParser:
    """The command line of a script that writes a section: its docstring, and `--markdown`."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--markdown", action="store_true", help="write the section of README.md")
    return parser


def publish(name: str, text: str, to_readme: bool) -> None:
    """Print a section's text, and write it where that was asked for."""
    print(text)
    if to_readme:
        write_section(name, text)
