"""Which tissue is where: the anatomy and the tumour painted over each other, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.phantom import sign_layers
from pnst.phantom.anatomy import AnatomicalRegion, SurroundSpec
from pnst.phantom.distances import cone, cord, length, slab, tube
from pnst.phantom.layers import Layer, blend
from pnst.phantom.limb import Limb
from pnst.phantom.paraspinal import Paraspinal
from pnst.phantom.shape import Shape
from pnst.phantom.spine import Spine
from pnst.phantom.surface import FAR_MM, DistanceField, Surface, sample
from pnst.phantom.tissue import Tissue
from pnst.typing import BoolArray, FloatArray

SHELL_MM = 30.0
"""The distance to the tumour is known at least this far out: what lies round it is laid out by that."""


@dataclass(frozen=True, eq=False)
class _Place:
    """Points with everything that the layers ask of them."""

    world: FloatArray
    local: FloatArray
    radius: FloatArray
    """mm from the tumour's centre."""
    directions: FloatArray
    """Local unit vectors from there."""
    distance: FloatArray
    """mm to the tumour's surface, negative inside."""
    fascia: FloatArray
    """mm to the border of the muscles, negative inside."""


class Scene:
    """The whole patient: every point in RAS mm has a mixture of tissues."""

    def __init__(self, shape: Shape, surround: SurroundSpec) -> None:
        self.shape = shape
        self.surround = surround
        spec = shape.spec
        coarse = sample(shape, 1.0)
        self.reach_mm = float(np.linalg.norm(coarse.points, axis=1).max())
        """Greatest distance of the surface from the tumour's centre."""
        self.clearance_mm = clearance = max(surround.bed_mm, spec.edema_mm + 3)
        """Distance from the surface within which there is nothing but what belongs to the tumour and its bed."""
        lateral = np.linalg.norm(shape.to_world(coarse.points)[:, :2] - shape.centre[:2], axis=1).max()
        place = surround, spec.centre_mm, float(lateral) + clearance
        self.region: AnatomicalRegion
        if surround.region == "limb":
            self.region = Limb.lay_out(*place, float(lateral))
        elif surround.region == "paraspinal":
            self.region = Paraspinal.lay_out(*place)
        else:
            height = float(np.abs(shape.to_world(coarse.points)[:, 2] - shape.centre[2]).max())
            self.region = Spine.lay_out(*place, height)
        self._plane = self._fat_plane(coarse)

    @cached_property
    def distance(self) -> DistanceField:
        """Signed distance in mm to the tumour's surface, at points (n, 3) in its own axes."""
        spec = self.shape.spec
        reach = max(self.clearance_mm, 4 * spec.edge_sigma_mm, spec.rim_mm + 3, SHELL_MM)
        return DistanceField(self.shape, reach + 1)

    def layers(self, points: FloatArray, *, tumour: bool = True) -> list[Layer]:
        """The layers at RAS points (n, 3), from the ground up; where none covers, there is air."""
        place = self._place(points)
        layers = [*self._bed(place), *self._edema(place), *self.region.structures(points), *self._rim_and_nerve(place)]
        if tumour:
            layers += self.tumour(place.local, place.distance)
        else:
            layers += [Layer(ball.inclusion.tissue, ball.distance(place.local)) for ball in self.shape.lobules]
        signs = self.shape.spec.signs
        return layers if signs is None else [*layers, *sign_layers.voids(signs, place.local)]

    def fractions(self, points: FloatArray, cell_mm: float, *, tumour: bool = True) -> FloatArray:
        """(n, tissues): the mixture in a cell of side `cell_mm` round each RAS point (n, 3); rows sum to 1.

        Without the tumour: what it lies in, which goes on to its centre (an infiltrating edge fades into that).
        """
        return blend(self.layers(points, tumour=tumour), cell_mm)

    def inside(self, points: FloatArray) -> BoolArray:
        """(...) whether RAS points (..., 3) lie inside the tumour's true surface; exact."""
        local = self.shape.to_local(points)
        near = np.asarray(length(local) <= self.reach_mm + 1)
        near[near] = self.shape.level(local[near]) < 1
        return near

    def edge_sigma(self, directions: FloatArray) -> FloatArray:
        """(n,) σ in mm of the tumour's edge towards local unit vectors (n, 3); 0 where it is sharp."""
        spec = self.shape.spec
        axis = np.asarray(spec.indistinct_axis) @ self.shape.axes
        cosine = directions @ (axis / np.linalg.norm(axis))
        angle = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
        return np.where(angle <= spec.indistinct_cap_deg, spec.edge_sigma_mm, 0.0)

    def _place(self, points: FloatArray) -> _Place:
        local = self.shape.to_local(points)
        radius = length(local)
        return _Place(points, local, radius, unit(local), self.distance(local), self.region.fascia(points))

    def _fat_plane(self, surface: Surface) -> tuple[FloatArray, float] | None:
        """Normal and offset (of its middle) of the fat plane beside the tumour, in RAS."""
        gap = self.surround.fat_plane_mm
        if gap is None or self.surround.fat_plane_sides == "every":
            return None
        normal = np.asarray(self.surround.fat_plane_axis) / np.linalg.norm(self.surround.fat_plane_axis)
        support = float((self.shape.to_world(surface.points) @ normal).max())
        return normal, support + gap + self.surround.fat_plane_thickness_mm / 2

    def _bed(self, place: _Place) -> Iterator[Layer]:
        surround, fascia = self.surround, place.fascia
        yield from self.region.ground(place.world, fascia)
        bed = Tissue.MUSCLE if surround.bed == "muscle" else Tissue.FAT
        yield Layer(bed, np.maximum(place.distance - surround.bed_mm, fascia))
        if self._plane is not None:
            plane = slab(place.world, *self._plane, surround.fat_plane_thickness_mm)
            yield Layer(Tissue.FAT, np.maximum(plane, fascia))
        elif surround.fat_plane_mm is not None:
            half = surround.fat_plane_thickness_mm / 2
            yield Layer(Tissue.FAT, np.maximum(np.abs(place.distance - surround.fat_plane_mm - half) - half, fascia))

    def _edema(self, place: _Place) -> Iterator[Layer]:
        max_thickness = self.shape.spec.edema_mm
        if max_thickness == 0:
            return
        border = place.fascia - self.surround.subcutaneous_fat_mm
        if self._plane is not None:  # the fascia stops it
            normal, offset = self._plane
            border = np.maximum(border, place.world @ normal - offset + self.surround.fat_plane_thickness_mm / 2)
        elif self.surround.fat_plane_mm is not None:
            border = np.maximum(border, place.distance - self.surround.fat_plane_mm)
        thickness = np.full(len(place.world), max_thickness)
        front = (place.distance > -2) & (place.distance < max_thickness + 2)  # elsewhere the front plays no part
        thickness[front] = self.shape.edema_thickness(place.directions[front])
        yield Layer(Tissue.EDEMA, np.maximum(place.distance - thickness, border))

    def _rim_and_nerve(self, place: _Place) -> Iterator[Layer]:
        spec, pole = self.shape.spec, self.shape.pole
        if spec.rim_cap_deg > 0:
            both = spec.rim_poles == "both"
            cosine = place.directions @ pole
            rim = place.distance - spec.rim_mm
            if spec.rim_cap_deg < (90 if both else 180):
                rim = np.maximum(rim, cone(np.abs(cosine) if both else cosine, place.radius, spec.rim_cap_deg))
            yield Layer(Tissue.FAT, rim)
        if spec.signs is not None:
            yield from sign_layers.shells(spec.signs, place.distance, place.directions @ pole, place.radius)
        if self.surround.nerve and self.surround.region != "spine":  # there roots run to their foramina
            yield Layer(Tissue.NERVE, np.maximum(self._nerve(place), place.fascia))

    def _nerve(self, place: _Place) -> FloatArray:
        """(n,) distance to the nerve, which enters and leaves the tumour at its poles."""
        radius, pole = self.surround.nerve_diameter_mm / 2, self.shape.pole
        if self.region.nerve_root is None:
            return tube(place.local, pole, radius)
        root = self.shape.to_local(self.region.nerve_root)
        away = -pole if root @ pole > 0 else pole
        path = np.array([root, -away * (self.reach_mm + 5), away * (self.reach_mm + 5), away * (self.reach_mm + 60)])
        return cord(place.local, path, radius)

    def tumour(self, local: FloatArray, distance: FloatArray) -> list[Layer]:
        """The tumour's own layers at local points (n, 3) that lie `distance` (n,) mm from its surface."""
        spec, layers = self.shape.spec, []
        if spec.capsule_mm > 0:
            layers.append(Layer(Tissue.CAPSULE, distance))
        sigma = self.edge_sigma(unit(local)) if spec.edge_sigma_mm > 0 else None
        stroma = self.shape.stroma(local) if spec.texture > 0 else None
        layers.append(Layer(Tissue.TUMOUR, distance + spec.capsule_mm, sigma, stroma))
        inner = distance < 0
        cores = (Tissue.HYPOVASCULAR_CORE, spec.hypovascular_core), (Tissue.TARGET_CORE, spec.target_core)
        for tissue, share in cores:
            if share > 0:
                to_core = np.full(len(local), FAR_MM)
                to_core[inner] = self.shape.scaled_distance(local[inner], share)
                layers.append(Layer(tissue, to_core))
        if spec.signs is not None:
            layers += sign_layers.contents(spec.signs, local, distance, self.shape.pole, self.distance)
        return [*layers, *(Layer(ball.inclusion.tissue, ball.distance(local)) for ball in self.shape.balls)]


def unit(points: FloatArray) -> FloatArray:
    """(..., 3) directions of points (..., 3) from the origin."""
    return np.asarray(points / np.maximum(length(points), 1e-9)[..., None])
