"""Lesions whose nerve, neighbours, perfusion and unevenness have closed forms; sizes, places, voxels, turns are drawn.

A nerve through a spheroid, beside it and short of it; a ball that overlaps a half space, a ball or a tube, or leans on
a bone with a hole in its cortex; a ball of which a share is perfused; a ball with a core of another signal. Masks hold
the voxels whose centres lie in the body, images the mean over each voxel, and noise. Points are in mm from `CENTRE`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from drawn import IN_PLANE_MM, NEAR_CUBES_MM, NEARLY_CUBES, TURN_DEG

from bodies import tilted
from nerves import LESION, MUSCLE, Limb
from pnst.image import Grid, Volume
from pnst.measurement.settings import InvasionSettings
from pnst.study import Lesion, Role, Series, Source, Study
from touching import CENTRE, NORMAL, BoneScene, Inside, ball, image_series, lesion_of, rendered, voxels
from tubes import Bend

Array = npt.NDArray[np.float64]
Rng = np.random.Generator
Row = dict[str, Any]
SLICES_MM = 2.5, 4.0
PLANES = ((0.0, 0.0, 0.0), (90.0, 0.0, 90.0), (90.0, 0.0, 0.0))
"""Axial, sagittal and coronal, in degrees about each axis."""
CONTACT_MM = InvasionSettings().contact_mm
B_VALUES = (
    (0.0, 20.0, 50.0, 100.0, 200.0, 400.0, 800.0),
    (0.0, 10.0, 20.0, 40.0, 80.0, 120.0, 200.0, 300.0, 500.0, 800.0),
    (0.0, 50.0, 100.0, 150.0, 400.0, 600.0, 1000.0),
)


@dataclass(frozen=True)
class Structured:
    """A study, its lesion and the true columns of one family."""

    study: Study
    lesion: Lesion
    truth: Row


# voxels


def _spacing(rng: Rng) -> Array:
    """Three sides, all different: now and then nearly cubes, else slices."""
    if rng.uniform() < NEARLY_CUBES:
        return rng.uniform(*NEAR_CUBES_MM, 3)
    return np.append(rng.uniform(*IN_PLANE_MM, 2), rng.uniform(*SLICES_MM))


def _turn(rng: Rng) -> Array:
    """Of voxels: a plane of the body, tilted."""
    plane = PLANES[int(rng.integers(len(PLANES)))]
    return tilted(_angles(rng, TURN_DEG)) @ tilted(plane)


def _angles(rng: Rng, most: float) -> tuple[float, float, float]:
    i, j, k = rng.uniform(-most, most, 3).tolist()
    return i, j, k


def _grid(rng: Rng, half_mm: float, spacing: Array | None = None, turn: Array | None = None) -> Grid:
    """Voxels that hold a cube about `CENTRE`, which lies at a drawn place in its voxel."""
    sides = _spacing(rng) if spacing is None else spacing
    affine = np.eye(4)
    affine[:3, :3] = (_turn(rng) if turn is None else turn) * sides
    shape = np.ceil(2 * half_mm / sides).astype(int) + np.arange(1, 4)
    affine[:3, 3] = CENTRE - affine[:3, :3] @ ((shape - 1) / 2 + rng.uniform(-0.5, 0.5, 3))
    return Grid((int(shape[0]), int(shape[1]), int(shape[2])), affine)


# nerve


@dataclass(frozen=True)
class NerveScene:
    """A spheroid of half widths `semi`, the last along the nerve, and nerves in muscle on fat-suppressed T2."""

    course: Bend
    semi: Array
    limbs: tuple[Limb, ...]
    other: tuple[Limb, ...]
    cut: bool = False
    """Whether the nerve is drawn as far as the lesion alone, as some do: the tumour is no nerve."""

    def lesion(self, points: Array) -> npt.NDArray[np.bool_]:
        return ((points @ self.course.turn / self.semi) ** 2).sum(axis=-1) < 1

    def nerve(self, points: Array) -> npt.NDArray[np.bool_]:
        drawn = self.held(self.limbs, points)
        return drawn & ~self.lesion(points) if self.cut else drawn

    def held(self, limbs: tuple[Limb, ...], points: Array) -> npt.NDArray[np.bool_]:
        return np.any([limb.holds(*self.course.place(points)) for limb in limbs], axis=0)

    def muscle(self, points: Array) -> npt.NDArray[np.bool_]:
        """What lies in front of everything, and behind."""
        return np.abs(self.course.place(points)[1][..., 1]) > self.semi[1] + 6

    def image(self, points: Array) -> Array:
        out, place = np.full(points.shape[:-1], MUSCLE), self.course.place(points)
        for limb in (*self.limbs, *self.other):
            out = np.where(limb.holds(*place), limb.signal, out)
        return np.where(self.lesion(points), LESION, out)


def nerve(rng: Rng, seed: int) -> Structured:
    """Through the lesion off its middle, beside it and short of it, in turn; straight or bent, even or thickened."""
    bent = seed % 3 < 2 and rng.uniform() < 0.5  # what ends short and bends has no distance in closed form
    course = Bend(rng.uniform(80, 150) if bent else np.inf, 100.0, tilted(_angles(rng, 25)), np.zeros(3))
    semi = rng.uniform(6, 12) * np.array([1.0, rng.uniform(0.8, 1.0), rng.uniform(1.0, 1.4)])
    radius, signal = rng.uniform(2, 4), rng.uniform(200, 450)
    beside, stop, truth = (_through, _beside, _short)[seed % 3](rng, semi, radius)
    limbs = (Limb(stop=stop, beside=beside, radius=radius, signal=signal),)
    thick = radius * rng.uniform(1.2, 1.6)
    if stop > 0 and rng.uniform() < 0.5:
        limbs += (Limb(semi[2] + 8, semi[2] + 42, beside, thick, signal),)
    theirs, away = rng.uniform(2, 4), -(semi[0] + rng.uniform(10, 14)) * (1 if beside[0] >= 0 else -1)
    other = (Limb(beside=(away, 0.0), radius=theirs, signal=rng.uniform(200, 450)),)
    calibre = 2 * max(limb.radius for limb in limbs)
    truth |= {"calibre_mm": calibre, "calibre_ratio_to_other_side": calibre / (2 * theirs)}
    truth |= {"signal_ratio": signal / MUSCLE, "signal_ratio_to_other_side": signal / other[0].signal}
    return _with_nerves(NerveScene(course, semi, limbs, other, cut=rng.uniform() < 0.5), rng, truth)


Place = tuple[tuple[float, float], float, Row]
"""Where across the course a nerve runs, where it ends, and what is true of that."""


def _through(rng: Rng, semi: Array, radius: float) -> Place:
    off, angle = rng.uniform(0, 0.9), rng.uniform(0, 2 * np.pi)
    way = np.array([np.cos(angle), np.sin(angle)])
    x, y = (off * np.linalg.norm(semi[:2] * way) * way).tolist()
    return (x, y), 90.0, {"gap_mm": 0.0, "eccentricity": off}


def _beside(rng: Rng, semi: Array, radius: float) -> Place:
    gap = rng.uniform(0, 9)
    apart = float(semi[0] + radius + gap)
    return (apart * float(rng.choice([-1, 1])), 0.0), 90.0, {"gap_mm": gap, "eccentricity": apart / float(semi[0])}


def _short(rng: Rng, semi: Array, radius: float) -> Place:
    """Its axis, drawn on beyond its end, is not held against the lesion's: that way is not known."""
    gap = rng.uniform(0.5, 16)
    return (0.0, 0.0), float(-semi[2] - gap), {"gap_mm": gap}


