"""Runs every notebook of `docs/notebooks` from its first cell to its last, and leaves it with its outputs.

    python docs/run_notebooks.py [OUT]

A cell that fails is shown, and ends this with status 1.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent / "notebooks"
TIME_LIMIT_S = 600


def run(script: Path, out: Path) -> None:
    """Execute a script of cells (jupytext's py:percent) and write `<name>.ipynb`."""
    start = time.monotonic()
    notebook = jupytext.read(script)
    where = {"metadata": {"path": str(script.parent)}}
    # Without the state of widgets: it would hold every voxel that the viewer was given.
    NotebookClient(notebook, timeout=TIME_LIMIT_S, resources=where, store_widget_state=False).execute()
    nbformat.write(notebook, out / f"{script.stem}.ipynb")
    print(f"{script.stem}: {time.monotonic() - start:.0f} s", flush=True)


def main() -> None:
    """All of them, in order."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1] / "build" / "notebooks"
    out.mkdir(parents=True, exist_ok=True)
    for script in sorted(HERE.glob("*.py")):
        run(script, out)


if __name__ == "__main__":
    main()
