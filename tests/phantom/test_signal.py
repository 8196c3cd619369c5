"""Witness: closed forms and limits of the signal equations."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.phantom.signal import (
    FAT_RESIDUE,
    diffusion_decay,
    enhanced_t1_ms,
    inversion_recovery,
    spin_echo,
    tissue_signal,
)
from pnst.phantom.spec import SEQUENCES, STIR
from pnst.phantom.tissue import TISSUES, Tissue
from pnst.study import Acquisition, Role


def test_spin_echo_is_the_product_of_recovery_and_decay() -> None:
    assert spin_echo(1000, 50, 1000 * np.log(2), 50 * np.log(4)) == pytest.approx(0.5 * 0.25, rel=1e-12)


@pytest.mark.parametrize(("tr", "te", "signal"), [(1e9, 0, 1.0), (0, 0, 0.0), (1e9, 1e9, 0.0)])
def test_spin_echo_limits(tr: float, te: float, signal: float) -> None:
    assert spin_echo(900, 30, tr, te) == pytest.approx(signal, abs=1e-12)


def test_inversion_recovery_is_nulled_at_its_closed_form_and_nowhere_near() -> None:
    t1, tr = 370.0, 4000.0
    null = t1 * np.log(2 / (1 + np.exp(-tr / t1)))
    assert inversion_recovery(t1, 130, tr, 0, null) == pytest.approx(0, abs=1e-12)
    assert inversion_recovery(t1, 130, tr, 0, 1.3 * null) > 0.1


def test_inversion_recovery_without_waiting_is_a_spin_echo_of_opposite_sign() -> None:
    assert inversion_recovery(800, 60, 3000, 20, 0) == pytest.approx(-spin_echo(800, 60, 3000, 20), rel=1e-12)


def test_contrast_agent_adds_relaxation_rates() -> None:
    # 1/T1' = 1/1 s + 4.5 · 2 /s = 10 /s
    assert enhanced_t1_ms(1000, 2.0) == pytest.approx(100, rel=1e-12)
    assert enhanced_t1_ms(1000, 0.0) == 1000


def test_the_log_ratio_of_two_b_values_is_the_diffusion_coefficient() -> None:
    tissue = TISSUES[Tissue.TUMOUR]
    ratio = diffusion_decay(tissue, 50) / diffusion_decay(tissue, 800)
    assert np.log(ratio) / 0.75 == pytest.approx(tissue.d_um2_per_ms, rel=1e-12)


def test_flowing_water_is_gone_at_high_b_and_whole_at_zero() -> None:
    muscle = TISSUES[Tissue.MUSCLE]
    still = (1 - muscle.ivim_fraction) * np.exp(-1.0 * muscle.d_um2_per_ms)
    assert diffusion_decay(muscle, 0) == pytest.approx(1, rel=1e-12)
    assert diffusion_decay(muscle, 1000) == pytest.approx(still, rel=1e-9)


def test_fat_suppression_leaves_its_residue_of_pure_fat() -> None:
    fat = TISSUES[Tissue.FAT]
    plain = Acquisition(4000, 60, fat_suppressed=False)
    spared = Acquisition(4000, 60, fat_suppressed=True)
    lipid = fat.fat_fraction * spin_echo(fat.t1_ms, fat.t2_ms, 4000, 60)
    lost = tissue_signal(fat, plain) - tissue_signal(fat, spared)
    assert lost == pytest.approx((1 - FAT_RESIDUE) * lipid, rel=1e-12)


def test_stir_darkens_fat_against_the_tumour() -> None:
    fat, tumour = (abs(tissue_signal(TISSUES[tissue], STIR)) for tissue in (Tissue.FAT, Tissue.TUMOUR))
    assert fat < 0.1 * tumour


def test_contrast_agent_brightens_the_tumour_more_than_muscle_and_not_a_cyst() -> None:
    def ratio(tissue: Tissue) -> float:
        return tissue_signal(TISSUES[tissue], SEQUENCES[Role.T1_POST]) / tissue_signal(
            TISSUES[tissue], SEQUENCES[Role.T1]
        )

    assert ratio(Tissue.TUMOUR) > ratio(Tissue.MUSCLE) + 0.15
    assert ratio(Tissue.CYST) == pytest.approx(1, rel=1e-12)


def test_a_sequence_without_times_is_refused() -> None:
    with pytest.raises(ValueError, match="TR and TE"):
        tissue_signal(TISSUES[Tissue.MUSCLE], Acquisition())


def test_every_tissue_has_properties_in_range_and_a_source_or_the_word_assumed() -> None:
    assert set(TISSUES) == set(Tissue)
    for tissue in TISSUES.values():
        assert 0 <= tissue.fat_fraction <= 1
        assert 0 <= tissue.proton_density <= 1
        assert tissue.t1_ms > tissue.t2_ms > 0
        assert tissue.source
