"""The margin against closed forms, in thick slices and fine voxels, beside fat and oedema, said yes and no."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bodies import Radius, ellipsoid, fused, mask_of, oblique, star, tilted
from pnst.image import Mask
from pnst.measurement.context import Context
from pnst.measurement.families.margin import Margin, measure_margin
from pnst.measurement.family import SurfaceMap
from pnst.measurement.settings import MarginSettings, MeasureSettings
from pnst.phantom import ContourSpec, GridSpec, LesionSpec, Spec, simulate
from pnst.study import Lesion, Role, Study
from scenes import Scene
from without_intervals import measure

EVERY = (Role.T1, Role.T1_POST, Role.T2_FS, Role.DWI)


def margin_of(scene: Scene, *roles: Role, settings: MarginSettings | None = None) -> Margin:
    study = scene.study()
    study = replace(study, series={role: study.series[role] for role in roles or (Role.T1_POST, Role.T2_FS)})
    every = MeasureSettings(margin=settings or MarginSettings())
    return measure_margin(Context(study, scene.lesion(), every)).family


@pytest.mark.parametrize("spacing", [(0.9, 1.0, 3.0), (3.0, 0.9, 1.0)])
def test_a_sharp_edge_is_not_ill_defined(spacing):  # closed form: 0, within the voxel's own blur
    scene = Scene(spacing=spacing)
    margin = margin_of(scene, *EVERY)
    assert margin.ill_defined_fraction < 0.05
    assert margin.ill_defined is False
    assert margin.edge_width_mm < 1.5
    assert margin.irregularity < 0.01
    assert margin.deep_lobulations_count == 0


def test_half_the_surface_blurred_reads_half():  # closed form: a Gaussian step of 2.563 σ on the lower half
    scene = Scene(radius=20, edge_sigma=2.6, blurred_below=0.0, reach=60)
    margin = margin_of(scene, *EVERY)
    assert margin.ill_defined_fraction == pytest.approx(0.5, abs=0.07)
    assert margin.ill_defined is True


def test_width_of_a_wholly_blurred_edge():  # closed form: 2.563 σ
    scene = Scene(radius=20, edge_sigma=2.0, blurred_below=2.0, reach=60)
    margin = margin_of(scene, *EVERY)
    assert margin.edge_width_mm == pytest.approx(2.563 * 2.0, rel=0.15)


def test_edema_round_a_sharp_lesion_is_no_blurred_edge():  # two steps, the one at the lesion is taken
    scene = Scene(radius=16, halo=4.0)
    margin = margin_of(scene, *EVERY)
    assert margin.ill_defined is False


@pytest.mark.parametrize("spacing", [(0.9, 1.0, 1.1), (0.8, 0.7, 4.0), (4.0, 0.8, 0.9)])
@pytest.mark.parametrize("rim", [0.0, 3.0])
def test_a_sharp_edge_is_sharp_beside_muscle_and_fat(spacing, rim):  # closed form: width 0, fraction 0
    found = margin_of(Scene(radius=14, spacing=spacing, rim=rim, cap_deg=65, reach=40, noise=12))
    assert found.ill_defined_fraction < 0.05
    assert found.edge_width_mm < 1.0


@pytest.mark.parametrize("spacing", [(0.9, 1.0, 1.1), (0.8, 0.7, 4.0)])
def test_a_blurred_half_reads_half(spacing):  # closed form: 10–90 % width 2.563 σ on the lower half
    found = margin_of(Scene(radius=18, spacing=spacing, edge_sigma=2.2, blurred_below=0.0, reach=42, noise=12))
    assert found.ill_defined_fraction == pytest.approx(0.5, abs=0.06)  # 0.45 in thick slices: next to it is mixed
    assert found.ill_defined is True


@pytest.mark.parametrize("sigma", [1.2, 2.0, 2.6])
def test_the_width_is_that_of_the_blur(sigma):  # closed form: 2.563 σ
    scene = Scene(radius=18, spacing=(0.8, 0.7, 4.0), edge_sigma=sigma, blurred_below=2.0, reach=42, noise=12)
    assert margin_of(scene).edge_width_mm == pytest.approx(2.563 * sigma, rel=0.10)


def test_edema_beside_a_sharp_edge_is_another_border():  # one series: lesion, 4 mm of oedema, muscle
    found = margin_of(Scene(radius=16, halo=4.0, reach=42), Role.T2_FS)
    assert found.ill_defined_fraction < 0.05
    assert found.edge_width_mm < 1.0


def test_the_map_shows_the_blurred_half():  # closed form: the widths lie on the lower half, and outline the same share
    scene = Scene(radius=18, spacing=(0.9, 1.0, 1.1), edge_sigma=2.2, blurred_below=0.0, reach=42, noise=12)
    outcome = measure_margin(Context(scene.study(), scene.lesion(), MeasureSettings()))
    found = outcome.regions["edge_width"]
    assert isinstance(found, SurfaceMap)
    height = (found.points - scene.lesion().mesh.centroid)[:, 2]
    indistinct = found.values > 4
    assert indistinct[height < -5].mean() > 0.9
    assert indistinct[height > 5].mean() < 0.05
    assert np.isfinite(found.values).mean() == pytest.approx(outcome.family.measured_fraction, abs=0.05)


def lobulations(mask: np.ndarray, spacing: tuple[float, float, float]) -> int | None:
    lesion = Lesion("body", Mask(np.pad(mask, 2), oblique(tuple(n + 4 for n in mask.shape), spacing)), "formula")
    return measure_margin(Context(Study("shape", {}), lesion, MeasureSettings())).family.deep_lobulations_count


def body(
    radius: Radius, spacing: tuple[float, float, float], reach: float, turn: tuple[float, float, float]
) -> np.ndarray:
    return mask_of(radius, spacing, tilted(turn), (0.3, -0.2, 0.4), reach)


SLICES = [(0.7, 0.8, 3.0), (0.6, 0.6, 4.0), (1.1, 5.0, 1.2)]


@pytest.mark.parametrize("spacing", SLICES)
@pytest.mark.parametrize(("lobes", "depth"), [(3, 0.3), (4, 0.2), (5, 0.2)])
def test_a_star_has_as_many_deep_lobulations_as_lobes(spacing, lobes, depth):
    """Closed form: n ≥ 3 lobes, whose hollows are deeper than 5.5 % of the longest diameter."""
    assert lobulations(body(star(30, lobes, depth), spacing, 39, (25, -40, 15)), spacing) == lobes


@pytest.mark.parametrize("spacing", SLICES)
@pytest.mark.parametrize("apart", [1.2, 1.5, 1.8])
def test_two_fused_balls_have_one_deep_lobulation(spacing, apart):
    """Closed form: one hollow of R − √(R² − (d/2)²) round the waist; in 3 and 4 mm it was split into two and five."""
    small = 3.2 * max(spacing)  # six slices or seven across
    for radius, turn in ((small, (30, 50, 10)), (25.0, (-70, 20, 40))):
        assert lobulations(body(fused(radius, apart), spacing, 1.95 * radius, turn), spacing) == 1


@pytest.mark.parametrize("spacing", [*SLICES, (1.2, 1.3, 1.6)])
def test_an_ellipsoid_has_none_however_its_slices_are_shaken(spacing):
    """Closed form: 0. Each slice's contour is moved by up to a voxel along either axis of its plane."""
    rng, through = np.random.default_rng(7), int(np.argmax(spacing))
    for radii in ((14, 16, 20), (25, 27, 30), (13, 22, 24)):
        still = body(ellipsoid(*radii), spacing, max(radii), (10, 35, -20))
        assert lobulations(still, spacing) == 0
        for _ in range(4):
            slices = np.moveaxis(np.pad(still, 1), through, 0)
            shaken = np.stack([np.roll(one, rng.integers(-1, 2, 2), axis=(0, 1)) for one in slices])
            assert lobulations(np.moveaxis(shaken, 0, through), spacing) == 0


