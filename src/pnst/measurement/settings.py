"""Settings of the measuring stage: every threshold, once, with its unit in its name."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MarginSettings(_Settings):
    """Shape and edge of the margin."""

    deep_lobulation_fraction: float = Field(0.05, gt=0, lt=1)
    """A concavity counts when deeper than this share of the longest diameter (ours)."""
    profile_reach_mm: float = Field(6.0, gt=0)
    """Edge profiles run this far inward and outward along the normal (ours)."""
    indistinct_width_mm: float = Field(4.0, gt=0)
    """A vertex is indistinct when its 10–90 % edge width is above this (ours)."""
    ill_defined_fraction: float = Field(0.20, gt=0, lt=1)
    """Published: over 20 % of the circumference indistinct."""
    least_step_noise_ratio: float = Field(3.0, gt=0)
    """A vertex is unmeasured when its step is under this many noise SDs (ours)."""
    least_measured_fraction: float = Field(0.5, gt=0, le=1)
    """The edge is skipped when less of the surface than this is measured (ours)."""


class EdemaSettings(_Settings):
    """Perilesional oedema."""

    detection_sd: float = Field(3.0, gt=0)
    """Detected above the muscle mode + this many SDs of muscle (ours)."""
    search_mm: float = Field(150.0, gt=0)
    """No oedema is looked for beyond this distance (ours)."""
    clear_of_contour_mm: float = Field(3.0, gt=0)
    """A piece counts only if it reaches further out than this: a tight contour leaves a bright shell (ours)."""
    least_volume_ml: float = Field(0.5, gt=0)
    """Least volume of a connected piece (ours)."""
    least_lesion_fraction: float = Field(0.01, gt=0)
    """… and least share of the lesion's volume (ours)."""


class SplitFatSettings(_Settings):
    """The split fat sign."""

    reach_mm: float = Field(10.0, gt=0)
    """Fat is integrated along the outward normal over this distance (ours)."""
    least_fat_mm: float = Field(1.0, gt=0)
    """Integrated fat that covers a vertex (ours)."""
    onset_fat_mm: float = Field(0.5, gt=0)
    """Integrated fat at which the rim begins (ours)."""
    onset_within_mm: float = Field(3.0, gt=0)
    """The rim begins within this distance of the surface (ours)."""
    muscle_within_mm: float = Field(15.0, gt=0)
    """Muscle-like tissue must lie beyond the fat within this distance (ours)."""
    present_coverage: float = Field(0.5, gt=0, lt=1)
    """Present when this share of the surface, or of both poles, is covered (ours)."""
    pole_half_angle_deg: float = Field(45.0, gt=0, lt=90)
    """A pole is what lies within this angle of the long axis, seen from the centroid (ours)."""
    least_elongation: float = Field(1.1, ge=1)
    """Without this ratio of major to least axis there are no poles (ours)."""
    buried_fat_fraction: float = Field(0.90, gt=0, le=1)
    """More mean fat than this from 5 to 15 mm, and the lesion lies in fat: not applicable (ours)."""
    near_fat_fraction: float = Field(0.01, gt=0, lt=1)
    """At least this much mean fat from 0 to 15 mm, and the sign is applicable (ours)."""
    far_fat_fraction: float = Field(0.03, gt=0, lt=1)
    """With less there, but this much from 15 to 30 mm, it is left open whether it is (ours)."""


class AdcSettings(_Settings):
    """Diffusion."""

    least_b: float = Field(50.0, ge=0)
    """b-values below this are left out while two others remain (perfusion), in s/mm²."""
    b_tolerance: float = Field(10.0, ge=0)
    """b-values closer than this are one shell, in s/mm²."""


