"""A simulated plexus on both sides: five roots a side that join to trunks, one of them thickened and bright.

Made of plain tubes on fat-suppressed T2, with masks of the nerves and their answer in closed form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pnst.image import Grid, Mask, Volume
from pnst.phantom.check import require, require_range
from pnst.phantom.distances import cord
from pnst.phantom.noise import rician
from pnst.phantom.spec import SEQUENCES
from pnst.phantom.surround import Value
from pnst.phantom.vector import Vector, rotation
from pnst.study import Lesion, Role, Series, Source, Study
from pnst.typing import FloatArray

ROOTS = ("C5", "C6", "C7", "C8", "T1")
HEIGHTS_MM = (40.0, 24.0, 8.0, -8.0, -24.0)
FORAMEN_MM, TRUNK_MM, CORD_MM = 14.0, 58.0, 96.0
"""How far from the midline a root begins, joins its trunk, and the trunks come together."""
TRUNKS = (0, 0, 1, 2, 2)
"""Root → its trunk: upper, middle, lower."""
TRUNK_HEIGHTS_MM = (6.0, -14.0, -32.0)
END = (118.0, -2.0, -52.0)
MUSCLE, FAT, LESION = 110.0, 45.0, 420.0
FAT_MM = 10.0
"""Half the thickness of the layer of fat about the nerves."""
AWAY_MM = 8.0
"""Nerves are looked for no further than this from their plane."""
CELLS = 2
"""Places a side of each voxel whose mean is its signal."""


@dataclass(frozen=True, kw_only=True)
class PlexusSpec:
    """A plexus; the thickened root is on the patient's right, and may hold a ball of tumour."""

    root: str = "C7"
    """Which root is thickened."""
    calibre_mm: float = 4.0
    """Of every root and trunk."""
    calibre_ratio: float = 1.75
    """How many times as thick that root is."""
    signal_ratio: float = 2.0
    """Nerve ÷ muscle."""
    brightness: float = 1.5
    """How many times as bright that root is."""
    tumour_mm: float = 6.5
    """Radius of the tumour, half-way along that root."""
    spacing_mm: Vector = (0.7, 0.7, 2.0)
    turn_deg: Vector = (4.0, -6.0, 9.0)
    snr: float | None = 30.0
    """Signal of muscle ÷ σ of the noise; None: no noise."""

    def __post_init__(self) -> None:
        require(self.root in ROOTS, "plexus.root", str(self.root), ", ".join(ROOTS))
        require_range("plexus.calibre_mm", self.calibre_mm, 1.0, 12.0)
        require_range("plexus.tumour_mm", self.tumour_mm, 0.0, 15.0)
        for name in ("calibre_ratio", "signal_ratio", "brightness"):
            require_range(f"plexus.{name}", getattr(self, name), 0.2, 10.0)


@dataclass(frozen=True, eq=False)
class SimulatedPlexus:
    """A simulated plexus, the tumour on its root, and the exact answer."""

    study: Study
    lesion: Lesion
    truth: Mapping[str, Value]
    spec: PlexusSpec


def simulate_plexus(spec: PlexusSpec | None = None, seed: int = 0) -> SimulatedPlexus:
    """Fat-suppressed T2 and the masks `nerve` (the thickened root), `nerve_other_side` (the same root on the left) and
    `muscle`; each nerve's voxels are those whose centres lie in it, the tumour left out.
    """
    spec = spec or PlexusSpec()
    grid = _grid(spec)
    points = grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1))
    tumour = np.linalg.norm(points - _tumour(spec), axis=-1) < spec.tumour_mm
    right, left = (_root(points, spec, side) < 0 for side in (1.0, -1.0))
    muscle = (np.abs(points[..., 1]) > 22) & (_trunk(points) < 0)
    masks = {"nerve": right & ~tumour, "nerve_other_side": left, "muscle": muscle}
    image = _image(spec, grid, points)
    rng = np.random.default_rng([seed, 7])
    noisy = rician(image, 0.0 if spec.snr is None else MUSCLE / spec.snr, rng).astype(np.float32)
    source = Source("simulated", "0" * 64)
    series = Series(Role.T2_FS, Volume(noisy, grid), source, acquisition=SEQUENCES[Role.T2_FS])
    study = Study("plexus", {Role.T2_FS: series}, {name: Mask(part, grid) for name, part in masks.items()})
    lesion = Lesion("tumour", Mask(tumour, grid), "simulation")
    return SimulatedPlexus(study, lesion, plexus_truth(spec), spec)


def plexus_truth(spec: PlexusSpec) -> dict[str, Value]:
    """The columns of `nerve`, of the root that runs through the tumour's middle."""
    return {
        "nerve.contiguous": True,
        "nerve.gap_mm": 0.0,
        "nerve.entering": True,
        "nerve.exiting": True,
        "nerve.limbs_count": 2,
        "nerve.eccentricity": 0.0,
        "nerve.signal_ratio": spec.signal_ratio * spec.brightness,
        "nerve.calibre_mm": spec.calibre_mm * spec.calibre_ratio,
        "nerve.signal_ratio_to_other_side": spec.brightness,
        "nerve.calibre_ratio_to_other_side": spec.calibre_ratio,
    }


