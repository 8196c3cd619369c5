"""Settings of the measuring stage: every threshold, once, with its unit in its name."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from pnst.segmentation.settings import (
    CystSettings,
    EdemaSettings,
    EnhancementSettings,
    SplitFatSettings,
    T1HighSettings,
    TissueSettings,
)
from pnst.stage_settings import StageSettings

SYSTEMATIC: dict[str, tuple[float, float]] = {
    "size.longest_diameter_mm": (0.19, 0.0),
    "size.axial_diameter_mm": (0.19, 0.0),
    "size.axial_short_diameter_mm": (0.041, 0.01),
    "size.craniocaudal_mm": (0.24, 0.0011),
    "size.major_axis_mm": (0.19, 0.0),
    "size.minor_axis_mm": (0.14, 0.0),
    "margin.edge_width_mm": (0.43, 0.04),
    "margin.ill_defined_fraction": (0.0036, 0.33),
    "margin.deep_lobulations_count": (0.0, 0.2),
    "margin.measured_fraction": (0.02, 0.0),
    "edema.max_extent_mm": (0.6, 0.044),
    "edema.volume_ml": (0.68, 0.004),
    "edema.index": (0.014, 0.027),
    "edema.surface_fraction": (0.0047, 0.43),
    "split_fat.coverage_fraction": (0.071, 0.0),
    "split_fat.pole_coverage_fraction": (0.0069, 0.43),
    "split_fat.rim_thickness_mm": (0.0069, 0.02),
    "adc.mean_um2_per_ms": (0.0059, 0.0016),
    "adc.mean_whole_um2_per_ms": (0.017, 0.014),
    "enhancement.rim_core_ratio": (0.0048, 0.18),
    "enhancement.enhancing_fraction": (0.017, 0.0),
    "cyst.fraction": (0.002, 0.037),
    "cyst.necrosis_fraction": (0.0021, 0.0),
    "t1_high.fraction": (0.0027, 0.0),
    "target.rim_core_ratio": (0.0042, 0.012),
    "target.core_variation": (0.0018, 0.49),
    "fascicular.count": (1.0, 0.0),
    "rim.thin_bright_rim_fraction": (0.00072, 0.02),
    "rim.capsule_fraction": (0.014, 0.0),
    "flow_voids.length_mm": (0.17, 0.015),
    "haemosiderin.cap_fraction": (0.025, 0.06),
    "cord.inside_fraction": (0.038, 0.35),
    "cord.interface_mm2": (22.0, 0.066),
    "cord.compression_ratio": (0.026, 0.15),
    "cord.displacement_mm": (0.27, 0.2),
    "cord.edema_length_mm": (0.96, 0.03),
    "cord.edema_volume_ml": (0.045, 0.35),
    "canal.inside_fraction": (0.0077, 0.02),
    "canal.dural_contact_fraction": (0.05, 0.0),
    "bone.scalloping_depth_mm": (0.076, 0.22),
    "bone.foramen_area_ratio": (0.042, 0.24),
    "bone.foraminal_fraction": (0.014, 0.1),
    "bone.dumbbell_waist_ratio": (0.084, 0.06),
    "nerve.gap_mm": (0.48, 0.0),
    "nerve.signal_ratio": (0.003, 0.0089),
    "nerve.calibre_mm": (0.12, 0.033),
    "nerve.calibre_ratio_to_other_side": (0.0012, 0.033),
    "nerve.eccentricity": (0.024, 0.0),
    "invasion.overlap_ml": (0.01, 0.01),
    "invasion.contact_mm2": (9.6, 0.0),
    "invasion.destroyed_fraction": (0.0016, 0.1),
    "ivim.f_fraction": (0.0098, 0.0),
    "heterogeneity.variation_t1": (0.00083, 0.06),
    "heterogeneity.variation_t2": (0.0008, 0.06),
}
"""The default of `uncertainty.systematic`, from `benchmarks/interval_table.py`, but for that of the lobulations' count
and of `margin.measured_fraction`, whose truth is not known. `benchmarks/coverage.py` and `sign_coverage.py` count how
often the intervals hold on other scenes (ours; decision 46)."""


class MarginSettings(StageSettings):
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
    edge_within_mm: float = Field(3.0, gt=0)
    """… or further than this from where the surface's own edge would show: then it is another border; a contour lies
    up to 2 mm too far in or out (ours)."""
    patch_mm: float = Field(1.5, ge=0)
    """Profiles are averaged over this radius of the surface against noise; more on a large lesion (ours)."""
    median_mm: float = Field(2.5, ge=0)
    """A vertex takes the median width within this radius; more on a large lesion (ours)."""
    least_measured_fraction: float = Field(0.5, gt=0, le=1)
    """The edge is skipped when less of the surface than this is measured (ours)."""
    lobulation_smoothing_slices: float = Field(0.5, ge=0)
    """A concavity shows on the surface smoothed by this share of a slice …"""
    lobulation_smoothing_pixels: float = Field(1.5, ge=0)
    """… and by at least as many sides of a voxel in plane: stair-steps of a contour do not count (ours) …"""
    smooth_depth_fraction: float = Field(0.6, gt=0, le=1)
    """… by this share of the depth that makes it count, which is read on the surface itself: smoothing makes it
    shallower (ours) …"""
    concavity_merge_fraction: float = Field(0.35, gt=0, le=1)
    """… and is followed up to this share of that depth, so that noise does not split it (ours)."""
    min_voxels_across: int = Field(6, ge=1)
    """Lobulations of a lesion with fewer voxels along an axis of its grid are not counted (ours)."""
    max_misfit_fraction: float = Field(0.02, ge=0)
    """One step is good enough when it leaves less than this share of its height, however quiet the image is (ours)."""
    min_step_height_ratio: float = Field(0.2, ge=0)
    """Of two steps the one at the lesion is a ripple when lower than this share of the other (ours)."""
    curved_blur_ratio: float = Field(1.3, ge=1)
    """A bent surface may blur itself by this factor more than a flat one before it is unmeasured (ours)."""
    patches_in_radius: float = Field(3.0, gt=0)
    """The lesion's equivalent radius holds at least this many times `patch_mm` (ours) …"""
    medians_in_radius: float = Field(2.0, gt=0)
    """… and this many times `median_mm` (ours)."""


