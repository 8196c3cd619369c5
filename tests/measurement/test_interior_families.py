"""Enhancement, cyst, T1-bright area, target sign and heterogeneity against the closed forms of a ball with spheres."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from interiors import SIGNAL, Interior, Sphere, regained, relative
from pnst.image import Grid, Mask, Volume
from pnst.measurement.measure import measure
from pnst.measurement.measurements import Measurements
from pnst.measurement.settings import MeasureSettings
from pnst.study import Lesion, Role, Study

measuring = sys.modules[measure.__module__]
GRIDS = [(0.9, 1.0, 3.0), (4.0, 0.8, 0.7), (1.1, 1.2, 1.3)]
INTERIOR = ("enhancement", "cyst", "t1_high", "target", "heterogeneity")
NOISE = 26.0
"""SNR 20 of the tumour on T2, 27 after contrast, 13 on T1."""


@pytest.fixture(autouse=True, scope="module")
def only_the_interior() -> Iterator[None]:
    """The table of families without those that look outside the lesion: they take most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measuring, "FAMILIES", tuple(line for line in measuring.FAMILIES if line[0] in INTERIOR))
        yield


def found(body: Interior, *roles: Role) -> Measurements:
    return measure(body.study(*roles), body.lesion())


@pytest.fixture(scope="module")
def plain() -> Measurements:
    """A tumour 10 % brighter than muscle on T1, bright on T2, enhancing evenly."""
    return found(Interior(noise=NOISE))


# --- a plain tumour: every sign says no -----------------------------------------------------------------------------


def test_an_even_tumour_has_no_cyst_however_bright_on_t2(plain):
    assert plain.cyst.fraction == 0
    assert plain.cyst.present is False
    assert plain.cyst.necrosis_fraction == 0
    assert "cyst" not in plain.regions


def test_a_tumour_a_tenth_brighter_than_muscle_is_not_t1_bright(plain):
    assert plain.t1_high.fraction == 0
    assert plain.t1_high.present is False
    assert plain.t1_high.quality is None


def test_an_even_tumour_is_no_target_and_enhances_as_a_whole(plain):
    assert plain.target.rim_core_ratio == pytest.approx(1, abs=0.02)
    assert plain.target.core_variation < 0.03
    assert plain.target.present is False
    assert plain.enhancement.enhancing_fraction == 1
    assert plain.enhancement.rim_core_ratio == pytest.approx(1, abs=0.03)
    assert plain.enhancement.peripheral is False


# --- enhancement ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spacing", GRIDS)
def test_two_shells_that_enhance_differently(spacing):
    """Closed form: a core of half the radius holds the inner third, and nothing of the outer third."""
    body = Interior(radius=17, spheres=(Sphere("poor", 8.5),), noise=10, spacing=spacing)
    enhancement = found(body).enhancement
    assert enhancement.rim_core_ratio == pytest.approx(relative("tumour") / relative("poor"), rel=0.1)
    assert enhancement.peripheral is True
    assert enhancement.peripheral_threshold == 1.5
    assert enhancement.enhancing_fraction == 1


def test_a_core_without_enhancement_counts_as_the_least():
    body = Interior(radius=18, spheres=(Sphere("necrosis", 9.0),), noise=10)
    m = found(body)
    assert m.enhancement.rim_core_ratio == pytest.approx(relative("tumour") / 0.05, rel=0.1)
    # The share of the lesion off its edge, whose radius is about half a voxel less.
    assert m.enhancement.enhancing_fraction == pytest.approx(1 - 0.5**3, abs=0.04)


def test_a_core_that_enhances_more_is_not_peripheral():
    body = Interior(radius=17, tumour="poor", spheres=(Sphere("tumour", 8.5),), noise=10)
    enhancement = found(body).enhancement
    assert enhancement.rim_core_ratio == pytest.approx(relative("poor") / relative("tumour"), rel=0.1)
    assert enhancement.peripheral is False


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


