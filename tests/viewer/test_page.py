"""The page in a real browser. Witness: the session behind it, `pnst.segment`, and axe for accessibility."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pnst
from command_line import outputs
from headless import Screen, chromium, served
from pnst.segmentation.prompt import Line
from pnst.viewer.server import ViewerServer
from pnst.viewer.session import Session
from pnst.workflow.inputs import CaseInputs
from silent_network import use_silent_network
from viewed_study import QUICK, settled

pytestmark = pytest.mark.slow
AXE = Path(__file__).parents[1] / "assets" / "axe.min.js"
HTML = '<img src=x onerror="alert(1)">'
WITHOUT_WEBGL = """
const plain = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind.startsWith("webgl") ? null : plain.call(this, kind, ...rest);
};
"""
FILES = {"measurements.json", "assessment.json", "report.html", "lesion.nii.gz", "probability.nii.gz", "prompt.json"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made:
        yield made


def session_over(study: Path, out: Path | None = None) -> Session:
    return Session(CaseInputs(study=study, case_id=HTML), QUICK, out)


def in_plane(session: Session, across_mm: float, along_mm: float = 0.0) -> list[float]:
    """RAS mm of a place in the middle slice of T1, so far from its middle."""
    grid = session.series["t1"].volume.grid
    index = np.array([n // 2 for n in grid.shape], dtype=float)
    index[:2] += np.array((across_mm, along_mm)) / grid.spacing[:2]
    return grid.to_world(index).tolist()


def factor(screen: Screen) -> float:
    return float(screen.text("#factor").rpartition("×")[2])


def test_from_a_line_to_saved_files_with_the_mouse(browser, scene_folder, tmp_path):
    session = session_over(scene_folder, tmp_path / "out")
    t1 = session.series["t1"]
    with served(session) as server:
        screen = Screen(browser, server)
        page = screen.page
        assert screen.text("#case") == HTML
        screen.drawn("t1 2")
        page.get_by_role("button", name="Long axis", exact=True).click()
        ends = in_plane(session, -9), in_plane(session, 9)
        screen.drag(t1, 2, ends)
        assert screen.text("#missing") == (
            "Not marked: the short axis, the lowest slice, the highest slice. What is missing is assumed."
        )
        page.get_by_role("button", name="Segment").click()
        page.wait_for_selector("#lesion table")
        assert "no short axis was given: 0.74 of the line is assumed" in screen.text("#lesion")
        marks = session.now().marks
        np.testing.assert_allclose(marks.line, ends, atol=0.3)

        screen.complete()
        segmented = session.now().case.lesions[0]
        alone = pnst.segment(pnst.read_study(scene_folder), Line(*marks.line))
        np.testing.assert_array_equal(segmented.mask.data, alone.mask.data)
        before = factor(screen)

        page.get_by_role("button", name="Paint not lesion").click()
        screen.drag(t1, 2, [in_plane(session, -6, -1), in_plane(session, -6, 1)])
        page.wait_for_selector("#undo:has-text('correction')")
        screen.complete()
        corrected = session.now().case.lesions[0]
        assert corrected.mask.count < segmented.mask.count
        assert not corrected.mask.data[tuple(np.rint(corrected.mask.grid.to_index(in_plane(session, -6))).astype(int))]

        page.get_by_label("Your word: Invasion").select_option("yes")
        screen.until(lambda: factor(screen) > before)
        screen.complete()
        with_word = factor(screen)
        page.get_by_role("button", name="Undo").click()
        page.wait_for_selector("#redo:has-text('word')")
        screen.complete()
        assert factor(screen) < with_word
        page.get_by_role("button", name="Redo").click()
        page.wait_for_selector("#undo:has-text('word')")

        page.reload()
        screen.drawn("t1 2")
        screen.complete()
        assert factor(screen) == with_word
        assert page.get_by_label("Your word: Invasion").input_value() == "true"
        page.get_by_role("button", name="Long axis", exact=True).click()
        assert page.get_by_role("button", name="Long axis, end 1").is_visible()

        page.get_by_role("button", name="Save").click()
        page.wait_for_selector("#save:has-text('Saved')")
        assert outputs(tmp_path / "out") >= FILES
        assert screen.complaints == []
        assert page.locator("img").count() == 0
        page.close()


def test_the_same_by_keys_alone(browser, scene_folder, tmp_path, monkeypatch):
    use_silent_network(monkeypatch)
    session = session_over(scene_folder, tmp_path / "out")
    with served(session) as server:
        screen = Screen(browser, server, width=360)
        page = screen.page
        slices = session.series["t1"].volume.grid.shape[2]
        tab_to(screen, "Long axis")
        screen.press("Enter")
        tab_to(screen, "slice")
        screen.press("PageUp", "PageDown")
        screen.drawn(f"t1 2 {slices // 2} ")
        screen.press(*["ArrowLeft"] * 7, "Enter", *["ArrowRight"] * 14, "Enter")
        page.wait_for_selector("#line-1")
        length = np.linalg.norm(np.subtract(*session.now().marks.line))
        assert length == pytest.approx(14 * 1.3, abs=0.01)
        tab_to(screen, "Long axis, end 2", back=True)
        screen.press("ArrowLeft")
        screen.until(lambda: np.linalg.norm(np.subtract(*session.now().marks.line)) < length - 1)
        tab_to(screen, "Segment")
        assert np.linalg.norm(np.subtract(*session.now().marks.line)) == pytest.approx(13 * 1.3, abs=0.01)
        screen.press("Enter")
        page.wait_for_selector("#lesion table")
        first = session.now().case.lesions[0]

        tab_to(screen, "Paint lesion", back=True)
        screen.press("Enter")
        tab_to(screen, "slice")
        screen.press(*["ArrowLeft"] * 13, "Enter", "ArrowUp", "ArrowUp", "Enter")
        screen.until(lambda: session.now().case.lesions[0].mask.count > first.mask.count)
        screen.press("Control+z")
        page.wait_for_selector("#redo:has-text('correction')")
        assert session.now().case.lesions[0] is first
        tab_to(screen, "Your word: Invasion")
        screen.press("ArrowDown")
        page.wait_for_selector("#undo:has-text('word')")
        screen.press("Control+s")
        page.wait_for_selector("#save:has-text('Saved')")
        assert session.now().overrides == {"reader.invasion": True}
        assert outputs(tmp_path / "out") >= FILES
        assert screen.complaints == []
        page.close()


def tab_to(screen: Screen, name: str, back: bool = False) -> None:
    """Tab until what has the focus is called so."""
    for _ in range(120):
        screen.press("Shift+Tab" if back else "Tab")
        has = screen.page.evaluate(
            "(e => e.id === 'slice' ? 'slice' : e.getAttribute('aria-label') ?? e.textContent)(document.activeElement)"
        )
        if has == name or has.startswith(f"{name},"):
            return
    raise AssertionError(f"no key leads to {name}")


@pytest.fixture(scope="module")
def measured_server(with_lesion) -> Iterator[ViewerServer]:
    with served(settled(session_over(with_lesion))) as server:
        yield server


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1200, "light"), (360, "dark"), (1200, "dark")])
def test_no_serious_fault_of_accessibility(browser, measured_server, width, scheme):
    screen = Screen(browser, measured_server, width, scheme)
    page = screen.page
    page.get_by_role("button", name="Paint lesion").click()
    page.get_by_text("Keys", exact=True).click()
    screen.complete()
    page.evaluate(AXE.read_text(encoding="utf-8"))  # by the driver: the page's own policy lets no script in
    faults = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [
        (fault["id"], fault["nodes"][0]["html"]) for fault in faults if fault["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.close()


def test_three_planes_show_what_the_slices_show(browser, measured_server):
    shown = [layer for layer in measured_server.session.overlays.layers if layer.first_shown]
    screen = Screen(browser, measured_server)
    screen.page.get_by_role("button", name="Three planes").click()
    screen.page.wait_for_selector(f'#three-canvas[data-images="{1 + len(shown)}"]')
    assert screen.complaints == []
    screen.page.close()


def test_without_webgl_slices_are_seen_and_drawn_on(browser, scene_folder):
    session = session_over(scene_folder)
    with served(session) as server:
        screen = Screen(browser, server, script=WITHOUT_WEBGL)
        assert screen.page.get_by_role("button", name="Three planes").is_disabled()
        screen.page.get_by_role("button", name="Long axis", exact=True).click()
        screen.drag(session.series["t1"], 2, [in_plane(session, -9), in_plane(session, 9)])
        screen.page.wait_for_selector("#line-1")
        assert session.now().marks.line is not None
        screen.page.close()


def test_an_address_without_its_token_says_so(browser, scene_folder):
    with served(session_over(scene_folder)) as server:
        page = browser.new_page()
        page.goto(server.address.partition("#")[0])
        page.wait_for_selector("#refusal:has-text('open that address again')")
        page.close()