class AdcSettings(StageSettings):
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
    map_margin_mm: float = Field(20.0, ge=0)
    """The map is fitted this far round the lesion, for the pictures."""
    whole_voxel_fraction: float = Field(0.95, gt=0, le=1)
    """From this share within the lesion's surface on a voxel holds nothing else: the share is right to 0.02 (ours)."""
    blur_depth_widths: float = Field(1.645 / 2.563, ge=0)
    """The lesion's edge reaches inwards by this many of its 10–90 % widths: there an error function has 95 % of its
    step behind it."""
    noise_tissue_fraction: float = Field(0.2, gt=0, lt=1)
    """Tissue, in which noise is told, is brighter at the lowest b than this share of the 95th percentile there: noise
    in air is narrower (ours)."""
    coherent_noise_ratio: float = Field(2.0, gt=0)
    """The fit leaves over about the noise. This many times as much, and neighbours share their noise: the image was
    interpolated, and differences between neighbours do not show it (ours)."""


class IvimSettings(StageSettings):
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
    unweighted_b: float = Field(10.0, ge=0)
    """Up to this b-value, in s/mm², the signal is that of all water: at 10 perfusion has lost a tenth to a third
    (ours)."""


class TargetSettings(StageSettings):
    """The target sign."""

    rim_core_ratio: float = Field(1.25, gt=1)
    """The outer third's T2 signal is at least this many times the inner third's (ours)."""
    core_variation: float = Field(0.20, gt=0)
    """The inner third varies by at most this, noise taken off (ours)."""


