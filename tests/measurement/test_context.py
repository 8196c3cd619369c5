"""What every family is handed. Witness: the closed form of a ball, and invariants."""

from __future__ import annotations

import gc
import weakref
from contextlib import suppress

import numpy as np
import pytest

from pnst.measurement.context import Context
from pnst.measurement.edge import read_edge
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import MeasureSettings
from pnst.study import Role, Study
from scenes import Scene, without

SCENE = Scene(radius=12.0, reach=40.0)


def context(study: Study) -> Context:
    return Context(study, SCENE.lesion(), MeasureSettings())


def test_the_first_series_that_is_there_is_taken():
    study = SCENE.study()
    assert context(study).series(Role.T2, Role.T2_FS) is study.series[Role.T2_FS]
    assert context(study).series(Role.T1_POST, Role.T2_FS) is study.series[Role.T1_POST]
    assert context(study).series(Role.T2, Role.FAT) is None


def test_the_longest_diameter_runs_between_its_ends():  # closed form: 2 r, through the ball's centre
    ball = context(Study("x", {}))
    length, (one, other) = ball.diameter
    assert length == pytest.approx(24, abs=0.5)
    assert np.linalg.norm(one - other) == pytest.approx(length, rel=1e-9)
    assert (one + other) / 2 == pytest.approx((40.0, -25.0, 210.0), abs=1.0)
    assert ball.hull.volume_mm3 == pytest.approx(4 / 3 * np.pi * 12**3, rel=0.02)


def test_why_no_edge_shows_is_asked_once_and_given_each_time(monkeypatch):
    ball, asked = context(without(SCENE.study(), Role.T1_POST, Role.T2_FS)), []

    def read_once(*arguments: object) -> object:
        asked.append(arguments)
        return read_edge(*arguments)

    monkeypatch.setattr("pnst.measurement.context.read_edge", read_once)
    for _ in range(2):
        with pytest.raises(NotMeasurable, match="no contrast-enhanced T1"):
            _ = ball.edge
    assert len(asked) == 1


@pytest.mark.parametrize("missing", [(), (Role.T1_POST, Role.T2_FS)], ids=["an edge", "no edge"])
def test_nothing_keeps_a_context_alive_that_nobody_holds(missing):
    """Invariant: no circle, or the images round many lesions stay in memory until they are collected."""
    gc.disable()
    try:
        ball = context(without(SCENE.study(), *missing))
        with suppress(NotMeasurable):
            _ = ball.edge
        with suppress(NotMeasurable):
            _ = ball.diffusion.solid
        gone = weakref.ref(ball)
        del ball
        assert gone() is None
    finally:
        gc.enable()


def test_a_repetition_knows_the_levels_of_the_first_look():
    study = SCENE.study()
    first = context(study)
    level = first.reference_tissue.muscle(study.series[Role.T2_FS])
    again = first.repeated(study, SCENE.lesion())
    assert again.reference_tissue.muscle(study.series[Role.T2_FS]) is level
    assert again.reference_tissue is not first.reference_tissue
    assert context(study).reference_intensities.muscle == {}


def test_a_repetition_looks_for_no_doubts():
    """Invariant: what makes a number doubtful is asked once; the measurement itself still says it."""
    scene = Scene(noise=300)
    context = Context(scene.study(), scene.lesion(), MeasureSettings())
    series = scene.study().series[Role.T2_FS]
    assert any("noise" in warning for warning in context.views.quality_flags(series))
    assert context.repeated(scene.study(), scene.lesion()).views.quality_flags(series) == ()
