"""Settings of what is told apart in an image: every threshold, once, with its unit in its name."""

from __future__ import annotations

from pydantic import Field

from pnst.stage_settings import StageSettings


class TissueSettings(StageSettings):
    """Muscle and fat near the lesion, against which the signs are read."""

    near_mm: float = Field(50.0, gt=0)
    """Muscle and fat are looked for this far round the lesion (ours) …"""
    middle_mm: float = Field(85.0, gt=0)
    """… fat this far where it does not show there (ours) …"""
    far_mm: float = Field(150.0, gt=0)
    """… and both this far where they do not show there either (ours) …"""
    clear_of_lesion_mm: float = Field(3.0, ge=0)
    """… but not within this distance of it, where voxels hold a part of it (ours)."""
    neighbour_margin_mm: float = Field(1.5, ge=0)
    """The study's other lesions, and what lies this near to them, belong to no surroundings (ours)."""
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
    smoothing_mm: float = Field(1.0, ge=0)
    """Tissues are told apart in images smoothed by this SD in the plane of the slices (ours)."""
    lesion_smoothing_mm: float = Field(1.0, ge=0)
    """What a lesion holds is found in images smoothed by this SD within it, in the plane of the slices (ours)."""
    min_mode_prominence: float = Field(0.15, ge=0, le=1)
    """A mode of the histogram stands out of its surroundings by this share of its own height (ours) …"""
    min_peak_fraction: float = Field(0.005, ge=0, lt=1)
    """… and holds this share of what lies near (ours)."""
    min_mode_fraction: float = Field(0.05, ge=0, lt=1)
    """A mode that holds less of what lies near is an edge where two tissues mix, and no tissue (ours)."""
    air_noise_ratio: float = Field(0.8, gt=0)
    """The darkest mode is air where its noise is under this share of the next one's: magnitude noise without signal has
    0.655 of its SD (ours)."""
    muscle_fraction: float = Field(0.15, gt=0, lt=1)
    """On T1 muscle's smoothed fat fraction stays this near to 0, and that of a single voxel within twice as much
    (ours)."""
    muscle_radius_mm: float = Field(2.0, ge=0)
    """A disc of this radius fits into muscle; it does not into the edge between fat and air or cortical bone (ours)."""
    muscle_outer_quantile: float = Field(2 / 3, gt=0, lt=1)
    """A tissue of which what lies further out than this quantile of the distance …"""
    muscle_goes_on_fraction: float = Field(0.1, ge=0, le=1)
    """… holds more than this share goes on, and is not confined to the lesion (ours)."""
    fat_mode_ratio: float = Field(0.5, gt=0, le=1)
    """Fat is the brightest of the modes that hold this share of what the fullest holds (ours)."""
    dark_lesion_quantile: float = Field(0.1, ge=0, le=1)
    """Quantile of a lesion's intensity that is tumour also where most of it is blood (ours)."""
    marrow_within_mm: float = Field(30.0, gt=0)
    """Marrow and skin are looked for this far round the lesion (ours)."""
    marrow_fat_fraction: float = Field(0.5, gt=0, lt=1)
    """Marrow holds at least this much fat (ours) …"""
    marrow_radius_mm: float = Field(2.0, ge=0)
    """… and a disc of this radius fits into it, but not through a gap in its cortex (ours)."""
    cortex_dark_share: float = Field(1 / 3, gt=0, lt=1)
    """Cortical bone is darker than muscle by this share of what the darkest tissue or air is (ours) …"""
    min_cortex_fraction: float = Field(0.1, gt=0, lt=1)
    """… and by this fat fraction: noise is not (ours)."""
    cortex_within_mm: float = Field(3.0, gt=0)
    """The border of a piece of fat is cortex where cortical bone lies this near to it (ours)."""
    marrow_border_fraction: float = Field(0.6, gt=0, le=1)
    """A piece of fat is marrow where at least this share of its border is cortex (ours)."""
    air_radius_mm: float = Field(5.0, gt=0)
    """Into what is dark and no bone, but air, a disc of this radius fits (ours)."""
    skin_mm: float = Field(4.0, ge=0)
    """What lies this near to air and is no fat is skin (ours)."""


class EdemaSettings(StageSettings):
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
    touching_mm: float = Field(2.0, ge=0)
    """A piece is connected to the lesion when it comes this near, or within one voxel where that is more (ours)."""
    gap_fraction: float = Field(0.25, ge=0, lt=1)
    """A gap stands above muscle by this share of the step to the oedema round it; notches of the border hold less
    (ours)."""
    touch_offsets_mm: tuple[float, ...] = Field((0.75, 1.5, 2.25), min_length=1)
    """The surface touches oedema where one of the points this far outward lies in it (ours)."""
    min_fluid_ml: float = Field(0.1, ge=0)
    """Less fluid beside the lesion than this, or of what masks name, is not reported (ours)."""
    slender_beyond_mm: float = Field(10.0, gt=0)
    """Oedema that reaches twice as far as this is looked at beyond it …"""
    slender_mm2: float = Field(200.0, ge=0)
    """… and said to be as slender as a nerve where its volume there ÷ its length is less (ours)."""
    infiltration_mm: float = Field(6.0, ge=0)
    """An edge that infiltrates (σ up to 4 mm) is bright this far out: oedema that ends sooner is reported as such
    (ours)."""


