"""The report in a real browser and on paper. Witness: Chromium, and axe for accessibility."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headless import chromium
from pnst.classification.assess import assess
from pnst.reporting.report import report_lesions
from pnst.workflow.page_images import page_images

AXE = Path(__file__).parents[1] / "assets" / "axe.min.js"
MOST_PAGES = 6
WITHOUT_WEBGL = "HTMLCanvasElement.prototype.getContext = () => null;"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def address(made, tmp_path_factory) -> str:
    """The page of a lesion with every kind of part, and a viewer."""
    images = [page_images(made.study, made.lesion, made.m)]
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(report_lesions(made.study, [(made.lesion, made.m, assess(made.m))], images=images), "utf-8")
    return file.as_uri()


@pytest.fixture
def opened(browser, address):
    pages = []

    def page_of(width: int, scheme: str = "light", script: str = ""):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("request", lambda one: page.complaints.append(one.url) if one.url.startswith("http") else None)
        if script:
            page.add_init_script(script)
        page.goto(address)
        pages.append(page)
        return page

    yield page_of
    for page in pages:
        page.close()


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault_for_those_who_cannot_see_or_point(opened, width, scheme):
    page = opened(width, scheme)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    faults = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [(one["id"], one["nodes"][0]["html"]) for one in faults if one["impact"] in ("serious", "critical")]
    assert serious == []
    assert page.complaints == []


def test_a_phone_shows_it_without_scrolling_sideways(opened):
    page = opened(360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("document.documentElement.scrollHeight") > 3000, "the page is there"


def test_the_first_screen_answers_the_question(opened):
    """What, how sure, why, what it looks like and what was not measured end above the fold of 1,200 × 900."""
    box = opened(1200).locator("section.result").bounding_box()
    assert box["y"] + box["height"] < 900


def test_it_prints_on_few_sheets_with_pictures_and_without_what_is_folded(opened):
    paper = opened(1200).pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) <= MOST_PAGES


def test_the_viewer_opens_when_asked_and_shows_every_layer(opened, made):
    page = opened(1200)
    assert page.locator("section.viewer canvas").is_hidden()
    page.get_by_role("button", name="Open the viewer").focus()
    page.keyboard.press("Enter")
    images = page_images(made.study, made.lesion, made.m)
    layers = sum(bool(image.colour) for image in images)
    page.locator(f'section.viewer output:text("{images[0].title}, {layers} layers")').wait_for(timeout=60_000)
    page.locator("section.viewer select").select_option(label="T1")
    page.locator(f'section.viewer output:text("T1, {layers} layers")').wait_for(timeout=60_000)
    assert page.complaints == []


def test_without_webgl_it_says_where_every_slice_is(opened):
    page = opened(1200, script=WITHOUT_WEBGL)
    page.get_by_role("button", name="Open the viewer").click()
    assert "every slice is shown below" in page.locator("section.viewer output").inner_text()
    assert page.locator("section.slices img").count() == 1
