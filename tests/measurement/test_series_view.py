"""A lesion as a series shows it: what lies outside, what holds no image, what is too noisy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interiors import Interior
from pnst.image import Mask, Volume
from pnst.study import Lesion, Role, Study
from scenes import Scene
from without_intervals import measure


def test_a_series_that_ends_within_the_lesion_is_said():  # half of a ball lies beyond: half of its surface
    scene = Scene(radius=16)
    study = scene.study()

    def half(series):
        middle = series.volume.grid.shape[2] // 2
        return replace(series, volume=series.volume.crop((slice(None), slice(None), slice(0, middle))))

    cut = {role: half(study.series[role]) for role in (Role.T2_FS, Role.DWI)}
    m = measure(Study("x", cut), scene.lesion())
    for quality in (m.edema.quality, m.adc.quality):
        share = int(quality.split("%")[0])
        assert "% of the lesion's surface lies outside the series" in quality
        assert share == pytest.approx(50, abs=12)
    whole = measure(study, scene.lesion())
    assert whole.edema.quality is None
    assert whole.adc.quality is None


def test_slices_without_image_are_said():
    scene = Scene(radius=16, halo=8)
    study = scene.study()

    def blanked(role):
        series = study.series[role]
        data = series.volume.data.copy()
        data[..., data.shape[2] // 2] = 0
        return replace(series, volume=Volume(data, series.volume.grid))

    m = measure(Study("x", {role: blanked(role) for role in (Role.T1, Role.T2_FS)}), scene.lesion())
    assert "1 of the lesion's slices hold no image in the t2_fs series" in m.edema.quality
    assert "1 of the lesion's slices hold no image in the t1 series" in m.split_fat.quality


def test_a_lesion_between_the_voxels_of_a_series_does_not_lie_outside_it():
    scene = Scene(radius=16)
    study, lesion = scene.study(), scene.lesion()
    coarse = study.series[Role.DWI].volume.grid
    tiny = np.zeros(lesion.mask.grid.shape, dtype=bool)
    centre = np.array(coarse.shape) // 2 + (0.5, 0.5, 0.5)  # as far from voxel centres as can be
    tiny[tuple(np.rint(lesion.mask.grid.to_index(coarse.to_world(centre))).astype(int))] = True
    m = measure(study, Lesion("tiny", Mask(tiny, lesion.mask.grid), "formula"))
    assert m.skipped["adc"] == "no voxel of this series has its centre in the lesion"
    assert m.size.quality == "the lesion spans only 1 slice of 3 mm"


@pytest.mark.usefixtures("only_the_interior")
def test_a_lesion_of_edge_voxels_alone_has_no_thirds():
    body = Interior()
    data = np.zeros(body.scene.grid().shape, dtype=bool)
    data[tuple(slice(n // 2 - 2, n // 2 + 2) for n in data.shape[:2])] = np.arange(data.shape[2]) == data.shape[2] // 2
    m = measure(body.study(), Lesion("flat", Mask(data, body.scene.grid()), "formula"))
    assert "off its edge" in m.skipped["enhancement"]
    assert "too small for its voxels" in m.skipped["target"]
    assert m.t1_high.fraction == 0


@pytest.mark.usefixtures("only_the_interior")
def test_slices_without_image_and_noise_are_said():
    body = Interior(noise=5)
    study = body.study()
    t2 = study.series[Role.T2_FS]
    data = t2.volume.data.copy()
    data[..., data.shape[2] // 2] = 0
    m = measure(Study("x", {Role.T2_FS: replace(t2, volume=Volume(data, t2.volume.grid))}), body.lesion())
    for family in (m.target, m.heterogeneity):
        assert family.quality == "1 of the lesion's slices hold no image in the t2_fs series"
    m = measure(Interior(noise=80).study(), body.lesion())
    for family in (m.target, m.heterogeneity, m.t1_high, m.enhancement):
        assert "× the noise" in family.quality