def test_a_lesion_of_edge_voxels_alone_has_no_thirds():
    body = Interior()
    data = np.zeros(body.scene.grid().shape, dtype=bool)
    data[tuple(slice(n // 2 - 2, n // 2 + 2) for n in data.shape[:2])] = np.arange(data.shape[2]) == data.shape[2] // 2
    m = measure(body.study(), Lesion("flat", Mask(data, body.scene.grid()), "formula"))
    assert "off its edge" in m.skipped["enhancement"]
    assert "too small for its voxels" in m.skipped["target"]
    assert m.t1_high.fraction == 0


# --- cyst -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spacing", GRIDS)
@pytest.mark.parametrize(("tissue", "necrosis"), [("cyst", 0.0), ("necrosis", 1.0)])
def test_a_spherical_cavity(spacing, tissue, necrosis):
    """Closed form: r³ ÷ R³; fluid by its T2, all or nothing."""
    body = Interior(radius=17, spheres=(Sphere(tissue, 8.5, (1.5, -2.0, 1.0)),), noise=20, spacing=spacing)
    cyst = found(body).cyst
    assert cyst.fraction == pytest.approx(0.125, abs=0.012)
    assert cyst.necrosis_fraction == pytest.approx(necrosis * cyst.fraction)
    assert cyst.present is True


def test_cyst_and_necrosis_side_by_side_are_told_apart():
    spheres = (Sphere("cyst", 6.0, (0, 8.5, 0)), Sphere("necrosis", 7.0, (0, -8.5, 0)))
    body = Interior(radius=18, spheres=spheres, noise=15)
    cyst = found(body).cyst
    assert cyst.fraction == pytest.approx(body.fraction("cyst", "necrosis"), abs=0.015)
    assert cyst.necrosis_fraction == pytest.approx(body.fraction("necrosis"), abs=0.01)


def test_a_cavity_that_is_most_of_the_tumour():
    """Closed form; the 75th percentile is of the cavity itself."""
    body = Interior(radius=16, spheres=(Sphere("cyst", 14.4),), noise=10, spacing=(0.8, 0.9, 1.0))
    cyst = found(body, Role.T1, Role.T1_POST).cyst
    assert cyst.fraction == pytest.approx(0.729, abs=0.05)
    assert cyst.present is True


def test_a_cavity_smaller_than_the_least_share_is_not_present():
    body = Interior(radius=17, spheres=(Sphere("cyst", 5.5),), noise=10)
    cyst = found(body).cyst
    assert cyst.fraction == pytest.approx(body.fraction("cyst"), abs=0.01)
    assert cyst.present is False
    assert cyst.present_threshold == pytest.approx(0.05)
    small = Interior(radius=10, spheres=(Sphere("cyst", 4.5),), noise=10)
    cyst = found(small).cyst
    assert cyst.present is False  # 0.38 ml
    assert cyst.present_threshold == pytest.approx(0.5 / (4 / 3 * np.pi), rel=0.03)


def test_blood_and_fat_do_not_enhance_and_are_no_cyst():
    spheres = (Sphere("blood", 6.0, (0, 8.0, 0)), Sphere("fat", 6.0, (0, -8.0, 0)))
    m = found(Interior(radius=18, spheres=spheres, noise=15))
    assert m.cyst.fraction < 0.003
    assert m.cyst.present is False


def test_a_lesion_without_enhancement_has_no_cyst_to_be_told_from_it():
    m = found(Interior(tumour="necrosis", noise=10))
    assert m.skipped["cyst"] == "the lesion does not enhance, so that a cyst cannot be told from the rest of it"
    assert m.enhancement.enhancing_fraction < 0.01
    assert m.enhancement.peripheral is False


# --- T1-bright area -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spacing", GRIDS)
def test_a_spherical_bleed(spacing):
    """Closed form: r³ ÷ R³."""
    body = Interior(radius=16, spheres=(Sphere("blood", 7.0, (2.0, -1.5, 1.0)),), noise=NOISE, spacing=spacing)
    m = found(body)
    assert m.t1_high.fraction == pytest.approx(body.fraction("blood"), abs=0.01)
    assert m.t1_high.present is True
    assert m.t1_high.present_threshold == 0.1
    assert m.regions["t1_high"].volume_mm3 == pytest.approx(m.t1_high.fraction * body.lesion().mesh.volume_mm3)


def test_a_fat_inclusion_is_no_blood_and_its_shell_neither():
    body = Interior(radius=16, spheres=(Sphere("fat", 7.0, (2.0, -1.5, 1.0)),), noise=15)
    m = found(body)
    assert m.t1_high.fraction == 0
    assert m.t1_high.present is False
    assert m.regions["fat_inclusion"].volume_mm3 == pytest.approx(4 / 3 * np.pi * 7**3, rel=0.1)
    unknown = found(body, Role.T1)
    assert unknown.t1_high.present is True
    assert "cannot be told from blood" in unknown.t1_high.quality


def test_blood_and_fat_in_one_tumour():
    spheres = (Sphere("blood", 6.0, (0, 8.0, 0)), Sphere("fat", 6.0, (0, -8.0, 0)))
    body = Interior(radius=18, spheres=spheres, noise=15)
    assert found(body).t1_high.fraction == pytest.approx(body.fraction("blood"), abs=0.006)


def test_a_speck_of_blood_is_not_present():
    m = found(Interior(spheres=(Sphere("blood", 2.6),), noise=5, spacing=(0.9, 1.0, 1.6)))
    assert 0 < m.t1_high.fraction < 0.01
    assert m.t1_high.present is False


def test_a_tumour_that_is_bright_itself_is_not_swallowed():
    bright = {**SIGNAL["tumour"], Role.T1: 560.0}
    m = found(Interior(noise=15, signal={**SIGNAL, "tumour": bright}))
    assert m.t1_high.fraction == 0
    assert m.t1_high.quality == "more than half of the lesion is bright on T1"


# --- target sign ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tissue", ["blood", "fat"])
def test_a_piece_that_fills_most_of_the_lesion_is_held_against_the_rest(tissue):
    """Closed form: r³ ÷ R³ = 0.61; the lesion's own median is the piece's then."""
    body = Interior(radius=17, spheres=(Sphere(tissue, 14.4),), noise=NOISE)
    m = found(body)
    assert m.t1_high.present is (tissue == "blood")
    assert m.t1_high.fraction == pytest.approx(body.fraction("blood"), abs=0.03)
    assert m.t1_high.quality == "more than half of the lesion is bright on T1"


@pytest.mark.parametrize("spacing", GRIDS)
def test_a_dark_even_core(spacing):
    """Closed form: 520 ÷ 260."""
    target = found(Interior(radius=17, spheres=(Sphere("fibrous", 8.5),), noise=NOISE, spacing=spacing)).target
    assert target.rim_core_ratio == pytest.approx(2, rel=0.05)
    assert target.core_variation < 0.06
    assert target.present is True
    assert (target.present_threshold, target.series) == (1.25, "t2_fs")


def test_a_dark_core_that_is_uneven_is_no_target():
    """A core of dark and bright halves: its variation is far over the limit."""
    spheres = (Sphere("fibrous", 9.0), Sphere("cyst", 2.5, (2.0, 0, 0)))
    target = found(Interior(radius=17, spheres=spheres, noise=5)).target
    assert target.rim_core_ratio > 1.25
    assert target.core_variation > 0.20 == target.core_variation_threshold
    assert target.present is False


def test_fat_in_the_middle_makes_no_target():
    m = found(Interior(radius=17, spheres=(Sphere("fat", 4.0),), noise=5))
    assert m.target.rim_core_ratio == pytest.approx(1, abs=0.03)
    assert m.target.present is False
    assert found(Interior(radius=17, spheres=(Sphere("fat", 4.0),), noise=5), Role.T2_FS).target.rim_core_ratio > 1.2


def test_a_bright_core_is_no_target():
    target = found(Interior(spheres=(Sphere("cyst", 8.0),), noise=5)).target
    assert target.rim_core_ratio == pytest.approx(520 / 900, rel=0.05)
    assert target.present is False


def test_noise_is_taken_off_the_variation_of_the_core():
    body = Interior(radius=17, spheres=(Sphere("fibrous", 8.5),), noise=60)
    assert found(body).target.core_variation < 0.12  # 60 ÷ 260 = 0.23 with it


# --- heterogeneity --------------------------------------------------------------------------------------------------


def test_variation_of_two_tissues():
    """Closed form: SD of a mixture of shares p and 1 − p; the border's voxels take a little off it."""
    body = Interior(radius=18, spheres=(Sphere("fibrous", 14.0), Sphere("blood", 8.0)))
    heterogeneity = found(body, Role.T1, Role.T2_FS).heterogeneity
    p = (8 / 18) ** 3
    mean, sd = 330 + p * 370, 370 * np.sqrt(p * (1 - p))
    assert heterogeneity.variation_t1 == pytest.approx(sd / mean, rel=0.06)
    assert 1 < heterogeneity.entropy_t2 < 4


def test_the_halves_that_lack_their_series_say_so():
    body = Interior(noise=5)
    m = found(body, Role.T1)
    assert m.skipped["heterogeneity.t2"] == "no T2 series"
    assert m.heterogeneity.variation_t2 is None
    assert m.heterogeneity.entropy_t2 is None
    assert m.skipped["target"] == "no T2 series"
    assert m.skipped["enhancement"] == m.skipped["cyst"] == "no T1 series after contrast"
    m = found(body, Role.T2_FS)
    assert m.skipped["heterogeneity.t1"] == m.skipped["t1_high"] == "no T1 series"
    m = found(body, Role.T1, Role.T1_POST)
    assert m.skipped["cyst.necrosis"] == "no T2 series to tell fluid from necrosis"
    assert m.cyst.fraction == 0
    assert "not told from blood" in m.cyst.quality


def test_plain_t2_is_preferred():
    body = Interior(spheres=(Sphere("fibrous", 8.0),), noise=5)
    study = body.study()
    t2 = replace(study.series[Role.T2_FS], role=Role.T2)
    flat = replace(t2, role=Role.T2_FS, volume=Volume(np.full_like(t2.volume.data, 90.0), t2.volume.grid))
    m = measure(replace(study, series={**study.series, Role.T2: t2, Role.T2_FS: flat}), body.lesion())
    assert m.target.series == "t2"
    assert m.target.present is True


# --- thresholds and storage -----------------------------------------------------------------------------------------


def test_every_threshold_is_a_setting():
    body = Interior(radius=16, spheres=(Sphere("cyst", 7.0, (0, 7, 0)), Sphere("blood", 5.0, (0, -8, 0))), noise=5)
    settings = MeasureSettings.model_validate(
        {
            "cyst": {"least_lesion_fraction": 0.2},
            "t1_high": {"least_volume_ml": 0.9},
            "enhancement": {"peripheral_ratio": 99.0},
            "target": {"rim_core_ratio": 9.0},
        }
    )
    m = measure(body.study(), body.lesion(), settings)
    assert (m.cyst.present, m.cyst.present_threshold) == (False, 0.2)
    assert (m.t1_high.present, m.t1_high.present_threshold) == (False, 0.9)
    assert (m.enhancement.peripheral, m.enhancement.peripheral_threshold) == (False, 99.0)
    assert m.target.present_threshold == 9.0


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
    assert found(body).cyst.necrosis_fraction == pytest.approx(0, abs=0.005)


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
    m = found(body)
    whole: Grid = body.scene.grid().canonical()
    for name in ("cyst", "enhancing"):
        assert whole.box_of(m.regions[name].grid.canonical()) is not None