def _with_nerves(scene: NerveScene, rng: Rng, truth: Row) -> Structured:
    grid = _grid(rng, 46.0)
    masks = {
        "nerve": voxels(grid, scene.nerve),
        "nerve_other_side": voxels(grid, lambda points: scene.held(scene.other, points)),
        "muscle": voxels(grid, scene.muscle),
    }
    noisy = rendered(grid, scene.image) + rng.normal(scale=LESION / rng.uniform(20, 40), size=grid.shape)
    study = Study("nerve", {Role.T2_FS: image_series(Role.T2_FS, noisy, grid)}, masks=masks)
    return Structured(study, lesion_of(grid, scene.lesion), truth)


# invasion


def invasion(rng: Rng, seed: int) -> Structured:
    """A half space, a ball, a tube that the lesion encloses, and a bone that it leans on, in turn."""
    if seed % 4 == 3:
        return _leaning(rng)
    radius = rng.uniform(8, 20)
    names, body, overlap_mm3, contact_mm2 = (_half_space, _other_ball, _tube)[seed % 4](rng, radius)
    own = _grid(rng, radius + 14)
    name, grid = str(rng.choice(names)), own if rng.uniform() < 0.5 else _grid(rng, radius + 14)
    truth = {f"{name}_overlap_ml": overlap_mm3 / 1000, f"{name}_contact_mm2": contact_mm2}
    return Structured(Study("beside", {}, masks={name: voxels(grid, body)}), lesion_of(own, ball(radius)), truth)


