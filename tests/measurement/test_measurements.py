"""One lesion's measurements as columns, a dictionary and HTML. Witness: invariants."""

from __future__ import annotations

from pnst.measurement.measurements import Measurements
from scenes import Scene
from without_intervals import measure


def test_measurements_come_back_from_their_dictionary():  # invariant: files and memory agree
    scene = Scene(halo=8)
    m = measure(scene.study(), scene.lesion(), overrides={"reader.invasion": True})
    back = Measurements.from_dict(m.to_dict(), m.case_id)
    assert back.columns() == m.columns()
    assert back.to_dict() == m.to_dict()


def test_html_escapes_what_came_from_files():
    m = Measurements("<b>case</b>", "<script>", skipped={"adc": "<i>"})
    assert "<script>" not in m._repr_html_()
    assert "<b>case" not in m._repr_html_()
