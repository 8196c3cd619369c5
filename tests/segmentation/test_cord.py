"""The cord without a mask: on a simulated spine, on real cervical cords, and refused where there is none."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pnst.errors import InputError
from pnst.image import Grid, Volume
from pnst.io.study import read_study
from pnst.kernels.centre_line import line_of_tube
from pnst.measurement.context import Context
from pnst.measurement.families.canal import measure_canal
from pnst.measurement.families.cord import measure_cord
from pnst.measurement.settings import MeasureSettings
from pnst.measurement.spinal_canal import WITH_FAT
from pnst.segmentation.cord import segment_cord
from pnst.segmentation.dural_fat import CANAL_AND_FAT
from pnst.study import Role, Series, Source, Study
from spines import AXIAL, DUMBBELL, INTRADURAL, INTRAMEDULLARY, OBLIQUE, SAGITTAL, spine_case, spine_of

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def dice(one: np.ndarray, other: np.ndarray) -> float:
    return 2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other))


def test_the_cord_of_a_simulated_spine_beside_its_tumour():  # closed form
    case = spine_case(*INTRADURAL, OBLIQUE, (Role.T2_FS,))
    masks = segment_cord(case.study, near=case.lesion)
    cord, canal = case.study.masks["cord"], case.study.masks["canal"]
    away = np.abs(
        case.scene.region.to_local(cord.grid.to_world(np.moveaxis(np.indices(cord.grid.shape), 0, -1)))[..., 2]
    )
    clear = (away > 12) & (away < 34)  # by the tumour the border is interpolated; the image ends at 36
    assert dice(masks["cord"].data & clear, cord.data & clear) > 0.95
    assert dice(masks["canal"].data & clear, canal.data & clear) > 0.95
    assert not (masks["csf"].data & masks["cord"].data).any()
    assert ((masks["cord"].data | masks["csf"].data) == masks["canal"].data).all()


BEFORE_THE_CORD = (
    {"radii_mm": (4.0, 3.0, 8.0), "centre_mm": (12.0, -40.0, 70.0)},
    {"level": "C5", "canal_offset_mm": (0.0, 4.5), "cord_shift_mm": (0.0, -3.0), "cord_squeeze": 0.3},
)


@pytest.mark.parametrize("roles", [(Role.T2_FS,), (Role.T2, Role.T1)], ids=["fat-suppressed", "with t1"])
@pytest.mark.parametrize(
    ("place", "voxels"),
    [
        (INTRAMEDULLARY, OBLIQUE),
        (INTRADURAL, AXIAL),
        (BEFORE_THE_CORD, OBLIQUE),
        (DUMBBELL, OBLIQUE),
        pytest.param(INTRADURAL, OBLIQUE, marks=pytest.mark.slow),
        pytest.param(INTRADURAL, SAGITTAL, marks=pytest.mark.slow),
        pytest.param(BEFORE_THE_CORD, AXIAL, marks=pytest.mark.slow),
    ],
    ids=lambda value: "",
)
def test_what_is_measured_along_a_found_cord_is_the_geometry(place, voxels, roles):
    """Closed form, by the phantom's quadrature: cords in place, swollen, and pushed aside and squeezed to 70 %."""
    case = spine_case(*place, voxels, roles)
    along = np.linspace(-34, 34, 9)
    line = spine_of(case.scene).to_world(np.column_stack([spine_of(case.scene).cord_section(along)[0], along]))
    masks = segment_cord(case.study, line, near=case.lesion)
    context = Context(replace(case.study, masks=masks), case.lesion, MeasureSettings.without_intervals())
    cord, canal = measure_cord(context).family, measure_canal(context).family
    assert cord.compartment == case.truth["cord.compartment"]
    if voxels is OBLIQUE and place is not INTRAMEDULLARY:  # in thick slices 0.13 ml are invented
        assert (cord.edema_volume_ml, case.truth["cord.edema_volume_ml"]) == (0, 0)
    assert canal.inside_fraction == pytest.approx(case.truth["canal.inside_fraction"], abs=0.08)
    assert canal.occupancy_fraction == pytest.approx(case.truth["canal.occupancy_fraction"], abs=0.06)


