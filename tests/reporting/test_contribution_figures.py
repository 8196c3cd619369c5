"""The answer's figure beside the page. Witness: the page's own reasons."""

from __future__ import annotations

from matplotlib.figure import Figure

import pnst
from pnst.reporting.contribution_figures import AWAY, TOWARDS, draw_contributions
from pnst.reporting.reasons import reasons
from pnst.reporting.report import environment


def test_rows_are_those_of_the_page_in_its_order_and_colours():
    a = pnst.assess({"adc.mean_um2_per_ms": 1.6, "size.longest_diameter_mm": 25.0, "margin.ill_defined": True})
    axes = Figure().add_subplot()
    draw_contributions(a, axes)
    titles = [text.get_text() for text in axes.get_yticklabels()]
    assert titles[:-2] == [reason.title for reason in reasons(pnst.Measurements("a", "1"), a)]
    style = environment().get_template("style.css").render()
    assert f"--malignant: {TOWARDS}" in style
    assert f"--benign: {AWAY}" in style
