"""The edge of a lesion as its series show it: where it is read, and when it is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import scenes
from pnst.image import Volume
from pnst.measurement.context import Context
from pnst.measurement.edge import read_edge
from pnst.measurement.families.margin import measure_margin
from pnst.measurement.settings import MarginSettings, MeasureSettings
from pnst.study import Role
from scenes import Scene, without
from without_intervals import measure


def test_places_stand_for_the_whole_surface():  # invariant
    scene = Scene(radius=14, reach=40)
    context = Context(scene.study(), scene.lesion(), MeasureSettings())
    edge = read_edge(context.study, context.views)
    assert edge.area.sum() == pytest.approx(context.lesion.mesh.area_mm2, rel=1e-9)
    assert len(edge.points) == len(edge.width) == len(edge.area) == len(edge.measured)
    assert (edge.width[~edge.measured] == 0).all()


def test_where_the_edge_may_lie_is_a_setting():  # a contour 4 mm outside the visible edge
    scene = replace(Scene(radius=14, reach=40), noise=6)
    wide = replace(scene, radius=18.0).lesion()
    study = scene.study()
    study = replace(study, series={Role.T2_FS: study.series[Role.T2_FS]})
    near = measure_margin(Context(study, wide, MeasureSettings()))
    assert "of the surface shows an edge" in near.skipped["edge"]
    far = MeasureSettings(margin=MarginSettings(edge_within_mm=5.0))
    assert measure_margin(Context(study, wide, far)).family.ill_defined is False


def test_edge_needs_a_series_that_shows_it():
    scene = Scene()
    m = measure(without(scene.study(), Role.T1_POST, Role.T2_FS), scene.lesion())
    assert "margin.edge" in m.skipped
    assert m.margin.ill_defined_fraction is None
    assert "ill_defined" not in m.margin.columns()
    assert m.margin.sphericity > 0.98


def test_the_front_of_thin_oedema_within_noise_does_not_widen_the_edge(monkeypatch):
    """Closed form: a sharp ball, 0. Its oedema of 3 mm stands 60 above muscle, in noise of 25: less than one voxel's
    noise is left by one step alone, and more than that of values averaged between voxels.
    """
    monkeypatch.setitem(scenes.LEVELS, Role.T1_POST, (700.0, 460.0, 400.0, 70.0, 20.0))
    scene = Scene(radius=11, halo=3, noise=25, spacing=(0.6, 0.6, 4.0), reach=34, limb=30)
    study = without(scene.study(), Role.T1, Role.T2_FS, Role.DWI)
    margin = measure_margin(Context(study, scene.lesion(), MeasureSettings())).family
    assert margin.edge_width_mm < 0.5


def test_edge_without_a_step_is_skipped():  # lesion as bright as muscle, in noise
    scene = Scene(noise=60.0)
    study = without(scene.study(), Role.T1_POST, Role.DWI)
    flat = study.series[Role.T2_FS]
    level = np.random.default_rng(0).normal(110, 10, flat.volume.data.shape).astype(np.float32)
    study = replace(study, series={**study.series, Role.T2_FS: replace(flat, volume=Volume(level, flat.volume.grid))})
    assert "of the surface shows an edge" in measure(study, scene.lesion()).skipped["margin.edge"]
