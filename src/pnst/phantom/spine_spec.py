"""The description of a simulated spine, and where the tumour lies in it."""

from __future__ import annotations

from dataclasses import dataclass

from pnst.phantom.check import require, require_min, require_range
from pnst.phantom.distances import Point

LEVELS = (
    *(f"C{n}" for n in range(1, 8)),
    *(f"T{n}" for n in range(1, 13)),
    *(f"L{n}" for n in range(1, 6)),
    "S1",
)


@dataclass(frozen=True, kw_only=True)
class SpineSpec:
    """A stretch of the vertebral column with its canal, in mm. Pairs are across the canal: to the patient's right, and
    forward. The default holds the tumour in the middle of the cord.
    """

    level: str = "T5"
    """The vertebra above the foramen that is nearest to the tumour."""
    canal_offset_mm: Point = (0.0, 0.0)
    """Where the tumour's centre lies beside the canal's axis: inside the cord, beside it, in a foramen, beside all."""
    foramen_offset_mm: float = 0.0
    """The tumour's centre lies this far above the middle of that foramen, along the canal."""
    curve_mm: float | None = None
    """Radius of the arc that the column makes, its front outward; None: straight."""
    period_mm: float = 24.0
    """From one vertebra to the next."""
    disc_mm: float = 5.0
    body_mm: Point = (15.0, 11.0)
    """Half width and half depth of the vertebral bodies."""
    canal_mm: float = 9.5
    """Radius of the bony canal, which holds fat round the thecal sac."""
    sac_mm: float = 8.0
    """Radius of the thecal sac, which holds fluid round the cord."""
    cord_mm: Point = (6.0, 4.0)
    """Half width and half depth of the cord."""
    foramen_mm: Point = (6.0, 4.5)
    """Half height and half depth of the foramina."""

    cord_shift_mm: Point = (0.0, 0.0)
    """How far the tumour has pushed the cord where it is pushed most, at the height of its centre."""
    cord_squeeze: float = 0.0
    """Share of the cord's cross-section that is lost there."""
    deformed_mm: float = 20.0
    """The cord runs as if there were no tumour from this far above and below its centre on."""
    cord_edema_mm: float = 0.0
    """Length of the stretch of swollen, bright cord, half above and half below the tumour's centre."""
    syrinx_mm: float = 0.0
    """Width of a tube of fluid in the cord above the tumour; 0: none."""
    syrinx_length_mm: float = 20.0
    scallop_mm: float = 0.0
    """Depth of a spherical hollow in the back of the body below the foramen."""
    foramen_ratio: float = 1.0
    """Area of the foramen on the tumour's side ÷ that of the others."""
    dural_tail_mm: float = 0.0
    """Length of enhancing dura above and below the tumour, which tapers along the sac's wall; 0: none."""
    dural_tail_width_mm: float = 2.0
    """Its thickness where it begins."""
    roots: bool = True
    """A root through each foramen."""

    def __post_init__(self) -> None:
        require(self.level in LEVELS, "spine.level", str(self.level), ", ".join(LEVELS))
        if self.curve_mm is not None:
            require_min("spine.curve_mm", self.curve_mm, 80.0)
        require_range("spine.period_mm", self.period_mm, 10.0, 60.0)
        require_range("spine.disc_mm", self.disc_mm, 1.0, self.period_mm / 2)
        for name in ("body_mm", "foramen_mm", "cord_mm"):
            for part in getattr(self, name):
                require_range(f"spine.{name}", part, 1.0, 40.0)
        require_range("spine.sac_mm", self.sac_mm, max(self.cord_mm), self.canal_mm)
        require_range("spine.cord_squeeze", self.cord_squeeze, 0.0, 0.9)
        require_range("spine.deformed_mm", self.deformed_mm, 1.0, 100.0)
        for name in ("cord_edema_mm", "syrinx_mm", "scallop_mm", "dural_tail_mm"):
            require_range(f"spine.{name}", getattr(self, name), 0.0, 100.0)
        require_range("spine.syrinx_mm", self.syrinx_mm, 0.0, 2 * min(self.cord_mm))
        require_min("spine.syrinx_length_mm", self.syrinx_length_mm, 0.1)
        require_min("spine.dural_tail_width_mm", self.dural_tail_width_mm, 0.1)
        require_range("spine.foramen_ratio", self.foramen_ratio, 0.1, 10.0)
