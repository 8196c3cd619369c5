"""`align`: motions that the phantom made come back; what must not move stays; what cannot be done is said."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial

import numpy as np
import pytest

import pnst
from moved_patient import motion_back, moved_patient, rigid_about
from pnst.errors import GeometryError, InputError, SettingError
from pnst.image import Grid, Mask, Volume
from pnst.io.masks.placement import check_placement
from pnst.preprocessing.align import NOTHING_TO_ALIGN, align
from pnst.preprocessing.motion import overlap_fraction, shift_and_rotation
from pnst.preprocessing.settings import AlignmentSettings
from pnst.study import Lesion, Role, Series, Study
from scenes import Scene, reordered

KINDS = ("benign", "malignant")
QUICK = AlignmentSettings(samples=5_000)
"""A third of the time; the known motion is recovered with the defaults."""
align_quickly = partial(align, settings=QUICK)


def away(series: Series, by) -> Series:
    """A series whose header says that it lies elsewhere."""
    grid = series.volume.grid
    return replace(series, volume=replace(series.volume, grid=Grid(grid.shape, by @ grid.affine)))


def with_series(study: Study, *changed: Series) -> Study:
    return replace(study, series={**study.series, **{series.role: series for series in changed}})


@cache
def aligned(kind: str) -> Study:
    return align(moved_patient(kind).study)


def drawn(grid: Grid) -> Lesion:
    data = np.zeros(grid.shape, dtype=bool)
    data[3:7, 4:9, 2:5] = True
    return Lesion("1", Mask(data, grid), "by hand")


@pytest.mark.parametrize("kind", KINDS)
def test_a_known_motion_is_recovered(kind):
    """Witness: the motion that the phantom was rendered under, 8 mm and 5°, at SNR 20."""
    made = moved_patient(kind)
    before, after = made.study.series[Role.DWI], aligned(kind).series[Role.DWI]
    motion = after.volume.grid.affine @ np.linalg.inv(before.volume.grid.affine)
    shift, turn = shift_and_rotation(np.linalg.inv(motion_back(made)) @ motion, before.volume.grid)
    assert shift < 0.3
    assert turn < 0.25
    assert after.alignment.accepted
    assert (after.alignment.reference, after.alignment.reason) == (Role.T2_FS, None)
    assert (after.alignment.shift_mm, after.alignment.rotation_deg) == pytest.approx(
        shift_and_rotation(motion, before.volume.grid)
    )
    assert after.alignment.similarity_after > after.alignment.similarity_before + 0.2
    assert after.notes == (*before.notes, f"dwi: {after.alignment}")


def test_only_affines_change_and_directions_turn_with_them():
    """Witness: each gradient's direction, seen from the voxels' own axes, is what it was."""
    made = moved_patient("benign")
    before, after = made.study, aligned("benign")
    for role in before.series:
        assert np.array_equal(after.series[role].volume.data, before.series[role].volume.data)
        assert after.series[role].source == before.series[role].source
    assert after.series[Role.T2_FS] is before.series[Role.T2_FS]
    old, new = before.series[Role.DWI], after.series[Role.DWI]
    assert np.abs(new.b_vectors - old.b_vectors).max() > 0.05
    own = [series.b_vectors @ series.volume.grid.directions for series in (old, new)]
    assert own[1] == pytest.approx(own[0], abs=1e-9)
    assert new.volume.grid.spacing == pytest.approx(old.volume.grid.spacing, abs=1e-9)


def test_the_vendors_map_moves_with_the_diffusion_series_it_comes_from():
    """But not one on voxels of its own; and no map is compared itself."""
    study = moved_patient("benign").study
    after = aligned("benign")
    assert after.series[Role.ADC].volume.grid.matches(after.series[Role.DWI].volume.grid)
    assert after.series[Role.ADC].alignment == after.series[Role.DWI].alignment
    elsewhere = away(
        study.series[Role.ADC], rigid_about(study.series[Role.ADC].volume.grid, np.array((0.9, 0, 0)), np.eye(3))
    )
    assert align_quickly(with_series(study, elsewhere)).series[Role.ADC] is elsewhere
    alone = replace(study, series={role: study.series[role] for role in (Role.T2_FS, Role.ADC)})
    assert align_quickly(alone, "all").series[Role.ADC] is alone.series[Role.ADC]


def test_equal_images_give_equal_numbers():
    """Also where only a sample of the voxels is compared."""
    study, few = moved_patient("malignant").study, AlignmentSettings(samples=20_000)
    once_and_again = (aligned("malignant"), align(study)), (align(study, settings=few), align(study, settings=few))
    for once, again in ((one.series[Role.DWI], other.series[Role.DWI]) for one, other in once_and_again):
        assert np.array_equal(once.volume.grid.affine, again.volume.grid.affine)
        assert once.alignment == again.alignment
    grid = study.series[Role.DWI].volume.grid
    motion = once.volume.grid.affine @ grid.inverse
    assert shift_and_rotation(np.linalg.inv(motion_back(moved_patient("malignant"))) @ motion, grid)[0] < 0.5


def test_the_motion_does_not_depend_on_how_voxels_are_stored():
    """Left-handed and permuted storage; sums in another order differ in their last digits."""
    study = moved_patient("benign").study
    stored = align(reordered(study, (2, 0, 1), (1,))).series[Role.DWI].alignment
    plain = aligned("benign").series[Role.DWI].alignment
    assert stored.shift_mm == pytest.approx(plain.shift_mm, abs=0.1)
    assert stored.rotation_deg == pytest.approx(plain.rotation_deg, abs=0.1)


def test_voxels_without_a_number_are_air():
    """Witness: the true motion."""
    made = moved_patient("malignant")
    series = [made.study.series[role] for role in (Role.T2_FS, Role.DWI)]
    holed = []
    for one in series:
        data = one.volume.data.copy()
        data[:6] = np.nan
        holed.append(replace(one, volume=Volume(data, one.volume.grid)))
    affine = align(with_series(made.study, *holed)).series[Role.DWI].volume.grid.affine
    grid = series[1].volume.grid
    assert shift_and_rotation(np.linalg.inv(motion_back(made)) @ affine @ grid.inverse, grid)[0] < 0.5


def test_a_series_in_place_stays():
    made = moved_patient("benign")
    series = away(made.study.series[Role.DWI], motion_back(made))
    after = align(with_series(made.study, series)).series[Role.DWI]
    assert after.volume is series.volume
    assert not after.alignment.accepted
    assert after.alignment.reason == "a motion makes them hardly more alike"
    assert after.notes[-1].startswith("dwi: already aligned with T2 FS (0.")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"largest_shift_mm": 7.0}, "more than 7 mm or 15° is implausible"),
        ({"largest_rotation_deg": 4.0}, "more than 20 mm or 4° is implausible"),
        ({"least_gain_nats": 5.0}, "a motion makes them hardly more alike"),
        ({"least_overlap_fraction": 1.0}, "the two series show different parts of the body"),
    ],
)
def test_a_motion_that_is_not_credible_is_said_and_not_made(changed, reason):
    study = moved_patient("benign").study
    away_from = away(
        study.series[Role.T2_FS], rigid_about(study.series[Role.T2_FS].volume.grid, np.array((9.0, 0, 0)), np.eye(3))
    )
    study = with_series(study, away_from) if "overlap" in str(changed) else study
    after = align(study, settings=QUICK.model_copy(update=changed)).series[Role.DWI]
    assert after.volume is study.series[Role.DWI].volume
    assert after.alignment.reason == reason
    assert (after.alignment.shift_mm > 0) == ("different parts" not in reason)


def test_another_part_of_the_body_and_an_empty_image():
    study = moved_patient("benign").study
    t2 = study.series[Role.T2_FS]
    far = away(t2, rigid_about(t2.volume.grid, np.array((0, 0, 400.0)), np.eye(3)))
    empty = replace(t2, volume=Volume(np.full_like(t2.volume.data, 7.0), t2.volume.grid))
    for series, reason in ((far, "different parts of the body"), (empty, "the same everywhere")):
        after = align_quickly(with_series(study, series)).series[Role.DWI]
        assert reason in after.alignment.reason
        assert "mm" not in str(after.alignment)  # nothing was found that could be told
        assert after.volume is study.series[Role.DWI].volume


def test_noise_has_no_place_to_go_to():
    """A diffusion series of one tissue everywhere; 0.005 nats were gained by chance when this was written."""
    for seed in (2, 3):
        after = align(Scene(radius=9, halo=5, limb=24, reach=34, spacing=(1.3, 1.5, 3.0), seed=seed).study())
        assert not after.series[Role.DWI].alignment.accepted


def test_a_series_with_an_outline_on_it_stays_under_it():
    """A lesion, also on a crop in another order, or a mask of the study; not one that was drawn on T2."""
    study = moved_patient("benign").study
    grid = study.series[Role.DWI].volume.grid
    mask = drawn(grid).mask
    crop = Lesion("1", mask.crop((slice(2, None), slice(None), slice(None))).canonical(), "by hand")
    for after in (align_quickly(study, lesions=[crop]), align_quickly(replace(study, masks={"muscle": mask}))):
        series = after.series[Role.DWI]
        assert series.volume is study.series[Role.DWI].volume
        assert after.series[Role.ADC].volume is study.series[Role.ADC].volume
        assert "would be left behind" in series.alignment.reason
        assert series.alignment.shift_mm == pytest.approx(8, abs=0.5)  # found, and said
    on_t2 = align_quickly(study, lesions=[drawn(study.series[Role.T2_FS].volume.grid)])
    assert on_t2.series[Role.DWI].alignment.accepted


def test_an_outline_that_was_left_behind_is_refused():
    """Not handed to `align`, an outline on diffusion, cropped too, is 8 mm off; one on T2 is not."""
    study = moved_patient("benign").study
    lesion = drawn(study.series[Role.DWI].volume.grid)
    crop = lesion.mask.crop((slice(2, None), slice(None), slice(None))).canonical()
    moved = aligned("benign")
    for job in (
        lambda: pnst.measure(moved, lesion),
        lambda: check_placement(crop, moved),
        lambda: check_placement(lesion.mask, moved),
    ):
        with pytest.raises(GeometryError, match="drawn on the dwi series, which has been moved"):
            job()
    check_placement(lesion.mask, align_quickly(study, lesions=[lesion]))
    check_placement(drawn(study.series[Role.T2_FS].volume.grid).mask, moved)


def test_a_mask_on_voxels_that_both_share_belongs_to_the_anatomical_series():
    """Diffusion resampled to T2 says nothing of which one was drawn on."""
    study = moved_patient("benign").study
    dwi = study.series[Role.DWI]
    t2 = Series(Role.T2_FS, Volume(dwi.volume.data[..., 0], dwi.volume.grid), dwi.source)
    after = align_quickly(with_series(study, t2), lesions=[drawn(dwi.volume.grid)])
    assert "left behind" not in str(after.series[Role.DWI].alignment)


@pytest.mark.parametrize("which", ["diffusion", "all"])
def test_where_there_is_nothing_to_align_with_that_is_said(which):
    study = moved_patient("benign").study
    alone = replace(study, series={Role.DWI: study.series[Role.DWI]})
    after = align(alone, which).series[Role.DWI]
    assert after.notes[-1] == "dwi: not aligned: no anatomical series"
    assert after.volume is alone.series[Role.DWI].volume
    assert after.alignment is None


def test_where_there_is_nothing_to_move_nothing_is_said():
    study = Scene().study()
    without = replace(study, series={role: s for role, s in study.series.items() if role is not Role.DWI})
    for same in (align(without), align(study, "none")):
        assert all(series.alignment is None for series in same.series.values())


def test_what_was_asked_for_and_had_nothing_to_do_is_one_note():
    """All series of a study with one, or a reference without diffusion; the default asks for nothing."""
    study = Scene().study()
    alone = replace(study, series={Role.T1: study.series[Role.T1]})
    for after in (align(alone, "all"), align(alone, reference=Role.T1)):
        assert after.notes == (*alone.notes, NOTHING_TO_ALIGN)
        assert after.series[Role.T1] is alone.series[Role.T1]
    for after in (align(alone), align(alone, "none")):
        assert after.notes == alone.notes
    assert NOTHING_TO_ALIGN not in align_quickly(moved_patient("benign").study, "all").notes


def test_a_reference_by_its_name_is_that_role():
    """As text it was aligned with itself."""
    study = moved_patient("benign").study
    by_name, by_role = (align_quickly(study, "all", reference) for reference in ("t2_fs", Role.T2_FS))
    assert by_name.series[Role.T2_FS].alignment is None
    for role, series in by_role.series.items():
        assert by_name.series[role].alignment == series.alignment
    assert by_name.series[Role.DWI].alignment.reference is Role.T2_FS


def test_a_reference_to_align_nothing_with_is_refused():
    with pytest.raises(SettingError, match="got: none, and the reference t1"):
        align(Scene().study(), "none", Role.T1)


def anatomical(made, *roles: Role) -> Study:
    """The patient's T2 image in several roles, all but the first displaced by as many times 4 mm."""
    t2 = made.study.series[Role.T2_FS]
    step = np.array((0.0, 4.0, 0.0))
    copies = [
        away(replace(t2, role=role), rigid_about(t2.volume.grid, n * step, np.eye(3))) for n, role in enumerate(roles)
    ]
    return replace(made.study, series={series.role: series for series in copies})


