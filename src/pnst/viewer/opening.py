"""Opening the page without its token on any command line, where other users of this machine could read it."""

from __future__ import annotations

import tempfile
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path


@contextmanager
def opened(address: str) -> Iterator[bool]:
    """Have the browser open a file of this user's own that leads to the address; the file is gone at the end.

    Yields whether there is a browser to open it.
    """
    with tempfile.TemporaryDirectory(prefix="pnst-") as folder:  # made for this user alone
        file = Path(folder) / "open.html"
        file.write_text(
            f'<!doctype html><meta charset="utf-8"><title>pnst view</title>'
            f'<meta http-equiv="refresh" content="0; url={escape(address)}">'
            f'<a href="{escape(address)}">pnst view</a>',
            encoding="utf-8",
        )
        yield webbrowser.open(file.as_uri())
