"""Pictures of a report for the documentation: its first screen, a phone, and paper. Needs Chromium and pdftoppm.

python docs/report_pictures.py report.html      # into docs/figures
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

FIGURES = Path(__file__).resolve().parent / "figures"
WIDE, PHONE = (1200, 900), (360, 740)
SHEETS_ACROSS, DENSITY = 3, 60


def main() -> None:
    """A screen at both widths, and every sheet of paper."""
    page_file = Path(sys.argv[1]).resolve()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (width, height) in {"report_wide": WIDE, "report_phone": PHONE}.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(page_file.as_uri())
            _save(Image.open(io.BytesIO(page.screenshot())), name)
        _save(_sheets(page.pdf(format="A4", prefer_css_page_size=True)), "report_paper")
        browser.close()


def _sheets(paper: bytes) -> Image.Image:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-r", str(DENSITY), "-png", "-", f"{folder}/sheet"], input=paper, check=True)
        sheets = [Image.open(file).convert("RGB") for file in sorted(Path(folder).iterdir())]
    width, height = sheets[0].size
    across = min(SHEETS_ACROSS, len(sheets))
    joined = Image.new("RGB", (across * width, -(-len(sheets) // across) * height), "white")
    for number, sheet in enumerate(sheets):
        joined.paste(sheet, (number % across * width, number // across * height))
    print(f"{len(sheets)} sheets")
    return joined


def _save(picture: Image.Image, name: str) -> None:
    picture.convert("RGB").save(FIGURES / f"{name}.jpg", quality=85)


if __name__ == "__main__":
    main()