class SizeSettings(StageSettings):
    """Tumour size."""

    max_crumb_fraction: float = Field(0.01, ge=0, lt=1)
    """A separate piece under this share of the mask …"""
    max_crumb_ml: float = Field(0.1, ge=0)
    """… and under this volume is a crumb, left out of every column and counted (ours)."""


class HeterogeneitySettings(StageSettings):
    """Intensity statistics."""

    entropy_bins: int = Field(32, ge=2)
    """Bins between the lowest and the highest intensity (IBSI's fixed bin number; how many is ours)."""


class NerveSettings(StageSettings):
    """The nerve that a tumour arises from."""

    contiguous_mm: float = Field(3.0, ge=0)
    """The nerve is contiguous with the lesion up to this distance between them (ours); what lies within it is no part
    of the nerve's own signal and calibre."""
    limb_mm: float = Field(5.0, gt=0)
    """A piece of the nerve that reaches no further than this beyond is no limb, but a frayed end of the mask (ours)."""


class BoneSettings(StageSettings):
    """The bone of the spine beside a lesion."""

    scalloping_mm: float = Field(2.0, gt=0)
    """The back of a vertebral body is remodelled when it is hollowed by this much more than that of the next levels
    (ours) …"""
    max_roughness_mm: float = Field(0.5, gt=0)
    """… and smooth: no further from its own smooth surface than this, RMS (ours)."""
    levels_mm: float = Field(45.0, gt=0)
    """Bone is looked at this far above and below the lesion: it holds the next level on either side (ours)."""
    near_mm: float = Field(30.0, gt=0)
    """Vertebrae further from the lesion than this are not beside it (ours)."""
    min_foramen_border: float = Field(0.6, gt=0, le=1)
    """A foramen is measured where bone is seen in this share of the directions round it: discs and joints are gaps
    (ours)."""


class CortexSettings(StageSettings):
    """Whether the cortex of a bone shows where a lesion touches it; T1 without fat suppression."""

    cortex_mm: float = Field(3.0, gt=0)
    """Cortex is looked for as far as this beyond the bone's surface (ours)."""
    dark_ratio: float = Field(0.8, gt=0, lt=1)
    """It shows where the image falls below this share of the tumour and of what lies beyond, whichever is darker: a
    cortex of 1 mm in voxels of 1 mm falls to 0.6, a border without one to no less than 0.9 (ours)."""
    max_voxel_mm: float = Field(1.5, gt=0)
    """It cannot be read where a voxel is longer than this across it (ours)."""
    patch_mm: float = Field(1.5, ge=0)
    """Profiles are averaged over this radius of the surface against noise (ours)."""
    max_noise_ratio: float = Field(0.15, gt=0)
    """It cannot be read where the noise is over this share of the tumour's signal (ours)."""
    min_read_mm2: float = Field(25.0, gt=0)
    """It is not told on less of the contact than this (ours)."""
    destroyed_fraction: float = Field(0.2, gt=0, le=1)
    """Bone is destroyed when cortex is missing on at least this share of the contact that can be read (ours)."""


class InvasionSettings(StageSettings):
    """Contact with the structures round a lesion."""

    contact_mm: float = Field(1.5, gt=0)
    """The lesion's surface touches what lies within this distance (ours)."""


class QualitySettings(StageSettings):
    """What is said in `quality` beside the numbers."""

    largest_unseen_fraction: float = Field(0.05, ge=0, lt=1)
    """More of the lesion than this beyond the border of an image, or in voxels without a number, is said (ours)."""
    least_signal_to_noise: float = Field(10.0, ge=0)
    """A lesion's median signal under this many SDs of the image's noise is said (ours)."""
    max_fov_fraction: float = Field(0.5, gt=0, le=1)
    """A lesion that fills more of its image than this is implausible (ours)."""
    contrast_mm: float = Field(10.0, ge=0)
    """An image that shows a single value in the lesion and this far round it shows no contrast (ours)."""
    min_slices: int = Field(6, ge=1)
    """A lesion in fewer slices is reported: its surface is extrapolated more than it is seen (ours)."""


