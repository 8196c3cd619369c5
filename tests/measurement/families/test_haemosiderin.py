"""Haemosiderin caps against dark shells on polar caps of known area; said yes, no and undetermined."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.measurement.families.haemosiderin import Haemosiderin, measure_haemosiderin
from pnst.measurement.family import NotMeasurable
from pnst.study import Role
from sign_bodies import Feature, SignBody, cap, fraction_of_cap, shell

RADII = (12.0, 13.0, 18.0)
BOTH = (Role.T1, Role.T2)


def measured(*features: Feature, roles: tuple[Role, ...] = BOTH, **body: object) -> Haemosiderin:
    made = SignBody(features, **{"radii": RADII, "spacing": (0.6, 0.7, 2.6), "across": 0, **body})  # type: ignore[arg-type]
    return measure_haemosiderin(made.context(*roles)).family


@pytest.mark.parametrize(("half_angle_deg", "across"), [(50.0, 0), (34.0, 1)])
def test_caps_on_both_poles(half_angle_deg, across):
    """The share of the pole's band in the plane of the slices lies between that of its arc and that of its area."""
    sign = measured(cap("dark", half_angle_deg, 0.0, 2.2, both=True), across=across)
    area = fraction_of_cap(RADII, half_angle_deg, 45.0)
    assert area - 0.08 < sign.cap_fraction <= min(1.0, np.sqrt(area) + 0.05)
    assert (sign.present, sign.present_threshold, sign.series) == (True, 0.2, "t2")


def test_the_more_covered_pole_decides():
    assert measured(cap("dark", 50.0, 0.0, 2.2)).cap_fraction > 0.9


@pytest.mark.parametrize("roles", [BOTH, (Role.T1, Role.T2_FS)])
@pytest.mark.parametrize(
    "features",
    [(), (cap("dark", 10.0, 0.0, 2.2),), (cap("dark", 50.0, 0.0, 8.0),), (cap("fibrous", 50.0, 0.0, 2.2),)],
    ids=["none", "a speck", "bone", "not dark enough"],
)
def test_what_is_no_cap(features, roles):
    sign = measured(*features, roles=roles)
    assert sign.present is False
    assert sign.cap_fraction < 0.15


def test_the_edge_of_a_thick_dark_piece_is_no_thin_cap():
    """Rays through the rim of bone or air leave it after a few mm: they are not read, and the others show nothing."""
    for half_angle_deg in (30.0, 40.0):
        assert measured(cap("dark", half_angle_deg, 0.0, 8.0)).cap_fraction == pytest.approx(0.0, abs=0.01)


def test_split_fat_is_no_cap_on_t2():
    """On T2 fat is bright."""
    assert measured(cap("fat", 60.0, 0.0, 2.5, both=True)).present is False


def test_suppressed_fat_at_both_poles_leaves_it_open():
    sign = measured(shell("fat", 0.0, 2.5), roles=(Role.T1, Role.T2_FS))
    assert (sign.cap_fraction, sign.present) == (None, None)
    assert "fat or bone lies on them" in sign.quality


def test_without_t1_a_dark_cap_may_be_something_else():
    sign = measured(cap("dark", 50.0, 0.0, 2.2), roles=(Role.T2,))
    assert sign.cap_fraction > 0.9
    assert sign.present is None
    assert "tells dark caps from" in sign.quality


def test_without_t1_no_cap_is_none():
    assert measured(roles=(Role.T2,)).present is False


def test_a_round_lesion_has_no_poles():
    sign = measured(radii=(13.0, 13.5, 13.9))
    assert (sign.cap_fraction, sign.present) == (None, None)
    assert "no poles" in sign.quality


def test_slices_across_the_poles_do_not_show_them():
    sign = measured(cap("dark", 50.0, 0.0, 2.2), across=2, spacing=(0.6, 0.7, 4.0), radii=(9.0, 10.0, 14.0))
    assert (sign.cap_fraction, sign.present) == (None, None)
    assert "too little of either pole" in sign.quality


def test_cortex_of_a_bone_with_marrow_is_not_read():
    """Cortical bone of 2 mm on a pole with marrow beyond: as thin and dark as a cap."""

    def beyond(low, high):
        return lambda p, d: (p[..., 2] > 0) & (p[..., 2] - RADII[2] >= low) & (p[..., 2] - RADII[2] < high)

    disc = lambda p: np.linalg.norm(p[..., :2], axis=-1)  # noqa: E731
    bone = (
        Feature("dark", lambda p, d: beyond(0.3, 10.0)(p, d) & (disc(p) < 11.0)),
        Feature("fat", lambda p, d: beyond(2.3, 8.0)(p, d) & (disc(p) < 9.0)),
    )
    assert measured(*bone).present is not True


def test_without_t2_it_is_skipped():
    with pytest.raises(NotMeasurable, match="no T2 series"):
        measured(roles=(Role.T1,))


def test_the_region_lies_outside_the_lesion():
    body = SignBody((cap("dark", 50.0, 0.0, 2.2),), radii=RADII, spacing=(0.6, 0.7, 2.6), across=0)
    region = measure_haemosiderin(body.context(*BOTH)).regions["haemosiderin"].canonical()
    lesion = body.lesion().mask_on(region.grid)
    assert region.data.any()
    assert np.mean(region.data & lesion.data) < 0.2 * np.mean(region.data)
