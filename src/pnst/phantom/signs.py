"""What a reader looks for in and round a tumour on T2: fascicles, septa, shells and flow voids, in millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from pnst.phantom.check import require, require_min, require_range
from pnst.phantom.tissue import Tissue
from pnst.phantom.vector import Vector, rotation
from pnst.typing import FloatArray

ShellTissue = Literal[Tissue.CYST, Tissue.CAPSULE, Tissue.HAEMOSIDERIN, Tissue.CORTICAL_BONE]
POINTS_PER_MM = 8
"""Points of a flow void's axis: 0.01 mm is lost of the distance to it."""


@dataclass(frozen=True, kw_only=True)
class Shell:
    """A layer just outside the tumour's surface, on one polar cap or both: of fluid, fibre, haemosiderin or bone."""

    tissue: ShellTissue
    thickness_mm: float
    cap_deg: float = 180.0
    """Half-angle of each cap, seen from the centre; 180: all round."""
    poles: Literal["both", "one"] = "both"

    def __post_init__(self) -> None:
        require_range("shell.thickness_mm", self.thickness_mm, 0.1, 20.0)
        require_range("shell.cap_deg", self.cap_deg, 1.0, 180.0)
        require(self.poles in ("both", "one"), "shell.poles", str(self.poles), "both or one")
        allowed: tuple[Tissue, ...] = get_args(ShellTissue)
        names = ", ".join(tissue.name.lower() for tissue in allowed)
        require(self.tissue in allowed, "shell.tissue", self.tissue.name.lower(), names)

    @property
    def whole(self) -> bool:
        """Whether it goes all round."""
        return self.cap_deg >= (90 if self.poles == "both" else 180)

    def cosine(self, cosine: FloatArray) -> FloatArray:
        """That of the angle to the nearest pole that it covers, from that to the tumour's axis."""
        return np.abs(cosine) if self.poles == "both" else cosine


@dataclass(frozen=True, kw_only=True)
class Fascicles:
    """Dark tubes in bright sheaths along the tumour's long axis, on a square lattice, where a whole one fits in."""

    diameter_mm: float = 3.0
    """Of the dark part."""
    sheath_mm: float = 1.0
    spacing_mm: float = 6.0
    """From axis to axis."""

    def __post_init__(self) -> None:
        require_range("fascicles.diameter_mm", self.diameter_mm, 0.5, 20.0)
        require_range("fascicles.sheath_mm", self.sheath_mm, 0.1, 10.0)
        require_min("fascicles.spacing_mm", self.spacing_mm, 2 * self.radius_mm)

    @property
    def radius_mm(self) -> float:
        """With the sheath."""
        return self.diameter_mm / 2 + self.sheath_mm

    def axis_points(self, local: FloatArray, pole: FloatArray) -> FloatArray:
        """(n, 3): the nearest point of a fascicle's axis to local points (n, 3)."""
        across = across_axes(pole)
        return np.asarray(
            np.outer(local @ pole, pole) + self.spacing_mm * np.rint(local @ across / self.spacing_mm) @ across.T
        )


@dataclass(frozen=True, kw_only=True)
class Septum:
    """A dark fibrous plane through the tumour."""

    normal: Vector = (1.0, 0.0, 0.0)
    """In the tumour's own axes."""
    offset_mm: float = 0.0
    thickness_mm: float = 1.0

    def __post_init__(self) -> None:
        require(np.linalg.norm(self.normal) > 0, "septum.normal", "no length", "a direction")
        require_range("septum.thickness_mm", self.thickness_mm, 0.1, 20.0)

    @property
    def unit_normal(self) -> FloatArray:
        """(3,)."""
        return np.asarray(np.asarray(self.normal) / np.linalg.norm(self.normal))


@dataclass(frozen=True, kw_only=True)
class FlowVoid:
    """A vessel without signal: a helix of round ends, or a straight tube."""

    calibre_mm: float = 2.0
    coil_mm: float = 3.0
    """Radius of the helix; 0: a straight tube."""
    pitch_mm: float = 8.0
    """Along the axis, a turn."""
    turns: float = 2.0
    centre_mm: Vector = (0.0, 0.0, 0.0)
    """In the tumour's own axes, from its centre."""
    tilt_deg: Vector = (0.0, 0.0, 0.0)
    """Turns of the helix's axis, the tumour's own z, about its x, then y, then z."""

    def __post_init__(self) -> None:
        require_range("void.calibre_mm", self.calibre_mm, 0.2, 20.0)
        require_min("void.coil_mm", self.coil_mm, 0.0)
        require_min("void.pitch_mm", self.pitch_mm, 0.1)
        require_min("void.turns", self.turns, 0.05)
        apart = self.coil_mm == 0 or self.pitch_mm > self.calibre_mm
        require(apart, "void.pitch_mm", f"{self.pitch_mm}", "more than the calibre")

    @property
    def length_mm(self) -> float:
        """Of the axis: turns · √((2πR)² + pitch²)."""
        return float(self.turns * np.hypot(2 * np.pi * self.coil_mm, self.pitch_mm))

    @cached_property
    def axis(self) -> FloatArray:
        """(m, 3) local points of the axis."""
        angle = np.linspace(-np.pi, np.pi, max(2, int(POINTS_PER_MM * self.length_mm) + 1)) * self.turns
        along = angle / (2 * np.pi) * self.pitch_mm
        path = np.stack([self.coil_mm * np.cos(angle), self.coil_mm * np.sin(angle), along], axis=1)
        return np.asarray(path @ rotation(self.tilt_deg).T + np.asarray(self.centre_mm))

    def distance(self, local: FloatArray) -> FloatArray:
        """(n,) signed distance in mm of local points (n, 3) to its wall."""
        from scipy.spatial import cKDTree

        middle, reach = self.axis.mean(axis=0), np.ptp(self.axis, axis=0).max() + self.calibre_mm
        out = np.linalg.norm(local - middle, axis=1) - reach  # an underestimate
        near = out < self.calibre_mm
        out[near] = cKDTree(self.axis).query(local[near])[0] - self.calibre_mm / 2
        return np.asarray(out)


@dataclass(frozen=True, kw_only=True)
class SignSpec:
    """The signs of one tumour."""

    shells: tuple[Shell, ...] = ()
    fascicles: Fascicles | None = None
    septa: tuple[Septum, ...] = ()
    voids: tuple[FlowVoid, ...] = ()

    @property
    def inside(self) -> bool:
        """Whether any may lie within the tumour."""
        return self.fascicles is not None or bool(self.septa or self.voids)


def across_axes(pole: FloatArray) -> FloatArray:
    """(3, 2): two unit vectors across a local axis."""
    least = int(np.argmin(np.abs(pole)))
    first = np.cross(pole, np.eye(3)[least])
    first /= np.linalg.norm(first)
    return np.stack([first, np.cross(pole, first)], axis=1)