class EnhancementSettings(_Settings):
    """Uptake of the contrast agent."""

    enhancing_fraction: float = Field(0.15, gt=0)
    """A voxel enhances when its relative enhancement is over this (ours)."""
    least_core_fraction: float = Field(0.05, gt=0)
    """A core that enhances less counts as enhancing by this, so that the ratio stays finite (ours)."""
    peripheral_ratio: float = Field(1.5, gt=0)
    """Peripheral when the outer third enhances at least this many times as much as the inner third (ours)."""


class CystSettings(_Settings):
    """What does not enhance."""

    enhancement_share: float = Field(0.25, gt=0, lt=1)
    """Found under this share of the 75th percentile of the lesion's relative enhancement (ours)."""
    fluid_t2_ratio: float = Field(1.3, gt=0)
    """A piece is fluid, and no necrosis, when its T2 signal is at least this many times the enhancing part's (ours)."""
    least_volume_ml: float = Field(0.5, gt=0)
    """Least volume that makes the sign present (ours)."""
    least_lesion_fraction: float = Field(0.05, gt=0)
    """… and least share of the lesion's volume (ours)."""
    least_enhancing_fraction: float = Field(0.05, gt=0, lt=1)
    """Where less than this share of the lesion enhances, there is nothing to hold a cyst against (ours)."""


class T1HighSettings(_Settings):
    """What is bright on T1 within the lesion."""

    lesion_sd: float = Field(3.0, gt=0)
    """T1-bright is what lies above the lesion's own median by this many robust SDs (ours) …"""
    fat_step_fraction: float = Field(0.25, gt=0, lt=1)
    """… and above muscle by this share of the step from muscle to fat (ours)."""
    fat_t2_ratio: float = Field(0.5, gt=0)
    """A T1-bright piece whose fat-suppressed T2 signal is under this share of the lesion's is fat (ours)."""
    least_volume_ml: float = Field(0.1, gt=0)
    """Least volume of a connected piece that makes the sign present (ours)."""


class TargetSettings(_Settings):
    """The target sign."""

    rim_core_ratio: float = Field(1.25, gt=1)
    """The outer third's T2 signal is at least this many times the inner third's (ours)."""
    core_variation: float = Field(0.20, gt=0)
    """The inner third varies by at most this, noise taken off (ours)."""


class HeterogeneitySettings(_Settings):
    """Intensity statistics."""

    entropy_bins: int = Field(32, ge=2)
    """Bins between the lowest and the highest intensity (IBSI fixed bin number)."""


class UncertaintySettings(_Settings):
    """The interval beside each number, from repetitions under small perturbations."""

    repetitions: int = Field(0, ge=0, le=1000)
    """How often the measurement is repeated; 0: no intervals (ours)."""
    level: float = Field(0.95, gt=0, lt=1)
    """Share of repetitions that an interval is made to hold (ours)."""
    boundary_voxels: float = Field(0.03, ge=0)
    """SD of the lesion's boundary, in voxels (cube root of their volume): a contour drawn to the voxel (ours)."""
    turn_deg: float = Field(2.0, ge=0, le=45)
    """SD of the turn of the voxels about each axis (ours)."""
    seed: int = Field(0, ge=0)
    """Of the perturbations: the same seed gives the same intervals."""


class MeasureSettings(_Settings):
    """The settings of every family."""

    margin: MarginSettings = Field(default_factory=MarginSettings)
    edema: EdemaSettings = Field(default_factory=EdemaSettings)
    split_fat: SplitFatSettings = Field(default_factory=SplitFatSettings)
    uncertainty: UncertaintySettings = Field(default_factory=UncertaintySettings)
    adc: AdcSettings = Field(default_factory=AdcSettings)
    enhancement: EnhancementSettings = Field(default_factory=EnhancementSettings)
    cyst: CystSettings = Field(default_factory=CystSettings)
    t1_high: T1HighSettings = Field(default_factory=T1HighSettings)
    target: TargetSettings = Field(default_factory=TargetSettings)
    heterogeneity: HeterogeneitySettings = Field(default_factory=HeterogeneitySettings)
