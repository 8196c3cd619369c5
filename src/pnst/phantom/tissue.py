"""What each simulated tissue is made of, in one table.

Relaxation times are those at 3 T. Each group of values names what was opened, or says *assumed*: an assumed value is
plausible for the tissue and was not read anywhere. Nothing here is clinical evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from types import MappingProxyType

from pnst.phantom.sources import ASSUMED, NO_PROTONS, Sources


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
    CAPSULE = 15
    HYPOVASCULAR_CORE = 16
    STROMA = 17
    """The tumour's other constituent, where it has a texture."""
    VERTEBRAL_MARROW = 18
    DISC = 19
    CSF = 20
    CORD = 21
    CORD_EDEMA = 22
    HAEMOSIDERIN = 23


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
    sources: Sources = field(default_factory=Sources)

    @property
    def source(self) -> str:
        """Whence the values, in one line."""
        return str(self.sources)


_NOTHING = Sources(*[NO_PROTONS] * 6)
_SPINSIGHT = Sources(t1="SpinSight", t2="SpinSight", proton_density="SpinSight", fat_fraction="SpinSight")
_FAT = replace(_SPINSIGHT, diffusion="Steidle2011")
_MUSCLE = replace(_SPINSIGHT, t1="Bazelaire2004", t2="Bazelaire2004", diffusion="Englund2021")
_MARROW = replace(_SPINSIGHT, diffusion="WholeBody2021", fat_fraction=ASSUMED)
_FLOW_VOID = replace(_SPINSIGHT, proton_density="assumed: so little that it looks like a flow void")
_NERVE = Sources(t2="Preisner2021", diffusion="Kabakci2007")
_BLEED = Sources(t1="assumed: a subacute bleed, bright on T1")
_VERTEBRA = replace(_MARROW, proton_density="Spine2020", fat_fraction="Baum2018")
_DISC = Sources(t1="Spine2020", t2="Spine2020", proton_density="Spine2020")
_WATER = "assumed: free water at body temperature"
_CSF = replace(_SPINSIGHT, t1="SubarachnoidCSF", t2="SubarachnoidCSF", diffusion=_WATER)
_CORD = replace(_SPINSIGHT, t1="Smith2008", t2="Smith2008", proton_density="Spine2020", diffusion="Bosma2012")

TISSUES: Mapping[Tissue, Properties] = MappingProxyType(
    {
        #                              T1 ms  T2 ms   PD     D     IVIM f, D*   fat   uptake
        Tissue.AIR: Properties(1000, 100, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, _NOTHING),
        Tissue.SKIN: Properties(900, 30, 0.7, 1.0, 0.0, 0.0, 0.0, 0.1),
        Tissue.FAT: Properties(370, 130, 1.0, 0.02, 0.0, 0.0, 0.95, 0.01, _FAT),
        Tissue.MUSCLE: Properties(898, 29, 1.0, 1.46, 0.11, 29.7, 0.0, 0.06, _MUSCLE),
        Tissue.CORTICAL_BONE: Properties(1000, 1, 0.05, 0.1, 0.0, 0.0, 0.0, 0.0, _SPINSIGHT),
        Tissue.MARROW: Properties(898, 34, 1.0, 0.422, 0.0, 0.0, 0.85, 0.02, _MARROW),
        Tissue.ARTERY: Properties(1932, 275, 0.03, 3.0, 0.0, 0.0, 0.0, 0.0, _FLOW_VOID),
        Tissue.VEIN: Properties(1932, 275, 1.0, 3.0, 0.0, 0.0, 0.0, 0.5, _SPINSIGHT),
        Tissue.NERVE: Properties(1000, 64.5, 0.9, 1.016, 0.0, 0.0, 0.1, 0.05, _NERVE),
        Tissue.TUMOUR: Properties(1100, 90, 1.0, 1.7, 0.0, 20.0, 0.0, 0.35),
        Tissue.TARGET_CORE: Properties(950, 45, 1.0, 1.4, 0.0, 20.0, 0.0, 0.40),
        Tissue.EDEMA: Properties(1100, 60, 1.0, 1.9, 0.0, 20.0, 0.0, 0.09),
        Tissue.CYST: Properties(2500, 500, 1.0, 2.8, 0.0, 0.0, 0.0, 0.0),
        Tissue.NECROSIS: Properties(1500, 110, 1.0, 2.2, 0.0, 0.0, 0.0, 0.0),
        Tissue.BLOOD: Properties(350, 60, 0.9, 0.9, 0.0, 0.0, 0.0, 0.0, _BLEED),
        Tissue.CAPSULE: Properties(1000, 18, 0.6, 1.0, 0.0, 0.0, 0.0, 0.1),
        Tissue.HYPOVASCULAR_CORE: Properties(1100, 90, 1.0, 1.7, 0.0, 20.0, 0.0, 0.18),
        Tissue.STROMA: Properties(1100, 90, 1.0, 1.7, 0.0, 20.0, 0.0, 0.35),
        Tissue.VERTEBRAL_MARROW: Properties(898, 34, 0.911, 0.422, 0.0, 0.0, 0.353, 0.05, _VERTEBRA),
        Tissue.DISC: Properties(1164.9, 101.9, 0.789, 1.5, 0.0, 0.0, 0.0, 0.02, _DISC),
        Tissue.CSF: Properties(4308.7, 1885.5, 1.0, 3.0, 0.0, 0.0, 0.0, 0.0, _CSF),
        Tissue.CORD: Properties(876, 73, 0.587, 0.93, 0.0, 0.0, 0.0, 0.01, _CORD),
        Tissue.CORD_EDEMA: Properties(1100, 110, 0.75, 1.3, 0.0, 0.0, 0.0, 0.02),
        Tissue.HAEMOSIDERIN: Properties(900, 8, 0.7, 1.0, 0.0, 0.0, 0.0, 0.0),
    }
)
