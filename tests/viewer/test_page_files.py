"""The page's files. Witness: the folder, and the digest of what was published."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files

from pnst.viewer.page_files import NIIVUE, page_files

VENDORED = files("pnst.viewer") / "vendored"


def test_niivue_is_as_it_was_published_and_its_licence_lies_beside_it():
    origin = dict(re.findall(r"^(\w+): (.*)$", (VENDORED / "ORIGIN.txt").read_text(encoding="utf-8"), re.MULTILINE))
    assert origin["file"] == NIIVUE
    assert hashlib.sha256((VENDORED / NIIVUE).read_bytes()).hexdigest() == origin["sha256"]
    assert "BSD 2-Clause" in (VENDORED / "LICENSE").read_text(encoding="utf-8")


def test_every_file_that_another_names_is_served():
    served = page_files()
    for content, kind in served.values():
        if "javascript" in kind and len(content) < 100_000:
            for name in re.findall(r'from "\./([^"]+)"', content.decode()):
                assert f"/{name}" in served
    for name in re.findall(r'(?:src|href)="([^"]+)"', served["/"][0].decode()):
        assert f"/{name}" in served


def test_nothing_else_is_served():
    assert not {"/ORIGIN.txt", "/LICENSE", "/__init__.py", "/server.py"} & page_files().keys()


def test_the_page_says_what_it_is():
    assert b"Research software, not a medical device." in page_files()["/"][0]