@pytest.mark.parametrize("tremor", [0.3, 0.5])
def test_an_ellipsoid_has_none_however_the_hand_trembles(tremor):  # closed form: 0
    lesion = LesionSpec(radii_mm=(14.0, 17.0, 22.0), tilt_deg=(15.0, 40.0, 0.0))
    close = {Role.T1: GridSpec(extent_mm=(60, 56, 64))}  # the image is not looked at
    spec = Spec(lesion=lesion, contour=ContourSpec(tremor_mm=tremor), roles=(Role.T1,), grids=close, snr=None)
    lesions = [simulate(spec, seed).lesion for seed in range(3)]
    contexts = [Context(Study("shape", {}), drawn, MeasureSettings()) for drawn in lesions]
    assert [measure_margin(context).family.deep_lobulations_count for context in contexts] == [0, 0, 0]


def test_lobulations_are_not_counted_under_six_voxels_across():
    spacing = (0.8, 0.9, 5.0)
    few, enough = (body(ellipsoid(r, r, r), spacing, r, (0, 0, 0)) for r in (12.0, 16.0))
    assert few.any(axis=(0, 1)).sum() == 5
    assert enough.any(axis=(0, 1)).sum() >= 6
    assert (lobulations(few, spacing), lobulations(enough, spacing)) == (None, 0)
    lesion = Lesion("ball", Mask(np.pad(few, 2), oblique(tuple(n + 4 for n in few.shape), spacing)), "formula")
    margin = measure_margin(Context(Study("shape", {}), lesion, MeasureSettings())).family
    assert margin.columns()["deep_lobulations_count"] is None
    assert margin.quality == "fewer than 6 voxels lie across the lesion, too few to count its lobulations"


