"""The description of the simulated tumour."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from pnst.phantom.check import require, require_min, require_range
from pnst.phantom.harmonics import Term
from pnst.phantom.inclusion import Inclusion
from pnst.phantom.signs import SignSpec
from pnst.phantom.tissue import TISSUES, Properties, Tissue
from pnst.phantom.vector import Vector
from pnst.phantom.waves import TEXTURE_SD


@dataclass(frozen=True, kw_only=True)
class LesionSpec:
    """A tumour in millimetres and degrees. Caps are cones seen from its centre, by their half-angle."""

    radii_mm: Vector = (12.0, 14.0, 22.0)
    """Semi-axes along the tumour's own x, y, z."""
    tilt_deg: Vector = (0.0, 0.0, 0.0)
    """Turns about the patient's x, then y, then z."""
    centre_mm: Vector = (0.0, 0.0, 0.0)
    """RAS."""
    waist_ratio: float | None = None
    """A dumbbell along the tumour's z axis: two balls that overlap, stretched to the semi-axes. The radius of its waist
    ÷ that of the balls; None: no waist."""
    lobes: int = 0
    """n lobes round the tumour's z axis: ρ + `lobe_depth` · sinⁿθ · cos nφ."""
    lobe_depth: float = 0.0
    """There are lobes with a depth, or neither."""
    roughness: float = 0.0
    """Root-mean-square over the sphere of the random harmonics in ρ."""
    roughness_degrees: tuple[int, int] = (4, 8)
    """First and last degree of them."""
    harmonics: tuple[Term, ...] = ()
    """Harmonics in ρ by name, on top of the random ones."""

    capsule_mm: float = 0.0
    """Thickness of a fibrous capsule just inside the tumour's surface, a part of the tumour; 0: none."""
    edge_sigma_mm: float = 0.0
    """Infiltrating edge: tumour gives way to surroundings as an error function of this σ (10–90 % width 2.563 σ)."""
    indistinct_cap_deg: float = 180.0
    """The part of the surface with that edge: 180 is all of it; the rest is sharp."""
    indistinct_axis: Vector = (1.0, 0.0, 0.0)
    """Axis of that cap, in the patient's axes."""

    edema_mm: float = 0.0
    """Greatest thickness of the oedema round the tumour."""
    edema_irregularity: float = 0.0
    """0: the same thickness everywhere; 1: down to nothing where it is thinnest."""

    rim_cap_deg: float = 0.0
    """Half-angle of each polar cap that a rim of fat covers; 0: no rim; 90 on both poles: all round."""
    rim_mm: float = 3.0
    rim_poles: Literal["both", "one"] = "both"

    d_um2_per_ms: float | None = None
    """Diffusion coefficient; None: that of the tissue table."""
    ivim_fraction: float = 0.0
    uptake_mmol_per_l: float | None = None
    """Contrast agent in the solid tumour; None: that of the tissue table."""
    target_core: float = 0.0
    """The target sign: the tumour's inner part, this share of its radius, has a fibrous core. 0: none."""
    hypovascular_core: float = 0.0
    """Peripheral enhancement: the inner part, this share of its radius, takes up less contrast agent. 0: none."""
    core_uptake_mmol_per_l: float | None = None
    """Contrast agent in that core; None: that of the tissue table."""
    texture: float = 0.0
    """Standard deviation of the tumour's proton density ÷ its mean: a smooth random pattern. 0: the same all over."""
    texture_mm: float = 12.0
    """Wavelength of the pattern."""
    inclusions: tuple[Inclusion, ...] = ()
    signs: SignSpec | None = None
    """Fascicles, septa, shells and flow voids; None: none."""

    def __post_init__(self) -> None:
        for radius in self.radii_mm:
            require_range("lesion.radii_mm", radius, 1.0, 200.0)
        for name in ("capsule_mm", "edge_sigma_mm", "edema_mm", "roughness", "lobe_depth"):
            require_min(f"lesion.{name}", getattr(self, name), 0.0)
        if self.waist_ratio is not None:
            require_range("lesion.waist_ratio", self.waist_ratio, 0.15, 1.0)
        for name in ("edema_irregularity", "ivim_fraction"):
            require_range(f"lesion.{name}", getattr(self, name), 0.0, 1.0)
        for name in ("target_core", "hypovascular_core"):
            require_range(f"lesion.{name}", getattr(self, name), 0.0, 0.95)
        require_range("lesion.texture", self.texture, 0.0, TEXTURE_SD)  # beyond, the proton density would fall below 0
        require_range("lesion.texture_mm", self.texture_mm, 4.0, 200.0)
        for name in ("uptake_mmol_per_l", "core_uptake_mmol_per_l"):
            if getattr(self, name) is not None:
                require_range(f"lesion.{name}", getattr(self, name), 0.0, 10.0)
        sharp = self.capsule_mm == 0 or self.edge_sigma_mm == 0
        require(sharp, "lesion.capsule_mm", "a capsule and an infiltrating edge", "one of them")
        thin = self.capsule_mm <= min(self.radii_mm) / 4
        require(thin, "lesion.capsule_mm", f"{self.capsule_mm}", "at most a quarter of the least semi-axis")
        require_range("lesion.indistinct_cap_deg", self.indistinct_cap_deg, 0.0, 180.0)
        require_range("lesion.rim_cap_deg", self.rim_cap_deg, 0.0, 180.0)
        require_min("lesion.rim_mm", self.rim_mm, 0.1)
        require(self.rim_poles in ("both", "one"), "lesion.rim_poles", str(self.rim_poles), "both or one")
        require(self.lobes == 0 or self.lobes >= 2, "lesion.lobes", str(self.lobes), "0, or 2 and more")
        together = (self.lobes == 0) == (self.lobe_depth == 0)
        both = f"{self.lobes} lobes, {self.lobe_depth:g} deep"
        require(together, "lesion.lobe_depth", both, "lobes and their depth, or neither")
        first, last = self.roughness_degrees
        require(1 <= first <= last <= 30, "lesion.roughness_degrees", f"{first}, {last}", "1 ≤ first ≤ last ≤ 30")
        require(np.linalg.norm(self.indistinct_axis) > 0, "lesion.indistinct_axis", "no length", "a direction")
        if self.d_um2_per_ms is not None:
            require_range("lesion.d_um2_per_ms", self.d_um2_per_ms, 0.01, 5.0)

    @property
    def tissue(self) -> Properties:
        """The solid tumour's magnetic properties: the table's, with this tumour's own diffusion and uptake."""
        known = TISSUES[Tissue.TUMOUR]
        d = known.d_um2_per_ms if self.d_um2_per_ms is None else self.d_um2_per_ms
        uptake = known.uptake_mmol_per_l if self.uptake_mmol_per_l is None else self.uptake_mmol_per_l
        return replace(known, d_um2_per_ms=d, ivim_fraction=self.ivim_fraction, uptake_mmol_per_l=uptake)

    def properties(self, tissue: Tissue) -> Properties:
        """What a tissue is made of in this patient: the table's values, but for the tumour's own constituents.

        A texture mixes two constituents that differ in proton density alone, so that the mean is that of `tissue`.
        """
        if tissue is Tissue.HYPOVASCULAR_CORE:
            uptake = self.core_uptake_mmol_per_l
            uptake = TISSUES[tissue].uptake_mmol_per_l if uptake is None else uptake
            return replace(self.tissue, uptake_mmol_per_l=uptake)
        if tissue in (Tissue.TUMOUR, Tissue.STROMA):
            contrast = self.texture / TEXTURE_SD * (1 if tissue is Tissue.TUMOUR else -1)
            return replace(self.tissue, proton_density=self.tissue.proton_density * (1 + contrast))
        return TISSUES[tissue]
