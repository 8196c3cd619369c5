"""Settings of the preprocessing stage: every threshold, once, with its unit in its name."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pnst.stage_settings import StageSettings

Which = Literal["none", "diffusion", "all"]
"""The series that are aligned."""


class BiasSettings(StageSettings):
    """Shading by the receiving coils, estimated by N4."""

    voxel_mm: float = Field(4.0, gt=0)
    """The field is estimated on voxels merged up to this size (ours)."""
    body_fraction: float = Field(0.1, gt=0, lt=1)
    """The body is brighter than this share …"""
    bright_percentile: float = Field(99.0, gt=0, le=100)
    """… of this percentile of the image (ours)."""
    levels: int = Field(2, ge=1, le=6)
    """The spline's knots are doubled from level to level (ours); with more, the field follows the tissue."""
    min_body_voxels: int = Field(1000, ge=1)
    """A field from fewer voxels of the body would follow the tissue, and is refused (ours)."""
    iterations: int = Field(50, ge=1)
    """At most, at each level (N4's own)."""
    histogram_width: float = Field(0.15, gt=0)
    """Full width at half maximum of the Gaussian by which the field blurs the histogram of logarithms (N4's own)."""


class AlignmentSettings(StageSettings):
    """Rigid alignment by mutual information."""

    largest_shift_mm: float = Field(20.0, gt=0)
    """A shift of the image's centre above this is implausible, and refused (ours)."""
    largest_rotation_deg: float = Field(15.0, gt=0, le=180)
    """A turn above this is implausible, and refused (ours)."""
    least_gain_nats: float = Field(0.02, ge=0)
    """A motion that raises the mutual information by less than this is not made: images in place gain nothing, and
    noise up to a quarter of it (ours)."""
    least_overlap_fraction: float = Field(0.25, ge=0, le=1)
    """Series that share less of the moving image than this are not compared (ours)."""
    voxel_mm: float = Field(2.0, gt=0)
    """Voxels are merged up to this size (ours)."""
    smoothing_mm: float = Field(2.0, gt=0)
    """SD of the Gaussian that both images are smoothed with (ours); coarse voxels seen finely mislead."""
    coarse_smoothing_mm: float = Field(4.0, gt=0)
    """The same of the first, coarse stage (ours)."""
    full_overlap_fraction: float = Field(0.5, ge=0, le=1)
    """A reference that shares this much of the moving image is as good as one that shares all of it (ours)."""
    lowest_b_within: float = Field(10.0, ge=0)
    """Volumes within this many s/mm² of the lowest b-value are averaged: they look alike (ours)."""
    body_fraction: float = Field(0.1, gt=0, lt=1)
    """The body is brighter than this share …"""
    bright_percentile: float = Field(99.5, gt=0, le=100)
    """… of this percentile of the image (ours) …"""
    air_margin_mm: float = Field(15.0, ge=0)
    """… and this much air round it shows where it ends (ours)."""
    histogram_bins: int = Field(32, ge=5)
    """Bins of each image in the joint histogram (ours)."""
    samples: int = Field(50_000, ge=1000)
    """At most this many voxels are compared at a time (ours)."""


class DateAlignmentSettings(StageSettings):
    """When the alignment of two dates is believed."""

    largest_disagreement_mm: float = Field(3.0, gt=0)
    """The way from the later date to the first and the way back may differ by this at the lesions (ours)."""
    least_similarity_nats: float = Field(0.1, ge=0)
    """Aligned images share at least this much information (ours)."""


class PreprocessSettings(StageSettings):
    """What is done before measuring."""

    correct_bias: bool = False
    """Divide the coils' shading out of the anatomical series."""
    align: Which = "diffusion"
    """The series that are aligned with the anatomical one: none, diffusion or all."""
    bias: BiasSettings = Field(default_factory=BiasSettings)
    alignment: AlignmentSettings = Field(default_factory=AlignmentSettings)
