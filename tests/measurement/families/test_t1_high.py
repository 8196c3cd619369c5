"""T1-bright area against the closed forms of a ball with a bleed or fat in it; said yes and no."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interiors import SIGNAL, Interior, Sphere
from measurement.interior_measurements import GRIDS, NOISE, measure_interior
from pnst.measurement.context import Context
from pnst.measurement.families.t1_high import WHOLE
from pnst.measurement.settings import MeasureSettings
from pnst.phantom import ContourSpec, Inclusion, LesionSpec, Spec, SurroundSpec, Tissue, simulate
from pnst.study import Role
from without_intervals import measure

pytestmark = pytest.mark.usefixtures("only_the_interior")


def test_a_tumour_a_tenth_brighter_than_muscle_is_not_t1_bright(even_tumour):
    assert even_tumour.t1_high.fraction == 0
    assert even_tumour.t1_high.present is False
    assert even_tumour.t1_high.quality is None


@pytest.mark.parametrize("spacing", GRIDS)
def test_a_spherical_bleed(spacing):
    """Closed form: r³ ÷ R³."""
    body = Interior(radius=16, spheres=(Sphere("blood", 7.0, (2.0, -1.5, 1.0)),), noise=NOISE, spacing=spacing)
    m = measure_interior(body)
    assert m.t1_high.fraction == pytest.approx(body.fraction("blood"), abs=0.01)
    assert m.t1_high.present is True
    assert m.t1_high.present_threshold == 0.5
    assert m.regions["t1_high"].volume_mm3 == pytest.approx(m.t1_high.fraction * body.lesion().mesh.volume_mm3)


def test_a_fat_inclusion_is_no_blood_and_its_shell_neither():
    body = Interior(radius=16, spheres=(Sphere("fat", 7.0, (2.0, -1.5, 1.0)),), noise=15)
    m = measure_interior(body)
    assert m.t1_high.fraction == 0
    assert m.t1_high.present is False
    assert m.regions["fat_inclusion"].volume_mm3 == pytest.approx(4 / 3 * np.pi * 7**3, rel=0.1)
    unknown = measure_interior(body, Role.T1)
    assert unknown.t1_high.present is None
    assert unknown.t1_high.fraction == pytest.approx(7**3 / 16**3, abs=0.01)
    assert "cannot be told from blood" in unknown.t1_high.quality
    assert unknown.columns()["t1_high.present"] is None


def test_blood_and_fat_in_one_tumour():
    spheres = (Sphere("blood", 6.0, (0, 8.0, 0)), Sphere("fat", 6.0, (0, -8.0, 0)))
    body = Interior(radius=18, spheres=spheres, noise=15)
    assert measure_interior(body).t1_high.fraction == pytest.approx(body.fraction("blood"), abs=0.006)


def test_a_speck_of_blood_is_not_present():
    m = measure_interior(Interior(spheres=(Sphere("blood", 2.6),), noise=5, spacing=(0.9, 1.0, 1.6)))
    assert 0 < m.t1_high.fraction < 0.01
    assert m.t1_high.present is False


def test_a_tumour_that_is_bright_itself_is_not_swallowed():
    bright = {**SIGNAL["tumour"], Role.T1: 560.0}
    m = measure_interior(Interior(noise=15, signal={**SIGNAL, "tumour": bright}))
    assert m.t1_high.fraction == 0
    assert m.t1_high.present is None
    assert m.t1_high.quality == WHOLE


@pytest.mark.parametrize("tissue", ["blood", "fat"])
def test_a_piece_that_fills_most_of_the_lesion_is_held_against_the_rest(tissue):
    """Closed form: r³ ÷ R³ = 0.61; the lesion's own median is the piece's then."""
    body = Interior(radius=17, spheres=(Sphere(tissue, 14.4),), noise=NOISE)
    m = measure_interior(body)
    assert m.t1_high.present is None
    assert m.t1_high.fraction == pytest.approx(body.fraction("blood"), abs=0.03)
    assert m.t1_high.quality == WHOLE


def test_nothing_is_taken_out_of_a_lesion_most_of_which_is_bright():
    body = Interior(radius=17, spheres=(Sphere("blood", 14.4),), noise=NOISE)
    study = body.study()
    tissue = Context(study, body.lesion(), MeasureSettings.without_intervals()).lesion_tissue
    assert tissue.t1_bright.blood.data.any()
    assert not any(part.any() for part in tissue.t1_bright_on(study.series[Role.T2_FS].volume))


def test_a_bleed_of_less_than_half_a_millilitre_is_not_present():
    """Closed form: 4/3·π·r³ = 0.30 ml, in the middle; 0.62 ml is present."""
    for radius, present in ((4.15, False), (5.3, True)):
        m = measure_interior(Interior(spheres=(Sphere("blood", radius),), noise=5))
        assert m.t1_high.present is present


def test_a_bleed_of_less_than_a_hundredth_of_the_lesion_is_not_present():
    """Closed form: (r ÷ R)³ = 0.007 of a ball of 29 mm, 0.71 ml."""
    m = measure_interior(Interior(radius=29, spheres=(Sphere("blood", 5.55),), noise=5, spacing=(1.2, 1.3, 3.0)))
    assert m.t1_high.present_threshold == pytest.approx(4 / 3 * np.pi * 29**3 / 1e5, rel=0.03)
    assert m.t1_high.fraction == pytest.approx(0.007, abs=0.002)
    assert m.t1_high.present is False


def deep_ml(radius: float, centre: float, within: float) -> float:
    """Closed form: what two balls have in common (the lens of a sphere and a sphere)."""
    far = within + radius - centre
    return float(
        np.pi * far**2 * (centre**2 + 2 * centre * (radius + within) - 3 * (within - radius) ** 2) / 12e3 / centre
    )


@pytest.mark.parametrize(("centre", "present"), [(10.2, False), (7.0, True)])
def test_a_bleed_counts_by_what_of_it_lies_deep(centre, present):
    """Closed form: of a ball of 5.3 mm, 0.62 ml, what lies 3 mm and a voxel of 1 mm below a surface of 16 mm."""
    assert (deep_ml(5.3, centre, 12.0) > 0.5) is present
    assert abs(deep_ml(5.3, centre, 12.0) / 0.5 - 1) > 0.15
    m = measure_interior(Interior(spheres=(Sphere("blood", 5.3, (centre, 0, 0)),), noise=5, spacing=(0.9, 1.0, 2.0)))
    assert m.t1_high.fraction == pytest.approx((5.3 / 16) ** 3, abs=0.012)
    assert m.t1_high.present is present


@pytest.mark.parametrize(
    ("tissue", "role"),
    [
        ("blood", Role.FAT),
        ("fat", Role.WATER),
        pytest.param("blood", Role.WATER, marks=pytest.mark.slow),
        pytest.param("fat", Role.FAT, marks=pytest.mark.slow),
    ],
)
def test_a_dixon_series_tells_fat_from_blood(role, tissue):
    """Witness: the tissue that was put there, on a simulated study without fat-suppressed T2."""
    bright = Inclusion(tissue=Tissue[tissue.upper()], radius_mm=6.5)
    spec = Spec(lesion=LesionSpec(radii_mm=(16.0, 17.0, 18.0), inclusions=(bright,)), roles=(Role.T1, role))
    made = simulate(spec, seed=3)
    m = measure(made.study, made.lesion)
    assert m.t1_high.present is made.truth["t1_high.present"] is (tissue == "blood")
    assert m.t1_high.fraction == pytest.approx(made.truth["t1_high.fraction"], abs=0.01)
    assert m.t1_high.quality is None


@pytest.mark.parametrize("contour_mm", [0.0, 2.0])
def test_fat_at_the_edge_and_a_contour_that_takes_in_fat_are_no_bleed(contour_mm):
    """Witness: a lobule of fat in the border of a tumour in fat, drawn on the surface and 2 mm too wide."""
    lobule = Inclusion(tissue=Tissue.FAT, radius_mm=6.0, centre_mm=(11.0, 3.0, 2.0))
    lesion = LesionSpec(radii_mm=(14.0, 15.0, 20.0), tilt_deg=(20.0, 10.0, 0.0), inclusions=(lobule,))
    spec = Spec(
        lesion=lesion,
        surround=SurroundSpec(bed="fat"),
        contour=ContourSpec(offset_mm=contour_mm),
        roles=(Role.T1, Role.T2_FS),
    )
    made = simulate(spec, seed=3)
    assert measure(made.study, made.lesion).t1_high.present is made.truth["t1_high.present"] is False
    alone = replace(made.study, series={Role.T1: made.study.series[Role.T1]})
    assert measure(alone, made.lesion).t1_high.present is None
