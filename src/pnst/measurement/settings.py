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
    """A vertex is unmeasured when its step is under this many noise SDs (ours) …"""
    edge_within_mm: float = Field(2.0, gt=0)
    """… or further than this from where the surface's own edge would show: then it is another border (ours)."""
    patch_mm: float = Field(1.5, ge=0)
    """Profiles are averaged over this radius of the surface against noise; more on a large lesion (ours)."""
    median_mm: float = Field(2.5, ge=0)
    """A vertex takes the median width within this radius; more on a large lesion (ours)."""
    least_measured_fraction: float = Field(0.5, gt=0, le=1)
    """The edge is skipped when less of the surface than this is measured (ours)."""


class TissueSettings(_Settings):
    """Muscle and fat near the lesion, against which the signs are read."""

    near_mm: float = Field(50.0, gt=0)
    """Muscle and fat are looked for this far round the lesion (ours) …"""
    far_mm: float = Field(150.0, gt=0)
    """… and this far where they do not show there (ours) …"""
    clear_of_lesion_mm: float = Field(3.0, ge=0)
    """… but not within this distance of it, where voxels hold a part of it (ours)."""
    dark_muscle_fraction: float = Field(0.5, gt=0, le=1)
    """On fat-suppressed T2 muscle is under this share of the lesion's median; what is brighter may be oedema (ours)."""
    least_muscle_ml: float = Field(1.0, ge=0)
    """Less muscle than this on T1 is no reference for another series (ours)."""
    fat_step_fraction: float = Field(0.25, gt=0, lt=1)
    """Fat lies above muscle by at least this share of the range of intensities (ours)."""
    least_fat_fraction: float = Field(0.02, gt=0, lt=1)
    """Fat without a mode of its own holds at least this share of what lies near the lesion (ours) …"""
    fat_sd: float = Field(6.0, gt=0)
    """… and lies this many of muscle's SDs above it (ours)."""


class EdemaSettings(_Settings):
    """Perilesional oedema."""

    detection_sd: float = Field(3.0, gt=0)
    """Detected above the muscle mode + this many SDs of muscle (ours)."""
    thread_radius_mm: float = Field(3.0, ge=0)
    """Bright tissue that no disc of this radius fits into, in the plane of the slices (vessels, fascia), carries no
    oedema further than this, and no extent (ours)."""
    layer_radius_mm: float = Field(1.5, ge=0)
    """Near the lesion, where oedema may lie in a layer beyond a rim of fat, a disc of this radius is enough … (ours)"""
    layer_within_mm: float = Field(10.0, ge=0)
    """… up to this distance (ours)."""
    speckle_radius_mm: float = Field(1.0, ge=0)
    """Bright tissue that no disc of this radius fits into is noise (ours)."""
    gap_radius_mm: float = Field(3.0, ge=0)
    """A gap in the oedema that no disc of this radius fits into belongs to it where it is detected at all (ours)."""
    level_radius_mm: float = Field(5.0, gt=0)
    """The oedema's own level, to which half the step leads, is a mean weighted by a Gaussian of this SD (ours)."""
    fat_fraction: float = Field(0.5, gt=0, lt=1)
    """What holds more fat than this on T1 is no oedema: fat that was not suppressed (ours)."""
    fluid_edema_ratio: float = Field(2.0, gt=1)
    """Fluid (effusion, cyst, wide vessel) stands this many times as far above muscle as the oedema (ours) …"""
    fluid_lesion_ratio: float = Field(1.25, gt=0)
    """… and this many times as far as the lesion's median (ours) …"""
    fluid_dark_lesion_ratio: float = Field(0.8, gt=0)
    """… or this many times as far as the lesion's, where T1 shows it darker than muscle (ours)."""
    fluid_t1_fraction: float = Field(-0.1, lt=0)
    """Darker than muscle on T1: under this share of the step from muscle to fat (ours)."""
    fluid_radius_mm: float = Field(2.0, ge=0)
    """A disc of this radius fits into fluid (ours)."""
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
    """Integrated fat that covers a vertex (ours) …"""
    border_fat_fraction: float = Field(0.5, ge=0, lt=1)
    """… or where the rim has as much near by: it ends where less than this share of that is left (ours) …"""
    border_near_mm: float = Field(6.0, gt=0)
    """… within this distance along the surface (ours)."""
    onset_fat_mm: float = Field(0.5, gt=0)
    """Integrated fat at which the rim begins (ours)."""
    onset_within_mm: float = Field(3.0, gt=0)
    """The rim begins within this distance of the surface (ours)."""
    muscle_within_mm: float = Field(15.0, gt=0)
    """Muscle-like tissue must lie beyond the fat within this distance (ours)."""
    muscle_fraction: float = Field(0.25, gt=0, lt=1)
    """Muscle-like: the fat fraction stays this near to 0 (ours) …"""
    muscle_run_mm: float = Field(2.5, gt=0)
    """… over this length: the edge between fat and air passes through 0 in less (ours)."""
    dead_zone_fraction: float = Field(0.1, ge=0, lt=1)
    """Fat fractions this near to 0 count as 0 in the mean over a shell: oedema is a little over muscle (ours)."""
    least_tissue_fraction: float = Field(-0.25, lt=0)
    """What is darker than this fat fraction is air or cortical bone, and tells nothing of the compartment (ours)."""
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
    """b-values below this are left out while two others remain, in s/mm²: perfusion (ours)."""
    b_tolerance: float = Field(10.0, ge=0)
    """b-values closer than this are one shell, in s/mm² (ours)."""
    floor_noise_sd: float = Field(3.0, gt=0)
    """A voxel lies on the noise floor when one direction's signal at the highest b is under this many noise SDs (ours);
    nearer to noise's own mean where several directions are averaged."""
    least_solid_voxels: int = Field(10, ge=1)
    """With fewer voxels left off the edge of the solid part, its edge counts too (ours)."""
    sphere_mm: float = Field(10.0, gt=0)
    """Diameter of the sphere over which the map is averaged for `min` and `dark` (ours)."""
    dark_volume_ml: float = Field(1.0, gt=0)
    """The darkest region holds at least this volume (ours) …"""
    dark_fraction: float = Field(0.10, gt=0, le=1)
    """… and at least this share of the solid part (ours)."""
    noise_draws: int = Field(8, ge=1)
    """Maps of noise from which `min_uniform` and `dark_uniform` are taken (ours)."""
    vendor_difference_fraction: float = Field(0.05, gt=0)
    """A vendor's map that differs from ours by more than this share of it is said (ours)."""
    doubtful_floor_fraction: float = Field(0.20, ge=0, le=1)
    """It is said when more of the region than this lies on the noise floor (ours)."""
    doubtful_negative_fraction: float = Field(0.01, ge=0, le=1)
    """It is said when more of the signal near the lesion than this is negative (ours)."""
    least_plausible_um2_per_ms: float = Field(0.01, ge=0)
    """A lesion with a lower median is not measured: fat has 0.05 (ours)."""
    most_plausible_um2_per_ms: float = Field(10.0, gt=0)
    """A lesion with a higher median is not measured: water has 3, flowing blood more (ours)."""