class UncertaintySettings(StageSettings):
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
    noise_mm: float = Field(10.0, gt=0)
    """Noise is told from the lesion and its surroundings within this distance (ours)."""
    systematic: dict[str, tuple[float, float]] = Field(default_factory=lambda: dict(SYSTEMATIC))
    """Column (of `invasion` without the structure) → SD of what it misses whatever the noise: in its own unit, and as a
    share of the value; of a fraction that is a share of what is nearer, all or nothing, of a ratio of its distance from
    1 (ours)."""


class SpineSettings(StageSettings):
    """How cord and canal would run without the lesion."""

    reference_near_mm: float = Field(10.0, ge=0)
    """The tube is taken to be what it was from this far above and below the lesion …"""
    reference_far_mm: float = Field(20.0, gt=0)
    """… to this far (ours)."""


class CordSettings(StageSettings):
    """The lesion and the spinal cord."""

    intramedullary_fraction: float = Field(0.5, ge=0, le=1)
    """A lesion with more than this share inside the cord's outline is intramedullary (ours) …"""
    extramedullary_fraction: float = Field(0.1, ge=0, le=1)
    """… and with less than this extramedullary; between them mixed (ours)."""
    unexplained_fraction: float = Field(0.2, ge=0)
    """Where cord and undeformed outline disagree by more than this share of it, over the lesion's height, the cord is
    pressed out of its shape and the hull of what is seen of it is its outline (ours)."""
    missing_share: float = Field(0.7, ge=0, le=1)
    """As it is where less cord is missing than this share of what of the lesion lies in the undeformed outline: the
    cord has been pushed aside (ours)."""
    interface_mm: float = Field(1.5, ge=0)
    """The lesion's surface this near to the cord is their interface (ours)."""
    patch_mm: float = Field(6.0, gt=0)
    """Across the patches whose quadric is the smooth surface of the interface (ours)."""
    edema_sd: float = Field(3.0, gt=0)
    """Cord brighter than its own mode by this many SDs is oedema (ours)."""
    search_mm: float = Field(60.0, gt=0)
    """Oedema and syrinx are looked for this far above and below the lesion (ours)."""
    least_cord_voxels: int = Field(100, ge=10)
    """With fewer voxels off its edge the cord's own signal is not known (ours)."""
    syrinx_width_mm: float = Field(2.0, gt=0)
    """A tube of fluid in the cord at least this wide …"""
    syrinx_length_mm: float = Field(10.0, gt=0)
    """… over at least this length is a syrinx (ours)."""
    syrinx_step_fraction: float = Field(0.75, gt=0, lt=1)
    """Cord brighter than this share of the step from itself to the fluid round it is fluid (ours)."""
    least_edema_ml: float = Field(0.05, ge=0)
    """Less oedema is none: voxels that hold a part of lesion or fluid (ours)."""


class CanalSettings(StageSettings):
    """The lesion and the spinal canal."""

    cleft_fraction: float = Field(0.25, ge=0, le=1)
    """Fluid lies between lesion and cord over at least this share of the side that faces the cord: a cleft (ours)."""
    least_cleft_mm: float = Field(1.0, ge=0)
    """Thinner layers of fluid are none (ours)."""
    facing_mm: float = Field(10.0, gt=0)
    """Surface further from the cord than this does not face it (ours)."""
    wall_mm: float = Field(1.0, ge=0)
    """The lesion's surface this near to the canal's wall is in contact with it (ours)."""
    tail_depth_mm: float = Field(2.0, gt=0)
    """A dural tail lies within this distance of the canal's wall (ours)."""
    tail_enhancing_share: float = Field(0.35, gt=0, lt=1)
    """… and enhances by more than this share of what the lesion does (ours)."""
    tail_search_mm: float = Field(40.0, gt=0)
    """It is looked for this far from the lesion (ours)."""


