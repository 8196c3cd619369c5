"""Flow voids against tubes of known calibre and length; said yes and no. Witness: closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.image import Mask
from pnst.measurement.context import Context
from pnst.measurement.families.flow_voids import FlowVoids, measure_flow_voids
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import MeasureSettings
from pnst.study import Lesion, Role
from sign_bodies import Feature, SignBody, bar, plate, with_values

FINE = (0.6, 0.7, 1.2)
ROLES = (Role.T1, Role.T2)
INNER = bar("dark", (-5, -3, -5), (5, 3, 5), 2.4)
OUTER = bar("dark", (14, -4, -8), (14, 4, 8), 2.0)
LENGTHS = float(np.linalg.norm((10, 6, 10))), float(np.linalg.norm((0, 8, 16)))


def volume_ml(calibre: float, length: float) -> float:
    """A tube with round ends."""
    return float(np.pi * calibre**2 / 4 * (length + 2 * calibre / 3)) / 1000


def measured(*features: Feature, roles: tuple[Role, ...] = (Role.T1, Role.T2), **body: object) -> FlowVoids:
    made = SignBody(features, **{"spacing": FINE, **body})  # type: ignore[arg-type]
    return measure_flow_voids(made.context(*roles)).family


@pytest.mark.parametrize(("spacing", "across"), [(FINE, 2), ((0.6, 0.5, 1.0), 0)])
def test_tubes_in_and_beside_the_lesion(spacing, across):
    voids = measured(INNER, OUTER, spacing=spacing, across=across)
    assert voids.intralesional_ml == pytest.approx(volume_ml(2.4, LENGTHS[0]), rel=0.06)
    assert voids.perilesional_ml == pytest.approx(volume_ml(2.0, LENGTHS[1]), rel=0.08)
    assert voids.largest_calibre_mm == pytest.approx(2.4, abs=0.25)
    assert voids.length_mm == pytest.approx(sum(LENGTHS), abs=2 * max(spacing))
    assert (voids.pieces_count, voids.present) == (2, True)
    assert (voids.present_threshold, voids.length_mm_threshold) == (2, 20.0)


def test_one_short_vessel_is_not_enough():
    voids = measured(INNER)
    assert (voids.pieces_count, voids.present) == (1, False)
    assert voids.length_mm == pytest.approx(LENGTHS[0], abs=max(FINE))


def test_without_any_nothing_is_a_result():
    voids = measured()
    assert (voids.intralesional_ml, voids.perilesional_ml, voids.largest_calibre_mm) == (0, 0, 0)
    assert (voids.pieces_count, voids.length_mm, voids.present) == (0, 0, False)


@pytest.mark.parametrize(
    "feature",
    [
        plate("dark", (1.0, 0.4, 0.1), 2.0, 2.0),
        bar("dark", (0, 0, -1), (0, 0, 1), 3.0),
        bar("dark", (0, 0, -8), (0, 0, 8), 7.0),
        bar("fibrous", (-5, -3, -5), (5, 3, 5), 2.4),
        Feature("dark", lambda p, d: (d > 1) & (np.abs(p[..., 0] - 14) < 1)),
        Feature("air", lambda p, d: (d > 1) & (p[..., 0] > 13)),
    ],
    ids=["septum", "lump", "too wide", "not dark enough", "fascia", "air beside it"],
)
def test_what_is_no_vessel(feature):
    voids = measured(feature)
    assert (voids.pieces_count, voids.present) == (0, False)


def test_a_vessel_that_passes_by_is_left_out():
    passing = bar("dark", (17, 0, -26), (17, 0, 26), 2.4)
    assert measured(passing, radii=(8.0, 9.0, 12.0)).pieces_count == 0


def test_cortex_round_marrow_is_no_vessel():
    """A slender bone of 6 mm: its cortex alone would be dark, and a tube."""
    bone = (bar("dark", (16, 0, -30), (16, 0, 30), 7.0), bar("fat", (16, 0, -30), (16, 0, 30), 4.4))
    assert measured(*bone).pieces_count == 0


def test_a_given_bone_mask_is_left_out():
    body = SignBody((INNER, OUTER), spacing=FINE)
    study = body.study(Role.T2)
    grid = study.series[Role.T2].volume.grid
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
    bone = OUTER.where(body.local(grid.to_world(index)), np.zeros(grid.shape))
    context = Context(
        replace(study, masks={"bone": Mask(bone, grid)}), body.lesion(), MeasureSettings.without_intervals()
    )
    assert measure_flow_voids(context).family.pieces_count == 1


def test_suppressed_fat_is_told_from_voids_by_t1():
    strand = bar("fat", (14, -4, -8), (14, 4, 8), 2.4)
    assert measured(strand, INNER, roles=(Role.T1, Role.T2_FS)).pieces_count == 1
    with pytest.raises(NotMeasurable, match="fat-suppressed T2 alone"):
        measured(INNER, roles=(Role.T2_FS,))


def test_without_t1_what_lies_outside_the_lesion_leaves_it_open():
    voids = measured(INNER, OUTER, roles=(Role.T2,))
    assert (voids.pieces_count, voids.present) == (2, None)
    assert "cortical bone" in voids.quality
    inner = measured(INNER, bar("dark", (5, -4, -5), (-5, -4, 6), 2.0), roles=(Role.T2,))
    assert (inner.pieces_count, inner.present) == (2, True)


def test_without_t2_it_is_skipped():
    with pytest.raises(NotMeasurable, match="no T2 series"):
        measured(INNER, roles=(Role.T1,))


def test_another_lesion_hides_what_lies_in_it():
    body = SignBody((INNER, OUTER), spacing=FINE)
    study, lesion = body.study(Role.T1, Role.T2), body.lesion()
    grid = lesion.mask.grid
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
    near = np.linalg.norm((body.local(grid.to_world(index)) - (14.0, 0, 0)) / (2.5, 7.0, 12.0), axis=-1) < 1
    other = Lesion("other", Mask(near & ~lesion.mask.data, grid), "simulation")
    context = Context(study, lesion, MeasureSettings.without_intervals(), others=(other,))
    voids = measure_flow_voids(context).family
    assert (voids.pieces_count, voids.perilesional_ml) == (1, 0.0)
    assert "other" in voids.quality


def test_voxels_without_a_number_are_no_voids():
    body = SignBody((INNER,), spacing=FINE)

    def lose(data):
        middle = tuple(n // 2 for n in data.shape)
        data[middle[0] - 2 : middle[0] + 2, :, middle[2]] = np.nan

    study = with_values(body.study(Role.T1, Role.T2), Role.T2, lose)
    voids = measure_flow_voids(Context(study, body.lesion(), MeasureSettings.without_intervals())).family
    assert voids.perilesional_ml == 0
    assert voids.intralesional_ml <= volume_ml(2.4, LENGTHS[0])


def test_the_region_holds_the_voids():
    outcome = measure_flow_voids(SignBody((INNER, OUTER), spacing=FINE).context(Role.T1, Role.T2))
    region = outcome.regions["flow_voids"]
    total = outcome.family.intralesional_ml + outcome.family.perilesional_ml
    assert region.volume_mm3 / 1000 == pytest.approx(total, rel=0.15)