@pytest.mark.parametrize("drawn", [-2.0, 2.0])
def test_a_ball_drawn_tight_or_wide_is_told_and_its_edge_still_read(drawn):
    """Closed form: the edge lies 2 mm off the contour, the other way, and is sharp."""
    scene = Scene(radius=15, spacing=(0.8, 0.7, 4.0), reach=42, noise=12)
    lesion = replace(scene, radius=15 + drawn).lesion()
    margin = measure_margin(Context(scene.study(), lesion, MeasureSettings())).family
    assert margin.edge_offset_mm == pytest.approx(-drawn, abs=0.5)
    assert margin.edge_width_mm < 1.0
    assert margin.ill_defined is False
    assert margin.measured_fraction > 0.9 * margin_of(scene, *EVERY).measured_fraction


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lesion", "grid"),
    [
        (LesionSpec(radii_mm=(12.0, 14.0, 22.0)), GridSpec()),
        (
            LesionSpec(radii_mm=(11.0, 12.0, 16.0), edge_sigma_mm=1.8),
            GridSpec(spacing_mm=(0.7, 0.8, 3.0), plane="coronal"),
        ),
    ],
    ids=["sharp", "blurred"],
)
def test_a_contour_off_the_edge_is_told_and_the_edge_still_read(lesion, grid):
    """Witness: contours drawn 2 mm tight and wide of the same tumour, and on its surface."""
    found = {}
    for drawn in (-2.0, 0.0, 2.0):
        spec = Spec(
            lesion=lesion, contour=ContourSpec(offset_mm=drawn), roles=(Role.T1, Role.T2_FS), grids={Role.T2_FS: grid}
        )
        made = simulate(spec, seed=2)
        found[drawn] = m = measure(made.study, made.lesion)
        assert m.margin.edge_offset_mm == pytest.approx(made.truth["margin.edge_offset_mm"], abs=0.5)
        true = made.truth["margin.edge_width_mm"]
        assert m.margin.edge_width_mm == pytest.approx(true, abs=max(1.0, 0.15 * true))
        assert m.margin.ill_defined is made.truth["margin.ill_defined"]
        assert m.edema.present is False
    assert found[-2.0].margin.measured_fraction > 0.9 * found[0.0].margin.measured_fraction
    assert found[2.0].margin.measured_fraction > 0.9 * found[0.0].margin.measured_fraction


@pytest.mark.slow
def test_oedema_is_found_about_a_contour_off_the_edge():
    """Closed form: what a contour 2 mm off takes from the oedema or adds to it is a shell of tumour 2 mm thick."""
    lesion = LesionSpec(radii_mm=(14.0, 16.0, 20.0), edema_mm=10.0)
    for drawn in (-2.0, 2.0):
        made = simulate(Spec(lesion=lesion, contour=ContourSpec(offset_mm=drawn), roles=(Role.T1, Role.T2_FS)), seed=2)
        m = measure(made.study, made.lesion)
        assert m.margin.edge_offset_mm == pytest.approx(-drawn, abs=0.5)
        shell = abs(m.size.volume_ml - made.truth["size.volume_ml"])
        assert m.edema.present is True
        assert abs(m.edema.volume_ml - made.truth["edema.volume_ml"]) < shell + 0.08 * made.truth["edema.volume_ml"]
        assert m.edema.max_extent_mm == pytest.approx(made.truth["edema.max_extent_mm"] - drawn, abs=1.5)