class FascicularSettings(StageSettings):
    """The fascicular sign."""

    max_pixel_mm: float = Field(0.7, gt=0)
    """It is not read where voxels are longer than this in the plane of the slices (ours)."""
    min_dot_mm: float = Field(2.0, gt=0)
    """Least diameter of a dark dot, at half the step to its ring (ours) …"""
    max_dot_mm: float = Field(6.0, gt=0)
    """… and greatest (ours)."""
    ring_mm: float = Field(2.5, gt=0)
    """The ring's crest lies at most this far outside the dot (ours)."""
    contrast_fraction: float = Field(0.25, gt=0)
    """The ring is brighter than the dot by at least this share of the lesion's mean (ours) …"""
    contrast_noise_sd: float = Field(3.0, ge=0)
    """… and by this many SDs of the image's noise (ours)."""
    middle_ratio: float = Field(0.9, gt=0)
    """The dot is at most this share of the lesion's median: what lies between rings is the lesion itself (ours)."""
    crest_ratio: float = Field(1.08, gt=0)
    """The ring is at least this many times as bright as the lesion's mean, and as its median: spots in what is bright
    all over have none (ours)."""
    closure_fraction: float = Field(0.6, gt=0, le=1)
    """In every direction the ring keeps this share of its step: a line or a gap is no ring (ours)."""
    variation: float = Field(0.2, gt=0)
    """The ring's SD over the directions is at most this share of its step: uneven stroma makes no rings (ours)."""
    min_dots: int = Field(5, ge=1)
    """Present when at least this many dots lie on each of two slices (ours)."""


class RimSettings(StageSettings):
    """Thin lines between the lesion and what it lies in."""

    max_line_mm: float = Field(3.0, gt=0)
    """A line is thin under this width at half its height; its flanks are looked for within as much (ours)."""
    line_within_mm: float = Field(3.0, ge=0)
    """Its crest lies this near to the surface: a contour lies up to 2 mm too far in or out (ours)."""
    line_contrast_fraction: float = Field(0.10, gt=0, lt=1)
    """It stands above both flanks by this share of the profile's range: a truncated Fourier transform overshoots by
    0.09 of a step (ours) …"""
    line_noise_sd: float = Field(2.0, ge=0)
    """… and by this many SDs of the image's noise (ours)."""
    coherence_mm: float = Field(4.0, ge=0)
    """Within this distance along the surface …"""
    coherence_fraction: float = Field(0.4, ge=0, le=1)
    """… at least this share of it has such a line, or it is a speck (ours) …"""
    coherence_offset_mm: float = Field(1.0, ge=0)
    """… as far out to within this distance (ours)."""
    profile_reach_mm: float = Field(6.0, gt=0)
    """Profiles run this far inward and outward (ours)."""
    patch_mm: float = Field(1.5, ge=0)
    """Profiles are averaged over this radius of the surface against noise (ours)."""
    max_blur_mm: float = Field(1.6, gt=0)
    """No line is read where the voxels blur one by more than this, as full width at half maximum (ours)."""
    min_measured_fraction: float = Field(0.15, gt=0, le=1)
    """Skipped when a line would show on less of the surface than this (ours)."""
    min_fraction: float = Field(0.02, ge=0, lt=1)
    """Lines on less of the surface than this are none, whether or not they might be fat (ours)."""
    fat_fraction: float = Field(0.3, gt=0, lt=1)
    """Where T1 shows more fat than this …"""
    fat_within_mm: float = Field(1.5, ge=0)
    """… this near to a line, the line may be fat, or the gap that its shift leaves (ours)."""
    bone_within_mm: float = Field(5.0, ge=0)
    """A line this near to marrow is the bone's cortex (ours)."""