class SplitFatSettings(StageSettings):
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
    dark_share: float = Field(0.5, gt=0, lt=1)
    """Muscle-like is nothing that is darker than muscle by this share of what air or cortical bone is (ours)."""
    dead_zone_fraction: float = Field(0.1, ge=0, lt=1)
    """Fat fractions this near to 0 are no fat when the compartment is read: oedema is a little over muscle (ours)."""
    present_coverage: float = Field(0.5, gt=0, lt=1)
    """Present when this share of the surface, or of both poles, is covered (ours)."""
    pole_half_angle_deg: float = Field(45.0, gt=0, lt=90)
    """A pole is what lies within this angle of the long axis, seen from the centroid (ours)."""
    least_elongation: float = Field(1.1, ge=1)
    """Without this ratio of major to least axis there are no poles (ours)."""
    buried_surface_fraction: float = Field(0.6, gt=0, lt=1)
    """Over more of the surface than this fat and, within `muscle_within_mm`, no muscle: the lesion lies in fat, and the
    sign is not applicable (ours)."""
    near_mm: float = Field(5.0, gt=0)
    """Fat is met near the surface within this distance (ours) …"""
    near_surface_fraction: float = Field(0.02, ge=0, lt=1)
    """… over less of the surface than this: the lesion lies in one muscle (ours)."""
    min_read_fraction: float = Field(0.5, ge=0, le=1)
    """What the lesion lies in is unclear where less of its surface than this meets fat or muscle (ours)."""
    rim_quantile: float = Field(0.9, gt=0, le=1)
    """Of the fat near a place: that of the rim itself, though most of what is near may lie beyond its border (ours)."""
    blur_sd: float = Field(3.0, ge=0)
    """Fat is blurred into the lesion by the voxels as far as this many SDs of their own blur (ours)."""
    even_voxels: float = Field(0.5, ge=0)
    """The fat is averaged along the surface within this many times the longest side of a voxel (ours)."""


class EnhancementSettings(StageSettings):
    """Uptake of the contrast agent."""

    enhancing_fraction: float = Field(0.15, gt=0)
    """A voxel enhances when its relative enhancement is over this (ours)."""
    least_core_fraction: float = Field(0.05, gt=0)
    """A core that enhances less counts as enhancing by this, so that the ratio stays finite (ours)."""
    peripheral_ratio: float = Field(1.5, gt=0)
    """Peripheral when the outer third enhances at least this many times as much as the inner third (ours)."""
    min_signal_fraction: float = Field(0.1, ge=0)
    """Where T1 holds less signal than this share of muscle's (calcification, flow void), no ratio is taken (ours)."""


class CystSettings(StageSettings):
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


class T1HighSettings(StageSettings):
    """What is bright on T1 within the lesion."""

    lesion_sd: float = Field(3.0, gt=0)
    """T1-bright is what lies above the lesion's own median by this many robust SDs (ours) …"""
    fat_step_fraction: float = Field(0.25, gt=0, lt=1)
    """… and above muscle by this share of the step from muscle to fat (ours)."""
    fat_t2_ratio: float = Field(0.5, gt=0)
    """A T1-bright piece whose fat-suppressed T2 signal is under this share of the lesion's is fat (ours) …"""
    inclusion_fat_fraction: float = Field(0.5, gt=0, lt=1)
    """… and so is one with a greater fat fraction than this on a Dixon fat image (ours)."""
    edge_tolerance: float = Field(0.15, ge=0)
    """Fat outside explains a fat fraction inside up to this much above what it has lost itself (ours)."""
    least_volume_ml: float = Field(0.5, gt=0)
    """Least volume of a connected piece that makes the sign present (ours) …"""
    least_lesion_fraction: float = Field(0.01, gt=0)
    """… and least share of the lesion's volume (ours) …"""
    deep_mm: float = Field(3.0, ge=0)
    """… of which that much lies deeper than this and the longer side of a voxel in plane: a contour takes in fat, and
    voxels that hold a part of it (ours)."""
    min_ground_fraction: float = Field(0.05, ge=0, lt=1)
    """Less of the lesion than this is no tissue to hold the rest against (ours)."""
    separation_sd: float = Field(3.0, gt=0)
    """Two tissues stand apart by this many times the sum of their robust SDs; the halves of one normal distribution by
    under 1.8 (ours)."""
    edge_reach_mm: float = Field(8.0, gt=0)
    """An infiltrating edge mixes fat in no deeper than this (ours)."""
    edge_contour_mm: float = Field(1.5, ge=0)
    """The contour lies this near to the middle of the edge (ours)."""
    min_edge_fat_fraction: float = Field(0.08, ge=0, lt=1)
    """Less fat than this in a voxel changes no sign (ours)."""
    min_outside_fat_fraction: float = Field(0.2, ge=0, lt=1)
    """Less fat than this outside is none (ours)."""
    edge_ripple_fraction: float = Field(0.05, ge=0)
    """A profile that falls by less than this rises: noise of smoothed voxels (ours)."""
    min_edge_step_fraction: float = Field(0.25, ge=0, lt=1)
    """A lesion that is brighter than muscle by more than the rest of the step to fat shows no edge of fat (ours)."""
