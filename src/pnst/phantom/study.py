"""`simulate`: a whole study with its exact answer, from one description."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np

from pnst.image import FloatArray, Grid, Mask, Volume
from pnst.phantom.acquire import (
    STILL,
    GridSpec,
    Motion,
    coil_sensitivity,
    make_grid,
    rician,
    tissue_map,
)
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.check import at_least, between, require
from pnst.phantom.lesion import LesionSpec, Shape
from pnst.phantom.scene import Scene
from pnst.phantom.signal import contrast_table
from pnst.phantom.tissue import TISSUES, Properties, Tissue
from pnst.phantom.truth import Truth, true_values
from pnst.study import Acquisition, Lesion, Role, Series, Source, Study

SIGNAL_SCALE = 1000.0
"""Signal of a voxel of fully relaxed water."""

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

ROLES = (Role.T1, Role.T1_POST, Role.T2_FS, Role.DWI)
DWI_GRID = GridSpec(spacing_mm=(1.8, 1.8, 5.0), turn_deg=(3.0, -5.0, 0.0))


@dataclass(frozen=True, kw_only=True)
class Spec:
    """A simulated study in one description; every part has a default."""

    lesion: LesionSpec = field(default_factory=LesionSpec)
    surround: SurroundSpec = field(default_factory=SurroundSpec)
    roles: tuple[Role, ...] = ROLES
    grids: Mapping[Role, GridSpec] = field(default_factory=dict)
    """Voxels by role; others take 0.6 × 0.6 × 4 mm, diffusion 1.8 × 1.8 × 5 mm."""
    sequences: Mapping[Role, Acquisition] = field(default_factory=dict)
    """Sequences by role that replace those of `SEQUENCES`."""
    b_values: tuple[float, ...] = (0.0, 50.0, 400.0, 800.0)
    """s/mm², one volume each (the geometric mean over directions of an isotropic tissue)."""
    snr: float | None = 40.0
    """Signal of the tumour ÷ σ of the noise, in every series (diffusion: at its lowest b-value); None: no noise."""
    bias: float = 0.0
    """Amplitude of the coil's smooth shading, as a share of the signal; not in diffusion, ADC or Dixon images."""
    motion: Mapping[Role, Motion] = field(default_factory=dict)
    whole_numbers: bool = False
    """Round the signal to whole numbers, as scanners do."""
    case_id: str = "phantom"

    def __post_init__(self) -> None:
        if self.snr is not None:
            at_least("snr", self.snr, 0.1)
        between("bias", self.bias, 0.0, 0.9)
        require(len(self.roles) > 0, "roles", "none", "at least one role")
        require(len(set(self.roles)) == len(self.roles), "roles", "a role given twice", "each role once")
        if {Role.DWI, Role.ADC} & set(self.roles):
            for b in self.b_values:
                between("b_values", b, 0.0, 10_000.0)
            require(len(set(self.b_values)) >= 2, "b_values", str(self.b_values), "two or more different b-values")
        for name in ("grids", "sequences", "motion"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))


@dataclass(frozen=True, eq=False)
class Simulated:
    """A simulated study, its lesion and the exact answer."""

    study: Study
    lesion: Lesion
    spec: Spec
    seed: int
    scene: Scene
    clean: Mapping[Role, tuple[Grid, FloatArray]]
    """Each series before noise: its grid, and signal (ni, nj, nk, measurements)."""

    @cached_property
    def truth(self) -> Truth:
        """`family.column_unit` → exact value, by quadrature on the geometry; worked out when first asked for."""
        return true_values(self.scene, self.lesion.mask.grid)

    def redraw(self, seed: int) -> Study:
        """The same patient and images with other noise, without rendering again."""
        return _study(self.spec, self.clean, seed)


def simulate(spec: Spec | None = None, seed: int = 0) -> Simulated:
    """Render a study; its truth comes with it. The same description and seed give the same bits.

    The lesion's mask holds the voxels whose centres are inside the true surface, on the grid of `t2_fs`, else `t1`,
    else the first role. Raises `SettingError` for a description that cannot be simulated.
    """
    require(isinstance(seed, int) and seed >= 0, "seed", str(seed), "a whole number ≥ 0")
    spec = Spec() if spec is None else spec
    scene = Scene(Shape(spec.lesion, np.random.default_rng([seed, 0])), spec.surround)
    clean = _render(spec, scene)
    drawn_on = next(role for role in (Role.T2_FS, Role.T1, spec.roles[0]) if role in clean)
    mask = lesion_mask(scene, clean[drawn_on][0], spec.motion.get(drawn_on, STILL))
    return Simulated(_study(spec, clean, seed), Lesion("tumour", mask, "simulation"), spec, seed, scene, clean)


