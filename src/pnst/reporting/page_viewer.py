"""The viewer of a page: NiiVue, the script that starts it, and the images that it shows."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

NIIVUE = "niivue.umd.js"


@dataclass(frozen=True)
class ViewerImage:
    """One image of the viewer."""

    title: str
    packed: str
    """A `.nii.gz`, in base 64."""
    low: float
    high: float
    """The stored values that are shown darkest and brightest."""
    colour: str = ""
    """Of a mask; empty for an image."""
    is_map: bool = False
    is_lesion: bool = False
    first_shown: bool = True
    """Whether it lies over the image before anyone asks; a map, which would cover it, never does."""


@dataclass(frozen=True)
class ViewerProgram:
    """What a page with a viewer holds once: scripts as they are, and the only ones that the page may run."""

    niivue: str
    start: str

    @property
    def policy(self) -> str:
        """The sources of a content security policy."""
        return " ".join(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in self.scripts)

    @property
    def scripts(self) -> tuple[str, str]:
        """In the order in which they are read."""
        return self.niivue, self.start


@cache
def viewer_program() -> ViewerProgram:
    """NiiVue as it was published (BSD-2-Clause, `vendored/`), and the page's own script."""
    package = files("pnst.reporting")
    niivue, start = package / "vendored" / NIIVUE, package / "templates" / "viewer.js"
    return ViewerProgram(niivue.read_text(encoding="utf-8"), start.read_text(encoding="utf-8"))