def _path(number: int, side: float) -> FloatArray:
    """(2, 3): a root from its foramen to its trunk."""
    start = FORAMEN_MM, 0.0, HEIGHTS_MM[number]
    stop = TRUNK_MM, 3.0, TRUNK_HEIGHTS_MM[TRUNKS[number]]
    return np.array([start, stop]) * (side, 1.0, 1.0)


def _trunks(side: float) -> list[FloatArray]:
    """Every trunk, from where its roots join to the common end."""
    ends = [(TRUNK_MM, 3.0, height) for height in TRUNK_HEIGHTS_MM]
    middle = CORD_MM, 1.0, -38.0
    return [np.array([end, middle, END]) * (side, 1.0, 1.0) for end in ends]


def _tumour(spec: PlexusSpec) -> FloatArray:
    """The middle of the thickened root."""
    return np.asarray(_path(ROOTS.index(spec.root), 1.0).mean(axis=0))


def _root(points: FloatArray, spec: PlexusSpec, side: float) -> FloatArray:
    """To the root of that name on one side."""
    radius = spec.calibre_mm / 2 * (spec.calibre_ratio if side > 0 else 1.0)
    return _tubes(points, [_path(ROOTS.index(spec.root), side)], radius)


def _others(points: FloatArray, spec: PlexusSpec) -> FloatArray:
    """To every other root and trunk of both sides."""
    paths = [part for side in (1.0, -1.0) for part in (*(_path(n, side) for n in range(5)), *_trunks(side))]
    return _tubes(points, paths, spec.calibre_mm / 2)


def _tubes(points: FloatArray, paths: list[FloatArray], radius_mm: float) -> FloatArray:
    """To the nearest of some tubes; `AWAY_MM` off the plane that all nerves lie in, and beyond it."""
    out = np.full(points.shape[:-1], AWAY_MM)
    near = np.abs(points[..., 1]) < AWAY_MM + radius_mm
    for path in paths:
        out[near] = np.minimum(out[near], cord(points[near], path, radius_mm))
    return out


def _trunk(points: FloatArray) -> FloatArray:
    """To the neck and shoulders, beyond which lies air."""
    return np.asarray(np.maximum(np.abs(points[..., 1]) - 40, np.abs(points[..., 0]) - 125))


def _image(spec: PlexusSpec, grid: Grid, points: FloatArray) -> FloatArray:
    """(ni, nj, nk) the mean signal of every voxel with its middle at points (ni, nj, nk, 3): those that a border may
    cross are looked at in several places.
    """
    out = _signal(spec, points)
    reach = float(np.linalg.norm(spec.spacing_mm)) / 2
    border = [_others(points, spec), _root(points, spec, 1.0), _trunk(points), np.abs(points[..., 1]) - FAT_MM]
    border.append(np.linalg.norm(points - _tumour(spec), axis=-1) - spec.tumour_mm)
    mixed = np.min(np.abs(border), axis=0) < reach
    places = (np.indices((CELLS,) * 3).reshape(3, -1).T + 0.5) / CELLS - 0.5
    shifts = places @ grid.affine[:3, :3].T
    out[mixed] = np.mean([_signal(spec, points[mixed] + shift) for shift in shifts], axis=0)
    return out


def _signal(spec: PlexusSpec, points: FloatArray) -> FloatArray:
    """Of points (..., 3): muscle, a layer of fat about the nerves' plane, the nerves, the tumour."""
    out = np.where(_trunk(points) < 0, MUSCLE, 0.0)
    out = np.where(np.abs(points[..., 1]) < FAT_MM, FAT, out)
    nerve = spec.signal_ratio * MUSCLE
    out = np.where(_others(points, spec) < 0, nerve, out)
    out = np.where(_root(points, spec, 1.0) < 0, nerve * spec.brightness, out)
    return np.where(np.linalg.norm(points - _tumour(spec), axis=-1) < spec.tumour_mm, LESION, out)


def _grid(spec: PlexusSpec) -> Grid:
    """Coronal slices, turned against the patient, that hold both sides."""
    planes = np.array([[-1.0, 0, 0], [0, 0, -1], [0, -1, 0]])
    counts = [int(size / side) for size, side in zip((252.0, 124.0, 60.0), spec.spacing_mm, strict=True)]
    affine = np.eye(4)
    affine[:3, :3] = rotation(spec.turn_deg) @ planes * np.asarray(spec.spacing_mm)
    affine[:3, 3] = np.array([0.0, 0.0, -6.0]) - affine[:3, :3] @ ((np.asarray(counts) - 1) / 2 + (0.2, -0.3, 0.1))
    return Grid((counts[0], counts[1], counts[2]), affine)
