"""Oedema: a halo of known thickness, a small field of view, fluid beside it, a real sarcoma.

Witness: 4/3·π((r+h)³ − r³), extent h; of the sarcoma the expert's contour (`GTV_Edema` less `GTV_Mass`).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

import pnst
from interiors import Interior
from pnst.image import Mask, Volume
from pnst.measurement import measure as measuring
from pnst.measurement.context import Context
from pnst.measurement.families.edema import Edema, measure_edema
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import EdemaSettings, MeasureSettings
from pnst.phantom import GridSpec, LesionSpec, Spec, simulate
from pnst.study import Role, Study
from scenes import Scene, without
from without_intervals import measure


@pytest.fixture(autouse=True)
def only_what_lies_round_the_lesion(monkeypatch):
    families = tuple(one for one in measuring.FAMILIES if one[0] in ("edema", "split_fat"))
    monkeypatch.setattr(measuring, "FAMILIES", families)


@pytest.mark.parametrize("halo", [6.0, 12.0])
def test_a_concentric_halo(halo):  # closed form: 4/3·π((r+h)³ − r³), extent h
    scene = Scene(radius=13, halo=halo)
    m = measure(scene.study(), scene.lesion())
    assert m.edema.present is True
    assert m.edema.max_extent_mm == pytest.approx(halo, abs=1.5)
    assert m.edema.volume_ml == pytest.approx(4 / 3 * np.pi * ((13 + halo) ** 3 - 13**3) / 1000, rel=0.08)
    assert m.edema.index == pytest.approx(((13 + halo) / 13) ** 3 - 1, rel=0.1)
    assert m.edema.surface_fraction > 0.95
    assert m.edema.censored is False
    region = m.regions["edema"]
    assert isinstance(region, Mask)
    assert region.volume_mm3 / 1000 == pytest.approx(m.edema.volume_ml)


def test_no_halo_no_edema_also_with_a_tight_contour():  # a bright shell of 2 mm is the lesion itself
    scene = Scene(radius=15)
    tight = replace(Scene(radius=13), reach=scene.reach).lesion()
    for lesion in (scene.lesion(), tight):
        m = measure(scene.study(), lesion)
        assert m.edema.present is False
        assert (m.edema.max_extent_mm, m.edema.volume_ml, m.edema.index) == (0, 0, 0)
        assert "edema" not in m.regions


def test_edema_that_reaches_the_border_is_censored():
    scene = Scene(radius=13, halo=36, limb=58, reach=45)
    m = measure(scene.study(), scene.lesion())
    assert m.edema.censored is True
    assert "border" in m.edema.quality


def test_edema_without_t1_takes_muscle_from_the_histogram():
    scene = Scene(radius=13, halo=8)
    m = measure(without(scene.study(), Role.T1, Role.T1_POST, Role.DWI), scene.lesion())
    assert m.edema.max_extent_mm == pytest.approx(8, abs=1.5)
    assert m.skipped["split_fat"].startswith("no T1")


def test_a_given_edema_mask_is_measured_and_not_replaced():
    scene = Scene(radius=13, halo=8)
    grid = scene.grid((1.1, 1.2, 2.5))
    given = Mask(np.linalg.norm(scene.points(grid), axis=-1) < 13 + 15, grid)
    study = replace(scene.study(), masks={"edema": given})
    m = measure(study, scene.lesion())
    assert m.edema.max_extent_mm == pytest.approx(15, abs=1.5)
    only = measure(replace(without(study, *study.series), masks={"edema": given}), scene.lesion())
    assert only.edema.volume_ml == pytest.approx(4 / 3 * np.pi * (28**3 - 13**3) / 1000, rel=0.05)


SCENE = Scene(radius=13, halo=8)
TRUE_ML = 4 / 3 * np.pi * ((13 + 8) ** 3 - 13**3) / 1000


@pytest.fixture(scope="module")
def study() -> Study:
    return SCENE.study()


def edema_of(study: Study, roles: tuple[Role, ...], settings: EdemaSettings | None = None) -> Edema:
    seen = replace(study, series={role: study.series[role] for role in roles})
    return measure_edema(Context(seen, SCENE.lesion(), MeasureSettings(edema=settings or EdemaSettings()))).family


@pytest.mark.parametrize("roles", [(Role.T1, Role.T2_FS), (Role.T2_FS,)])
@pytest.mark.parametrize("margin_mm", [12.0, 30.0])
def test_muscle_is_found_in_a_cropped_field_of_view(study, roles, margin_mm):
    lesion = SCENE.lesion()

    def cropped(role):
        volume = study.series[role].volume
        return replace(study.series[role], volume=volume.crop(lesion.mask_on(volume.grid).box(margin_mm)))

    edema = edema_of(replace(study, series={role: cropped(role) for role in roles}), roles)
    assert edema.volume_ml == pytest.approx(TRUE_ML, rel=0.08)
    assert edema.max_extent_mm == pytest.approx(8, abs=1.5)
    assert edema.censored is False
    if Role.T1 not in roles:
        assert "histogram" in edema.quality


def with_effusion(study: Study, role: Role, level: float) -> Study:
    """A pocket 14 mm wide that touches the halo, at a level of its own."""
    series = study.series[role]
    x, y, z = np.moveaxis(SCENE.points(series.volume.grid), -1, 0)
    pocket = (np.hypot(x - 23, y) < 7) & (np.abs(z) < 10) & (np.linalg.norm((x, y, z), axis=0) > 13 + 3)
    data = np.where(pocket, level, series.volume.data).astype(np.float32)
    return replace(study, series={**study.series, role: replace(series, volume=Volume(data, series.volume.grid))})


@pytest.mark.parametrize(("t2_level", "t1_level"), [(780.0, 300.0), (560.0, 190.0)])
def test_an_effusion_is_left_out_and_said(study, t2_level, t1_level):
    """Much brighter than the lesion; or about as bright, and dark on T1."""
    wet = with_effusion(with_effusion(study, Role.T2_FS, t2_level), Role.T1, t1_level)
    edema = edema_of(wet, (Role.T1, Role.T2_FS))
    assert edema.max_extent_mm == pytest.approx(8, abs=1.5)
    assert edema.volume_ml == pytest.approx(TRUE_ML, rel=0.12)  # the pocket takes a part of the halo's place
    assert "of fluid beside the lesion is left out" in edema.quality


def test_what_is_neither_brighter_nor_dark_on_t1_counts_as_oedema(study):
    """The predicate says no; and the ratio is a setting."""
    same = with_effusion(study, Role.T2_FS, 560.0)
    assert edema_of(same, (Role.T1, Role.T2_FS)).max_extent_mm > 12
    strict = EdemaSettings(fluid_lesion_ratio=1.05, fluid_edema_ratio=1.5)
    assert edema_of(same, (Role.T1, Role.T2_FS), strict).max_extent_mm == pytest.approx(8, abs=1.5)


@pytest.mark.parametrize("noise", [5.0, 15.0])
def test_a_slim_limb_under_skin_has_no_edema(noise):
    """The skin's edge, which on T1 passes through muscle's level, was muscle's darkest mode: 100 ml of oedema."""
    body = Interior(radius=18, noise=noise)
    edema = measure_edema(Context(body.study(Role.T1, Role.T2_FS), body.lesion(), MeasureSettings())).family
    assert (edema.present, edema.volume_ml, edema.quality) == (False, 0.0, None)


