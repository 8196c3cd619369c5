"""What each simulated tissue is made of, in one table.

Relaxation times are those at 3 T. `source` names what was opened, or says *assumed*: an assumed value is plausible for
the tissue and was not read anywhere. Nothing here is clinical evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Tissue(IntEnum):
    """Index of a tissue along the last axis of a map of tissue fractions."""

    AIR = 0
    SKIN = 1
    FAT = 2
    MUSCLE = 3
    CORTICAL_BONE = 4
    MARROW = 5
    ARTERY = 6
    VEIN = 7
    NERVE = 8
    TUMOUR = 9
    TARGET_CORE = 10
    EDEMA = 11
    CYST = 12
    NECROSIS = 13
    BLOOD = 14


@dataclass(frozen=True)
class Properties:
    """The magnetic properties of one tissue."""

    t1_ms: float
    t2_ms: float
    proton_density: float
    """Relative to water."""
    d_um2_per_ms: float
    """Diffusion coefficient of the water that does not flow."""
    ivim_fraction: float
    """Share of the water that flows in capillaries, at b = 0."""
    ivim_d_star_um2_per_ms: float
    fat_fraction: float
    """Share of the signal-giving protons that are fat; their relaxation times are those of `FAT`."""
    uptake_mmol_per_l: float
    """Gadolinium concentration when the contrast-enhanced series is taken."""
    source: str


_SPINSIGHT = "T1, T2, PD (and fat fraction) at 3 T: tissue table of the SpinSight simulator (public source code)"
_ENGLUND = "diffusion: means over healthy muscle, Englund 2021, doi 10.1002/jmri.27875 (abstract)"

TISSUES: dict[Tissue, Properties] = {
    Tissue.AIR: Properties(1000, 100, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, "no protons"),
    Tissue.SKIN: Properties(900, 30, 0.7, 1.0, 0.0, 0.0, 0.0, 0.1, "assumed"),
    Tissue.FAT: Properties(370, 130, 1.0, 0.1, 0.0, 0.0, 0.95, 0.01, f"{_SPINSIGHT}; the rest assumed"),
    Tissue.MUSCLE: Properties(898, 29, 1.0, 1.46, 0.11, 29.7, 0.0, 0.06, f"{_SPINSIGHT}; {_ENGLUND}; uptake assumed"),
    Tissue.CORTICAL_BONE: Properties(1000, 1, 0.05, 0.1, 0.0, 0.0, 0.0, 0.0, f"{_SPINSIGHT}; diffusion assumed"),
    Tissue.MARROW: Properties(898, 34, 1.0, 0.5, 0.0, 0.0, 0.85, 0.02, f"{_SPINSIGHT}, fatty share and rest assumed"),
    Tissue.ARTERY: Properties(1932, 275, 0.03, 3.0, 0.0, 0.0, 0.0, 0.0, "assumed: flow void"),
    Tissue.VEIN: Properties(1932, 275, 1.0, 3.0, 0.0, 0.0, 0.0, 0.5, f"{_SPINSIGHT}, slow flow; the rest assumed"),
    Tissue.NERVE: Properties(1000, 60, 0.9, 1.3, 0.0, 0.0, 0.1, 0.05, "assumed"),
    Tissue.TUMOUR: Properties(1100, 90, 1.0, 1.7, 0.0, 20.0, 0.0, 0.35, "assumed"),
    Tissue.TARGET_CORE: Properties(950, 45, 1.0, 1.4, 0.0, 20.0, 0.0, 0.40, "assumed"),
    Tissue.EDEMA: Properties(1100, 60, 1.0, 1.9, 0.0, 20.0, 0.0, 0.09, "assumed"),
    Tissue.CYST: Properties(2500, 500, 1.0, 2.8, 0.0, 0.0, 0.0, 0.0, "assumed"),
    Tissue.NECROSIS: Properties(1500, 110, 1.0, 2.2, 0.0, 0.0, 0.0, 0.0, "assumed"),
    Tissue.BLOOD: Properties(350, 60, 0.9, 0.9, 0.0, 0.0, 0.0, 0.0, "assumed: subacute bleed, bright on T1"),
}

FAT_TISSUES = frozenset({Tissue.FAT, Tissue.MARROW})
"""Tissues that look like fat on a T1-weighted image without fat suppression."""
