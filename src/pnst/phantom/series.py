"""The images of a study before noise: tissues to signal, fat and field displaced, k-space truncated, the coil."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pnst.image import Box, FloatArray, Grid
from pnst.phantom.acquire import STILL, GridSpec, Motion, coil_sensitivity, make_grid
from pnst.phantom.artefacts import fat_shift_hz
from pnst.phantom.distortion import Distortion
from pnst.phantom.gradients import along, directions
from pnst.phantom.kspace import FINENESS, displaced, truncate
from pnst.phantom.lesion import rotation
from pnst.phantom.render import Renderer
from pnst.phantom.scene import TISSUE_COUNT, Scene
from pnst.phantom.signal import fat_signal, water_signal
from pnst.phantom.spec import ECHO_PLANAR, SHADED, Spec
from pnst.phantom.tissue import Properties, Tissue
from pnst.study import Role

SIGNAL_SCALE = 1000.0
"""Signal of a voxel of fully relaxed water."""

FIBRES = np.array([0.0, 0.0, 1.0])
"""Direction of the muscle's fibres in the patient, RAS."""


@dataclass(frozen=True, eq=False)
class View:
    """Where the voxels of a series are, and what moved before or while they were taken."""

    grid: Grid
    thickness_mm: float | None
    motion: Motion
    distortion: Distortion | None
    centre: FloatArray
    """(3,) the tumour's centre at rest, about which the patient turns."""

    @classmethod
    def of(cls, role: Role, spec: Spec, scene: Scene) -> View:
        """The view of a role."""
        voxels, artefacts = spec.grid(role), spec.artefacts
        grid, centre = make_grid(voxels, scene), scene.shape.centre
        bandwidth = artefacts.epi_hz_per_pixel
        distortion = None
        if role in ECHO_PLANAR and bandwidth is not None and artefacts.off_resonance_hz > 0:
            mm_per_hz = grid.spacing[1] / artefacts.acquired / bandwidth
            peak, wavelength = artefacts.off_resonance_hz, artefacts.off_resonance_wavelength_mm
            distortion = Distortion(grid.directions[:, 1], centre, mm_per_hz, peak, wavelength)
        return cls(grid, voxels.thickness_mm, spec.motion.get(role, STILL), distortion, centre)

    def box(self, reach_mm: float) -> Box:
        """The voxels that may show what lies within `reach_mm` of the tumour's centre."""
        moved = 0.0 if self.distortion is None else self.distortion.mm_per_hz * self.distortion.peak_hz
        middle = self.grid.to_index(self.centre + self.motion.shift_mm)
        half = (reach_mm + moved) / np.asarray(self.grid.spacing)
        low = np.clip(np.floor(middle - half), 0, self.grid.shape).astype(int)
        high = np.clip(np.ceil(middle + half) + 1, low, self.grid.shape).astype(int)
        i, j, k = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        return i, j, k

    def to_patient(self, points: FloatArray) -> FloatArray:
        """Where RAS points (..., 3) of the image lie in the patient at rest."""
        if self.distortion is not None:
            points = self.distortion.undo(points)
        return self.motion.undo(points, self.centre)


@dataclass(frozen=True, eq=False)
class Contrast:
    """What each pure tissue is worth in each measurement of a series, and where its fat comes to lie."""

    water: FloatArray
    """(tissues, measurements)."""
    fat: FloatArray
    """(tissues, measurements)."""
    shift: float
    """Voxels by which fat is displaced along `axis`."""
    axis: int

    @property
    def table(self) -> FloatArray:
        """(tissues, columns): water and fat together, or side by side where fat is displaced."""
        return np.hstack([self.water, self.fat]) if self.shift else self.water + self.fat

    def image(self, cells: FloatArray, fineness: int) -> FloatArray:
        """(a, b, measurements): the signal of cells (a, b, columns)."""
        if not self.shift:
            return cells
        water, fat = np.split(cells, 2, axis=-1)
        return np.asarray(water + displaced(fat, self.shift * fineness, self.axis))


def weightings(spec: Spec) -> list[tuple[float, FloatArray | None]]:
    """b-value and direction (None: the mean over them) of each diffusion measurement."""
    if spec.directions == 0:
        return [(b, None) for b in spec.b_values]
    turned = directions(spec.directions)
    return [(b, g) for b in spec.b_values for g in (turned if b > 0 else [None])]


def tissues(spec: Spec) -> list[Properties]:
    """The properties of each tissue, in the order of `Tissue`."""
    return [spec.lesion.properties(tissue) for tissue in Tissue]


def contrast(role: Role, spec: Spec) -> Contrast:
    """The contrast of a role; an ADC map is made from its two b-values and the share of air."""
    known, sequence = tissues(spec), spec.sequence(role)
    if role in (Role.FAT, Role.WATER):
        density = np.array([[t.proton_density] for t in known]) * SIGNAL_SCALE
        share = np.array([[t.fat_fraction] for t in known])
        is_fat = role is Role.FAT
        return Contrast((1 - share) * density * (not is_fat), share * density * is_fat, *_fat_shift(role, spec))
    if role is Role.ADC:
        measured: list[tuple[float, FloatArray | None]] = [(b, None) for b in _adc_pair(spec.b_values)]
    else:
        measured = weightings(spec) if role is Role.DWI else [(0.0, None)]
    oriented = [(b, _oriented(known, g, spec, role)) for b, g in measured]
    residue = spec.artefacts.fat_residue
    water = SIGNAL_SCALE * np.array([[water_signal(t, sequence, b) for t in ts] for b, ts in oriented]).T
    fat = SIGNAL_SCALE * np.array([[fat_signal(t, sequence, b, residue) for t in ts] for b, ts in oriented]).T
    if role is Role.ADC:
        air = np.eye(TISSUE_COUNT)[:, [Tissue.AIR]]
        water, fat = np.hstack([water, air]), np.hstack([fat, np.zeros_like(air)])
    return Contrast(water, fat, *_fat_shift(role, spec))


