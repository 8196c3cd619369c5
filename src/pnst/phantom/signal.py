"""Signal equations of the simulated sequences, in closed form.

All are relative to the equilibrium magnetisation; what has opposite signs cancels in a voxel before the magnitude is
taken. Spin echo and inversion recovery neglect TE against TR; contrast agent shortens T1 by its relaxivity r1.
"""

from __future__ import annotations

import numpy as np

from pnst.phantom.tissue import TISSUES, Properties, Tissue
from pnst.study import Acquisition

RELAXIVITY_PER_MMOL_S = 4.5
"""r1 of a gadolinium agent in L/(mmol·s); assumed."""

FAT_RESIDUE = 0.05
"""Share of the fat signal that spectral fat suppression leaves; assumed."""


def spin_echo(t1_ms: float, t2_ms: float, tr_ms: float, te_ms: float) -> float:
    """(1 − e^(−TR/T1)) · e^(−TE/T2)."""
    return float((1 - np.exp(-tr_ms / t1_ms)) * np.exp(-te_ms / t2_ms))


def inversion_recovery(t1_ms: float, t2_ms: float, tr_ms: float, te_ms: float, ti_ms: float) -> float:
    """(1 − 2 e^(−TI/T1) + e^(−TR/T1)) · e^(−TE/T2): STIR when TI nulls fat. Negative before the null."""
    recovered = 1 - 2 * np.exp(-ti_ms / t1_ms) + np.exp(-tr_ms / t1_ms)
    return float(recovered * np.exp(-te_ms / t2_ms))


def enhanced_t1_ms(t1_ms: float, concentration_mmol_per_l: float) -> float:
    """1/T1' = 1/T1 + r1·C, in ms."""
    return 1000.0 / (1000.0 / t1_ms + RELAXIVITY_PER_MMOL_S * concentration_mmol_per_l)


def diffusion_decay(tissue: Properties, b_s_per_mm2: float) -> float:
    """(1 − f) e^(−bD) + f e^(−bD*); b in s/mm² and D in µm²/ms, hence the 1000."""
    b = b_s_per_mm2 / 1000.0
    flowing = tissue.ivim_fraction
    still = (1 - flowing) * np.exp(-b * tissue.d_um2_per_ms)
    return float(still + flowing * np.exp(-b * tissue.ivim_d_star_um2_per_ms))


def tissue_signal(tissue: Properties, sequence: Acquisition, b_s_per_mm2: float = 0.0) -> float:
    """Signal of a pure voxel of a tissue: its water and its fat, added in phase."""
    return water_signal(tissue, sequence, b_s_per_mm2) + fat_signal(tissue, sequence, b_s_per_mm2)


def water_signal(tissue: Properties, sequence: Acquisition, b_s_per_mm2: float = 0.0) -> float:
    """Signal of a tissue's water. `sequence` gives TR and TE, TI for STIR, contrast agent."""
    relaxed = _relaxed(tissue.t1_ms, tissue.t2_ms, _dose(tissue, sequence), sequence)
    return tissue.proton_density * (1 - tissue.fat_fraction) * relaxed * diffusion_decay(tissue, b_s_per_mm2)


def fat_signal(
    tissue: Properties, sequence: Acquisition, b_s_per_mm2: float = 0.0, residue: float = FAT_RESIDUE
) -> float:
    """Signal of a tissue's fat, which relaxes and diffuses as `Tissue.FAT` does.

    Fat suppression without TI is spectral: it leaves the residue.
    """
    fat = TISSUES[Tissue.FAT]
    left = residue if sequence.fat_suppressed and sequence.inversion_time_ms is None else 1.0
    relaxed = _relaxed(fat.t1_ms, fat.t2_ms, _dose(tissue, sequence), sequence)
    return tissue.proton_density * tissue.fat_fraction * left * relaxed * diffusion_decay(fat, b_s_per_mm2)


def _dose(tissue: Properties, sequence: Acquisition) -> float:
    return tissue.uptake_mmol_per_l if sequence.contrast_agent else 0.0


def _relaxed(t1_ms: float, t2_ms: float, dose: float, sequence: Acquisition) -> float:
    t1 = enhanced_t1_ms(t1_ms, dose)
    tr, te, ti = sequence.repetition_time_ms, sequence.echo_time_ms, sequence.inversion_time_ms
    if tr is None or te is None:
        raise ValueError("a simulated sequence needs TR and TE")
    return spin_echo(t1, t2_ms, tr, te) if ti is None else inversion_recovery(t1, t2_ms, tr, te, ti)
