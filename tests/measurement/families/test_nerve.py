"""The nerve against closed forms: through a ball, along it, short of it, into it; its calibre and its signal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nerves import COURSES, MUSCLE, NERVE, Limb, NerveScene
from pnst.image import Mask
from pnst.kernels.centre_line import line_through
from pnst.measurement import measure as measuring
from pnst.measurement.nerve_course import eccentricity
from pnst.study import Role
from strategies import reordered
from tubes import GRIDS
from without_intervals import measure

R, NERVE_MM = 12.0, 5.0
VOXEL = {name: max(spacing) for name, (spacing, _) in GRIDS.items()}
TANGENTIAL = (R + NERVE_MM / 2, 0.0)


@pytest.fixture(autouse=True)
def only_the_nerve(monkeypatch):
    monkeypatch.setattr(measuring, "FAMILIES", tuple(one for one in measuring.FAMILIES if one[0] == "nerve"))


def nerve_of(scene, **given):
    return measure(scene.study(**given), scene.lesion()).nerve


def signs(nerve):
    return nerve.contiguous, nerve.entering, nerve.exiting, nerve.limbs_count


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("grid", GRIDS)
class TestOnEveryGrid:
    def test_a_nerve_that_runs_through(self, grid, course):
        """Closed forms: along the axis, 5 mm thick, 330 ÷ 110."""
        nerve = nerve_of(NerveScene(grid, course))
        assert signs(nerve) == (True, True, True, 2)
        assert nerve.gap_mm == 0
        assert nerve.eccentricity == pytest.approx(0, abs=0.05)
        assert nerve.calibre_mm == pytest.approx(NERVE_MM, abs=0.7)
        assert nerve.signal_ratio == pytest.approx(NERVE / MUSCLE, rel=0.05)
        assert nerve.series == "t2_fs"

    def test_a_nerve_that_is_cut_off_at_both_ends_of_the_lesion(self, grid, course):
        """As tools draw it: the tumour is no nerve."""
        scene = NerveScene(grid, course, limbs=(Limb(stop=-R), Limb(start=R)))
        nerve = nerve_of(scene, image=False)
        assert signs(nerve) == (True, True, True, 2)
        assert nerve.gap_mm == pytest.approx(0, abs=VOXEL[grid] / 2)
        assert nerve.eccentricity == pytest.approx(0, abs=0.1)

    def test_a_nerve_along_the_surface(self, grid, course):
        """Closed form: its axis lies 14.5 mm from the centre of a ball of 12 mm. A voxel is a quarter of the radius."""
        nerve = nerve_of(NerveScene(grid, course, limbs=(Limb(beside=TANGENTIAL),)), image=False)
        assert signs(nerve) == (True, True, True, 2)
        assert nerve.gap_mm == pytest.approx(0, abs=VOXEL[grid] / 2)
        assert nerve.eccentricity == pytest.approx(14.5 / R, abs=0.05)

    def test_a_nerve_that_ends_short(self, grid, course):
        """Closed form: 5 mm away."""
        nerve = nerve_of(NerveScene(grid, course, limbs=(Limb(stop=-R - 5),)), image=False)
        assert signs(nerve) == (False, False, False, 0)
        assert nerve.gap_mm == pytest.approx(5, abs=VOXEL[grid] / 2)
        assert nerve.contiguous_threshold == 3
        assert nerve.eccentricity is None

    def test_a_nerve_that_is_cut_off_at_one_end_of_the_lesion(self, grid, course):
        """Drawn on from there, the axes of 25 nerves passed up to 9 mm beside where they should."""
        scene = NerveScene(grid, course, limbs=(Limb(stop=-R),))
        m = measure(scene.study(image=False), scene.lesion())
        assert signs(m.nerve) == (True, True, False, 1)
        assert m.nerve.eccentricity is None
        assert "mm before the lesion's middle" in m.skipped["nerve.eccentricity"]

    def test_a_nerve_that_ends_inside(self, grid, course):
        nerve = nerve_of(NerveScene(grid, course, limbs=(Limb(stop=0.0),)), image=False)
        assert signs(nerve) == (True, True, False, 1)
        assert nerve.eccentricity < 0.15


@pytest.mark.parametrize("grid", GRIDS)
def test_the_other_side(grid):
    """Closed forms: two thirds as bright, two thirds as thick; a ratio of calibres to a voxel of the thinner one."""
    other = (Limb(beside=(19.0, 0.0), radius=2.0, signal=220.0),)
    nerve = nerve_of(NerveScene(grid, limbs=(Limb(radius=3.0),), other=other))
    assert nerve.signal_ratio_to_other_side == pytest.approx(330 / 220, rel=0.05)
    assert nerve.calibre_ratio_to_other_side == pytest.approx(1.5, rel=0.05 if VOXEL[grid] < 2 else 0.15)


def test_a_nerve_far_away():
    """Closed form, to a voxel: 20 mm between the surfaces."""
    scene = NerveScene(limbs=(Limb(start=R + 20),), radius=R)
    nerve = nerve_of(scene, image=False)
    assert signs(nerve) == (False, False, False, 0)
    assert nerve.gap_mm == pytest.approx(20, abs=1.2)


def test_three_limbs_of_a_fork():
    scene = NerveScene(limbs=(Limb(), Limb(start=14.0, beside=(5.0, 0.0)), Limb(start=R, stop=16, beside=(2.5, 0.0))))
    assert nerve_of(scene, image=False).limbs_count == 2
    scene = replace(scene, limbs=(Limb(), Limb(start=5.0, beside=(7.0, 0.0))))
    assert nerve_of(scene, image=False).limbs_count == 3


def test_a_frayed_end_is_no_limb():
    scene = NerveScene(limbs=(Limb(stop=R + 5),))
    assert signs(nerve_of(scene, image=False)) == (True, True, False, 1)


def test_a_thickened_piece_gives_the_calibre():
    """Closed form: 7 mm over 30 mm of a nerve of 4."""
    scene = NerveScene(limbs=(Limb(radius=2.0), Limb(start=20, stop=50, radius=3.5)))
    assert nerve_of(scene, image=False).calibre_mm == pytest.approx(7, rel=0.06)


def test_the_lesion_is_no_part_of_the_nerves_signal_and_calibre():
    """A mask that takes the tumour for nerve."""
    scene = NerveScene()
    study = scene.study()
    swollen = Mask(study.masks["nerve"].data | scene.lesion().mask.data, study.masks["nerve"].grid)
    nerve = measure(replace(study, masks={**study.masks, "nerve": swollen}), scene.lesion()).nerve
    assert nerve.signal_ratio == pytest.approx(NERVE / MUSCLE, rel=0.05)
    assert nerve.calibre_mm == pytest.approx(NERVE_MM, rel=0.12)


def test_fat_suppressed_t2_is_preferred_and_t2_serves():
    study = NerveScene().study()
    plain = replace(study.series[Role.T2_FS], role=Role.T2)
    assert measure(replace(study, series={Role.T2: plain}), NerveScene().lesion()).nerve.series == "t2"
    both = replace(study, series={**study.series, Role.T2: plain})
    assert measure(both, NerveScene().lesion()).nerve.series == "t2_fs"


def test_what_is_missing_is_skipped_with_its_reason():
    scene = NerveScene()
    m = measure(scene.study(image=False), scene.lesion())
    assert m.skipped["nerve.signal"] == "no T2 series"
    assert (m.nerve.signal_ratio, m.nerve.series) == (None, None)
    m = measure(replace(scene.study(), masks={}), scene.lesion())
    assert m.nerve is None
    assert m.skipped["nerve"] == "no mask of the nerve"
    study = scene.study()
    empty = Mask(np.zeros_like(study.masks["nerve"].data), study.masks["nerve"].grid)
    m = measure(replace(study, masks={"nerve": empty}), scene.lesion())
    assert m.skipped["nerve"] == "the mask of the nerve is empty"


def test_a_nerve_within_the_lesion_has_no_calibre_of_its_own():
    m = measure(NerveScene(limbs=(Limb(start=-9, stop=9),)).study(), NerveScene().lesion())
    assert m.skipped["nerve.calibre"] == "no piece of the nerve outside the lesion is long enough to have a calibre"
    assert m.skipped["nerve.signal"] == "the series shows too little of the nerve beside the lesion"
    assert signs(m.nerve) == (True, False, False, 0)


def test_a_blob_has_no_axis():
    scene = NerveScene(limbs=(Limb(start=-16, stop=-8, radius=5.0),))
    m = measure(scene.study(image=False), scene.lesion())
    assert "not twice as long as it is wide" in m.skipped["nerve.eccentricity"]
    assert m.nerve.eccentricity is None


def test_a_line_that_somebody_placed():
    """Closed form: 6 mm beside the centre of a ball of 12 mm; beyond its end a line goes straight on."""
    lesion = NerveScene().lesion()
    across = COURSES["straight"].turn[:, 0]
    along = COURSES["straight"].turn[:, 2]
    centre = NerveScene().centre() + 6 * across
    whole, half = (line_through(centre + np.outer(way, along)) for way in ((-40, -5, 40), (-40, -30, -14)))
    for line in (whole, half):
        assert eccentricity(line, lesion.mesh) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("order", [((1, 2, 0), (0,)), ((2, 1, 0), (1, 2))])
def test_the_storage_of_the_voxels_changes_nothing(order):
    """Invariant."""
    scene = NerveScene("axial", "bent")
    study, lesion = scene.study(image=False), scene.lesion()
    plain = measure(study, lesion).nerve
    turned = replace(study, masks={"nerve": reordered(study.masks["nerve"], order)})
    again = measure(turned, replace(lesion, mask=reordered(lesion.mask, order))).nerve
    assert again.calibre_mm == pytest.approx(plain.calibre_mm, rel=1e-6)
    assert again.eccentricity == pytest.approx(plain.eccentricity, abs=1e-6)
    assert signs(again) == signs(plain)
