"""Pictures of `pnst view` on a simulated study for the documentation. Needs Chromium.

python docs/viewer_pictures.py      # into docs/figures
"""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

from pnst.settings import RunSettings
from pnst.viewer.serve import open_session
from pnst.viewer.server import ViewerServer
from pnst.workflow import CaseInputs

ROOT = Path(__file__).resolve().parents[1]
STUDY = ROOT / "sample_data" / "malignant_dicom"
SHOWN = {"viewer": (1200, 900, "light", ""), "viewer_narrow": (360, 740, "dark", "Paint lesion")}
"""Picture → width, height, scheme, and the tool that is chosen."""


def main() -> None:
    """Both pictures, once everything is measured."""
    inputs = CaseInputs(study=STUDY, lesion=f"{STUDY / 'lesions' / '1.dcm'}", case_id="malignant")
    session = open_session(inputs, RunSettings(), ROOT / "build" / "viewed")
    with ViewerServer(session) as server, sync_playwright() as driver:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (width, height, scheme, tool) in SHOWN.items():
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            page.goto(server.address)
            page.wait_for_selector('#progress[data-complete="true"]', state="attached", timeout=120_000)
            page.get_by_role("button", name="Fat-suppressed T2", exact=True).click()
            if tool:
                page.get_by_role("button", name=tool, exact=True).click()
            page.wait_for_selector('#slice[data-drawn^="t2_fs"]')
            page.screenshot(path=ROOT / "docs" / "figures" / f"{name}.png")
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