def test_all_series_are_moved_onto_one():
    """Witness: the displacements. Fat goes where water goes."""
    study = anatomical(moved_patient("benign"), Role.T2_FS, Role.T1, Role.T1_POST)
    t1 = study.series[Role.T1]
    study = with_series(study, replace(t1, role=Role.WATER), replace(t1, role=Role.FAT))
    after = align(study, "all")
    still = after.series[Role.T2_FS]
    assert still is study.series[Role.T2_FS]
    for role in (Role.T1, Role.T1_POST, Role.WATER, Role.FAT):
        assert after.series[role].alignment.accepted
        apart = after.series[role].volume.grid.corners() - still.volume.grid.corners()
        assert np.linalg.norm(apart, axis=1).max() < 0.2
    assert after.series[Role.FAT].alignment == after.series[Role.WATER].alignment
    only = align_quickly(study).series
    assert all(only[role] is study.series[role] for role in study.series)


def test_where_all_move_the_series_that_was_drawn_on_stays():
    study = anatomical(moved_patient("benign"), Role.T2_FS, Role.T1)
    after = align_quickly(study, "all", lesions=[drawn(study.series[Role.T1].volume.grid)])
    assert after.series[Role.T1] is study.series[Role.T1]
    assert after.series[Role.T2_FS].alignment.reference is Role.T1
    assert after.series[Role.T2_FS].alignment.accepted


