"""The signs of a simulated tumour as layers that are painted over it and over what it lies in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from pnst.phantom.distances import cone, slab
from pnst.phantom.layers import Layer
from pnst.phantom.signs import Fascicles, SignSpec
from pnst.phantom.tissue import Tissue
from pnst.typing import FloatArray

Distance = Callable[[FloatArray], FloatArray]
"""Signed distance in mm of local points (n, 3) to the tumour's surface."""

FASCICLE_CLEARANCE_MM = 1.0
"""Between a fascicle's sheath and the tumour's surface."""


def shells(signs: SignSpec, distance: FloatArray, cosine: FloatArray, radius: FloatArray) -> Iterator[Layer]:
    """The shells at n points: mm from the surface, cosine of the angle to the long axis, mm from the centre."""
    for shell in signs.shells:
        to_shell = distance - shell.thickness_mm
        if not shell.whole:
            to_shell = np.maximum(to_shell, cone(shell.cosine(cosine), radius, shell.cap_deg))
        yield Layer(shell.tissue, to_shell)


def contents(signs: SignSpec, local: FloatArray, distance: FloatArray, pole: FloatArray, to: Distance) -> list[Layer]:
    """Fascicles and septa within the tumour at local points (n, 3) that lie `distance` (n,) mm from its surface."""
    layers = [] if signs.fascicles is None else _fascicles(signs.fascicles, local, distance, pole, to)
    for septum in signs.septa:
        plane = slab(local, septum.unit_normal, septum.offset_mm, septum.thickness_mm)
        layers.append(Layer(Tissue.CAPSULE, np.maximum(plane, distance)))
    return layers


def voids(signs: SignSpec, local: FloatArray) -> list[Layer]:
    """Vessels without signal at local points (n, 3)."""
    return [Layer(Tissue.ARTERY, void.distance(local)) for void in signs.voids]


def _fascicles(
    fascicles: Fascicles, local: FloatArray, distance: FloatArray, pole: FloatArray, to: Distance
) -> list[Layer]:
    """Sheaths and the dark tubes in them, as far along each axis as a whole sheath lies within the tumour."""
    apart, end = np.full(len(local), fascicles.spacing_mm), np.full(len(local), fascicles.spacing_mm)
    inside = distance < 0
    axis = fascicles.axis_points(local[inside], pole)
    apart[inside] = np.linalg.norm(local[inside] - axis, axis=1)
    end[inside] = to(axis) + fascicles.radius_mm + FASCICLE_CLEARANCE_MM
    return [
        Layer(Tissue.CYST, np.maximum(apart - fascicles.radius_mm, end)),
        Layer(Tissue.TARGET_CORE, np.maximum(apart - fascicles.diameter_mm / 2, end)),
    ]