class IvimSettings(_Settings):
    """Intravoxel incoherent motion."""

    threshold_b: float = Field(300.0, gt=0)
    """From this b-value up, in s/mm², perfusion has decayed and what is left is diffusion (ours)."""
    least_threshold_b: float = Field(200.0, gt=0)
    """f is read from this one up, as noise raises what is drawn back from further; so is D where fewer than two
    b-values lie at `threshold_b` or over, and slow perfusion then adds 3 % to it (ours)."""
    b_tolerance: float = Field(1.0, ge=0)
    """b-values closer than this are one shell, in s/mm²: by b = 10 perfusion has decayed by up to a half (ours)."""
    least_b_values: int = Field(4, ge=3)
    """With fewer different b-values nothing is fitted (ours)."""


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
    edge_tolerance: float = Field(0.15, ge=0)
    """Fat outside explains a fat fraction inside up to this much above what it has lost itself (ours)."""
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
    """Bins between the lowest and the highest intensity (IBSI's fixed bin number; how many is ours)."""


class QualitySettings(_Settings):
    """What is said in `quality` beside the numbers."""

    largest_unseen_fraction: float = Field(0.05, ge=0, lt=1)
    """More of the lesion than this beyond the border of an image, or in voxels without a number, is said (ours)."""
    least_signal_to_noise: float = Field(10.0, ge=0)
    """A lesion's median signal under this many SDs of the image's noise is said (ours)."""


class UncertaintySettings(_Settings):
    """The interval beside each number, from repetitions under small perturbations."""

    repetitions: int = Field(3, ge=0, le=1000)
    """How often the measurement is repeated; 0: no intervals (ours)."""
    level: float = Field(0.95, gt=0, lt=1)
    """Share of repetitions that an interval is made to hold (ours)."""
    boundary_voxels: float = Field(0.005, ge=0)
    """SD of the lesion's boundary, in voxels (cube root of their volume): a contour drawn to the voxel (ours)."""
    turn_deg: float = Field(2.0, ge=0, le=45)
    """SD of the turn of the voxels about each axis (ours)."""
    seed: int = Field(0, ge=0)
    """Of the perturbations: the same seed gives the same intervals."""


class MeasureSettings(_Settings):
    """The settings of every family."""

    tissue: TissueSettings = Field(default_factory=TissueSettings)
    margin: MarginSettings = Field(default_factory=MarginSettings)
    edema: EdemaSettings = Field(default_factory=EdemaSettings)
    split_fat: SplitFatSettings = Field(default_factory=SplitFatSettings)
    quality: QualitySettings = Field(default_factory=QualitySettings)
    uncertainty: UncertaintySettings = Field(default_factory=UncertaintySettings)
    adc: AdcSettings = Field(default_factory=AdcSettings)
    ivim: IvimSettings = Field(default_factory=IvimSettings)
    enhancement: EnhancementSettings = Field(default_factory=EnhancementSettings)
    cyst: CystSettings = Field(default_factory=CystSettings)
    t1_high: T1HighSettings = Field(default_factory=T1HighSettings)
    target: TargetSettings = Field(default_factory=TargetSettings)
    heterogeneity: HeterogeneitySettings = Field(default_factory=HeterogeneitySettings)