def test_the_reference_is_the_likest_that_shows_the_same_part():
    """T2 with fat suppression first, but not a stack that shows a third of the diffusion series."""
    made = moved_patient("benign")
    study = with_series(made.study, *anatomical(made, Role.T2_FS, Role.T1).series.values())
    t2 = study.series[Role.T2_FS].volume
    thin = t2.crop((slice(None), slice(None), slice(8)))
    less = with_series(study, replace(study.series[Role.T2_FS], volume=thin))
    assert overlap_fraction(study.series[Role.DWI].volume.grid, thin.grid) < 0.5
    assert align_quickly(less).series[Role.DWI].alignment.reference is Role.T1
    assert align_quickly(study, reference=Role.T1).series[Role.DWI].alignment.reference is Role.T1


def test_t1_alone_moves_a_diffusion_series_only_where_it_is_asked_for():
    """Against T1 the shift along a limb was found wrong by millimetres: what is unsure is said, and not made."""
    made = moved_patient("benign")
    study = with_series(made.study, *anatomical(made, Role.T1).series.values())
    study = replace(study, series={role: study.series[role] for role in (Role.T1, Role.DWI)})
    dwi = study.series[Role.DWI].volume.grid
    for which in ("diffusion", "all"):
        left = align(study, which).series[Role.DWI]
        assert left.alignment.reference is Role.T1
        assert not left.alignment.accepted
        assert "asked for as the reference" in left.notes[-1]
        assert left.volume.grid is dwi
    moved = align(study, reference=Role.T1).series[Role.DWI]
    assert moved.alignment.accepted
    assert not moved.volume.grid.matches(dwi, 1.0)


def test_what_cannot_be_asked_for():
    study = moved_patient("benign").study
    with pytest.raises(SettingError, match="none, diffusion or all"):
        align(study, "some")
    with pytest.raises(SettingError, match="an anatomical series"):
        align(study, reference=Role.ADC)
    with pytest.raises(InputError, match="no t1 series to align with"):
        align(study, reference=Role.T1)
    assert pnst.align is align