Neighbour = tuple[tuple[str, ...], Inside, float, float]
"""What it may be, its body, and how much of a lesion it overlaps (mm³) and touches (mm²)."""


def _half_space(rng: Rng, radius: float) -> Neighbour:
    """A cap of height h holds π h² (3R − h) ÷ 3, and the cap that is 1.5 mm higher is the contact."""
    height = rng.uniform(-0.1 * CONTACT_MM, 1.2 * radius)
    cap = max(height, 0.0)
    overlap = np.pi * cap**2 * (3 * radius - cap) / 3
    return ("bone", "muscle"), lambda p: p @ NORMAL > radius - height, overlap, _cap_mm2(radius, height + CONTACT_MM)


def _other_ball(rng: Rng, radius: float) -> Neighbour:
    """The lens of two balls, and the part of one within 1.5 mm of the other."""
    other, deep = rng.uniform(5, 12), rng.uniform(-0.1 * CONTACT_MM, 6)
    apart, lens = radius + other - deep, max(deep, 0.0)
    sums = apart**2 + 2 * apart * (other + radius) - 3 * (radius - other) ** 2
    cosine = (radius**2 + apart**2 - (other + CONTACT_MM) ** 2) / (2 * radius * apart)
    overlap = np.pi * lens**2 * sums / (12 * apart)
    return ("vessels", "vertebrae"), ball(other, NORMAL * apart), overlap, _cap_mm2(radius, radius * (1 - cosine))


def _tube(rng: Rng, radius: float) -> Neighbour:
    """Along the middle of the ball: what is left of it is a napkin ring."""
    half = rng.uniform(2, min(5.0, radius / 2))
    overlap = 4 / 3 * np.pi * (radius**3 - (radius**2 - half**2) ** 1.5)
    cap = radius - float(np.sqrt(radius**2 - (half + CONTACT_MM) ** 2))
    return ("vessels", "nerve", "cord"), lambda p: _beside_axis(p) < half, overlap, 2 * _cap_mm2(radius, cap)


def _beside_axis(points: Array) -> Array:
    return np.asarray(np.linalg.norm(points - (points @ NORMAL)[..., None] * NORMAL, axis=-1))


def _cap_mm2(radius: float, height: float) -> float:
    return float(2 * np.pi * radius * np.clip(height, 0, 2 * radius))


