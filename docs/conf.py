"""Sphinx: warnings are errors (`make docs`)."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import generated  # the outputs and tables that the pages show, made by running pnst

project = "pnst"
author = "The pnst developers"
project_copyright = "the pnst developers"
version = release = installed("pnst")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_gallery.gen_gallery",
    "mathml",
]
html_math_renderer = "mathml"
exclude_patterns = [
    "_build",
    "_generated",
    "examples",
    "auto_examples/*.ipynb",
    "auto_examples/*.py*",
    "**sg_execution_times*",
]
html_theme = "furo"
html_title = f"pnst {release}"
html_extra_path = ["_generated/site"]
html_show_sphinx = False

myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3

autodoc_typehints = "description"
autodoc_member_order = "bysource"
nitpicky = False

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"/plot_",
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "show_memory": False,
    "min_reported_time": 3600,
    "remove_config_comments": True,
}


def setup(app: object) -> None:
    """Runs pnst before the pages are read."""
    generated.write_all(Path(__file__).parent / "_generated")
