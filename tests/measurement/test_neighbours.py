"""Other lesions of a study. Witness: a scene with two balls, and laws of what may not change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from pnst.errors import InputError
from pnst.image import Mask, Volume
from pnst.measurement.neighbours import neighbours_in, refuse_overlaps, touching
from pnst.measurement.settings import MeasureSettings, UncertaintySettings
from pnst.segmentation.settings import TissueSettings
from pnst.study import Lesion, Role, Study
from scenes import LEVELS, Scene, stored, without
from without_intervals import measure

RADIUS = 9.0
SCENE = Scene(radius=RADIUS, reach=42, spacing=(1.1, 1.2, 2.6))
GRID = SCENE.grid()
OBLIQUE = stored(SCENE.grid((1.7, 1.4, 2.9)).crop((slice(4, 40), slice(0, 52), slice(2, 26))), (1, 0, 2), (1,))
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


@pytest.mark.parametrize("grid", [GRID, OBLIQUE], ids=["their own voxels", "another image's"])
@pytest.mark.parametrize("share", [(0, 1), (0.3, 0.8)], ids=["whole", "a box"])
def test_a_box_hides_what_the_whole_image_would(grid, share):
    """Witness: SciPy's distance transform of the whole image, each lesion with its margin of half a voxel."""
    box = tuple(slice(int(share[0] * count), int(share[1] * count)) for count in grid.shape)
    others = [ball("near", 12.0), ball("cut by the image", -38.0), ball("far", 39.0)]
    expected = np.zeros(grid.shape, dtype=bool)
    for other in others:
        outside = ~other.mask_on(grid).data
        if not outside.all():
            expected |= distance_transform_edt(outside, grid.spacing) <= 2.0 + min(grid.spacing) / 2
    hidden = neighbours_in(box, grid, others, 2.0)
    np.testing.assert_array_equal(hidden, expected[box])
    assert 0.01 < hidden.mean() < 0.9


def test_beyond_what_is_looked_at_others_change_nothing_at_all():
    """Law, to the last digit: a lesion out of reach is as good as none."""
    near = QUICK.model_copy(update={"tissue": TissueSettings(near_mm=10, far_mm=10)})
    study, one, other = two_tumours(33.0)
    alone, told = measure(study, one, near), measure(study, one, near, others=[other, ball("beyond", -33.5)])
    assert told.to_dict() == alone.to_dict()
    assert {"margin", "edema"} <= set(told.families())
    within = measure(study, one, near, others=[ball("within", 22.0)])
    assert within.to_dict() != alone.to_dict()  # said no: its voxels are left out of muscle


def test_of_several_that_touch_each_is_named():
    study, one, other = two_tumours(2 * RADIUS + 0.5)
    told = measure(study, one, QUICK, others=[ball("left", -2 * RADIUS - 0.5), ball("far", 40.0), other])
    for quality in (told.edema.quality, told.margin.quality):
        assert "lesion left" in quality
        assert "lesion other" in quality
        assert "far" not in quality


def test_only_what_lies_near_touches():
    one = ball("one", 0.0)
    assert touching(one, [ball("near", 2 * RADIUS + 1), ball("far", 2 * RADIUS + 12)], 1.5) == ("near",)
    assert touching(one, [], 1.5) == ()


def test_two_regions_of_one_tumour_are_refused_with_both_names():
    study, one, _ = two_tumours(30.0)
    with pytest.raises(InputError, match="'one' and 'copy'"):
        measure(study, one, QUICK, others=[ball("copy", 3.0)])
    measure(study, one, QUICK, others=[ball("beside", 1.9 * RADIUS)])  # said no: a small overlap


def test_a_copy_on_other_voxels_is_refused_too():
    one = ball("one", 0.0)
    with pytest.raises(InputError, match="'one' and 'copy'"):
        refuse_overlaps(one, [ball("far", 30.0), Lesion("copy", one.mask_on(OBLIQUE), "formula")])
    refuse_overlaps(one, [Lesion("beside", ball("beside", 1.9 * RADIUS).mask_on(OBLIQUE), "formula")])
