"""Formulas as MathML, which browsers draw by themselves: the pages need no script from elsewhere."""

from __future__ import annotations

import re

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


def mathml(formula: str, *, as_block: bool) -> str:
    """A LaTeX formula as MathML; `\\frac12` is read as LaTeX reads it, which docutils does not."""
    braced = re.sub(r"\\([td]?frac)\s*(\d)\s*(\d)", r"\\\1{\2}{\3}", formula)
    return tex2mathml(braced, as_block=as_block)


def visit_inline(writer: HTML5Translator, node: nodes.math) -> None:
    """`$…$`."""
    writer.body.append(mathml(node.astext(), as_block=False))
    raise nodes.SkipNode


def visit_block(writer: HTML5Translator, node: nodes.math_block) -> None:
    """`$$…$$`."""
    writer.body.append(f'<div class="math">{mathml(node.astext(), as_block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers the renderer under the name that conf.py gives to `html_math_renderer`."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
