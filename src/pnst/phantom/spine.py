"""A stretch of the vertebral column, straight or bent, laid out so that the tumour lies where its description says.

The spine's own coordinates are x to the patient's right and y forward from the canal's axis, and the length along it
from the tumour's height. Along a bend lengths count on the canal's axis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.distances import cord, cylinder, ellipsoid, length
from pnst.phantom.layers import Layer
from pnst.phantom.spine_spec import LEVELS, SpineSpec
from pnst.phantom.tissue import Tissue
from pnst.phantom.vector import Vector
from pnst.typing import FloatArray, IntArray

CORTEX_MM = 1.2
ARCH_MM = 6.0
"""Thickness of pedicles and laminae round the canal."""
PROCESS_MM = 4.0
"""Radius of the spinous and transverse processes."""
ROOT_MM = 1.2
"""Radius of the roots."""
TAIL_HALF_ANGLE_DEG = 40.0
"""The dural tail's half width round the sac, seen from its axis."""
SYRINX_GAP_MM = 3.0
"""From the tumour to the syrinx above it."""


@dataclass(frozen=True)
class Spine:
    """Where the spine's parts lie. Signed distances in mm, negative inside, of points (n, 3) in its own coordinates."""

    surround: SurroundSpec
    spec: SpineSpec
    axis: Vector
    """RAS of the canal's axis at the tumour's height."""
    tumour_reach_mm: float
    """How far the tumour reaches from its centre along the axis."""
    trunk_mm: float

    @classmethod
    def lay_out(cls, surround: SurroundSpec, centre_mm: Vector, keep_mm: float, reach_mm: float) -> Spine:
        """A column whose canal runs past the tumour's centre where the description says; all soft tissue is muscle."""
        spec = surround.spine or SpineSpec()
        x, y = spec.canal_offset_mm
        axis = centre_mm[0] - x, centre_mm[1] - y, centre_mm[2]
        behind = spec.canal_mm + ARCH_MM + 30
        trunk = max(behind, spec.canal_mm + 2 * spec.body_mm[1] + 10, float(np.hypot(x, y)) + keep_mm)
        return cls(surround, spec, axis, reach_mm, trunk + 5)

    @property
    def nerve_root(self) -> None:
        """The roots run to their own foramina."""
        return None

    def fascia(self, points: FloatArray) -> FloatArray:
        """To the trunk's muscles."""
        return cylinder(points, (self.axis[0], self.axis[1]), self.trunk_mm)

    def ground(self, points: FloatArray, fascia: FloatArray) -> Iterator[Layer]:
        """Skin, subcutaneous fat and muscle."""
        surround = self.surround
        yield Layer(Tissue.SKIN, fascia - surround.subcutaneous_fat_mm - surround.skin_mm)
        yield Layer(Tissue.FAT, fascia - surround.subcutaneous_fat_mm)
        yield Layer(Tissue.MUSCLE, fascia)

    def structures(self, points: FloatArray) -> Iterator[Layer]:
        """Bone, discs, the canal with its fat, the sac with fluid, cord and roots."""
        local = self.to_local(points)
        yield from self._bones(local)
        yield Layer(Tissue.FAT, self.canal(local))
        if self.spec.scallop_mm > 0:
            yield Layer(Tissue.FAT, self.scallop(local))
        yield Layer(Tissue.CSF, self.sac(local))
        if self.spec.roots:
            yield Layer(Tissue.NERVE, self._roots(local))
        if self.spec.dural_tail_mm > 0:
            yield Layer(Tissue.TUMOUR, self._dural_tail(local))
        in_cord = self.cord(local)
        yield Layer(Tissue.CORD, in_cord)
        if self.spec.cord_edema_mm > 0:
            yield Layer(Tissue.CORD_EDEMA, np.maximum(in_cord, np.abs(local[:, 2]) - self.spec.cord_edema_mm / 2))
        if self.spec.syrinx_mm > 0:
            yield Layer(Tissue.CSF, np.maximum(self.syrinx(local), in_cord + 0.5))

    def to_local(self, points: FloatArray) -> FloatArray:
        """RAS points (..., 3) in the spine's own coordinates."""
        local = points - np.asarray(self.axis)
        radius = self.spec.curve_mm
        if radius is None:
            return np.asarray(local)
        x, y, z = np.moveaxis(local, -1, 0)
        from_middle = y + radius  # the centre of the arc lies behind
        return np.stack([x, np.hypot(from_middle, z) - radius, np.arctan2(z, from_middle) * radius], axis=-1)

    def to_world(self, local: FloatArray) -> FloatArray:
        """The inverse of `to_local`."""
        x, y, along = np.moveaxis(np.asarray(local, dtype=np.float64), -1, 0)
        radius = self.spec.curve_mm
        if radius is not None:
            angle = along / radius
            y, along = (radius + y) * np.cos(angle) - radius, (radius + y) * np.sin(angle)
        return np.asarray(np.stack([x, y, along], axis=-1) + np.asarray(self.axis))

    def bump(self, along: FloatArray) -> FloatArray:
        """(n,) how much of the greatest deformation the cord has at lengths (n,) along the axis: 1 at the tumour."""
        phase = np.clip(along / self.spec.deformed_mm, -1, 1)
        return np.asarray(np.cos(np.pi * phase / 2) ** 2)

    def cord_section(self, along: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Of the cord at lengths (n,) along the axis: its middle (n, 2) and its semi-axes (n, 2)."""
        bump, spec = self.bump(along), self.spec
        left: FloatArray = 1 - spec.cord_squeeze * bump
        sideways = abs(spec.canal_offset_mm[0]) >= abs(spec.canal_offset_mm[1])
        squeezed: FloatArray = np.stack([left, np.ones_like(left)] if sideways else [np.ones_like(left), left], axis=-1)
        middle = bump[..., None] * np.asarray(spec.cord_shift_mm)
        return np.asarray(middle), np.asarray(squeezed * np.asarray(spec.cord_mm))

    def cord(self, local: FloatArray) -> FloatArray:
        """To the cord as it runs, also where the tumour has replaced it."""
        middle, radii = self.cord_section(local[..., 2])
        scaled = (local[..., :2] - middle) / radii
        out, gradient = length(scaled), length(scaled / radii)
        near_centre = out < 1e-6
        distance = out * (out - 1) / np.where(near_centre, 1.0, gradient)
        return np.asarray(np.where(near_centre, -np.minimum(radii[..., 0], radii[..., 1]), distance))

    def sac(self, local: FloatArray) -> FloatArray:
        """To the thecal sac, which the mask of the canal outlines."""
        return cylinder(local, (0.0, 0.0), self.spec.sac_mm)

    def canal(self, local: FloatArray) -> FloatArray:
        """To the bony canal, scallops aside."""
        return cylinder(local, (0.0, 0.0), self.spec.canal_mm)

    def bone(self, local: FloatArray) -> FloatArray:
        """To all vertebrae; the canal and the foramina are no part of them."""
        solid = np.minimum(self._body(local), self._arch(local))
        hollow = np.minimum(self.canal(local), self._foramina(local))
        hollow = np.minimum(hollow, self.scallop(local)) if self.spec.scallop_mm > 0 else hollow
        return np.asarray(np.maximum(solid, -hollow))

    def vertebra(self, local: FloatArray) -> IntArray:
        """(n,) the index in `LEVELS` of the vertebra at the height of each point, beyond its ends too."""
        above = np.floor(self._height(local) / self.spec.period_mm).astype(np.int64)
        return np.asarray(LEVELS.index(self.spec.level) - above)

    @property
    def posterior_wall_mm(self) -> float:
        """y of the back of the vertebral bodies."""
        return self.spec.canal_mm - 1.0

    def scallop(self, local: FloatArray) -> FloatArray:
        """To the ball that hollows the back of the body below the foramen, on the midline."""
        spec = self.spec
        half = (spec.period_mm - spec.disc_mm) / 2 - 2 * CORTEX_MM
        depth = min(spec.scallop_mm, half)
        radius = (half**2 + depth**2) / (2 * depth) if depth > 0 else 1.0
        middle = [0.0, self.posterior_wall_mm + depth - radius, -spec.foramen_offset_mm - spec.period_mm / 2]
        return np.asarray(length(local - np.array(middle)) - radius)

    def tunnel(self, local: FloatArray) -> FloatArray:
        """To the foramen on the tumour's side, at its height."""
        return np.asarray(np.maximum(self._foramina(local), np.abs(self._height(local)) - self.spec.period_mm / 2))

    @property
    def side(self) -> float:
        """1 where the tumour lies to the right of the canal's axis, else -1."""
        return 1.0 if self.spec.canal_offset_mm[0] >= 0 else -1.0

    def _height(self, local: FloatArray) -> FloatArray:
        """From the middle of the foramen nearest to the tumour."""
        return np.asarray(local[..., 2] + self.spec.foramen_offset_mm)

    def _folded(self, local: FloatArray) -> FloatArray:
        """(n,) height from the middle of the nearest disc and foramen."""
        height, period = self._height(local), self.spec.period_mm
        return np.asarray(height - period * np.round(height / period))

    def _bones(self, local: FloatArray) -> Iterator[Layer]:
        spec = self.spec
        disc = self._column(local)
        arch, body = self._arch(local), self._body(local)
        yield Layer(Tissue.CORTICAL_BONE, arch)
        yield Layer(Tissue.VERTEBRAL_MARROW, np.maximum(arch, -self.canal(local)) + CORTEX_MM)
        yield Layer(Tissue.DISC, disc)
        yield Layer(Tissue.CORTICAL_BONE, body)
        marrow = body + CORTEX_MM
        if spec.scallop_mm > 0:
            marrow = np.maximum(marrow, CORTEX_MM - self.scallop(local))
        yield Layer(Tissue.VERTEBRAL_MARROW, marrow)
        yield Layer(Tissue.FAT, self._foramina(local))

    def _column(self, local: FloatArray) -> FloatArray:
        """To the elliptic column of bodies and discs."""
        middle = 0.0, self.posterior_wall_mm + self.spec.body_mm[1]
        return ellipsoid(local[..., :2] - np.asarray(middle), np.asarray(self.spec.body_mm))

    def _body(self, local: FloatArray) -> FloatArray:
        return np.asarray(np.maximum(self._column(local), self.spec.disc_mm / 2 - np.abs(self._folded(local))))

    def _arch(self, local: FloatArray) -> FloatArray:
        """To pedicles, laminae and processes."""
        spec = self.spec
        outer = spec.canal_mm + ARCH_MM
        ring = cylinder(local, (0.0, 0.0), outer)
        half = np.abs(self._folded(local)) - spec.period_mm / 2
        folded = np.stack([np.abs(local[..., 0]), local[..., 1], half], axis=-1)
        spinous = np.array([[0.0, -spec.canal_mm - 3, 0.0], [0.0, -outer - 16, -2.0]])
        transverse = np.array([[spec.canal_mm + 3, -2.0, 0.0], [outer + 12, -6.0, 0.0]])
        processes = np.minimum(cord(folded, spinous, PROCESS_MM), cord(folded, transverse, PROCESS_MM))
        return np.asarray(np.minimum(ring, processes))

    def _foramina(self, local: FloatArray) -> FloatArray:
        """To the tunnels from the canal to both sides at the height of each disc, one of them widened."""
        spec, height = self.spec, self._folded(local)
        plane = np.stack([height, local[..., 1] + 1.0], axis=-1)
        plain = ellipsoid(plane, np.asarray(spec.foramen_mm))
        tunnel = plain
        if spec.foramen_ratio != 1:
            wide = ellipsoid(plane, np.sqrt(spec.foramen_ratio) * np.asarray(spec.foramen_mm))
            here = (np.abs(self._height(local)) < spec.period_mm / 2) & (local[..., 0] * self.side > 0)
            tunnel = np.where(here, wide, plain)
        return np.asarray(np.maximum(tunnel, np.abs(local[..., 0]) - spec.canal_mm - ARCH_MM - 1))

    def _roots(self, local: FloatArray) -> FloatArray:
        """To a root on each side: from the cord's side down to its foramen and on."""
        spec = self.spec
        folded = np.stack([np.abs(local[..., 0]), local[..., 1], self._folded(local)], axis=-1)
        out = spec.canal_mm + ARCH_MM
        path = np.array(
            [[spec.cord_mm[0], 0.0, 4.0], [spec.sac_mm, -1.0, 1.0], [out, -1.0, 0.0], [out + 30, 2.0, -10.0]]
        )
        return cord(folded, path, ROOT_MM)

    def _dural_tail(self, local: FloatArray) -> FloatArray:
        """To the layer inside the sac's wall that tapers away from the tumour, above and below it."""
        spec = self.spec
        beyond = np.abs(local[..., 2]) - self.tumour_reach_mm
        left = np.clip(1 - beyond / spec.dural_tail_mm, 0, 1)
        depth = -self.sac(local)
        thin = np.abs(depth - spec.dural_tail_width_mm * left / 2) - spec.dural_tail_width_mm * left / 2
        toward = np.asarray(spec.canal_offset_mm) / max(float(np.linalg.norm(spec.canal_offset_mm)), 1e-9)
        beside = local[..., :2] @ toward
        across = np.abs(local[..., 0] * toward[1] - local[..., 1] * toward[0])
        half = np.radians(TAIL_HALF_ANGLE_DEG)
        sector = across * np.cos(half) - beside * np.sin(half)
        return np.asarray(np.maximum.reduce([thin, sector, beyond - spec.dural_tail_mm]))

    def syrinx(self, local: FloatArray) -> FloatArray:
        """To the tube of fluid in the cord above the tumour; nothing lies in it where it has no width."""
        spec = self.spec
        low = self.tumour_reach_mm + SYRINX_GAP_MM
        middle = local[..., 2] - low - spec.syrinx_length_mm / 2
        tube = cylinder(local, (0.0, 0.0), spec.syrinx_mm / 2) if spec.syrinx_mm > 0 else np.full(local.shape[:-1], 1.0)
        return np.asarray(np.maximum(tube, np.abs(middle) - spec.syrinx_length_mm / 2))
