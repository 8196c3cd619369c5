"""A simulated study in one description, and the sequences that it is made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pnst.phantom.acquire import GridSpec, PatientMotion
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.artefacts import Artefacts
from pnst.phantom.check import require, require_min, require_range
from pnst.phantom.contour import ContourSpec
from pnst.phantom.lesion import LesionSpec
from pnst.study import Acquisition, Role

MAKER = "pnst phantom"

SEQUENCES: Mapping[Role, Acquisition] = MappingProxyType(
    {
        Role.T1: Acquisition(600, 10, None, 90, 3.0, False, False, MAKER),
        Role.T1_POST: Acquisition(600, 10, None, 90, 3.0, True, True, MAKER),
        Role.T2: Acquisition(4000, 60, None, 90, 3.0, False, False, MAKER),
        Role.T2_FS: Acquisition(4000, 60, None, 90, 3.0, True, False, MAKER),
        Role.DWI: Acquisition(4000, 65, None, 90, 3.0, True, False, MAKER),
        Role.ADC: Acquisition(4000, 65, None, 90, 3.0, True, False, MAKER),
        Role.FAT: Acquisition(1000, 3, None, 10, 3.0, False, False, MAKER),
        Role.WATER: Acquisition(1000, 3, None, 10, 3.0, False, False, MAKER),
    }
)
"""The simulated sequences by role; TR, TE and TI are typical of the clinic (assumed)."""

STIR = Acquisition(4000, 60, 250, 90, 3.0, True, False, MAKER)
"""An alternative for `Role.T2_FS`: inversion recovery near the null of fat."""

SHADED = (Role.T1, Role.T1_POST, Role.T2, Role.T2_FS)
"""The series that the coil shades."""

ECHO_PLANAR = (Role.DWI, Role.ADC)
"""The series that are echo-planar images, or made from them."""

ROLES = (Role.T1, Role.T1_POST, Role.T2_FS, Role.DWI)
DWI_GRID = GridSpec(spacing_mm=(1.8, 1.8, 5.0), turn_deg=(3.0, -5.0, 0.0))


@dataclass(frozen=True, kw_only=True)
class Spec:
    """A simulated study in one description; every part has a default.

    A parameter that shapes what is switched off (`lesion.rim_mm` where `rim_cap_deg` is 0, `surround.fat_plane_axis`
    without a plane, the wavelength of no texture) has a default of its own and waits for it: nothing shows it.
    """

    lesion: LesionSpec = field(default_factory=LesionSpec)
    surround: SurroundSpec = field(default_factory=SurroundSpec)
    contour: ContourSpec = field(default_factory=ContourSpec)
    """How the lesion's mask is drawn."""
    roles: tuple[Role, ...] = ROLES
    grids: Mapping[Role, GridSpec] = field(default_factory=dict)
    """Voxels by role, of those in `roles`; others take 0.6 × 0.6 × 4 mm, diffusion 1.8 × 1.8 × 5 mm."""
    sequences: Mapping[Role, Acquisition] = field(default_factory=dict)
    """Sequences by role, of those in `roles`, that replace those of `SEQUENCES`."""
    b_values: tuple[float, ...] = (0.0, 50.0, 400.0, 800.0)
    """s/mm²; one volume each without `directions`. Like `directions` and `muscle_anisotropy` they are diffusion's, and
    without a diffusion series nothing shows them."""
    directions: int = 0
    """Gradient directions at every b-value above 0, a volume each; 0: one volume, the geometric mean over them."""
    muscle_anisotropy: float = 0.0
    """Fractional anisotropy of muscle, whose fibres run along the limb; seen where there are directions."""
    snr: float | None = 40.0
    """Signal of the tumour ÷ σ of the noise, in every series (diffusion: at its lowest b-value) and in each of its
    averages; None: no noise."""
    averages: int = 1
    """Magnitude images averaged: less noise in tissue, the same floor in the dark."""
    bias: float = 0.0
    """Amplitude of the coil's smooth shading, as a share of the signal; not in diffusion, ADC or Dixon images."""
    motion: Mapping[Role, PatientMotion] = field(default_factory=dict)
    """Where the patient has moved before a series, by role, of those in `roles`."""
    artefacts: Artefacts = field(default_factory=Artefacts)
    """What the encoding does to the images; by default nothing."""
    whole_numbers: bool = False
    """Round the signal to whole numbers, as scanners do."""
    case_id: str = "phantom"

    def __post_init__(self) -> None:
        if self.snr is not None:
            require_min("snr", self.snr, 0.1)
        require_range("bias", self.bias, 0.0, 0.9)
        require_range("averages", self.averages, 1, 100)
        require_range("directions", self.directions, 0, 256)
        require_range("muscle_anisotropy", self.muscle_anisotropy, 0.0, 0.9)
        require(len(self.roles) > 0, "roles", "none", "at least one role")
        require(len(set(self.roles)) == len(self.roles), "roles", "a role given twice", "each role once")
        if set(ECHO_PLANAR) & set(self.roles):
            for b in self.b_values:
                require_range("b_values", b, 0.0, 10_000.0)
            require(len(set(self.b_values)) >= 2, "b_values", str(self.b_values), "two or more different b-values")
        for name in ("grids", "sequences", "motion"):
            idle = [role.value for role in getattr(self, name) if role not in self.roles]
            require(not idle, name, f"one for {', '.join(idle)}, which is not simulated", "none but those of `roles`")
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def sequence(self, role: Role) -> Acquisition:
        """The sequence of a role."""
        return self.sequences.get(role, SEQUENCES[role])

    def grid(self, role: Role) -> GridSpec:
        """The voxels of a role."""
        return self.grids.get(role, DWI_GRID if role in ECHO_PLANAR else GridSpec())