class FlowVoidSettings(StageSettings):
    """Flow voids."""

    perilesional_mm: float = Field(10.0, ge=0)
    """Flow voids are looked for in the lesion and this far round it (ours)."""
    muscle_fraction: float = Field(0.25, gt=0, lt=1)
    """A flow void is darker than this share of muscle (ours)."""
    noise_sd: float = Field(2.0, ge=0)
    """Noise alone reaches this many SDs above nothing: where that is more, it is the limit instead (ours)."""
    min_calibre_mm: float = Field(1.0, gt=0)
    """Least calibre (ours) …"""
    max_calibre_mm: float = Field(4.0, gt=0)
    """… and greatest (ours)."""
    min_calibres: float = Field(3.0, gt=1)
    """A vessel is longer than this many of its calibres (ours)."""
    min_linearity: float = Field(0.5, gt=0, lt=1)
    """… and no plate or lump: (λ₁ − λ₂) ÷ λ₁ of its second moments within 1½ calibres (ours)."""
    fat_fraction: float = Field(0.3, gt=0, lt=1)
    """On fat-suppressed T2, what holds more fat than this on T1 is suppressed fat (ours)."""
    cortex_mm: float = Field(3.0, ge=0)
    """What lies this near to marrow is cortical bone (ours)."""
    min_pieces: int = Field(2, ge=1)
    """Present from so many vessels on (ours) …"""
    min_length_mm: float = Field(20.0, gt=0)
    """… or from this length of all together (ours)."""


class HaemosiderinSettings(StageSettings):
    """Haemosiderin caps."""

    muscle_fraction: float = Field(0.5, gt=0, lt=1)
    """A cap is darker than this share of muscle (ours)."""
    within_mm: float = Field(3.0, gt=0)
    """It begins this near to the surface (ours) …"""
    inward_mm: float = Field(1.5, ge=0)
    """… or this far within it: a contour may take it in (ours)."""
    max_shell_mm: float = Field(4.0, gt=0)
    """What is dark for longer is bone, tendon or air (ours)."""
    present_fraction: float = Field(0.2, gt=0, lt=1)
    """Present when this share of a pole is covered (ours)."""
    pole_half_angle_deg: float = Field(45.0, gt=0, lt=90)
    """A pole lies within this angle of the long axis, seen from the centroid (ours)."""
    min_elongation: float = Field(1.1, ge=1)
    """Under this ratio of the longest to the shortest axis there are no poles (ours)."""
    max_blur_mm: float = Field(1.2, gt=0)
    """Nothing is read where the voxels blur a layer by more than this, as full width at half maximum (ours)."""
    min_read_fraction: float = Field(0.15, gt=0, le=1)
    """A pole of which less than this can be read is left out (ours)."""
    patch_mm: float = Field(1.0, ge=0)
    """Profiles are averaged over this radius of the surface against noise (ours)."""
    fat_fraction: float = Field(0.3, gt=0, lt=1)
    """Where T1 shows more fat than this …"""
    fat_within_mm: float = Field(1.5, ge=0)
    """… this near to a dark layer, it may be suppressed fat or the gap that its shift leaves: not read (ours)."""
    bone_within_mm: float = Field(4.0, ge=0)
    """A dark layer this near to marrow, or to one that goes on for longer, may be cortex: not read (ours)."""


class MeasureSettings(StageSettings):
    """The settings of every family."""

    tissue: TissueSettings = Field(default_factory=TissueSettings)
    size: SizeSettings = Field(default_factory=SizeSettings)
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
    spine: SpineSettings = Field(default_factory=SpineSettings)
    cord: CordSettings = Field(default_factory=CordSettings)
    canal: CanalSettings = Field(default_factory=CanalSettings)
    nerve: NerveSettings = Field(default_factory=NerveSettings)
    bone: BoneSettings = Field(default_factory=BoneSettings)
    cortex: CortexSettings = Field(default_factory=CortexSettings)
    invasion: InvasionSettings = Field(default_factory=InvasionSettings)
    fascicular: FascicularSettings = Field(default_factory=FascicularSettings)
    rim: RimSettings = Field(default_factory=RimSettings)
    flow_voids: FlowVoidSettings = Field(default_factory=FlowVoidSettings)
    haemosiderin: HaemosiderinSettings = Field(default_factory=HaemosiderinSettings)

    @classmethod
    def without_intervals(cls) -> Self:
        """The defaults, less the repeated measurements that intervals need: seconds a lesion."""
        return cls(uncertainty=UncertaintySettings(repetitions=0))
