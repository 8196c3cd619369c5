"""The page's files. Witness: the folder."""

from __future__ import annotations

import re

from pnst.viewer.page_files import page_files


def test_every_file_that_another_names_is_served():
    served = page_files()
    for content, kind in served.values():
        if "javascript" in kind and len(content) < 100_000:
            for name in re.findall(r'from "\./([^"]+)"', content.decode()):
                assert f"/{name}" in served
    assert "/niivue.umd.js" in served
    for name in re.findall(r'(?:src|href)="([^"]+)"', served["/"][0].decode()):
        assert f"/{name}" in served


def test_nothing_else_is_served():
    assert not {"/ORIGIN.txt", "/LICENSE", "/__init__.py", "/server.py"} & page_files().keys()


def test_the_page_says_what_it_is():
    assert b"Research software, not a medical device." in page_files()["/"][0]
