"""Other lesions of a study. Witness: a scene with two balls, and laws of what may not change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.errors import InputError
from pnst.image import Mask, Volume
from pnst.measurement.neighbours import neighbours_in, touching
from pnst.measurement.settings import MeasureSettings, UncertaintySettings
from pnst.study import Lesion, Role, Study
from scenes import LEVELS, Scene, without
from without_intervals import measure

RADIUS = 9.0
SCENE = Scene(radius=RADIUS, reach=42, spacing=(1.1, 1.2, 2.6))
GRID = SCENE.grid()
WHOLE = tuple(slice(0, n) for n in GRID.shape)
POINTS = SCENE.points(GRID)
QUICK = MeasureSettings(uncertainty=UncertaintySettings(repetitions=0))


def ball(label: str, x: float) -> Lesion:
    return Lesion(label, Mask(np.linalg.norm(POINTS - (x, 0, 0), axis=-1) < RADIUS, GRID), "formula")


def two_tumours(x: float) -> tuple[Study, Lesion, Lesion]:
    """The scene with a second ball, as bright as the first, `x` mm from it."""
    study = without(SCENE.study(), Role.DWI, Role.T1_POST)
    one, other = ball("one", 0.0), ball("other", x)
    series = {}
    for role, old in study.series.items():
        data = np.where(other.mask.data & ~one.mask.data, np.float32(LEVELS[role][0]), old.volume.data)
        series[role] = replace(old, volume=Volume(data, GRID))
    return replace(study, series=series), one, other


def test_a_tumour_beside_it_is_no_oedema():
    study, one, other = two_tumours(2 * RADIUS + 0.5)
    alone, told = measure(study, one, QUICK), measure(study, one, QUICK, others=[other])
    assert alone.edema.present  # the predicate says no: without a word the neighbour is bright tissue that touches it
    assert not told.edema.present
    assert told.edema.max_extent_mm == 0
    assert "other" in told.edema.quality
    assert not told.edema.censored


def test_what_faces_the_neighbour_is_not_measured():
    study, one, other = two_tumours(2 * RADIUS + 0.5)
    alone, told = measure(study, one, QUICK), measure(study, one, QUICK, others=[other])
    assert told.margin.measured_fraction < alone.margin.measured_fraction
    assert "other" in told.margin.quality
    assert told.margin.ill_defined is False


@pytest.mark.parametrize("gap", [21.0])
def test_one_that_is_far_away_changes_no_sign_and_hardly_a_number(gap):  # law
    study, one, other = two_tumours(2 * RADIUS + gap)
    alone, told = (measure(study, one, QUICK, others=others).columns() for others in ((), (other,)))
    for column, value in alone.items():
        if isinstance(value, bool):
            assert told[column] == value
        elif isinstance(value, float):
            assert told[column] == pytest.approx(value, rel=0.03, abs=0.03), column


def test_the_margin_round_a_neighbour_is_hidden_too():  # closed form: a ball of radius + margin
    hidden = neighbours_in(WHOLE, GRID, [ball("other", 0.0)], 3.0)
    volume = np.count_nonzero(hidden) * GRID.voxel_volume_mm3
    assert volume == pytest.approx(4 / 3 * np.pi * (RADIUS + 3) ** 3, rel=0.08)
    assert neighbours_in(WHOLE, GRID, [], 3.0) is None


def test_only_what_lies_near_touches():
    one = ball("one", 0.0)
    assert touching(one, [ball("near", 2 * RADIUS + 1), ball("far", 2 * RADIUS + 12)], 1.5) == ("near",)
    assert touching(one, [], 1.5) == ()


def test_two_regions_of_one_tumour_are_refused_with_both_names():
    study, one, _ = two_tumours(30.0)
    with pytest.raises(InputError, match="'one' and 'copy'"):
        measure(study, one, QUICK, others=[ball("copy", 3.0)])
    measure(study, one, QUICK, others=[ball("beside", 1.9 * RADIUS)])  # said no: a small overlap
