"""Witnesses: invariants of the simulation (seed, roles), closed forms in pure tissue, statistics of the noise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from pnst.errors import SettingError
from pnst.phantom import GridSpec, LesionSpec, PatientMotion, Simulated, Spec, SurroundSpec, simulate
from pnst.phantom.signal import tissue_signal
from pnst.phantom.spec import SEQUENCES
from pnst.phantom.sphere import fibonacci
from pnst.study import Role

COARSE = GridSpec(spacing_mm=(1.6, 1.9, 4.1), extent_mm=(56, 52, 62))
QUIET = Spec(
    lesion=LesionSpec(radii_mm=(11, 13, 17), tilt_deg=(10, -20, 0), d_um2_per_ms=1.3),
    roles=(*Role,),
    grids=dict.fromkeys(Role, COARSE),
    snr=None,
)


def quiet_spec(*roles: Role, **changes: Any) -> Spec:
    """The quiet study with these series alone."""
    return replace(QUIET, roles=roles, grids=dict.fromkeys(roles, COARSE), **changes)


@pytest.fixture(scope="module")
def quiet() -> Simulated:
    return simulate(QUIET)


def core(simulated: Simulated) -> Any:
    return binary_erosion(simulated.lesion.mask.data, iterations=2)


def voxels(simulated: Simulated, role: Role) -> Any:
    return simulated.study.series[role].volume.data


def test_pure_tumour_has_the_signal_of_the_equations(quiet: Simulated) -> None:
    for role in (Role.T1, Role.T1_POST, Role.T2, Role.T2_FS):
        exact = 1000 * tissue_signal(QUIET.lesion.tissue, SEQUENCES[role])
        np.testing.assert_allclose(voxels(quiet, role)[core(quiet)], exact, rtol=1e-5)


def test_diffusion_and_adc_map_of_pure_tumour_are_exact(quiet: Simulated) -> None:
    signal = voxels(quiet, Role.DWI)[core(quiet)].astype(float)
    for b, column in zip(QUIET.b_values, range(4), strict=True):
        np.testing.assert_allclose(signal[:, column] / signal[:, 0], np.exp(-b / 1000 * 1.3), rtol=1e-5)
    np.testing.assert_allclose(voxels(quiet, Role.ADC)[core(quiet)], 1.3, rtol=1e-5)
    assert quiet.study.series[Role.ADC].volume.unit == "um2_per_ms"
    assert quiet.truth["adc.mean_um2_per_ms"] == 1.3


def test_fat_and_water_share_the_protons(quiet: Simulated) -> None:
    fat, water = voxels(quiet, Role.FAT), voxels(quiet, Role.WATER)
    assert fat[core(quiet)].max() == 0
    assert (fat + water).max() == pytest.approx(1000, rel=1e-5)


def test_the_mask_holds_the_true_volume_and_only_centres_inside(quiet: Simulated) -> None:
    assert quiet.lesion.mask.volume_mm3 / 1000 == pytest.approx(quiet.truth["size.volume_ml"], rel=0.02)
    assert quiet.lesion.mask.grid is quiet.study.series[Role.T2_FS].volume.grid


def test_the_same_seed_gives_the_same_bits_and_another_does_not() -> None:
    spec = quiet_spec(Role.T1, Role.DWI, lesion=replace(QUIET.lesion, roughness=0.05), snr=20.0)
    first, again, other = simulate(spec, seed=4), simulate(spec, seed=4), simulate(spec, seed=5)
    for role in spec.roles:
        assert first.study.series[role].source == again.study.series[role].source
        assert first.study.series[role].source != other.study.series[role].source
    surfaces = [simulated.scene.shape.surface(fibonacci(100)) for simulated in (first, again, other)]
    np.testing.assert_array_equal(surfaces[0], surfaces[1])
    assert np.abs(surfaces[0] - surfaces[2]).max() > 0.5


def test_a_series_more_leaves_the_noise_of_the_others_alone() -> None:
    alone, beside = (simulate(quiet_spec(*roles, snr=20.0)) for roles in ((Role.T2_FS,), (Role.T1, Role.T2_FS)))
    np.testing.assert_array_equal(voxels(alone, Role.T2_FS), voxels(beside, Role.T2_FS))


def test_noise_has_the_ratio_asked_for() -> None:
    spec = replace(
        QUIET, roles=(Role.T2_FS,), grids={Role.T2_FS: replace(COARSE, spacing_mm=(0.9, 0.8, 2.0))}, snr=25.0
    )
    simulated = simulate(spec)
    inside = voxels(simulated, Role.T2_FS)[core(simulated)].astype(float)
    assert len(inside) > 2000
    assert inside.mean() / inside.std() == pytest.approx(25, rel=0.07)


def test_whole_numbers_are_whole() -> None:
    data = voxels(simulate(quiet_spec(Role.T1, snr=30.0, whole_numbers=True)), Role.T1)
    np.testing.assert_array_equal(data, np.rint(data))
    assert data.max() > 300


def test_motion_of_one_series_moves_it_against_the_others() -> None:
    spec = quiet_spec(Role.T1, Role.T2_FS, motion={Role.T1: PatientMotion(shift_mm=(0, 4, 0))})
    moved = simulate(spec)
    still = simulate(replace(spec, motion={}))
    np.testing.assert_array_equal(voxels(moved, Role.T2_FS), voxels(still, Role.T2_FS))
    assert np.abs(voxels(moved, Role.T1) - voxels(still, Role.T1)).max() > 100


def test_sources_and_notes_say_simulated(quiet: Simulated) -> None:
    assert {series.source.format for series in quiet.study.series.values()} == {"simulated"}
    assert "no clinical evidence" in quiet.study.notes[0]


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(SettingError, match="seed"):
        simulate(QUIET, seed=-1)


def test_impossible_surroundings_are_refused() -> None:
    for field, value in (("bed", "bone"), ("bed_mm", -1.0), ("septa", 99), ("fat_plane_mm", -2.0)):
        with pytest.raises(SettingError, match=field):
            SurroundSpec(**{field: value})  # type: ignore[arg-type]


def test_other_noise_leaves_the_patient_alone() -> None:
    simulated = simulate(quiet_spec(Role.T2_FS, snr=20.0), seed=3)
    again, other = simulated.redraw(3), simulated.redraw(4)
    np.testing.assert_array_equal(again.series[Role.T2_FS].volume.data, voxels(simulated, Role.T2_FS))
    apart = other.series[Role.T2_FS].volume.data - voxels(simulated, Role.T2_FS)
    assert abs(apart.mean()) < 0.05 * apart.std()
