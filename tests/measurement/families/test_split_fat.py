"""The split fat sign, also under what scanners do to an image. Witness: 1 − cos θ of a ball with a rim on both caps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.image import Grid, Volume
from pnst.measurement.context import Context
from pnst.measurement.families.split_fat import SplitFat, measure_split_fat
from pnst.measurement.settings import MeasureSettings, SplitFatSettings
from pnst.study import Role, Series, Source, Study
from scenes import LEVELS, Scene, without
from without_intervals import measure


def split_fat(scene: Scene, settings: MeasureSettings | None = None) -> SplitFat:
    """That family alone."""
    study = without(scene.study(), Role.T1_POST, Role.T2_FS, Role.DWI)
    return measure_split_fat(Context(study, scene.lesion(), settings or MeasureSettings())).family


@pytest.mark.parametrize("cap", [50.0, 70.0])
def test_a_rim_on_both_poles_of_a_ball(cap):  # closed form: 1 − cos θ
    sign = split_fat(Scene(radius=16, rim=3.0, cap_deg=cap))
    assert sign.coverage_fraction == pytest.approx(1 - np.cos(np.radians(cap)), abs=0.05)
    assert sign.applicable is True
    assert sign.compartment == "intermuscular"
    assert sign.present is (cap > 60)
    assert sign.pole_coverage_fraction is None
    assert "pole_coverage_fraction" in sign.columns()


def test_fat_that_shading_spreads_has_a_level_all_the_same():  # no mode of its own: the bright class, and it is said
    scene = Scene(radius=16, rim=3.0, cap_deg=70)
    study = scene.study()
    t1 = study.series[Role.T1]
    data = t1.volume.data
    shading = np.random.default_rng(2).uniform(0.62, 1.25, data.shape[:2])[..., None].astype(np.float32)
    upsample = np.where(data > 700, data * np.repeat(shading, data.shape[2], axis=2), data)
    upsample[:, : upsample.shape[1] // 2] = np.minimum(upsample[:, : upsample.shape[1] // 2], 1250)
    m = measure(
        replace(study, series={**study.series, Role.T1: replace(t1, volume=Volume(upsample, t1.volume.grid))}),
        scene.lesion(),
    )
    assert m.split_fat.coverage_fraction == pytest.approx(1 - np.cos(np.radians(70)), abs=0.07)


def test_a_fat_plane_at_a_distance_is_applicable_and_not_covered():  # the malignant sign stays applicable
    sign = split_fat(Scene(radius=14, plane=8.0))
    assert sign.applicable is True
    assert sign.coverage_fraction == pytest.approx(0, abs=0.02)
    assert sign.present is False
    assert sign.rim_thickness_mm is None


def test_wholly_in_muscle_the_sign_applies_and_little_fat_is_said():
    scene = Scene(radius=13, limb=48, reach=62)
    m = measure(scene.study(), scene.lesion())
    assert (m.split_fat.compartment, m.split_fat.applicable, m.split_fat.present) == ("intramuscular", True, False)
    assert "little fat is there to be split: 0.0% of the surface has any within 5 mm" in m.split_fat.quality
    assert "split_fat" not in m.skipped


def test_wholly_in_fat_is_not_applicable():
    sign = split_fat(Scene(radius=13, rim=17, cap_deg=90.0, limb=48))
    assert sign.applicable is False
    assert sign.compartment == "fat"
    assert sign.present is None
    assert sign.quality is None


@pytest.mark.parametrize(
    ("limits", "compartment", "applicable"),
    [
        ({"near_mm": 12.0}, "intermuscular", True),
        ({"min_read_fraction": 1.0, "reach_mm": 9.0, "muscle_run_mm": 12.0}, "unclear", None),
        ({"near_mm": 12.0, "near_surface_fraction": 0.3}, "intramuscular", True),
        ({"buried_surface_fraction": 0.01, "muscle_fraction": 1e-3, "min_read_fraction": 0.0}, "fat", False),
    ],
)
def test_the_settings_decide_the_compartment(limits, compartment, applicable):
    """The scene is intramuscular by default: the fat plane of the test above."""
    sign = split_fat(Scene(radius=14, plane=8.0), MeasureSettings(split_fat=SplitFatSettings(**limits)))
    assert (sign.compartment, sign.applicable) == (compartment, applicable)
    assert sign.present is (False if applicable else None)


@pytest.mark.parametrize(("beyond", "compartment"), [(-4.0, "unclear"), (4.0, "intermuscular")])
def test_what_the_image_does_not_show_of_the_surroundings_decides_nothing(beyond, compartment):
    """Closed form: a plane at x cuts off the cap (1 − x/r)/2 of the sphere's area, 62 % or 38 %, and more aslant."""
    scene = Scene(radius=16, rim=3.0, cap_deg=70)
    t1 = scene.study().series[Role.T1].volume
    data = np.where((scene.points(t1.grid)[..., 0] > beyond) & ~scene.lesion().mask.data, np.nan, t1.data)
    sign = sign_on(Volume(data.astype(np.float32), t1.grid), scene=scene)
    assert sign.compartment == compartment
    assert sign.applicable is (None if compartment == "unclear" else True)
    assert sign.present is (None if compartment == "unclear" else True)
    assert ("fat or muscle is met by" in (sign.quality or "")) is (compartment == "unclear")