def lesion_mask(scene: Scene, grid: Grid, motion: Motion = STILL) -> Mask:
    """The voxels whose centres are inside the true surface."""
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.shape], indexing="ij"), axis=-1)
    return Mask(scene.inside(motion.undo(grid.to_world(index), scene.shape.centre)), grid)


def _render(spec: Spec, scene: Scene) -> dict[Role, tuple[Grid, FloatArray]]:
    """Every series without noise; those that share voxels and motion share one map of tissues."""
    tissues = [spec.lesion.tissue if tissue is Tissue.TUMOUR else TISSUES[tissue] for tissue in Tissue]
    maps: dict[tuple[GridSpec, Motion], tuple[Grid, FloatArray]] = {}
    clean = {}
    for role in spec.roles:
        default = DWI_GRID if role in (Role.DWI, Role.ADC) else GridSpec()
        key = spec.grids.get(role, default), spec.motion.get(role, STILL)
        if key not in maps:
            grid = make_grid(key[0], scene)
            maps[key] = grid, tissue_map(scene, grid, key[0].thickness_mm, key[1])
        grid, fractions = maps[key]
        signal = _signal(role, spec, fractions, tissues)
        if role in SHADED:
            signal *= coil_sensitivity(grid, scene.shape.centre, spec.bias)[..., None]
        clean[role] = grid, signal
    return clean


def _signal(role: Role, spec: Spec, fractions: FloatArray, tissues: Sequence[Properties]) -> FloatArray:
    """(ni, nj, nk, measurements): signal of the voxels' mixtures; µm²/ms for an ADC map."""
    sequence = spec.sequences.get(role, SEQUENCES[role])
    if role is Role.ADC:
        return _adc(fractions, tissues, sequence, spec.b_values)[..., None]
    table = _contrasts(role, spec, tissues)
    return np.asarray((fractions @ table.astype(np.float32)).astype(np.float64))


def _contrasts(role: Role, spec: Spec, tissues: Sequence[Properties]) -> FloatArray:
    """(tissues, measurements): signal of each pure tissue; proton density of fat or water for a Dixon image."""
    if role in (Role.FAT, Role.WATER):
        share = np.array([t.fat_fraction if role is Role.FAT else 1 - t.fat_fraction for t in tissues])
        return np.asarray(SIGNAL_SCALE * (share * [t.proton_density for t in tissues])[:, None])
    sequence = spec.sequences.get(role, SEQUENCES[role])
    return SIGNAL_SCALE * contrast_table(tissues, sequence, spec.b_values if role is Role.DWI else (0.0,))


def _adc(
    fractions: FloatArray, tissues: Sequence[Properties], sequence: Acquisition, b_values: Sequence[float]
) -> FloatArray:
    """(ni, nj, nk): ADC of the voxels' mixtures, from the lowest b of 50 or more (else 0) and the highest; 0 in air."""
    high = max(b_values)
    low = min([b for b in b_values if 50 <= b < high] or [min(b_values)])
    signal = fractions @ contrast_table(tissues, sequence, (low, high))
    known = (fractions[..., Tissue.AIR] < 0.5) & (signal > 0).all(axis=-1)
    ratio = np.ones(signal.shape[:3])
    np.divide(signal[..., 0], signal[..., 1], out=ratio, where=known)
    return np.asarray(np.log(ratio) / (high - low) * 1000.0)


def _study(spec: Spec, clean: Mapping[Role, tuple[Grid, FloatArray]], seed: int) -> Study:
    """The noisy study. Each role has a generator of its own: one series more leaves the noise of the others alone."""
    series = {}
    for role, (grid, signal) in clean.items():
        data = signal
        if role is not Role.ADC:
            data = rician(signal, _noise(role, spec), np.random.default_rng([seed, 1 + list(Role).index(role)]))
            data = np.rint(data) if spec.whole_numbers else data
        series[role] = _series(role, spec, grid, data)
    return Study(spec.case_id, series, notes=("simulated: no patient, no clinical evidence",))


def _noise(role: Role, spec: Spec) -> float:
    """σ of the noise: the tumour's signal (its water for a fat image) ÷ the signal-to-noise ratio."""
    if spec.snr is None:
        return 0.0
    tumour = _contrasts(Role.WATER if role is Role.FAT else role, spec, [spec.lesion.tissue])
    return float(tumour.max()) / spec.snr


def _series(role: Role, spec: Spec, grid: Grid, data: FloatArray) -> Series:
    diffusion = role is Role.DWI
    voxels = np.ascontiguousarray(data if diffusion else data[..., 0], dtype=np.float32)
    digest = hashlib.sha256(voxels.tobytes() + np.ascontiguousarray(grid.affine).tobytes()).hexdigest()
    return Series(
        role,
        Volume(voxels, grid, "um2_per_ms" if role is Role.ADC else ""),
        Source("simulated", digest),
        b_values=spec.b_values if diffusion else None,
        acquisition=spec.sequences.get(role, SEQUENCES[role]),
    )
