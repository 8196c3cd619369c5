"""Which tissue is where: the anatomy and the tumour painted over each other, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pnst.image import BoolArray, FloatArray
from pnst.phantom import anatomy
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.lesion import Shape
from pnst.phantom.surface import DistanceField, Surface, sample
from pnst.phantom.tissue import Tissue

TISSUE_COUNT = len(Tissue)

SHELL_MM = 30.0
"""The distance to the tumour is known at least this far out; the split fat sign is judged within it."""


@dataclass(frozen=True, eq=False)
class Layer:
    """One region painted over those before it."""

    tissue: Tissue
    distance: FloatArray
    """(n,) signed distance of each point to its border in mm, negative inside."""
    sigma: FloatArray | None = None
    """(n,) σ in mm of the border's error function, 0 where it is sharp; None: sharp everywhere."""

    def coverage(self, cell_mm: float) -> FloatArray:
        """(n,) share of a small cell round each point that lies inside, its border seen as flat."""
        sharp = np.clip(0.5 - self.distance / cell_mm, 0, 1)
        if self.sigma is None:
            return np.asarray(sharp)
        from scipy.special import erfc

        blur = np.sqrt(self.sigma**2 + cell_mm**2 / 12)
        return np.asarray(np.where(self.sigma > 0, erfc(self.distance / (np.sqrt(2) * blur)) / 2, sharp))

    def clearance(self) -> FloatArray:
        """(n,) distance in mm within which nothing changes."""
        fade = 0.0 if self.sigma is None else 4 * float(self.sigma.max(initial=0))
        return np.asarray(np.abs(self.distance) - fade)


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
    muscle: FloatArray
    """mm to the border between the limb's muscle and its subcutaneous fat, negative inside."""


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
        self.limb = anatomy.lay_out(spec.centre_mm, float(lateral), clearance)
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
        layers = [*self._limb(place), *self._edema(place), *self._bone_and_vessels(place), *self._rim_and_nerve(place)]
        return [*layers, *self._tumour(place)] if tumour else layers

    def fractions(self, points: FloatArray, cell_mm: float, *, tumour: bool = True) -> FloatArray:
        """(n, tissues): the mixture in a cell of side `cell_mm` round each RAS point (n, 3); rows sum to 1.

        Without the tumour: what it lies in, which goes on to its centre (an infiltrating edge fades into that).
        """
        return blend(self.layers(points, tumour=tumour), cell_mm)

    def inside(self, points: FloatArray) -> BoolArray:
        """(...) whether RAS points (..., 3) lie inside the tumour's true surface; exact."""
        local = self.shape.to_local(points)
        near = np.asarray(np.linalg.norm(local, axis=-1) <= self.reach_mm + 1)
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
        radius = np.linalg.norm(local, axis=1)
        directions = local / np.maximum(radius, 1e-9)[:, None]
        muscle = anatomy.cylinder(points, self.limb.axis, self.limb.muscle_radius_mm)
        return _Place(points, local, radius, directions, self.distance(local), muscle)

    def _fat_plane(self, surface: Surface) -> tuple[FloatArray, float] | None:
        """Normal and offset (of its middle) of the fat plane beside the tumour, in RAS."""
        gap = self.surround.fat_plane_mm
        if gap is None:
            return None
        normal = np.asarray(self.surround.fat_plane_axis) / np.linalg.norm(self.surround.fat_plane_axis)
        support = float((self.shape.to_world(surface.points) @ normal).max())
        return normal, support + gap + self.surround.fat_plane_thickness_mm / 2

    def _limb(self, place: _Place) -> Iterator[Layer]:
        surround, muscle = self.surround, place.muscle
        yield Layer(Tissue.SKIN, muscle - surround.subcutaneous_fat_mm - surround.skin_mm)
        yield Layer(Tissue.FAT, muscle - surround.subcutaneous_fat_mm)
        yield Layer(Tissue.MUSCLE, muscle)
        if surround.septa:
            planes = anatomy.septa(place.world, self.limb, surround.septa, surround.septum_mm)
            yield Layer(Tissue.FAT, np.maximum(planes, muscle))
        bed = Tissue.MUSCLE if surround.bed == "muscle" else Tissue.FAT
        yield Layer(bed, np.maximum(place.distance - surround.bed_mm, muscle))
        if self._plane is not None:
            plane = anatomy.slab(place.world, *self._plane, surround.fat_plane_thickness_mm)
            yield Layer(Tissue.FAT, np.maximum(plane, muscle))

    def _edema(self, place: _Place) -> Iterator[Layer]:
        greatest = self.shape.spec.edema_mm
        if greatest == 0:
            return
        border = place.muscle - self.surround.subcutaneous_fat_mm
        if self._plane is not None:  # the fascia stops it
            normal, offset = self._plane
            border = np.maximum(border, place.world @ normal - offset + self.surround.fat_plane_thickness_mm / 2)
        thickness = np.full(len(place.world), greatest)
        front = (place.distance > -2) & (place.distance < greatest + 2)  # elsewhere the front plays no part
        thickness[front] = self.shape.edema_thickness(place.directions[front])
        yield Layer(Tissue.EDEMA, np.maximum(place.distance - thickness, border))

    def _bone_and_vessels(self, place: _Place) -> Iterator[Layer]:
        limb, points = self.limb, place.world
        if self.surround.bone:
            yield Layer(Tissue.CORTICAL_BONE, anatomy.cylinder(points, limb.bone, limb.bone_radius_mm))
            yield Layer(Tissue.MARROW, anatomy.cylinder(points, limb.bone, limb.marrow_radius_mm))
        if self.surround.vessels:
            yield Layer(Tissue.VEIN, anatomy.cylinder(points, limb.vein, limb.vein_radius_mm))
            yield Layer(Tissue.ARTERY, anatomy.cylinder(points, limb.artery, limb.artery_radius_mm))

    def _rim_and_nerve(self, place: _Place) -> Iterator[Layer]:
        spec, pole = self.shape.spec, self.shape.pole
        if spec.rim_cap_deg > 0:
            both = spec.rim_poles == "both"
            cosine = place.directions @ pole
            rim = place.distance - spec.rim_mm
            if spec.rim_cap_deg < (90 if both else 180):
                rim = np.maximum(rim, _cone(np.abs(cosine) if both else cosine, place.radius, spec.rim_cap_deg))
            yield Layer(Tissue.FAT, rim)
        if self.surround.nerve:
            nerve = anatomy.tube(place.local, pole, self.surround.nerve_diameter_mm / 2)
            yield Layer(Tissue.NERVE, np.maximum(nerve, place.muscle))

    def _tumour(self, place: _Place) -> Iterator[Layer]:
        spec = self.shape.spec
        sigma = self.edge_sigma(place.directions) if spec.edge_sigma_mm > 0 else None
        yield Layer(Tissue.TUMOUR, place.distance, sigma)
        if spec.target_core > 0:
            level = np.full(len(place.local), 2.0)
            inner = place.distance < 0
            level[inner] = self.shape.level(place.local[inner])
            # The border is exact, the distance to it is not: it only rounds the border within one cell.
            yield Layer(Tissue.TARGET_CORE, (level - spec.target_core) * float(self.shape.radii.mean()))
        for sphere in spec.inclusions:
            yield Layer(sphere.tissue, np.linalg.norm(place.local - sphere.centre_mm, axis=1) - sphere.radius_mm)


def blend(layers: Sequence[Layer], cell_mm: float) -> FloatArray:
    """(n, tissues): the layers seen from above, air shining through where none covers; rows sum to 1."""
    unseen = np.ones(len(layers[0].distance))
    mixture = np.zeros((TISSUE_COUNT, len(unseen)))
    for layer in reversed(layers):
        share = layer.coverage(cell_mm)
        mixture[layer.tissue] += unseen * share
        unseen *= 1 - share
    mixture[Tissue.AIR] += unseen
    return np.asarray(mixture.T)


def clearance(layers: Sequence[Layer]) -> FloatArray:
    """(n,) distance in mm within which no layer changes."""
    return np.asarray(np.minimum.reduce([layer.clearance() for layer in layers]))


def _cone(cosine: FloatArray, radius: FloatArray, half_angle_deg: float) -> FloatArray:
    """Signed distance to a cone from the origin, of points at `radius` whose angle to its axis has this cosine."""
    beyond = np.arccos(np.clip(cosine, -1, 1)) - np.radians(half_angle_deg)
    return np.asarray(radius * np.sin(np.clip(beyond, -np.pi / 2, np.pi / 2)))
