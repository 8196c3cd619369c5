"""What surrounds the tumour: the description, and what a region of the body must tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from pnst.phantom.check import require, require_min, require_range
from pnst.phantom.layers import Layer
from pnst.phantom.spine_spec import SpineSpec
from pnst.phantom.vector import Vector
from pnst.typing import FloatArray

REGIONS = ("limb", "paraspinal", "spine")


@dataclass(frozen=True, kw_only=True)
class SurroundSpec:
    """What the tumour lies in."""

    region: Literal["limb", "paraspinal", "spine"] = "limb"
    """A thigh-like limb; the flank beside the lumbar spine, where the nerve leaves its foramen; or the spine itself."""
    bed: Literal["muscle", "fat"] = "muscle"
    """The tissue all round the tumour."""
    bed_mm: float = 17.0
    """How far the bed reaches beyond the tumour's surface before septa, bone or skin may come."""
    fat_plane_mm: float | None = None
    """A flat fascial fat plane at this distance from the tumour on one side; None: none in the bed."""
    fat_plane_thickness_mm: float = 3.0
    fat_plane_axis: Vector = (0.0, 1.0, 0.0)
    """Direction from the tumour to the plane, in the patient's axes."""
    fat_plane_sides: Literal["one", "every"] = "one"
    """On every side: a shell of fat at that distance all round, as between the muscles round one that holds it."""
    septa: int = 3
    """Fascial fat planes between the muscles, outside the bed; they fan out from the bone, or from the spine."""
    septum_mm: float = 2.0
    subcutaneous_fat_mm: float = 8.0
    skin_mm: float = 1.5
    fascia_mm: float | None = None
    """The tumour's centre lies this far outside the muscles of a limb, in the subcutis; 0: half in it, half on muscle;
    None: among the muscles, with its whole bed."""
    bone: bool = True
    bone_mm: float | None = None
    """The shaft of a limb's bone passes this far beside the tumour; None: outside the bed."""
    bone_radius_mm: float = 12.0
    """Of that shaft: a femur's; 6 is a fibula's."""
    cortex_mm: float = 4.0
    """Thickness of its cortex, round the marrow."""
    vessels: bool = True
    nerve: bool = True
    nerve_diameter_mm: float = 2.5
    """Of the nerve that enters and leaves the tumour at its poles."""
    spine: SpineSpec | None = None
    """Of the region spine, where the tumour lies in it; None: the default there."""

    def __post_init__(self) -> None:
        require(self.region in REGIONS, "surround.region", str(self.region), " or ".join(REGIONS))
        require(self.bed in ("muscle", "fat"), "surround.bed", str(self.bed), "muscle or fat")
        for name in ("bed_mm", "subcutaneous_fat_mm", "skin_mm"):
            require_range(f"surround.{name}", getattr(self, name), 0.0, 100.0)
        for name in ("septum_mm", "fat_plane_thickness_mm", "nerve_diameter_mm"):
            require_range(f"surround.{name}", getattr(self, name), 0.1, 30.0)
        require(
            self.fat_plane_sides in ("one", "every"), "surround.fat_plane_sides", self.fat_plane_sides, "one or every"
        )
        for name in ("fascia_mm", "bone_mm"):
            if getattr(self, name) is not None:
                require(
                    self.region == "limb", f"surround.{name}", f"one in the region {self.region}", "the region limb"
                )
                require_range(f"surround.{name}", getattr(self, name), 0.0 if name == "bone_mm" else -100.0, 100.0)
        require_range("surround.bone_radius_mm", self.bone_radius_mm, 1.0, 40.0)
        require_range("surround.cortex_mm", self.cortex_mm, 0.1, self.bone_radius_mm)
        spinal = self.spine is None or self.region == "spine"
        require(spinal, "surround.spine", f"one in the region {self.region}", "the region spine")
        deep = self.fascia_mm is None or self.bone_mm is None
        require(deep, "surround.bone_mm", "a tumour beside bone and in the subcutis", "one of bone_mm and fascia_mm")
        require_range("surround.septa", self.septa, 0, 12)
        if self.fat_plane_mm is not None:
            require_min("surround.fat_plane_mm", self.fat_plane_mm, 0.0)
            require(np.linalg.norm(self.fat_plane_axis) > 0, "surround.fat_plane_axis", "no length", "a direction")


class AnatomicalRegion(Protocol):
    """A part of the body, laid out so that a tumour keeps its bed: only muscle comes near it.

    Signed distances in mm (negative inside) at RAS points (n, 3).
    """

    @property
    def nerve_root(self) -> FloatArray | None:
        """(3,) RAS point whence the nerve comes; None: it runs straight through the tumour."""
        ...

    def fascia(self, points: FloatArray) -> FloatArray:
        """To the border of the muscles, which neither bed, oedema nor nerve crosses."""
        ...

    def ground(self, points: FloatArray, fascia: FloatArray) -> Iterator[Layer]:
        """Skin, fat, muscle and the fat planes between muscles, from outside in."""
        ...

    def structures(self, points: FloatArray) -> Iterator[Layer]:
        """Bones, vessels and what they hold; nothing infiltrates them."""
        ...
