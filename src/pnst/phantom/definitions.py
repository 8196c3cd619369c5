"""The numbers in the definitions of the measurements' columns, as the truth takes them.

They are the defaults of `pnst.measurement.settings`, written again because the truth may not lean on what it judges;
`tests/phantom/test_definitions.py` holds them equal.
"""

from __future__ import annotations

# margin
INDISTINCT_MM = 4.0
ILL_DEFINED_FRACTION = 0.20
DEEP_FRACTION = 0.05
"""A concavity is deep when more than this share of the longest diameter lies between it and the hull."""

# edema
CLEAR_OF_CONTOUR_MM = 3.0
EDEMA_ML = 0.5
EDEMA_LESION_FRACTION = 0.01
SEARCH_MM = 150.0

# split_fat
REACH_MM = 10.0
FAT_MM = 1.0
ONSET_FAT_MM = 0.5
ONSET_WITHIN_MM = 3.0
MUSCLE_WITHIN_MM = 15.0
COVERAGE = 0.5
POLE_HALF_ANGLE_DEG = 45.0
ELONGATION = 1.1
NEAR_MM = 5.0
BURIED_SURFACE_FRACTION = 0.6
NEAR_SURFACE_FRACTION = 0.02
READ_FRACTION = 0.5

# enhancement
ENHANCING_FRACTION = 0.15
MIN_CORE_FRACTION = 0.05
PERIPHERAL_RATIO = 1.5

# cyst
ENHANCEMENT_SHARE = 0.25
"""Of the 75th percentile of relative enhancement: what takes up less is cyst or necrosis."""
CYST_ML = 0.5
CYST_LESION_FRACTION = 0.05

# t1_high
BLOOD_ML = 0.5
BLOOD_LESION_FRACTION = 0.01
BLOOD_DEEP_MM = 3.0
"""And a voxel in plane."""

# target
RIM_CORE_RATIO = 1.25
CORE_VARIATION = 0.20

# adc
SPHERE_MM = 10.0
"""Diameter of the sphere whose least mean is `min`."""
DARK_ML = 1.0
DARK_FRACTION = 0.10
SOLID_VOXELS = 10
"""With fewer left of the solid part its edge is kept."""

# cord
REFERENCE_NEAR_MM = 10.0
REFERENCE_FAR_MM = 20.0
"""From and to this far above and below the tumour the cord is taken to be what it was."""
INTERFACE_MM = 1.5
SYRINX_MM = 2.0
SYRINX_LENGTH_MM = 10.0

# canal
WALL_MM = 1.0

# bone
SCALLOPING_MM = 2.0

# fascicular
MAX_PIXEL_MM = 0.7
MIN_DOT_MM = 2.0
MAX_DOT_MM = 6.0
DOTS = 5
"""On each of two slices."""

# rim
MAX_LINE_MM = 3.0
MAX_BLUR_MM = 1.6
"""Full width at half maximum of what the voxels blur a line by: where it is more, none is read."""

# flow_voids
PERILESIONAL_MM = 10.0
MIN_CALIBRES = 3.0
"""Length ÷ calibre of a vessel, at least."""
VOIDS = 2
VOID_LENGTH_MM = 20.0

# haemosiderin
CAP_WITHIN_MM = 3.0
CAP_FRACTION = 0.2
CAP_HALF_ANGLE_DEG = 45.0
CAP_ELONGATION = 1.1
CAP_BLUR_MM = 1.2
CAP_READ_FRACTION = 0.15
