"""The flank beside the lumbar spine along the patient's superior axis, laid out from the tumour's size.

The spine lies to the patient's right of the tumour. Nothing of a vertebra reaches further than `HALF_WIDTH_MM` from its
midline, and everything in front of the muscles lies beyond one coronal plane: that keeps the tumour's bed free.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.distances import Point, cord, cylinder, ellipsoid, elliptic_cylinder, fan
from pnst.phantom.layers import Layer
from pnst.phantom.tissue import Tissue
from pnst.phantom.vector import Vector
from pnst.typing import FloatArray

HALF_WIDTH_MM = 32.0
BODY_MM = (23.0, 17.0)
"""Half width and half depth of a vertebral body."""
CORTEX_MM = 1.5
PERIOD_MM = 38.0
"""From one vertebra to the next."""
DISC_MM = 9.0
CANAL_MM = 10.0
"""Radius; within it fat, the fluid and the cord."""
FLUID_MM = 8.5
CORD_MM = 4.5
ARCH_MM = 15.0
"""Outer radius of pedicles and laminae round the canal."""
FORAMEN_MM = (8.0, 6.0)
"""Half height (craniocaudal) and half depth."""
PROCESS_MM = 5.0
"""Radius of the spinous and transverse processes."""
AORTA_MM = 9.0
CAVA_MM = 10.0


@dataclass(frozen=True)
class Paraspinal:
    """Where the flank's parts lie."""

    surround: SurroundSpec
    body: Point
    """x, y of the vertebral bodies' middle."""
    canal: Point
    front_y: float
    """The muscles end at this coronal plane; retroperitoneal fat lies before it."""
    foramen_z: float
    """Height of the foramen whence the nerve comes."""
    axis: Point
    """Of the trunk."""
    muscle_radius_mm: float

    @classmethod
    def lay_out(cls, surround: SurroundSpec, centre_mm: Vector, keep_mm: float) -> Paraspinal:
        """A flank whose spine, vessels and fascia stay `keep_mm` from the upright axis through the tumour's centre."""
        x, y, z = centre_mm
        front = y + keep_mm + 1
        body = x + keep_mm + HALF_WIDTH_MM + 1, front - BODY_MM[1]
        canal = body[0], body[1] - BODY_MM[1] - CANAL_MM
        axis = np.array([(x + body[0]) / 2, (y + body[1]) / 2])
        outermost = [
            (x, y, keep_mm + 1),
            (body[0], canal[1] - ARCH_MM - 25, 12.0),
            (body[0] + HALF_WIDTH_MM, canal[1], 12.0),
            (body[0], front + 2 * CAVA_MM, 8.0),
        ]
        radius = max(float(np.hypot(*(axis - (px, py)))) + room for px, py, room in outermost)
        return cls(surround, body, canal, front, z + 12, (float(axis[0]), float(axis[1])), radius)

    @property
    def nerve_root(self) -> FloatArray:
        """On the side of the canal that faces the tumour, in the foramen."""
        return np.array([self.canal[0] - FLUID_MM, self.canal[1], self.foramen_z])

    def fascia(self, points: FloatArray) -> FloatArray:
        """To the trunk's muscles: within its wall and behind the coronal plane."""
        wall = cylinder(points, self.axis, self.muscle_radius_mm)
        return np.asarray(np.maximum(wall, points[..., 1] - self.front_y))

    def ground(self, points: FloatArray, fascia: FloatArray) -> Iterator[Layer]:
        """Skin, subcutaneous and retroperitoneal fat, muscles, the fat planes between psoas, quadratus and erectors."""
        surround = self.surround
        wall = cylinder(points, self.axis, self.muscle_radius_mm)
        yield Layer(Tissue.SKIN, wall - surround.subcutaneous_fat_mm - surround.skin_mm)
        yield Layer(Tissue.FAT, wall - surround.subcutaneous_fat_mm)
        yield Layer(Tissue.MUSCLE, fascia)
        if surround.septa:
            planes = fan(points, (self.body[0], self.canal[1]), surround.septa, surround.septum_mm)
            yield Layer(Tissue.FAT, np.maximum(planes, fascia))

    def structures(self, points: FloatArray) -> Iterator[Layer]:
        """The spine with what it holds; aorta and cava before it."""
        if self.surround.bone:
            yield from self._spine(points)
        if self.surround.vessels:
            aorta = self.body[0] - 11, self.front_y + AORTA_MM + 1
            cava = self.body[0] + 12, self.front_y + CAVA_MM + 1
            yield Layer(Tissue.ARTERY, cylinder(points, aorta, AORTA_MM))
            yield Layer(Tissue.VEIN, cylinder(points, cava, CAVA_MM))

    def _spine(self, points: FloatArray) -> Iterator[Layer]:
        local = self._in_vertebra(points)
        body = elliptic_cylinder(points, self.body, BODY_MM)
        vertebra = np.maximum(body, DISC_MM / 2 - np.abs(local[:, 2]))
        canal = cylinder(points, self.canal, CANAL_MM)
        arch = np.minimum(cylinder(points, self.canal, ARCH_MM), self._processes(local))
        yield Layer(Tissue.CORTICAL_BONE, arch)
        yield Layer(Tissue.VERTEBRAL_MARROW, np.maximum(arch, -canal) + CORTEX_MM)
        yield Layer(Tissue.FAT, self._foramina(local))
        yield Layer(Tissue.DISC, body)
        yield Layer(Tissue.CORTICAL_BONE, vertebra)
        yield Layer(Tissue.VERTEBRAL_MARROW, vertebra + CORTEX_MM)
        yield Layer(Tissue.FAT, np.maximum(canal, -body))
        yield Layer(Tissue.CSF, cylinder(points, self.canal, FLUID_MM))
        yield Layer(Tissue.CORD, cylinder(points, self.canal, CORD_MM))

    def _in_vertebra(self, points: FloatArray) -> FloatArray:
        """Points (n, 3) from the canal's axis, heights from the middle of the nearest disc and foramen."""
        height = points[:, 2] - self.foramen_z
        height = height - PERIOD_MM * np.round(height / PERIOD_MM)
        return np.stack([points[:, 0] - self.canal[0], points[:, 1] - self.canal[1], height], axis=-1)

    def _processes(self, local: FloatArray) -> FloatArray:
        """To the spinous and transverse processes, which lie half way between foramina."""
        folded = np.stack([np.abs(local[:, 0]), local[:, 1], np.abs(local[:, 2]) - PERIOD_MM / 2], axis=-1)
        spinous = np.array([[0.0, -CANAL_MM - 3, 0.0], [0.0, -ARCH_MM - 20, 0.0]])
        transverse = np.array([[CANAL_MM + 3, -2.0, 0.0], [HALF_WIDTH_MM - PROCESS_MM, -8.0, 0.0]])
        return np.asarray(np.minimum(cord(folded, spinous, PROCESS_MM), cord(folded, transverse, PROCESS_MM)))

    def _foramina(self, local: FloatArray) -> FloatArray:
        """To the tunnels of fat that lead from the canal to both sides."""
        tunnel = ellipsoid(local[:, [2, 1]], np.asarray(FORAMEN_MM))
        return np.asarray(np.maximum(tunnel, np.abs(local[:, 0]) - ARCH_MM - 1))
