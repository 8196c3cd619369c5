"""A headless Chromium of the system, and where a point of the patient is on the page's canvas.

The place is worked out here anew from the affine, as a witness of the page's own geometry.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from pnst.viewer.server import ViewerServer
from pnst.viewer.session import Session
from pnst.viewer.shown_series import ShownSeries

SOFTWARE_GL = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox")


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser; the test is skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium on the path")
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=list(SOFTWARE_GL))
        yield browser
        browser.close()


@contextmanager
def served(session: Session) -> Iterator[ViewerServer]:
    """The session's server, in a thread of this process."""
    with ViewerServer(session) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


class Screen:
    """One page, with what its console complains of."""

    def __init__(
        self, browser: Any, server: ViewerServer, width: int = 1200, scheme: str = "light", script: str = ""
    ) -> None:
        self.complaints: list[str] = []
        self.page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        if script:
            self.page.add_init_script(script)
        self.page.set_default_timeout(25_000)
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append("a dialog"))
        self.page.goto(server.address)
        self.drawn()

    def drawn(self, words: str = "") -> None:
        """Wait until the slice is drawn; `words` are the series, axis and slice that it must be."""
        self.page.wait_for_selector(f'#slice[data-drawn^="{words}"]' if words else "#slice[data-drawn]")

    def complete(self) -> None:
        """Wait until nothing is being worked out, as far as the page knows."""
        self.page.wait_for_selector('#progress[data-complete="true"]')

    def until(self, holds: Callable[[], bool], seconds: float = 25) -> None:
        """Wait for something; the page's policy forbids the driver's own way, which evaluates text."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "it did not come about"
            self.page.wait_for_timeout(100)

    def drag(self, shown: ShownSeries, axis: int, places: Sequence[Sequence[float]]) -> None:
        """Press the button at the first of some places (RAS mm), move over the others, let go."""
        points = [self._pixel(shown, axis, place) for place in places]
        self.page.mouse.move(*points[0])
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*point, steps=4)
        self.page.mouse.up()

    def _pixel(self, shown: ShownSeries, axis: int, place: Sequence[float]) -> tuple[float, float]:
        self.page.locator("#slice").scroll_into_view_if_needed()
        box = self.page.locator("#slice").bounding_box()
        grid = shown.volume.grid
        sides = [(a, grid.shape[a] * grid.spacing[a]) for a in range(3) if a != axis]
        scale = min(box["width"] / sides[0][1], box["height"] / sides[1][1])
        index = grid.to_index(np.asarray(place))
        x, y = (
            box[name] + box[side] / 2 + scale * (mm / 2 - (index[a] + 0.5) * grid.spacing[a])
            for (a, mm), name, side in zip(sides, ("x", "y"), ("width", "height"), strict=True)
        )
        return float(x), float(y)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def text(self, selector: str) -> str:
        return self.page.locator(selector).inner_text()