def render(spec: Spec, scene: Scene) -> dict[Role, tuple[Grid, FloatArray]]:
    """Each role's grid and signal (ni, nj, nk, measurements); roles that look alike share one rendering."""
    alike: dict[tuple[GridSpec, Motion, bool], list[Role]] = {}
    for role in spec.roles:
        alike.setdefault((spec.grid(role), spec.motion.get(role, STILL), role in ECHO_PLANAR), []).append(role)
    images: dict[Role, tuple[Grid, FloatArray]] = {}
    for roles in alike.values():
        view = View.of(roles[0], spec, scene)
        coil = coil_sensitivity(view.grid, view.centre, spec.bias)[..., None]
        for role, image in _taken(view, {role: contrast(role, spec) for role in roles}, spec, scene).items():
            if role is Role.ADC:
                image = _adc(image, spec.b_values)
            if role in SHADED:
                image *= coil
            images[role] = view.grid, image if role is Role.ADC else np.abs(image, out=image)
    return {role: images[role] for role in spec.roles}


def _taken(view: View, contrasts: dict[Role, Contrast], spec: Spec, scene: Scene) -> dict[Role, FloatArray]:
    """(ni, nj, nk, measurements) of each role, slice by slice: only one slice at a time is held in cells."""
    artefacts, grid = spec.artefacts, view.grid
    fineness = FINENESS if artefacts.gibbs else 1
    some = next(iter(contrasts.values()))
    margin = int(np.ceil(max(abs(c.shift) for c in contrasts.values())))
    wide = _widened(grid, some.axis, margin)
    inner = tuple(
        slice(margin * fineness, -margin * fineness or None) if a == some.axis else slice(None) for a in (0, 1)
    )
    renderer = Renderer(
        scene,
        wide,
        np.hstack([c.table for c in contrasts.values()]),
        view.to_patient,
        1.0 if view.distortion is None else view.distortion.stretch,
        view.thickness_mm,
        fineness,
    )
    ends = np.cumsum([c.table.shape[1] for c in contrasts.values()])
    images = {role: np.empty((*grid.shape, c.water.shape[1]), np.float32) for role, c in contrasts.items()}
    for k, cells in enumerate(renderer.slices()):
        if view.distortion is not None and artefacts.jacobian:
            cells *= view.distortion.jacobian(_pixels(wide, k, fineness))[..., None].astype(np.float32)
        for (role, c), columns in zip(contrasts.items(), np.split(cells, ends[:-1], axis=-1), strict=True):
            image = c.image(columns, fineness)[inner]
            images[role][:, :, k] = truncate(image, grid.shape[:2], artefacts.acquired) if artefacts.gibbs else image
    return images


def _fat_shift(role: Role, spec: Spec) -> tuple[float, int]:
    """Voxels by which fat is displaced, and along which axis: rows are read out, columns phase encoded."""
    planar, artefacts = role in ECHO_PLANAR, spec.artefacts
    bandwidth = artefacts.epi_hz_per_pixel if planar else artefacts.readout_hz_per_pixel
    if bandwidth is None:
        return 0.0, int(planar)
    return fat_shift_hz(spec.sequence(role).field_strength_t) / bandwidth / artefacts.acquired, int(planar)


def _oriented(known: Sequence[Properties], g: FloatArray | None, spec: Spec, role: Role) -> list[Properties]:
    """The tissues as a gradient direction sees them."""
    found = list(known)
    if g is not None:
        fibres = rotation(spec.motion.get(role, STILL).turn_deg) @ FIBRES
        muscle = known[Tissue.MUSCLE]
        d = float(along(muscle.d_um2_per_ms, spec.muscle_anisotropy, g @ fibres))
        found[Tissue.MUSCLE] = replace(muscle, d_um2_per_ms=d)
    return found


def _adc_pair(b_values: Sequence[float]) -> tuple[float, float]:
    """The lowest b of 50 or more (else the lowest) and the highest."""
    high = max(b_values)
    return min([b for b in b_values if 50 <= b < high] or [min(b_values)]), high


def _adc(image: FloatArray, b_values: Sequence[float]) -> FloatArray:
    """(ni, nj, nk, 1): ADC in µm²/ms from two signals and the share of air along the last axis; 0 in air."""
    low, high = _adc_pair(b_values)
    signal = image[..., :2].astype(np.float64)
    known = (image[..., 2] < 0.5) & (signal > 0).all(axis=-1)
    ratio = np.ones(image.shape[:3])
    np.divide(signal[..., 0], signal[..., 1], out=ratio, where=known)
    return np.asarray(np.log(ratio) / (high - low) * 1000.0)[..., None]


def _widened(grid: Grid, axis: int, margin: int) -> Grid:
    """The grid with more voxels at both ends of an axis."""
    start, shape = np.zeros(3), list(grid.shape)
    start[axis], shape[axis] = -margin, grid.shape[axis] + 2 * margin
    affine = grid.affine.copy()
    affine[:3, 3] = grid.to_world(start)
    return Grid((shape[0], shape[1], shape[2]), affine)


def _pixels(grid: Grid, k: int, fineness: int) -> FloatArray:
    """(ni · fineness, nj · fineness, 3): RAS centres of one slice's pixels."""
    i, j = ((np.arange(n * fineness) + 0.5) / fineness - 0.5 for n in grid.shape[:2])
    return grid.to_world(np.stack(np.meshgrid(i, j, [float(k)], indexing="ij"), axis=-1)[:, :, 0])