def test_a_cord_that_is_pushed_aside_is_found_without_a_line():  # regression: its line once ran through the tumour
    case = spine_case(*INTRADURAL, AXIAL, (Role.T2_FS,))
    masks = segment_cord(case.study, near=case.lesion)
    context = Context(replace(case.study, masks=masks), case.lesion, MeasureSettings.without_intervals())
    assert measure_cord(context).family.compartment == "extramedullary"


def test_no_fluid_counts_as_cord():  # regression: beside a lesion its border was completed into fluid
    case = spine_case(*BEFORE_THE_CORD, OBLIQUE, (Role.T2_FS,))
    volume = case.study.series[Role.T2_FS].volume
    cord = segment_cord(case.study, near=case.lesion)["cord"].data & ~case.lesion.mask.data
    fluid = np.median(volume.data[case.study.masks["csf"].data])
    level = np.median(volume.data[case.study.masks["cord"].data])
    assert np.mean(volume.data[cord] > (fluid + level) / 2) < 0.005


def test_where_nothing_tells_fat_from_fluid_the_canal_is_not_called_one():
    """Regression: a canal with its fat once gave 25 % for a share of 37."""
    case = spine_case(*INTRADURAL, AXIAL, (Role.T2,))
    along = np.linspace(-34, 34, 9)
    line = spine_of(case.scene).to_world(np.column_stack([spine_of(case.scene).cord_section(along)[0], along]))
    masks = segment_cord(case.study, line, near=case.lesion)
    assert set(masks) == {"cord", CANAL_AND_FAT}
    context = Context(replace(case.study, masks=masks), case.lesion, MeasureSettings.without_intervals())
    outcome = measure_canal(context)
    assert outcome.family.occupancy_fraction is None
    assert outcome.family.dural_contact_fraction is None
    assert outcome.skipped["occupancy"] == outcome.skipped["cleft"] == WITH_FAT
    assert outcome.family.inside_fraction == pytest.approx(1, abs=0.05)


def test_an_image_without_a_spine_is_refused():
    rng = np.random.default_rng(0)
    i, j, k = np.ogrid[-40:41, -36:37, 0:50]
    thigh = np.where(np.hypot(i, j) < 12, 60.0, 300.0) + rng.normal(0, 20, (81, 73, 50)) + 0.0 * k
    study = study_of(Volume(thigh.astype(np.float32), Grid(thigh.shape, np.diag([1.1, 1.0, 1.2, 1.0]))))
    with pytest.raises(InputError, match="no cord was told apart"):
        segment_cord(study)


def study_of(volume: Volume) -> Study:
    return Study("A", {Role.T2: Series(Role.T2, volume, Source("simulated", ""))})


def test_without_t2_and_without_a_line_it_is_refused():
    with pytest.raises(InputError, match="looked for on T2"):
        segment_cord(Study("A", {}))
    volume = Volume(np.ones((9, 8, 7), dtype=np.float32), Grid((9, 8, 7), np.eye(4)))
    with pytest.raises(InputError, match="is no line"):
        segment_cord(study_of(volume), centre_line=[(1.0, 2.0, 3.0)])
    with pytest.raises(InputError, match="no cord was told apart"):
        segment_cord(study_of(volume))


@pytest.fixture
def bench(shared_data, monkeypatch):
    """The benchmark of pasted lesions, and the folder of real data."""
    if not (shared_data / "spine_cord").is_dir():
        pytest.skip("the real cervical cords are not here")
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import spine_lesions

    yield spine_lesions, shared_data
    sys.modules.pop("spine_lesions", None)


def test_the_cord_of_a_real_neck_is_that_of_its_mask(bench):  # another tool's mask, corrected by hand
    spine, data = bench
    image, cord = spine.sample(data)
    masks = segment_cord(spine.with_t2(image, {}))
    assert dice(masks["cord"].data, cord.data) > 0.85
    points = line_of_tube(cord.data, cord.grid.affine).points[[0, 12, 24, 36, -1]]
    along = segment_cord(spine.with_t2(image, {}), centre_line=points)
    assert dice(along["cord"].data, cord.data) > 0.85


