"""The tissues within a lesion: what they are read against, and what casts doubt on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interiors import Interior, Sphere, regained
from measurement.interior_measurements import measure_interior
from pnst.image import Grid, Volume
from pnst.study import Role, Study
from without_intervals import measure

pytestmark = pytest.mark.usefixtures("only_the_interior")


def test_gain_of_either_series_changes_nothing():
    """Law: each counts in its own muscle's signal."""
    body = Interior(spheres=(Sphere("cyst", 7.0), Sphere("blood", 4.0, (0, 11.0, 0))), noise=10)
    study = body.study()
    one = measure(study, body.lesion())
    two = measure(regained(study, {Role.T1: 7.0, Role.T1_POST: 0.3, Role.T2_FS: 90.0}), body.lesion())
    for column, value in one.columns().items():
        expected = pytest.approx(value, rel=0.01, abs=0.002) if isinstance(value, float) else value
        assert two.columns()[column] == expected, column


def test_enhancement_is_refused_without_muscle():
    """A ball that fills its images: nothing to compare with."""
    body = Interior()
    study, lesion = body.study(), body.lesion()
    inner = tuple(slice(n // 2 - w, n // 2 + w) for n, w in zip(lesion.mask.grid.shape, (10, 9, 3), strict=True))
    m = measure(Study("x", {r: replace(s, volume=s.volume.crop(inner)) for r, s in study.series.items()}), lesion)
    for family in ("enhancement", "cyst"):
        assert "muscle" in m.skipped[family]
    assert "too few voxels" in m.skipped["t1_high"]


def test_t1_on_other_voxels_is_interpolated_and_that_is_said():
    body = Interior(spheres=(Sphere("cyst", 8.0),), noise=5)
    study, other = body.study(), replace(body, spacing=(1.3, 1.2, 2.1)).study(Role.T1)
    m = measure(replace(study, series={**study.series, **other.series}), body.lesion())
    assert "interpolated" in m.enhancement.quality
    assert m.cyst.fraction == pytest.approx(body.fraction("cyst"), abs=0.02)
    assert m.regions["cyst"].grid.spacing == pytest.approx((0.9, 1.0, 3.0))


def test_voxels_without_data_are_left_out():
    body = Interior(spheres=(Sphere("cyst", 8.0),), noise=5)
    study = body.study()
    post = study.series[Role.T1_POST]
    data = post.volume.data.copy()
    data[: data.shape[0] // 2] = np.nan
    m = measure(
        replace(study, series={**study.series, Role.T1_POST: replace(post, volume=Volume(data, post.volume.grid))}),
        body.lesion(),
    )
    assert m.cyst.fraction == pytest.approx(body.fraction("cyst") / 2, abs=0.02)
    for family in (m.cyst, m.enhancement):
        assert "of the lesion's voxels hold no number in the t1_post series" in family.quality
    assert m.t1_high.quality is None


def moved_away(study: Study, role: Role) -> Study:
    """One series lies somewhere else."""
    series = study.series[role]
    affine = series.volume.grid.affine.copy()
    affine[:3, 3] += 900
    away = Volume(series.volume.data, Grid(series.volume.grid.shape, affine))
    return replace(study, series={**study.series, role: replace(series, volume=away)})


def test_a_t2_that_does_not_show_the_lesion_tells_neither_necrosis_nor_fat():
    spheres = (Sphere("cyst", 7.0, (0, 7, 0)), Sphere("fat", 4.0, (0, -9, 0)))
    body = Interior(radius=17, spheres=spheres, noise=5)
    m = measure(moved_away(body.study(), Role.T2_FS), body.lesion())
    assert m.cyst.necrosis_fraction is None
    assert m.skipped["cyst.necrosis"] == "the t2_fs series does not show all of what does not enhance"
    assert "cannot be told from blood" in m.t1_high.quality
    assert m.skipped["target"] == "the lesion lies outside this series"
    assert measure_interior(body).cyst.necrosis_fraction == pytest.approx(0, abs=0.005)


def test_a_series_that_ends_within_the_lesion_is_said():
    body = Interior(noise=5)
    study = body.study()
    middle = body.scene.grid().shape[2] // 2
    cut = {
        r: replace(s, volume=s.volume.crop((slice(None), slice(None), slice(0, middle))))
        for r, s in study.series.items()
    }
    m = measure(Study("x", cut), body.lesion())
    for family in (m.enhancement, m.cyst, m.t1_high, m.target, m.heterogeneity):
        assert "of the lesion's surface lies outside the series" in family.quality
    assert "interpolated" not in m.enhancement.quality
    only = measure(replace(study, series={**study.series, Role.T1: cut[Role.T1]}), body.lesion())
    assert "interpolated" not in only.enhancement.quality  # fewer voxels, but the same ones
    shifted = cut[Role.T1].volume.grid.affine.copy()
    shifted[:3, 3] += 0.3
    other = Volume(cut[Role.T1].volume.data, Grid(cut[Role.T1].volume.grid.shape, shifted))
    off = replace(study, series={**study.series, Role.T1: replace(cut[Role.T1], volume=other)})
    assert "interpolated" in measure(off, body.lesion()).enhancement.quality


def test_regions_lie_on_the_voxels_of_their_series():
    body = Interior(spheres=(Sphere("cyst", 8.0),), noise=5)
    m = measure_interior(body)
    whole: Grid = body.scene.grid().canonical()
    for name in ("cyst", "enhancing"):
        assert whole.box_of(m.regions[name].grid.canonical()) is not None
