"""A thigh-like limb along the patient's superior axis, laid out from the tumour's size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.distances import Point, cylinder, fan
from pnst.phantom.layers import Layer
from pnst.phantom.tissue import Tissue
from pnst.phantom.vector import Vector
from pnst.typing import FloatArray

VEIN_RADIUS_MM = 3.0
ARTERY_RADIUS_MM = 2.5


@dataclass(frozen=True)
class Limb:
    """Where the limb's parts lie; all are cylinders or planes along the patient's superior axis."""

    surround: SurroundSpec
    axis: Point
    """Of the limb."""
    muscle_radius_mm: float
    bone: Point
    vein: Point
    artery: Point

    @classmethod
    def lay_out(cls, surround: SurroundSpec, centre_mm: Vector, keep_mm: float, lateral_mm: float = 0.0) -> Limb:
        """A limb whose bone, vessels and fascia stay `keep_mm` from the upright axis through the tumour's centre, but
        for what the description moves nearer. The tumour reaches `lateral_mm` from that axis.
        """
        toward_bone = np.array([-0.9, -0.436])
        aside = np.array([0.436, -0.9])
        tumour = np.asarray(centre_mm[:2])
        bone_radius = surround.bone_radius_mm
        aside_mm = keep_mm + bone_radius + 1
        if surround.bone_mm is not None:
            aside_mm = lateral_mm + surround.bone_mm + bone_radius
        bone = tumour + toward_bone * aside_mm
        vessel = tumour + aside * (keep_mm + 4) + toward_bone * 12
        axis = tumour + 0.5 * (bone - tumour)
        half = float(np.linalg.norm(bone - axis))
        radius = max(half + keep_mm + 1, half + bone_radius + 12, float(np.linalg.norm(vessel - axis)) + 12)
        if surround.fascia_mm is not None:  # the limb as a whole, until its fascia lies there
            moved = (axis - tumour) * ((radius + surround.fascia_mm) / half - 1)
            axis, bone, vessel = axis + moved, bone + moved, vessel + moved
        return cls(surround, _pair(axis), radius, _pair(bone), _pair(vessel), _pair(vessel + 7 * toward_bone))

    @property
    def nerve_root(self) -> None:
        """The nerve runs straight through."""
        return None

    def fascia(self, points: FloatArray) -> FloatArray:
        """To the cylinder that holds the muscles."""
        return cylinder(points, self.axis, self.muscle_radius_mm)

    def ground(self, points: FloatArray, fascia: FloatArray) -> Iterator[Layer]:
        """Skin, subcutaneous fat, muscle and septa."""
        surround = self.surround
        yield Layer(Tissue.SKIN, fascia - surround.subcutaneous_fat_mm - surround.skin_mm)
        yield Layer(Tissue.FAT, fascia - surround.subcutaneous_fat_mm)
        yield Layer(Tissue.MUSCLE, fascia)
        if surround.septa:
            yield Layer(Tissue.FAT, np.maximum(fan(points, self.bone, surround.septa, surround.septum_mm), fascia))

    def structures(self, points: FloatArray) -> Iterator[Layer]:
        """The bone with its marrow; a vein and an artery."""
        if self.surround.bone:
            radius, cortex = self.surround.bone_radius_mm, self.surround.cortex_mm
            yield Layer(Tissue.CORTICAL_BONE, cylinder(points, self.bone, radius))
            yield Layer(Tissue.MARROW, cylinder(points, self.bone, radius - cortex))
        if self.surround.vessels:
            yield Layer(Tissue.VEIN, cylinder(points, self.vein, VEIN_RADIUS_MM))
            yield Layer(Tissue.ARTERY, cylinder(points, self.artery, ARTERY_RADIUS_MM))


def _pair(point: FloatArray) -> Point:
    return float(point[0]), float(point[1])
