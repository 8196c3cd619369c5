"""The laws of MEASUREMENTS.md: what must not change the numbers, and what must change them by a known factor."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bodies import tilted
from interiors import SIGNAL, Sphere, regained
from pnst.image import Grid, Mask, Volume
from pnst.measurement.measurements import FAMILY_TYPES, Measurements
from pnst.study import Lesion, Role, Study
from scenes import LEVELS, Scene, moved, regraded, reordered, stored
from without_intervals import measure

SCENE = Scene(halo=8.0, rim=3.0, cap_deg=50.0, reach=58.0)
SPHERES = (Sphere("cyst", 5.5, (0, 5.5, 0)), Sphere("blood", 4.5, (0, -6.5, 0)), Sphere("fat", 3.0, (7.0, 0, 2.0)))
AXIS_BOUND = {"size.axial_diameter_mm", "size.axial_short_diameter_mm", "size.craniocaudal_mm"}
FEW = settings(max_examples=settings.default.max_examples // 16, phases=[Phase.generate])  # shrinking takes minutes


@pytest.fixture(scope="module")
def study() -> Study:
    """The scene with other tissues in its lesion, so that no family is measured where there is nothing to find."""
    plain = SCENE.study()
    points = SCENE.points(SCENE.grid())
    series = dict(plain.series)
    for role, (lesion, *_) in LEVELS.items():
        data = series[role].volume.data.copy()
        for sphere in SPHERES:
            data[np.linalg.norm(points - sphere.centre, axis=-1) < sphere.radius] += (
                SIGNAL[sphere.tissue][role] - lesion
            )
        series[role] = replace(series[role], volume=Volume(data, series[role].volume.grid))
    return replace(plain, series=series)


WITHOUT_MASKS = {"cord", "canal", "nerve", "bone", "invasion"}


@pytest.fixture(scope="module")
def lesion() -> Lesion:
    return SCENE.lesion()


@pytest.fixture(scope="module")
def plain(study, lesion) -> Measurements:
    found = measure(study, lesion)
    assert set(found.skipped) == WITHOUT_MASKS | {"fascicular"}  # whose voxels are too large here
    assert (found.edema.present, found.split_fat.applicable, found.cyst.present) == (True,) * 3
    assert found.t1_high.fraction > 0
    assert set(found.families()) == set(FAMILY_TYPES) - set(found.skipped)
    assert found.regions["fat_inclusion"].data.any()
    return found


def numbers(m: Measurements, without: frozenset[str] | set[str] = frozenset()) -> dict[str, Any]:
    return {k: v for k, v in m.columns().items() if k not in without}


def assert_same(found: Measurements, expected: Measurements, rel: float, without: set[str] | None = None) -> None:
    a, b = numbers(found, without or set()), numbers(expected, without or set())
    assert a.keys() == b.keys()
    for name, value in b.items():
        if isinstance(value, float):
            assert a[name] == pytest.approx(value, rel=rel, abs=rel), name
        else:
            assert a[name] == value, name


def assert_family_same(found: Measurements, expected: Measurements, *families: str) -> None:
    for family in families:
        other = getattr(found, family).columns()
        for name, value in getattr(expected, family).columns().items():
            if isinstance(value, float):
                assert other[name] == pytest.approx(value, rel=0.01, abs=0.01), name
            else:
                assert other[name] == value, name


@FEW
@given(order=st.sampled_from(list(permutations(range(3)))), flips=st.sets(st.integers(0, 2)).map(tuple))
def test_permuting_and_flipping_axes_changes_nothing(study, lesion, plain, order, flips):  # law: to the last digit
    mask = np.flip(lesion.mask.data.transpose(order), axis=flips)
    other = Lesion("ball", Mask(mask, stored(lesion.mask.grid, order, flips)), "formula")
    assert_same(measure(reordered(study, order, flips), other), plain, rel=1e-6)


@FEW
@given(shift=st.tuples(*[st.floats(-500, 500)] * 3))
def test_moving_the_origin_changes_nothing(study, lesion, plain, shift):  # law
    by = np.eye(4)
    by[:3, 3] = shift
    assert_same(measure(moved(study, by), _moved(lesion, by)), plain, rel=1e-5)


@FEW
@given(angles=st.tuples(*[st.floats(-180, 180)] * 3))
def test_rotating_grid_and_lesion_together_changes_nothing(study, lesion, plain, angles):  # law, ≤ 2 %
    by = np.eye(4)
    by[:3, :3] = tilted(angles)
    assert_same(measure(moved(study, by), _moved(lesion, by)), plain, rel=0.02, without=AXIS_BOUND)


@pytest.mark.parametrize("scale", [0.5, 1.7])
def test_lengths_scale_with_the_spacing_and_volumes_with_its_cube(lesion, scale):  # law
    by = np.diag([scale, scale, scale, 1.0])
    study = Study("scene", {})
    small, large = measure(study, lesion), measure(study, _moved(lesion, by))
    for name, value in small.columns().items():
        power = {"mm": 1, "mm2": 2, "ml": 3}.get(name.rsplit("_", 1)[-1], 0)
        if isinstance(value, int | float):
            assert large.columns()[name] == pytest.approx(value * scale**power, rel=2e-3), name


@FEW
@given(gain=st.floats(0.05, 40), offset=st.floats(0, 3000))
def test_gain_and_offset_leave_margin_edema_split_fat_and_t1_high_alone(study, lesion, plain, gain, offset):  # law
    found = measure(regraded(study, gain, offset, (Role.T1, Role.T1_POST, Role.T2_FS)), lesion)
    assert_family_same(found, plain, "margin", "edema", "split_fat")
    # Fat within the lesion is told by a ratio on fat-suppressed T2, which has a zero: an offset there is no law's.
    of_t1 = regraded(regraded(study, gain, offset, (Role.T1, Role.T1_POST)), gain, 0.0, (Role.T2_FS,))
    assert_family_same(measure(of_t1, lesion), plain, "t1_high")
    assert found.heterogeneity.entropy_t2 == pytest.approx(plain.heterogeneity.entropy_t2, rel=0.01)


@FEW
@given(gains=st.tuples(*[st.floats(0.05, 40)] * 3))
def test_each_series_own_gain_leaves_what_lies_inside_alone(study, lesion, plain, gains):  # law: ratios only
    found = measure(regained(study, dict(zip((Role.T1, Role.T1_POST, Role.T2_FS), gains, strict=True))), lesion)
    assert_family_same(found, plain, "enhancement", "cyst", "t1_high", "target", "heterogeneity")


@FEW
@given(gain=st.floats(0.05, 40))
def test_scaling_diffusion_leaves_adc_alone(study, lesion, gain):  # law: S₀ × k
    diffusion = replace(study, series={Role.DWI: study.series[Role.DWI]})
    found = measure(regraded(diffusion, gain, 0.0, (Role.DWI,)), lesion)
    assert_family_same(found, measure(diffusion, lesion), "adc", "ivim")


def test_the_laws_can_fail(study, lesion, plain):  # a known-bad case for each comparison above
    other = replace(lesion, mask=Mask(np.roll(lesion.mask.data, 3, axis=0), lesion.mask.grid))
    with pytest.raises(AssertionError):
        assert_same(measure(study, other), plain, rel=0.02, without=AXIS_BOUND)
    brighter = measure(regraded(study, 1.0, 300.0, (Role.T1_POST,)), lesion)  # an offset is no gain
    with pytest.raises(AssertionError):
        assert_family_same(brighter, plain, "enhancement")


def _moved(lesion: Lesion, by: np.ndarray) -> Lesion:
    grid = lesion.mask.grid
    return Lesion(lesion.label, Mask(lesion.mask.data, Grid(grid.shape, by @ grid.affine)), lesion.made_by)


@pytest.mark.parametrize(
    ("signs", "spacing"),
    [
        ((1, 1, 1), (1.0, 1.0, 4.0)),
        ((-1, 1, -1), (0.75, 0.9, 6.0)),
        ((1, 1, 1), (2.0, 1.5, 2.0)),
        ((-1, 1, -1), (2.0, 1.5, 2.0)),
        pytest.param((-1, 1, -1), (1.0, 1.0, 4.0), marks=pytest.mark.slow),
        pytest.param((1, 1, 1), (0.75, 0.9, 6.0), marks=pytest.mark.slow),
    ],
)
def test_how_a_file_holds_a_spacing_changes_nothing(spacing, signs):
    """Regression: 1e-7 of a spacing, as single precision leaves it, gave round numbers of slices, cells and pixels one
    more or less, and moved the craniocaudal extent by 2 %, fat's coverage by .02."""
    scene = Scene(halo=8.0, rim=3.0, cap_deg=50.0, reach=44.0, limb=38.0, spacing=spacing)

    def held(grid: Grid) -> Grid:
        affine = grid.affine.copy()
        affine[:3, :3] *= 1 + 1e-7 * np.array(signs)
        return Grid(grid.shape, affine)

    exact, lesion = scene.study(), scene.lesion()
    series = {
        role: replace(one, volume=Volume(one.volume.data, held(one.volume.grid), one.volume.unit))
        for role, one in exact.series.items()
    }
    single = Lesion(lesion.label, Mask(lesion.mask.data, held(lesion.mask.grid)), lesion.made_by)
    assert_same(measure(replace(exact, series=series), single), measure(exact, lesion), rel=1e-3)