def _leaning(rng: Rng) -> Structured:
    """Voxels that are thin across the bone, so that its cortex can be read."""
    radius = rng.uniform(11, 18)
    flat = radius * rng.uniform(0.4, 0.7)
    disc = float(np.sqrt(radius**2 - flat**2))
    hole = disc * rng.uniform(0.25, 0.8)
    scene = BoneScene(radius=radius, flat=flat, cortex=rng.uniform(1.5, 3), hole=hole)
    across = np.linalg.svd(NORMAL[None])[2].T  # the bone's normal and two ways along it
    grid = _grid(rng, radius + 9, turn=tilted(_angles(rng, 12)) @ (across * np.sign(np.linalg.det(across))))
    data = rendered(grid, scene.tissue) + rng.normal(scale=rng.uniform(8, 16), size=grid.shape)
    bone = voxels(grid, lambda p: (p @ NORMAL > flat) & (p @ NORMAL < flat + 9))
    study = Study("bone", {Role.T1: image_series(Role.T1, data, grid)}, masks={"bone": bone})
    truth = {"bone_overlap_ml": 0.0, "bone_contact_mm2": scene.contact_mm2}
    truth["bone_destroyed_fraction"] = (hole / disc) ** 2
    return Structured(study, lesion_of(grid, lambda p: ball(radius)(p) & (p @ NORMAL < flat)), truth)


# ivim


def ivim(rng: Rng, seed: int) -> Structured:
    """S = f·exp(−b·D*) + (1 − f)·exp(−b·D) in the lesion, on diffusion voxels of their own, with magnitude noise."""
    radius, b_values = rng.uniform(9, 20), B_VALUES[seed % len(B_VALUES)]
    d, fast, f = rng.uniform(0.7, 2.2), rng.uniform(15, 60), rng.uniform(0, 0.2)
    b = np.array(b_values) / 1000
    tumour = 900 * (f * np.exp(-fast * b) + (1 - f) * np.exp(-d * b))
    muscle = 600 * np.exp(-1.6 * b)
    own = _grid(rng, radius + 6)
    spacing = np.append(rng.uniform(1.3, 2.2, 2), rng.uniform(3, 5))
    grid = _grid(rng, radius + 16, spacing)
    share = rendered(grid, lambda p: ball(radius)(p).astype(float), cells=3)[..., None]
    clean = share * tumour + (1 - share) * muscle
    real, other = rng.normal(scale=900 / rng.uniform(20, 50), size=(2, *clean.shape))
    volume = Volume(np.hypot(clean + real, other).astype(np.float32), grid)
    series = Series(Role.DWI, volume, Source("simulated", "2" * 64), b_values=b_values)
    truth = {"d_um2_per_ms": d, "f_fraction": f}
    return Structured(Study("diffusion", {Role.DWI: series}), lesion_of(own, ball(radius)), truth)


# heterogeneity


def heterogeneity(rng: Rng, seed: int) -> Structured:
    """A ball with a ball of another signal in it, in what is as bright as its outer part: its edge adds nothing."""
    radius = rng.uniform(10, 20)
    core = radius * rng.uniform(0.3, 0.8)
    middle = NORMAL * rng.uniform(0, radius - core)
    grid, p = _grid(rng, radius + 8), (core / radius) ** 3
    series, truth = {}, {}
    share = rendered(grid, lambda q: ball(core, middle)(q).astype(float), cells=3)
    for role, column in ((Role.T1, "variation_t1"), (Role.T2, "variation_t2")):
        low, step, noise = 300.0, rng.uniform(-150, 300), rng.uniform(6, 15)
        series[role] = image_series(role, low + step * share + rng.normal(scale=noise, size=grid.shape), grid)
        truth[column] = float(np.sqrt(p * (1 - p) * step**2 + noise**2)) / (low + p * step)
    return Structured(Study("uneven", series), lesion_of(grid, ball(radius)), truth)


SCENES: dict[str, Callable[[Rng, int], Structured]] = {
    "nerve": nerve,
    "invasion": invasion,
    "ivim": ivim,
    "heterogeneity": heterogeneity,
}
"""Family → what draws its scenes."""


def structured(family: str, seed: int) -> Structured:
    """The scene of that number; kinds take turns."""
    return SCENES[family](np.random.default_rng([seed, 30 + list(SCENES).index(family)]), seed)