def test_a_real_cord_that_is_not_clear_is_refused_and_no_wrong_one_given(bench):
    spine, data = bench
    image, _ = spine.sample(data, "t2/t2_fake_lesion")
    with pytest.raises(InputError, match="no cord was told apart"):
        segment_cord(spine.with_t2(image, {}))


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_pasted_lesions_lie_where_they_were_pasted(bench, every):  # closed form: circles in a disc
    """Each position at the middle of its five heights, or all."""
    spine, data = bench
    cases = list(spine.pasted(data))
    assert len(cases) == 15
    assert {case.position for case in cases[every // 2 :: every]} == spine.EXPECTED.keys()
    for case in cases[every // 2 :: every]:
        compartment, _, share = spine.measured(case)
        assert compartment == spine.EXPECTED[case.position], (case.position, case.height)
        assert share == pytest.approx(case.occupancy, abs=0.05), (case.position, case.height)


@pytest.mark.slow  # the thigh beside, and the simulated one above, are refused for the same reasons in seconds
@pytest.mark.parametrize("echo", [0, 5, 12])
def test_a_real_leg_on_t2_has_no_cord(bench, echo):  # real: cortical bone in muscle looks like a dark middle in a ring
    spine, data = bench
    image = spine.read(data / "leg_dwi_t2_dixon" / "T2data.nii.gz")
    volume = Volume(np.ascontiguousarray(image.data[..., echo]), image.grid)
    with pytest.raises(InputError, match="no cord was told apart"):
        segment_cord(spine.with_t2(volume, {}))


def test_a_real_thigh_on_fat_suppressed_t2_has_no_cord(shared_data):
    with pytest.raises(InputError, match="no cord was told apart"):
        segment_cord(read_study(shared_data / "sts001_raw"))


def test_real_spines_that_are_not_clear_are_refused(bench):
    """The cauda equina is no cord, and 7.5 mm slices of T2* show no ring."""
    spine, data = bench
    for name in ("lumbar/t2_lumbar", "sct_testing_data/t2s/t2s"):
        with pytest.raises(InputError, match="no cord was told apart"):
            segment_cord(spine.with_t2(spine.read(data / "spine_cord" / f"{name}.nii.gz"), {}))


def test_a_real_lumbar_cord_is_found_along_clicks_above_the_conus(bench):
    """Clicks placed by eye in the cord; looked at, the borders follow cord and sac. Where it ends it is refused, as is
    T2* along the line of its own mask.
    """
    spine, data = bench
    image = spine.read(data / "spine_cord" / "lumbar" / "t2_lumbar.nii.gz")
    clicks = [(22, 69, 195), (23, 71, 175), (24, 72, 155), (24, 73, 135)]
    points = image.canonical().grid.to_world(np.array(clicks, dtype=float))
    masks = segment_cord(spine.with_t2(image, {}), centre_line=points)
    assert 35 < masks["cord"].count / 60 < 50  # mm² over 60 mm: a lower thoracic cord
    assert 120 < masks[CANAL_AND_FAT].count / 60 < 180
    past = np.vstack([points, image.canonical().grid.to_world(np.array([26.0, 75.0, 115.0]))])
    with pytest.raises(InputError, match="no cord was told apart"):
        segment_cord(spine.with_t2(image, {}), centre_line=past)


def test_a_real_cord_on_t2_star_is_refused_along_its_own_line_too(bench):
    spine, data = bench
    image, mask = (spine.read(data / "spine_cord/sct_testing_data/t2s" / f"{n}.nii.gz") for n in ("t2s", "t2s_seg"))
    line = line_of_tube(mask.data > 0.5, mask.grid.affine).points[[0, -1]]
    with pytest.raises(InputError, match="no cord was told apart"):
        segment_cord(spine.with_t2(image, {}), centre_line=line)
