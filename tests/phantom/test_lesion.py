"""Witnesses: closed forms of the surface; refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pnst.errors import SettingError
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.description import describe
from pnst.phantom.harmonics import Term
from pnst.phantom.inclusion import Inclusion
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.scene import Scene
from pnst.phantom.shape import Shape
from pnst.phantom.sphere import fibonacci
from pnst.phantom.surface import DistanceField, sample
from pnst.phantom.tissue import TISSUES, Tissue


def shape_of(**spec: Any) -> Shape:
    return Shape(LesionSpec(**spec), np.random.default_rng(7))


def test_points_of_the_surface_are_at_level_one_and_scaled_ones_at_their_scale() -> None:
    shape = shape_of(radii_mm=(9, 13, 21), roughness=0.06, lobes=4, lobe_depth=0.2)
    points = shape.surface(fibonacci(300))
    for scale in (0.3, 1.0, 1.7):
        np.testing.assert_allclose(shape.level(scale * points), scale, rtol=1e-12)


def test_local_axes_come_back() -> None:
    shape = shape_of(tilt_deg=(20, -35, 50), centre_mm=(4, -8, 15))
    points = fibonacci(30) * 12
    np.testing.assert_allclose(shape.to_local(shape.to_world(points)), points, atol=1e-12)


@pytest.mark.parametrize("epsilon", [0.03, 0.1])
def test_volume_of_a_sphere_with_an_odd_harmonic_is_a_closed_form(epsilon: float) -> None:
    # ∫ρ³/3 with ρ = 1 + εY, mean Y = 0, mean Y² = 1, mean Y³ = 0 for odd degree: 4/3·π·r³·(1 + 3ε²)
    shape = shape_of(radii_mm=(15, 15, 15), harmonics=(Term(3, 2, epsilon),))
    surface = sample(shape, 0.5)
    volume = 15**3 * float(surface.solid_angles @ shape.rho(surface.directions) ** 3) / 3
    assert volume == pytest.approx(4 / 3 * np.pi * 15**3 * (1 + 3 * epsilon**2), rel=1e-10)


def test_area_of_a_prolate_spheroid_is_a_closed_form() -> None:
    a, c = 10.0, 24.0
    e = np.sqrt(1 - a**2 / c**2)
    exact = 2 * np.pi * a**2 * (1 + c / (a * e) * np.arcsin(e))
    assert sample(shape_of(radii_mm=(a, a, c)), 0.5).areas.sum() == pytest.approx(exact, rel=1e-8)


def test_normals_point_outward_and_are_those_of_the_ellipsoid() -> None:
    radii = np.array([9.0, 14, 20])
    surface = sample(shape_of(radii_mm=tuple(radii)), 1.0)
    gradient = surface.points / radii**2
    gradient /= np.linalg.norm(gradient, axis=1)[:, None]
    np.testing.assert_allclose(surface.normals, gradient, atol=1e-8)


def test_distance_field_of_a_sphere_is_a_closed_form() -> None:
    field = DistanceField(shape_of(radii_mm=(16, 16, 16)), reach_mm=25)
    points = np.random.default_rng(0).uniform(-28, 28, size=(4000, 3))
    exact = np.linalg.norm(points, axis=1) - 16
    kept = (exact > -10) & (exact < 22)  # the centre is the sphere's medial axis
    assert np.abs(field(points[kept]) - exact[kept]).max() < 0.02


def test_distance_field_of_an_ellipsoid_against_the_nearest_of_a_million_points() -> None:
    from scipy.spatial import cKDTree

    shape = shape_of(radii_mm=(10, 14, 19))
    field = DistanceField(shape, reach_mm=25)
    tree = cKDTree(shape.surface(fibonacci(1_000_000)))
    points = fibonacci(500) * np.random.default_rng(1).uniform(22, 32, size=(500, 1))
    nearest, _ = tree.query(points)
    assert np.abs(field(points) - nearest).max() < 0.02


def test_edema_is_as_thick_as_said_where_thickest_and_as_irregular_as_said() -> None:
    shape = shape_of(edema_mm=18, edema_irregularity=0.6)
    thickness = shape.edema_thickness(fibonacci(20_000))
    assert thickness.max() == pytest.approx(18, abs=0.05)
    assert thickness.min() == pytest.approx(18 * 0.4, abs=0.05)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("radii_mm", (0.0, 10.0, 10.0)),
        ("radii_mm", (10.0, float("nan"), 10.0)),
        ("edge_sigma_mm", -1.0),
        ("edema_mm", float("inf")),
        ("edema_irregularity", 1.2),
        ("rim_cap_deg", 200.0),
        ("rim_poles", "three"),
        ("rim_mm", 0.0),
        ("lobes", 1),
        ("roughness_degrees", (6, 3)),
        ("indistinct_axis", (0.0, 0.0, 0.0)),
        ("d_um2_per_ms", 0.0),
        ("target_core", 1.0),
        ("hypovascular_core", 0.96),
        ("capsule_mm", -0.1),
        ("capsule_mm", 5.0),
        ("texture", 0.4),
        ("texture_mm", 1.0),
        ("uptake_mmol_per_l", -0.1),
        ("core_uptake_mmol_per_l", 11.0),
    ],
)
def test_an_impossible_tumour_is_refused_by_the_name_of_its_field(field: str, value: Any) -> None:
    with pytest.raises(SettingError, match=field):
        LesionSpec(**{field: value})


def test_a_surface_that_would_touch_itself_is_refused() -> None:
    with pytest.raises(SettingError, match="lobe_depth"):
        shape_of(lobes=4, lobe_depth=0.95)
    shape_of(lobes=4, lobe_depth=0.6)


def test_inclusions_must_lie_inside_and_apart() -> None:
    cyst = Inclusion(tissue=Tissue.CYST, radius_mm=5)
    with pytest.raises(SettingError, match="inclusions"):
        shape_of(radii_mm=(12, 12, 12), inclusions=(Inclusion(tissue=Tissue.CYST, radius_mm=5, centre_mm=(8, 0, 0)),))
    with pytest.raises(SettingError, match="overlap"):
        shape_of(
            radii_mm=(20, 20, 20), inclusions=(cyst, Inclusion(tissue=Tissue.BLOOD, radius_mm=5, centre_mm=(8, 0, 0)))
        )
    shape_of(radii_mm=(20, 20, 20), inclusions=(cyst, Inclusion(tissue=Tissue.BLOOD, radius_mm=2, centre_mm=(8, 0, 0))))


def test_only_what_occurs_in_a_tumour_may_be_included() -> None:
    only = "expected: cyst, necrosis, blood, fat;"
    with pytest.raises(SettingError, match=rf"inclusion\.tissue; got: cortical_bone; {only}"):
        Inclusion(tissue=Tissue.CORTICAL_BONE, radius_mm=3)  # type: ignore[arg-type]
    for word in ("muscle", "bloood"):
        with pytest.raises(SettingError, match=f"got: {word}; {only}"):
            describe({"lesion": {"inclusions": [{"tissue": word, "radius_mm": 3}]}})
    made = describe({"lesion": {"inclusions": [{"tissue": "blood", "radius_mm": 3}]}})
    assert made.spec.lesion.inclusions[0].tissue is Tissue.BLOOD


def test_a_capsule_needs_a_sharp_edge() -> None:
    with pytest.raises(SettingError, match="capsule_mm"):
        LesionSpec(capsule_mm=1.0, edge_sigma_mm=2.0)


def test_inclusions_must_lie_inside_the_capsule() -> None:
    ball = Inclusion(tissue=Tissue.CYST, radius_mm=8.5)
    shape_of(radii_mm=(10, 10, 10), inclusions=(ball,))
    with pytest.raises(SettingError, match="inclusions"):
        shape_of(radii_mm=(10, 10, 10), inclusions=(ball,), capsule_mm=1.6)


@pytest.mark.parametrize("roughness", [-0.1, 0.3])
def test_an_inclusion_too_rough_is_refused(roughness: float) -> None:
    with pytest.raises(SettingError, match=r"inclusion\.roughness"):
        Inclusion(tissue=Tissue.NECROSIS, radius_mm=3, roughness=roughness)


def test_the_capsule_lies_just_inside_the_surface_at_its_own_thickness() -> None:
    scene = Scene(Shape(LesionSpec(radii_mm=(9, 12, 16), capsule_mm=1.2), np.random.default_rng(0)), SurroundSpec())
    directions = fibonacci(60)
    foot = directions / scene.shape.level(directions)[:, None]
    normal = foot / np.square(scene.shape.radii)
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    for depth, tissue in ((-0.05, None), (0.05, Tissue.CAPSULE), (1.15, Tissue.CAPSULE), (1.25, Tissue.TUMOUR)):
        tissues = scene.fractions(scene.shape.to_world(foot - depth * normal), 1e-3).argmax(axis=1)
        if tissue is None:
            assert set(tissues) <= {Tissue.MUSCLE, Tissue.NERVE}
        else:
            assert set(tissues) == {tissue}, depth


def test_constituents_differ_as_asked_and_other_tissues_stay_the_tables() -> None:
    lesion = LesionSpec(d_um2_per_ms=1.2, uptake_mmol_per_l=0.5, core_uptake_mmol_per_l=0.1)
    assert lesion.properties(Tissue.TUMOUR) == lesion.properties(Tissue.STROMA) == lesion.tissue
    assert lesion.tissue.uptake_mmol_per_l == 0.5
    core = lesion.properties(Tissue.HYPOVASCULAR_CORE)
    assert (core.uptake_mmol_per_l, core.d_um2_per_ms) == (0.1, 1.2)
    assert lesion.properties(Tissue.MUSCLE) is TISSUES[Tissue.MUSCLE]
