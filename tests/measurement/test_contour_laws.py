"""The laws of MEASUREMENTS.md on how a lesion is drawn and what else its study holds.

Witness: the same lesion, its mask smoothed by half a slice; the same study, another lesion far away. A sign whose
number lies within a tenth of its threshold may change.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

import pnst
from pnst.image import Mask, Volume
from pnst.measurement.measurements import Measurements
from pnst.measurement.settings import MeasureSettings, UncertaintySettings
from pnst.phantom import GridSpec, LesionSpec, Spec, simulate
from pnst.study import Lesion, Role, Study
from scenes import LEVELS, Scene
from without_intervals import measure

DECIDED_BY = {
    "margin.ill_defined": "margin.ill_defined_fraction",
    "edema.present": "edema.volume_ml",
    "split_fat.present": "split_fat.coverage_fraction",
    "cyst.present": "cyst.fraction",
    "target.present": "target.rim_core_ratio",
    "enhancement.peripheral": "enhancement.rim_core_ratio",
}
"""Sign → the number that decides it; of those left out (`t1_high.present`) no column holds it."""
REAL = ("STS_002", "STS_008", "STS_017", "STS_026")
"""Of the shared sarcomas some that are lobulated, in slices of 3.3 mm."""


def smoothed(lesion: Lesion) -> Lesion:
    """The mask smoothed by half a slice, and Dice of both at least 0.97."""
    mask = lesion.mask
    sd = np.max(mask.grid.spacing) / 2 / np.asarray(mask.grid.spacing)
    data = gaussian_filter(mask.data.astype(np.float32), sd) > 0.5
    assert 2 * np.count_nonzero(data & mask.data) / (np.count_nonzero(data) + np.count_nonzero(mask.data)) >= 0.97
    return replace(lesion, mask=Mask(data, mask.grid))


def near_threshold(sign: str, *found: Measurements) -> bool:
    columns = [m.columns() for m in found]
    values = [(c.get(DECIDED_BY.get(sign, "")), c.get(f"{sign}_threshold")) for c in columns]
    return any(value is None or abs(value - limit) <= 0.1 * limit for value, limit in values if limit is not None)


def assert_same_signs(before: Measurements, after: Measurements) -> None:
    one, other = before.columns(), after.columns()
    signs = [name for name, value in one.items() if isinstance(value, bool) and name in other]
    changed = [sign for sign in signs if one[sign] is not other[sign]]
    assert signs
    assert not [sign for sign in changed if not near_threshold(sign, before, after)]


@pytest.mark.parametrize(
    "lesion",
    [
        LesionSpec(radii_mm=(14.0, 16.0, 20.0), lobes=4, lobe_depth=0.25, tilt_deg=(20.0, 30.0, 0.0)),
        LesionSpec(radii_mm=(16.0, 18.0, 24.0), roughness=0.06, edge_sigma_mm=2.2, edema_mm=9.0),
    ],
    ids=["lobed", "rough"],
)
def test_smoothing_the_mask_changes_no_sign_on_simulated_studies(lesion):
    roles = (Role.T1, Role.T1_POST, Role.T2_FS)
    grid = GridSpec(spacing_mm=(0.9, 0.8, 4.0), extent_mm=(120, 112, 108))
    made = simulate(Spec(lesion=lesion, roles=roles, grids=dict.fromkeys(roles, grid)), seed=6)
    before, after = (measure(made.study, drawn) for drawn in (made.lesion, smoothed(made.lesion)))
    assert_same_signs(before, after)
    assert abs(before.margin.deep_lobulations_count - after.margin.deep_lobulations_count) <= 1


@pytest.mark.parametrize("case", REAL)
def test_smoothing_the_mask_changes_no_sign_on_real_sarcomas(shared_data, tmp_path, case):  # real data
    folder: Path = shared_data / "sts_t1" / "nifti" / case
    (tmp_path / "t1.nii.gz").symlink_to(folder / "MR_T1_image.nii.gz")
    study = pnst.read_study(tmp_path)
    lesion = pnst.read_lesion(folder / "MR_T1_mask.nii.gz", study)
    before, after = (measure(study, drawn) for drawn in (lesion, smoothed(lesion)))
    assert_same_signs(before, after)
    assert abs(before.margin.deep_lobulations_count - after.margin.deep_lobulations_count) <= 1


def with_second(scene: Scene, study: Study, centre: tuple[float, float, float], radius: float) -> tuple[Study, Lesion]:
    """The study with another ball of tumour in its muscle."""
    grid = scene.grid()
    inside = np.linalg.norm(scene.points(grid) - centre, axis=-1) < radius
    series = dict(study.series)
    for role, (tumour, *_) in LEVELS.items():
        noise = np.random.default_rng(8).normal(scale=scene.noise, size=grid.shape)
        data = np.where(inside, tumour + noise, series[role].volume.data).astype(np.float32)
        series[role] = replace(series[role], volume=Volume(data, grid))
    return replace(study, series=series), Lesion("second", Mask(inside, grid), "formula")


def beyond(alone: Measurements, beside: Measurements) -> tuple[list[str], int]:
    """The numbers of a lesion that lie beyond the intervals that it has alone, and how many were compared."""
    outside, compared = [], 0
    for name, family in alone.families().items():
        for column, (low, high) in family.intervals.items():
            compared += 1
            if not low - 1e-9 <= getattr(beside.families()[name], column) <= high + 1e-9:
                outside.append(f"{name}.{column}")
    return outside, compared


def test_a_second_lesion_far_away_changes_no_sign_and_no_number_beyond_its_interval():
    scene = Scene(radius=12.0, halo=5.0, rim=0.0, limb=62.0, reach=70.0, noise=10.0)
    study, lesion = scene.study(), scene.lesion()
    alone = measure(study, lesion, MeasureSettings(uncertainty=UncertaintySettings(repetitions=2)))
    crowded, second = with_second(scene, study, (0.0, 42.0, 6.0), 8.0)  # 22 mm from surface to surface
    far = measure(crowded, lesion, others=(second,))
    assert_same_signs(alone, far)
    outside, compared = beyond(alone, far)
    assert not outside
    assert compared > 25
    crowded, _ = with_second(scene, study, (0.0, 26.0, 4.0), 11.0)  # 3 mm away, and nobody says that it is there
    assert len(beyond(alone, measure(crowded, lesion))[0]) > 1
