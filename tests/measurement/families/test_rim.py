"""Thin lines on the surface against shells on caps of known area; said yes, no and undetermined."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.image import Mask
from pnst.measurement.context import Context
from pnst.measurement.families.rim import ThinRim, measure_rim
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import MeasureSettings
from pnst.study import Lesion, Role
from sign_bodies import Feature, SignBody, cap, fraction_of_cap, shell

RADII = (12.0, 13.0, 16.0)
BOTH = (Role.T1, Role.T2_FS)
SPACING = (0.6, 0.7, 2.6)


def measured(*features: Feature, roles: tuple[Role, ...] = BOTH, **body: object) -> ThinRim:
    made = SignBody(features, **{"radii": RADII, "spacing": SPACING, "across": 0, **body})  # type: ignore[arg-type]
    return measure_rim(made.context(*roles)).family


@pytest.mark.parametrize(("half_angle_deg", "across"), [(60.0, 0), (110.0, 1)])
def test_a_film_of_fluid_on_one_cap(half_angle_deg, across):
    """Closed form, near enough: on rays in the plane of the slices the share of the meridian's band that is covered."""
    rim = measured(cap("fluid", half_angle_deg, -0.2, 1.6), across=across)
    band = fraction_of_cap(RADII, half_angle_deg)
    assert rim.thin_bright_rim_fraction == pytest.approx(band, abs=0.12)
    assert rim.capsule_fraction < 0.03
    assert rim.series == "t2_fs"


def test_a_capsule_all_round():
    rim = measured(shell("dark", -1.5, 0.0))
    assert rim.capsule_fraction > 0.95
    assert rim.thin_bright_rim_fraction < 0.03


def test_half_a_capsule():
    assert measured(cap("dark", 90.0, -1.5, 0.0)).capsule_fraction == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("roles", [BOTH, (Role.T1, Role.T2)])
@pytest.mark.parametrize(
    "features", [(), (shell("fluid", -0.2, 5.0),), (shell("fat", 0.0, 2.0),)], ids=["plain", "thick", "split fat"]
)
def test_what_is_no_thin_line(features, roles):
    rim = measured(*features, roles=roles)
    assert rim.thin_bright_rim_fraction < 0.05
    assert rim.capsule_fraction < 0.05


def test_without_t1_a_dark_line_on_fat_suppressed_t2_may_be_fat():
    rim = measured(shell("fat", 0.0, 2.0), roles=(Role.T2_FS,))
    assert rim.capsule_fraction is None
    assert rim.thin_bright_rim_fraction < 0.05
    assert "tells dark lines from fat" in rim.quality


def test_without_t1_a_bright_line_on_t2_may_be_fat():
    rim = measured(shell("fat", 0.0, 2.0), roles=(Role.T2,))
    assert rim.thin_bright_rim_fraction is None
    assert "tells bright lines from fat" in rim.quality


def test_without_t1_no_line_is_none():
    rim = measured(roles=(Role.T2_FS,))
    assert (rim.thin_bright_rim_fraction, rim.capsule_fraction) == (0.0, 0.0)


def test_slices_across_the_whole_surface_show_no_line():
    with pytest.raises(NotMeasurable, match="a thin line would show on"):
        measured(spacing=(2.2, 2.4, 3.0))


def test_without_t2_it_is_skipped():
    with pytest.raises(NotMeasurable, match="no T2 series"):
        measured(roles=(Role.T1,))


def test_what_faces_another_lesion_is_not_measured():
    body = SignBody((), radii=RADII, spacing=SPACING, across=0)
    lesion = body.lesion()
    grid = lesion.mask.grid
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
    beside = np.linalg.norm((body.local(grid.to_world(index)) - (0, 0, 22)) / (9, 9, 5.5), axis=-1) < 1
    other = Lesion("other", Mask(beside & ~lesion.mask.data, grid), "simulation")
    study = body.study(*BOTH)
    alone, beside_it = (
        measure_rim(Context(study, lesion, MeasureSettings.without_intervals(), others=others)).family
        for others in ((), (other,))
    )
    assert beside_it.measured_fraction < 0.9 * alone.measured_fraction


def test_the_region_holds_the_line():
    outcome = measure_rim(SignBody((shell("dark", -1.5, 0.0),), radii=RADII, spacing=SPACING, across=0).context(*BOTH))
    lesion = SignBody((), radii=RADII, spacing=SPACING, across=0).lesion()
    region = outcome.regions["capsule"]
    shown = lesion.mesh.area_mm2 * outcome.family.measured_fraction * 1.5
    assert region.volume_mm3 == pytest.approx(shown, rel=0.35)
    assert not outcome.regions["thin_bright_rim"].data.any()
