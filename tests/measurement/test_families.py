"""Each family against the closed form of a scene; each sign said yes and said no."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bodies import ellipsoid, mask_of, oblique, tilted
from pnst.errors import SettingError
from pnst.image import Mask, Volume
from pnst.measurement.adc_map import adc_map
from pnst.measurement.context import Context
from pnst.measurement.families.split_fat import SplitFat, measure_split_fat
from pnst.measurement.measure import FAMILIES, measure
from pnst.measurement.measurements import FAMILY_TYPES, Measurements
from pnst.measurement.settings import MeasureSettings, SplitFatSettings
from pnst.study import Lesion, Role, Study
from scenes import Scene


def found(scene: Scene) -> Measurements:
    return measure(scene.study(), scene.lesion())


def split_fat(scene: Scene, settings: MeasureSettings | None = None) -> SplitFat:
    """That family alone."""
    study = without(scene.study(), Role.T1_POST, Role.T2_FS, Role.DWI)
    return measure_split_fat(Context(study, scene.lesion(), settings or MeasureSettings())).family


def without(study: Study, *roles: Role) -> Study:
    return replace(study, series={r: s for r, s in study.series.items() if r not in roles})


def test_size_of_a_tilted_ellipsoid():  # closed form: 2a, 4/3·πabc, Knud-Thomsen's area (1 %)
    spacing = (0.6, 0.7, 4.0)
    data = mask_of(ellipsoid(26, 18, 13), spacing, tilted((30, -25, 50)), (0.3, -0.4, 0.2), 26)
    size = measure(Study("x", {}), Lesion("a", Mask(data, oblique(data.shape, spacing)), "formula")).size
    p = 1.6075
    area = 4 * np.pi * (((26 * 18) ** p + (26 * 13) ** p + (18 * 13) ** p) / 3) ** (1 / p)
    assert size.longest_diameter_mm == pytest.approx(52, rel=0.01)
    assert size.volume_ml == pytest.approx(4 / 3 * np.pi * 26 * 18 * 13 / 1000, rel=0.01)
    assert size.surface_area_mm2 == pytest.approx(area, rel=0.02)
    assert (size.major_axis_mm, size.minor_axis_mm, size.least_axis_mm) == pytest.approx((52, 36, 26), rel=0.01)
    # The patient's axes: the grid is turned by (8, −12, 5)° against them and the body by (30, −25, 50)° against it.
    turn = tilted((8, -12, 5)) @ tilted((30, -25, 50))
    shape = turn @ np.diag(np.square((26.0, 18.0, 13.0))) @ turn.T
    assert size.craniocaudal_mm == pytest.approx(2 * np.sqrt(shape[2, 2]), rel=0.015)
    section = np.linalg.eigvalsh(np.linalg.inv(shape)[:2, :2])
    assert size.axial_diameter_mm == pytest.approx(2 / np.sqrt(section[0]), rel=0.02)
    assert size.axial_short_diameter_mm == pytest.approx(2 / np.sqrt(section[1]), rel=0.02)
    assert size.quality is None


def test_few_slices_and_a_cut_lesion_are_said():
    spacing = (0.6, 0.7, 4.0)
    data = mask_of(ellipsoid(9, 9, 9), spacing, np.eye(3), (0, 0, 0.2), 9)
    few = measure(Study("x", {}), Lesion("a", Mask(data, oblique(data.shape, spacing)), "formula")).size
    assert "5 slices" in few.quality or "4 slices" in few.quality
    half = data[data.shape[0] // 2 :]
    cut = measure(Study("x", {}), Lesion("a", Mask(half, oblique(half.shape, spacing)), "formula")).size
    assert "border" in cut.quality


@pytest.mark.parametrize("spacing", [(0.9, 1.0, 3.0), (3.0, 0.9, 1.0)])
def test_a_sharp_edge_is_not_ill_defined(spacing):  # closed form: 0, within the voxel's own blur
    margin = found(Scene(spacing=spacing)).margin
    assert margin.ill_defined_fraction < 0.05
    assert margin.ill_defined is False
    assert margin.edge_width_mm < 1.5
    assert margin.irregularity < 0.01
    assert margin.deep_lobulations_count == 0


def test_half_the_surface_blurred_reads_half():  # closed form: a Gaussian step of 2.563 σ on the lower half
    margin = found(Scene(radius=20, edge_sigma=2.6, blurred_below=0.0, reach=60)).margin
    assert margin.ill_defined_fraction == pytest.approx(0.5, abs=0.07)
    assert margin.ill_defined is True


def test_width_of_a_wholly_blurred_edge():  # closed form: 2.563 σ
    margin = found(Scene(radius=20, edge_sigma=2.0, blurred_below=2.0, reach=60)).margin
    assert margin.edge_width_mm == pytest.approx(2.563 * 2.0, rel=0.15)


def test_edema_round_a_sharp_lesion_is_no_blurred_edge():  # two steps, the one at the lesion is taken
    margin = found(Scene(radius=16, halo=4.0)).margin
    assert margin.ill_defined is False


def test_edge_needs_a_series_that_shows_it():
    scene = Scene()
    m = measure(without(scene.study(), Role.T1_POST, Role.T2_FS), scene.lesion())
    assert "margin.edge" in m.skipped
    assert m.margin.ill_defined_fraction is None
    assert "ill_defined" not in m.margin.columns()
    assert m.margin.sphericity > 0.98


def test_edge_without_a_step_is_skipped():  # lesion as bright as muscle, in noise
    scene = Scene(noise=60.0)
    study = without(scene.study(), Role.T1_POST, Role.DWI)
    flat = study.series[Role.T2_FS]
    level = np.random.default_rng(0).normal(110, 10, flat.volume.data.shape).astype(np.float32)
    study = replace(study, series={**study.series, Role.T2_FS: replace(flat, volume=Volume(level, flat.volume.grid))})
    assert "of the surface shows an edge" in measure(study, scene.lesion()).skipped["margin.edge"]


@pytest.mark.parametrize("halo", [6.0, 12.0])
def test_a_concentric_halo(halo):  # closed form: 4/3·π((r+h)³ − r³), extent h
    scene = Scene(radius=13, halo=halo)
    m = found(scene)
    assert m.edema.present is True
    assert m.edema.max_extent_mm == pytest.approx(halo, abs=1.5)
    assert m.edema.volume_ml == pytest.approx(4 / 3 * np.pi * ((13 + halo) ** 3 - 13**3) / 1000, rel=0.08)
    assert m.edema.index == pytest.approx(((13 + halo) / 13) ** 3 - 1, rel=0.1)
    assert m.edema.surface_fraction > 0.95
    assert m.edema.censored is False
    region = m.regions["edema"]
    assert isinstance(region, Mask)
    assert region.volume_mm3 / 1000 == pytest.approx(m.edema.volume_ml)


def test_images_without_noise_are_measured_like_others():
    m = found(Scene(radius=13, halo=8, noise=0.0))
    assert set(m.skipped) == set()
    assert m.edema.max_extent_mm == pytest.approx(8, abs=1.5)
    assert m.margin.ill_defined is False


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
    m = found(scene)
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


def test_a_given_muscle_mask_is_the_reference():
    scene = Scene(radius=13, halo=8)
    grid = scene.grid()
    r = np.linalg.norm(scene.points(grid), axis=-1)
    edema = Mask((r > 15) & (r < 19), grid)  # a reference on the oedema itself: nothing is brighter than it
    m = measure(replace(scene.study(), masks={"muscle": edema}), scene.lesion())
    assert m.edema.present is False


@pytest.mark.parametrize("cap", [50.0, 70.0])
def test_a_rim_on_both_poles_of_a_ball(cap):  # closed form: 1 − cos θ
    sign = split_fat(Scene(radius=16, rim=3.0, cap_deg=cap))
    assert sign.coverage_fraction == pytest.approx(1 - np.cos(np.radians(cap)), abs=0.05)
    assert sign.applicable is True
    assert sign.compartment == "intermuscular"
    assert sign.present is (cap > 60)
    assert sign.pole_coverage_fraction is None
    assert "pole_coverage_fraction" in sign.columns()


def test_fat_that_shading_spreads_has_a_level_all_the_same():  # no mode of its own: the bright class, and it is said
    scene = Scene(radius=16, rim=3.0, cap_deg=70)
    study = scene.study()
    t1 = study.series[Role.T1]
    data = t1.volume.data
    shading = np.random.default_rng(2).uniform(0.62, 1.25, data.shape[:2])[..., None].astype(np.float32)
    upsample = np.where(data > 700, data * np.repeat(shading, data.shape[2], axis=2), data)
    upsample[:, : upsample.shape[1] // 2] = np.minimum(upsample[:, : upsample.shape[1] // 2], 1250)
    m = measure(
        replace(study, series={**study.series, Role.T1: replace(t1, volume=Volume(upsample, t1.volume.grid))}),
        scene.lesion(),
    )
    assert m.split_fat.coverage_fraction == pytest.approx(1 - np.cos(np.radians(70)), abs=0.07)


def test_a_fat_plane_at_a_distance_is_applicable_and_not_covered():  # the malignant sign stays applicable
    sign = split_fat(Scene(radius=14, plane=8.0))
    assert sign.applicable is True
    assert sign.coverage_fraction == pytest.approx(0, abs=0.02)
    assert sign.present is False
    assert sign.rim_thickness_mm is None


def test_wholly_in_muscle_is_not_applicable():
    m = found(Scene(radius=13, limb=48, reach=62))
    assert m.split_fat.applicable is False
    assert m.split_fat.compartment == "intramuscular"
    assert m.split_fat.present is None
    assert "split_fat" not in m.skipped


def test_wholly_in_fat_is_not_applicable():
    sign = split_fat(Scene(radius=13, rim=17, cap_deg=90.0, limb=48))
    assert sign.applicable is False
    assert sign.compartment == "fat"
    assert sign.present is None


@pytest.mark.parametrize(
    ("limits", "compartment", "applicable"),
    [
        ({"near_fat_fraction": 0.5, "far_fat_fraction": 0.99}, "intramuscular", False),
        ({"near_fat_fraction": 0.5, "far_fat_fraction": 1e-3}, "unclear", None),
        ({"buried_fat_fraction": 1e-3}, "fat", False),
    ],
)
def test_the_settings_decide_the_compartment(limits, compartment, applicable):
    """The scene is intermuscular by default: the fat plane of the test above."""
    sign = split_fat(Scene(radius=14, plane=8.0), MeasureSettings(split_fat=SplitFatSettings(**limits)))
    assert (sign.compartment, sign.applicable) == (compartment, applicable)
    assert sign.present is None


def test_split_fat_needs_t1_without_suppression():
    scene = Scene()
    study = scene.study()
    t1 = study.series[Role.T1]
    suppressed = replace(t1, acquisition=replace(t1.acquisition, fat_suppressed=True))
    m = measure(replace(study, series={**study.series, Role.T1: suppressed}), scene.lesion())
    assert m.skipped["split_fat"] == "the T1 series is fat suppressed and there is no Dixon fat image"


@pytest.mark.parametrize("adc", [0.9, 2.2])
def test_mean_adc_is_that_of_the_lesion(adc):  # closed form
    m = found(Scene(radius=20, adc=adc, noise=4))
    assert m.adc.mean_um2_per_ms == pytest.approx(adc, rel=0.005)
    assert m.adc.median_um2_per_ms == pytest.approx(adc, rel=0.01)
    assert m.adc.p05_um2_per_ms < m.adc.median_um2_per_ms < m.adc.p95_um2_per_ms
    assert m.adc.b_values == (50.0, 400.0, 800.0)
    assert m.adc.region == "solid enhancing part"
    assert m.adc.noise_floor_fraction == 0
    assert not any("whole lesion" in warning for warning in m.warnings)


def test_low_b_is_kept_when_only_two_remain():
    scene = Scene(radius=16)
    study = scene.study()
    dwi = study.series[Role.DWI]
    two = replace(dwi, volume=Volume(dwi.volume.data[..., [0, 3]], dwi.volume.grid), b_values=(0.0, 800.0))
    m = measure(replace(study, series={Role.DWI: two}), scene.lesion())
    assert m.adc.b_values == (0.0, 800.0)
    assert m.adc.mean_um2_per_ms == pytest.approx(scene.adc, rel=0.02)


def test_one_shell_is_no_adc():
    scene = Scene(radius=16)
    dwi = scene.study().series[Role.DWI]
    one = replace(dwi, volume=Volume(dwi.volume.data[..., [3, 3]], dwi.volume.grid), b_values=(800.0, 805.0))
    assert "two different b-values" in measure(Study("x", {Role.DWI: one}), scene.lesion()).skipped["adc"]


def test_a_vendor_map_serves_where_there_is_no_diffusion_and_its_gaps_are_counted():
    scene = Scene(radius=16)
    study = scene.study()
    grid = study.series[Role.DWI].volume.grid
    values = np.full(grid.shape, 1.25, dtype=np.float32)
    values[:, : grid.shape[1] // 2] = np.nan
    vendor = replace(study.series[Role.T1], role=Role.ADC, volume=Volume(values, grid, "um2_per_ms"))
    m = measure(Study("x", {Role.ADC: vendor}), scene.lesion())
    assert m.adc.mean_um2_per_ms == pytest.approx(1.25)
    assert m.adc.map_source == "vendor ADC map"
    assert "hold no ADC" in m.adc.quality


def test_a_vendor_map_serves_where_diffusion_has_one_b_value():  # a trace alone cannot be fitted
    scene = Scene(radius=16)
    study = scene.study()
    dwi = study.series[Role.DWI]
    trace = replace(dwi, volume=Volume(dwi.volume.data[..., 3:], dwi.volume.grid), b_values=(800.0,))
    values = np.full(dwi.volume.grid.shape, 1.25, dtype=np.float32)
    vendor = replace(study.series[Role.T1], role=Role.ADC, volume=Volume(values, dwi.volume.grid, "um2_per_ms"))
    both = Study("x", {Role.DWI: trace, Role.ADC: vendor})
    assert measure(both, scene.lesion()).adc.map_source == "vendor ADC map"
    assert adc_map(both).data is vendor.volume.data
    fitted = measure(Study("x", {Role.DWI: dwi, Role.ADC: vendor}), scene.lesion())
    assert fitted.adc.map_source == "computed from the diffusion series"


def test_a_series_that_ends_within_the_lesion_is_said():  # half of a ball lies beyond: half of its surface
    scene = Scene(radius=16)
    study = scene.study()

    def half(series):
        middle = series.volume.grid.shape[2] // 2
        return replace(series, volume=series.volume.crop((slice(None), slice(None), slice(0, middle))))

    cut = {role: half(study.series[role]) for role in (Role.T2_FS, Role.DWI)}
    m = measure(Study("x", cut), scene.lesion())
    for quality in (m.edema.quality, m.adc.quality):
        share = int(quality.split("%")[0])
        assert "% of the lesion's surface lies outside the series" in quality
        assert share == pytest.approx(50, abs=12)
    whole = measure(study, scene.lesion())
    assert whole.edema.quality is None
    assert whole.adc.quality is None


def test_slices_without_image_are_said():
    scene = Scene(radius=16, halo=8)
    study = scene.study()

    def blanked(role):
        series = study.series[role]
        data = series.volume.data.copy()
        data[..., data.shape[2] // 2] = 0
        return replace(series, volume=Volume(data, series.volume.grid))

    m = measure(Study("x", {role: blanked(role) for role in (Role.T1, Role.T2_FS)}), scene.lesion())
    assert "1 of the lesion's slices hold no image in the t2_fs series" in m.edema.quality
    assert "1 of the lesion's slices hold no image in the t1 series" in m.split_fat.quality


def test_a_lesion_between_the_voxels_of_a_series_does_not_lie_outside_it():
    scene = Scene(radius=16)
    study, lesion = scene.study(), scene.lesion()
    coarse = study.series[Role.DWI].volume.grid
    tiny = np.zeros(lesion.mask.grid.shape, dtype=bool)
    centre = np.array(coarse.shape) // 2 + (0.5, 0.5, 0.5)  # as far from voxel centres as can be
    tiny[tuple(np.rint(lesion.mask.grid.to_index(coarse.to_world(centre))).astype(int))] = True
    m = measure(study, Lesion("tiny", Mask(tiny, lesion.mask.grid), "formula"))
    assert m.skipped["adc"] == "no voxel of this series has its centre in the lesion"
    assert m.size.quality == "the lesion spans only 1 slice of 3 mm"


def test_a_lesion_in_pieces_is_said():
    lesion = Scene().lesion()
    data = np.array(lesion.mask.data)
    data[2:6, 2:7, 2:5] = True
    size = measure(Study("x", {}), Lesion("two", Mask(data, lesion.mask.grid), "formula")).size
    assert "2 pieces that do not touch" in size.quality
    assert measure(Study("x", {}), lesion).size.quality is None


def test_everything_that_is_missing_has_a_reason():
    m = measure(Study("x", {}), Scene().lesion())
    assert m.skipped.keys() == {"margin.edge"} | FAMILY_TYPES.keys() - {"size", "margin"}
    assert all(reason and reason[0] == "n" for reason in m.skipped.values())
    assert set(m.families()) == {"size", "margin"}


def test_overrides_stay_apart_and_must_name_a_column():
    scene = Scene()
    study, lesion = without(scene.study(), Role.T1_POST, Role.T2_FS, Role.DWI), scene.lesion()
    m = measure(study, lesion, overrides={"split_fat.present": True, "reader.invasion": False})
    assert m.overrides == {"split_fat.present": True, "reader.invasion": False}
    assert m.columns()["split_fat.present"] is None
    assert m.to_dict()["overrides"]["split_fat.present"] is True
    assert m.to_frame()["override.split_fat.present"].item() is True
    for wrong in ("split_fat.presnt", "reader.", "nothing"):
        with pytest.raises(SettingError, match=wrong.replace(".", r"\.")):
            measure(study, lesion, overrides={wrong: True})


def test_a_threshold_is_a_setting():
    settings = MeasureSettings.model_validate({"split_fat": {"present_coverage": 0.3}})
    scene = Scene(radius=16, rim=3.0, cap_deg=50)
    m = measure(without(scene.study(), Role.T1_POST, Role.T2_FS, Role.DWI), scene.lesion(), settings)
    assert m.split_fat.present is True
    assert m.split_fat.present_threshold == 0.3
    assert m.settings is settings


def test_measurements_come_back_from_their_dictionary():  # invariant: files and memory agree
    scene = Scene(halo=8)
    m = measure(scene.study(), scene.lesion(), overrides={"reader.invasion": True})
    back = Measurements.from_dict(m.to_dict(), m.case_id)
    assert back.columns() == m.columns()
    assert back.to_dict() == m.to_dict()


def test_every_family_is_listed_once_in_both_tables():
    assert [name for name, _ in FAMILIES] == list(FAMILY_TYPES)


def test_html_escapes_what_came_from_files():
    m = Measurements("<b>case</b>", "<script>", skipped={"adc": "<i>"})
    assert "<script>" not in m._repr_html_()
    assert "<b>case" not in m._repr_html_()
