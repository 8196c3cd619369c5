"""What each pure tissue is worth in each measurement of a series: water, fat, diffusion weighting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pnst.phantom.acquire import STILL
from pnst.phantom.artefacts import fat_shift_hz
from pnst.phantom.gradients import along, directions
from pnst.phantom.kspace import displaced
from pnst.phantom.layers import TISSUE_COUNT
from pnst.phantom.signal import fat_signal, water_signal
from pnst.phantom.spec import ECHO_PLANAR, Spec
from pnst.phantom.tissue import Properties, Tissue
from pnst.phantom.vector import rotation
from pnst.study import Role
from pnst.typing import FloatArray

SIGNAL_SCALE = 1000.0
"""Signal of a voxel of fully relaxed water."""

FIBRES = np.array([0.0, 0.0, 1.0])
"""Direction of the muscle's fibres in the patient, RAS."""


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
        measured: list[tuple[float, FloatArray | None]] = [(b, None) for b in adc_pair(spec.b_values)]
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


def _fat_shift(role: Role, spec: Spec) -> tuple[float, int]:
    """Voxels by which fat is displaced, and along which axis: rows are read out, columns phase encoded."""
    planar, artefacts = role in ECHO_PLANAR, spec.artefacts
    bandwidth = artefacts.epi_hz_per_pixel if planar else artefacts.readout_hz_per_pixel
    if bandwidth is None:
        return 0.0, int(planar)
    return fat_shift_hz(spec.sequence(role).field_strength_t) / bandwidth / artefacts.acquired, int(planar)


def _oriented(known: Sequence[Properties], g: FloatArray | None, spec: Spec, role: Role) -> list[Properties]:
    """The tissues as a gradient direction sees them."""
    oriented = list(known)
    if g is not None:
        fibres = rotation(spec.motion.get(role, STILL).turn_deg) @ FIBRES
        muscle = known[Tissue.MUSCLE]
        d = float(along(muscle.d_um2_per_ms, spec.muscle_anisotropy, g @ fibres))
        oriented[Tissue.MUSCLE] = replace(muscle, d_um2_per_ms=d)
    return oriented


def adc_pair(b_values: Sequence[float]) -> tuple[float, float]:
    """The lowest b of 50 or more (else the lowest) and the highest."""
    high = max(b_values)
    return min([b for b in b_values if 50 <= b < high] or [min(b_values)]), high