def test_split_fat_needs_t1_without_suppression():
    scene = Scene()
    study = scene.study()
    t1 = study.series[Role.T1]
    suppressed = replace(t1, acquisition=replace(t1.acquisition, fat_suppressed=True))
    m = measure(replace(study, series={**study.series, Role.T1: suppressed}), scene.lesion())
    assert m.skipped["split_fat"] == "the T1 series is fat suppressed and there is no Dixon fat image"


SCENE = Scene(radius=16, rim=3.0, cap_deg=60, seed=3)
TRUE = 1 - np.cos(np.radians(60))
DIXON = (20.0, 15.0, 10.0, 900.0, 8.0)
"""Lesion, oedema, muscle, fat, air on a fat image."""


def sign_on(volume: Volume, role: Role = Role.T1, scene: Scene = SCENE) -> SplitFat:
    study = Study("scene", {role: Series(role, volume, Source("simulated", "0" * 64))})
    return measure_split_fat(Context(study, scene.lesion(), MeasureSettings())).family


@pytest.fixture(scope="module")
def t1() -> Volume:
    return SCENE.study().series[Role.T1].volume


@pytest.mark.parametrize("amount", [0.1, 0.2])
def test_shading_left_after_bias_correction_is_borne(t1, amount):
    """Half of a field that falls off by 40 % towards the edge; beside shaded fat muscle was once taken for air."""
    r = np.linalg.norm(SCENE.points(t1.grid), axis=-1)
    shaded = sign_on(Volume((t1.data * (1 - amount * (r / SCENE.reach) ** 2)).astype(np.float32), t1.grid))
    assert shaded.coverage_fraction == pytest.approx(TRUE, abs=0.06)
    assert shaded.applicable is True


@pytest.mark.parametrize(("gain", "offset"), [(0.004, 0.0), (30.0, 1000.0), (1.0, -500.0)])
def test_t1_in_any_scale(t1, gain, offset):  # law
    plain, other = sign_on(t1), sign_on(Volume((t1.data * gain + offset).astype(np.float32), t1.grid))
    assert other.coverage_fraction == pytest.approx(plain.coverage_fraction, abs=0.005)
    assert other.compartment == plain.compartment


@pytest.mark.parametrize("noise", [6.0, 20.0])
def test_a_dixon_fat_image_serves(t1, noise):
    """Magnitude noise: water holds next to no signal there, and muscle is as dark as air."""
    rng = np.random.default_rng(1)
    clean = SCENE.image(SCENE.points(t1.grid), DIXON)
    data = np.hypot(clean + rng.normal(scale=noise, size=clean.shape), rng.normal(scale=noise, size=clean.shape))
    fat = sign_on(Volume(data.astype(np.float32), t1.grid), Role.FAT)
    assert fat.coverage_fraction == pytest.approx(TRUE, abs=0.05)
    assert fat.applicable is True


@pytest.mark.parametrize("phase", [0.0, 0.4])
@pytest.mark.parametrize(("rim", "spacing"), [(3.0, (0.6, 0.6, 4.0)), (3.0, (0.9, 1.0, 5.0)), (1.4, (0.7, 0.8, 4.0))])
def test_where_the_slices_fall_does_not_matter(rim, spacing, phase):
    """A rim in thick slices, each the mean over its thickness."""
    scene = replace(SCENE, rim=rim, spacing=spacing, reach=SCENE.reach + phase * spacing[2])
    grid, parts = scene.grid(), []
    for offset in (np.arange(8) + 0.5) / 8 - 0.5:
        affine = grid.affine.copy()
        affine[:3, 3] = grid.to_world((0, 0, offset))
        parts.append(scene.image(scene.points(Grid(grid.shape, affine)), LEVELS[Role.T1]))
    data = np.mean(parts, axis=0) + np.random.default_rng(2).normal(scale=6, size=grid.shape)
    thick = sign_on(Volume(data.astype(np.float32), grid), scene=scene)
    assert thick.coverage_fraction == pytest.approx(TRUE, abs=0.05)
    assert thick.rim_thickness_mm == pytest.approx(rim, abs=0.3)


def test_the_map_shows_the_caps(t1):  # closed form: 3 mm of fat within 60° of the poles, 0 round the middle
    study = Study("scene", {Role.T1: Series(Role.T1, t1, Source("simulated", "0" * 64))})
    cover = measure_split_fat(Context(study, SCENE.lesion(), MeasureSettings())).regions["fat_cover"]
    outward = cover.points - SCENE.lesion().mesh.centroid
    axial = np.abs(outward[:, 2]) / np.linalg.norm(outward, axis=1)
    assert np.median(cover.values[axial > np.cos(np.radians(45))]) == pytest.approx(3.0, abs=0.5)
    assert (cover.values[axial < np.cos(np.radians(75))] > 0).mean() < 0.02
