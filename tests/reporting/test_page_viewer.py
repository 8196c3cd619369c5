"""The viewer's program and its place in the page. Witnesses: hashlib on what stands there, and the published digest."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from pnst.classification.assess import assess
from pnst.reporting.page_viewer import NIIVUE, ViewerImage, viewer_program
from pnst.reporting.report import report_lesions

IMAGES = (
    ViewerImage("T1 <b>", "AAAA", 0.0, 127.5),
    ViewerImage("ADC", "BBBB", 0.0, 3000.0, is_map=True),
    ViewerImage("Lesion", "CCCC", 0.0, 1.0, "#56b4e9", is_lesion=True),
)


def page(made, images):
    return report_lesions(made.study, [(made.lesion, made.m, assess(made.m))], images=images)


def test_niivue_is_the_file_that_was_published():
    folder = files("pnst.reporting") / "vendored"
    digest = re.search(r"sha256: ([0-9a-f]{64})", (folder / "ORIGIN.txt").read_text(encoding="utf-8"))[1]
    assert sha256((folder / NIIVUE).read_bytes()).hexdigest() == digest
    assert "Redistribution and use" in (folder / "LICENSE").read_text(encoding="utf-8")


def test_no_script_ends_its_own_element():
    assert not any(re.search(r"</script|<!--", text, re.IGNORECASE) for text in viewer_program().scripts)


def test_the_page_may_run_its_own_two_scripts_and_nothing_else(made):
    html = page(made, [IMAGES])
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)[1]
    allowed = set(re.findall(r"'sha256-([^']*)'", policy.replace("&#39;", "'")))
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert {b64encode(sha256(text.encode()).digest()).decode() for text in scripts} == allowed
    assert len(scripts) == 2
    assert "unsafe-eval" not in policy
    assert "default-src 'none'" in policy.replace("&#39;", "'")


def test_the_images_stand_in_the_page_and_their_titles_are_escaped(made):
    html = page(made, [IMAGES])
    section = re.search(r'<section class="viewer".*?</section>', html, re.DOTALL)[0]
    assert section.count("<option") == 1
    assert section.count('type="checkbox"') == 2
    assert section.count(" checked") == 1, "the map would cover the image"
    assert all(packed in section for packed in ("AAAA", "BBBB", "CCCC"))
    assert "<b>" not in section


def test_without_images_the_page_has_neither_viewer_nor_script(made):
    for html in (page(made, ()), page(made, [()])):
        assert "<script" not in html
        assert 'class="viewer"' not in html
        assert "script-src" not in html