def test_oedema_that_goes_on_where_there_is_no_image_is_censored(study):
    """NaN within the halo, as a moved image leaves it: the border of the array is far."""
    lesion, series = SCENE.lesion(), study.series[Role.T2_FS]
    middle = [(side.start + side.stop) // 2 for side in lesion.mask_on(series.volume.grid).box()]
    data = series.volume.data.copy()
    data[: middle[0] - int((SCENE.radius + SCENE.halo / 2) / series.volume.grid.spacing[0])] = np.nan
    seen = replace(study, series={**study.series, Role.T2_FS: replace(series, volume=Volume(data, series.volume.grid))})
    edema = measure_edema(Context(seen, lesion, MeasureSettings())).family
    assert (edema.present, edema.censored) == (True, True)
    assert measure_edema(Context(study, lesion, MeasureSettings())).family.censored is False


def test_a_dixon_fat_image_does_not_make_air_of_muscle():
    """Regression: on a fat image air reads as muscle does, so all muscle on T2 counted as oedema (541 ml of none).

    The oedema that there is, by its closed form: a ball of 11 mm in one of 20 mm.
    """
    grid = GridSpec(spacing_mm=(1.2, 1.1, 3.4), extent_mm=(96, 92, 78))
    roles = (Role.FAT, Role.T2_FS)
    for edema_mm in (0.0, 9.0):
        lesion = LesionSpec(radii_mm=(11, 11, 11), edema_mm=edema_mm)
        made = simulate(Spec(lesion=lesion, roles=roles, grids=dict.fromkeys(roles, grid)), seed=1)
        edema = measure_edema(Context(made.study, made.lesion, MeasureSettings())).family
        assert edema.present is (edema_mm > 0)
        expected = 4 / 3 * np.pi * ((11 + edema_mm) ** 3 - 11**3) / 1000
        assert edema.volume_ml == pytest.approx(expected, rel=0.08)


WIDE = Scene(radius=13, halo=52, limb=92, reach=106, spacing=(2.1, 1.9, 5.0))
"""Nothing but oedema within 50 mm of the lesion, muscle beyond it, fat beyond that."""
WIDE_ML = 4 / 3 * np.pi * ((13 + 52) ** 3 - 13**3) / 1000


def wide(roles: tuple[Role, ...], reach_mm: float | None = None) -> Context:
    study = WIDE.study()
    box = None if reach_mm is None else WIDE.lesion().mask.box(reach_mm)
    series = {role: study.series[role] for role in roles}
    if box is not None:
        series = {role: replace(one, volume=one.volume.crop(box)) for role, one in series.items()}
    return Context(replace(study, series=series), WIDE.lesion(), MeasureSettings())


@pytest.mark.parametrize("roles", [(Role.T1, Role.T2_FS), (Role.T2_FS,)])
def test_oedema_that_fills_all_that_is_near_is_found_by_the_muscle_beyond_it(roles):
    """Regression: it was taken for muscle, and none was found."""
    edema = measure_edema(wide(roles)).family
    assert edema.present is True
    assert edema.max_extent_mm == pytest.approx(52, abs=1.5)
    assert edema.volume_ml == pytest.approx(WIDE_ML, rel=0.08)
    assert edema.censored is False


@pytest.mark.parametrize("roles", [(Role.T1, Role.T2_FS), (Role.T2_FS,)])
def test_an_image_of_nothing_but_oedema_gives_no_number(roles):
    """Not "none": muscle was not found."""
    with pytest.raises(NotMeasurable, match="muscle was not found for certain: what may be it is 63% as bright"):
        measure_edema(wide(roles, reach_mm=30.0))


def test_the_extent_is_that_of_the_farthest_voxel_beyond_the_first_look():
    """Witness: the distance of every voxel of the zone; 52 mm of oedema end within the second look, to 80 mm."""
    context = wide((Role.T1, Role.T2_FS))
    outcome = measure_edema(context)
    zone = outcome.regions["edema"]
    points = zone.grid.to_world(np.argwhere(zone.data))
    distance, _ = cKDTree(context.lesion.mesh.vertices).query(points)
    assert outcome.family.max_extent_mm == pytest.approx(distance.max(), abs=1e-9)
    assert context.reference_intensities.reach_mm == {Role.T2_FS: 80.0}


def test_a_halo_within_the_first_look_is_looked_for_no_further(study):
    context = Context(study, SCENE.lesion(), MeasureSettings())
    assert measure_edema(context).family.present is True
    assert context.reference_intensities.reach_mm == {Role.T2_FS: 50.0}


def dark(lesion: float) -> Context:
    """No oedema, and a lesion of that level on T2: muscle is 110."""
    scene = replace(SCENE, halo=0)
    study, inside = scene.study(), scene.lesion()
    series = study.series[Role.T2_FS]
    data = np.where(inside.mask.data, series.volume.data - np.float32(520 - lesion), series.volume.data)
    changed = replace(series, volume=Volume(data, series.volume.grid))
    return Context(replace(study, series={**study.series, Role.T2_FS: changed}), inside, MeasureSettings())


def test_beside_a_dark_lesion_muscle_stays_muscle():
    """The predicate says no: as bright as oedema would be, but no darker muscle lies beyond; and that is said."""
    doubtful, sure = (measure_edema(dark(level)).family for level in (180.0, 300.0))
    assert (doubtful.present, sure.present) == (False, False)
    assert "muscle was not found for certain: what may be it is 61% as bright" in doubtful.quality
    assert sure.quality is None
    given = MeasureSettings.model_validate({"tissue": {"dark_muscle_fraction": 0.7}})
    assert measure_edema(replace(dark(180.0), settings=given)).family.quality is None


@pytest.fixture(scope="module")
def drawn(shared_data) -> tuple[pnst.Study, pnst.Lesion, pnst.Mask]:
    """The study, the mass, and the expert's oedema (with the mass) on the fat-suppressed T2."""
    folder: Path = shared_data / "sts001_raw" / "dicom"
    study = pnst.read_study(folder)
    contours = folder / "MR_T2" / "mask" / "1-1.dcm"
    mass, edema = (pnst.read_lesion(contours, study, label=label) for label in ("GTV_Mass", "GTV_Edema"))
    return study, mass, edema.mask_on(study.series[pnst.Role.T2_FS].volume.grid)


@pytest.mark.parametrize("with_t1", [True, False])
def test_the_zone_is_the_experts(drawn, with_t1):
    """Dice, volume and extent; without T1 muscle comes from the histogram, which tells it less well (volume −12 %)."""
    study, mass, edema = drawn
    seen = study if with_t1 else replace(study, series={pnst.Role.T2_FS: study.series[pnst.Role.T2_FS]})
    outcome = measure_edema(Context(seen, mass, MeasureSettings()))
    expert = measure_edema(Context(replace(study, masks={"edema": edema}), mass, MeasureSettings())).family
    found, true = outcome.regions["edema"].data, edema.data & ~mass.mask_on(edema.grid).data
    assert 2 * np.count_nonzero(found & true) / (np.count_nonzero(found) + np.count_nonzero(true)) >= 0.80
    assert outcome.family.volume_ml == pytest.approx(expert.volume_ml, rel=0.10 if with_t1 else 0.15)
    assert outcome.family.max_extent_mm == pytest.approx(expert.max_extent_mm, abs=10)
    assert outcome.family.censored is False
