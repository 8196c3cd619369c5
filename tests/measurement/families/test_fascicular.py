"""The fascicular sign against lattices of rings; said yes and no. Witness: closed forms, and what must say no."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.measurement.context import Context
from pnst.measurement.families.fascicular import Fascicular, measure_fascicular
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import MeasureSettings
from pnst.study import Role
from sign_bodies import Feature, SignBody, plate, rings, with_values

LATTICE = rings(3.0, 0.9, 5.5)
"""Nine of them lie within 7 mm … of the axis: (0, 0), four at 5.5 mm; the corners at 7.8 mm are left out: five."""


def measured(*features: Feature, role: Role = Role.T2, **body: object) -> Fascicular:
    return measure_fascicular(SignBody(features, **body).context(role)).family  # type: ignore[arg-type]


@pytest.mark.parametrize(("spacing", "role"), [((0.5, 0.6, 3.0), Role.T2), ((0.45, 0.4, 2.6), Role.T2_FS)])
def test_five_rings_on_many_slices(spacing, role):
    sign = measured(*LATTICE, spacing=spacing, role=role)
    assert (sign.count, sign.present, sign.present_threshold, sign.series) == (5, True, 5, str(role))


def test_the_slices_may_be_stored_along_any_axis():
    """Rings round tubes along x, in slices across x."""
    turned = tuple(Feature(f.tissue, lambda p, d, f=f: f.where(p[..., [2, 1, 0]], d)) for f in LATTICE)
    assert measured(*turned, across=0, radii=(16.0, 11.0, 10.0), spacing=(0.5, 0.6, 3.0)).count == 5


def test_four_rings_are_not_enough():
    fewer = tuple(Feature(f.tissue, lambda p, d, f=f: f.where(p, d) & (p[..., 0] > -3)) for f in LATTICE)
    sign = measured(*fewer, spacing=(0.5, 0.6, 3.0))
    assert (sign.count, sign.present) == (4, False)


def test_five_rings_on_one_slice_are_not_enough():
    """The tubes are as short as a slice is thick: a second slice shows a part of them at most."""
    short = tuple(Feature(f.tissue, lambda p, d, f=f: f.where(p, d) & (np.abs(p[..., 2]) < 1.2)) for f in LATTICE)
    assert measured(*short, spacing=(0.5, 0.6, 3.0)).present is False


def waves(points: np.ndarray, _: np.ndarray) -> np.ndarray:
    """Dark spots between bright ridges, two plane waves of 6 mm."""
    return np.cos(points[..., 0] * 2 * np.pi / 6) + np.cos(points[..., 1] * 2 * np.pi / 6) < -0.9


@pytest.mark.parametrize(
    "features",
    [
        (),
        (plate("dark", (1, 0, 0), -3, 1.2), plate("dark", (0, 1, 0), 3, 1.2), plate("dark", (1, 1, 0), 0, 1.2)),
        rings(8.0, 1.0, 20.0),
        rings(1.2, 0.6, 5.0),
        (Feature("fibrous", lambda p, d: (d < -1) & waves(p, d)),),
    ],
    ids=["noise alone", "septa", "too wide", "too small", "spots without rings"],
)
def test_what_is_no_bundle(features):
    sign = measured(*features, spacing=(0.5, 0.6, 3.0), noise=26.0)
    assert sign.present is False


def test_rings_in_slices_along_them_are_stripes():
    assert measured(*LATTICE, across=0, spacing=(0.5, 0.6, 3.0)).present is False


def test_large_voxels_are_never_read():
    with pytest.raises(NotMeasurable, match=r"voxels of 0\.75 mm in plane"):
        measured(*LATTICE, spacing=(0.5, 0.75, 3.0))


def test_without_t2_it_is_skipped():
    with pytest.raises(NotMeasurable, match="no T2 series"):
        measured(role=Role.T1)


def test_the_finer_series_is_read():
    body = SignBody(LATTICE, spacing=(0.5, 0.6, 3.0))
    fine = body.study(Role.T2_FS)
    coarse = SignBody(LATTICE, spacing=(0.8, 0.9, 3.0)).study(Role.T2)
    study = type(fine)("both", {**fine.series, **coarse.series})
    context = Context(study, body.lesion(), MeasureSettings.without_intervals())
    assert measure_fascicular(context).family.series == "t2_fs"


def test_voxels_without_a_number_make_no_dots():
    body = SignBody((), spacing=(0.5, 0.6, 3.0))

    def lose(data):
        middle = [n // 2 for n in data.shape]
        for i in range(-12, 13, 4):
            data[middle[0] + i, middle[1] - 12 : middle[1] + 13 : 4] = np.nan

    study = with_values(body.study(Role.T2), Role.T2, lose)
    context = Context(study, body.lesion(), MeasureSettings.without_intervals())
    assert measure_fascicular(context).family.count == 0


def test_the_region_holds_discs_of_the_dots():
    outcome = measure_fascicular(SignBody(LATTICE, spacing=(0.5, 0.6, 3.0)).context(Role.T2))
    region = outcome.regions["fascicles"]
    slices = region.data.any(axis=tuple(a for a in range(3) if a != region.grid.slice_axis)).sum()
    assert region.volume_mm3 == pytest.approx(5 * np.pi / 4 * 3.0**2 * 3.0 * slices, rel=0.3)
