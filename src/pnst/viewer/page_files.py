"""The files of the page, none of which holds anything of a patient: an address names one of them, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pnst.reporting.page_viewer import NIIVUE

KINDS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@cache
def page_files() -> Mapping[str, tuple[bytes, str]]:
    """Address → content and its kind; what is not listed does not exist, so that no address leads elsewhere."""
    package = files("pnst.viewer")
    named = {entry.name: entry for entry in (package / "page").iterdir()}
    named[NIIVUE] = files("pnst.reporting") / "vendored" / NIIVUE
    served = {
        f"/{name}": (entry.read_bytes(), KINDS[name.rpartition(".")[2]])
        for name, entry in named.items()
        if name.rpartition(".")[2] in KINDS
    }
    return {**served, "/": served["/index.html"]}
