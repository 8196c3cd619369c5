"""Witness: the settings of the measurements, whose defaults the truth has to follow."""

from __future__ import annotations

from pnst.measurement import edge
from pnst.measurement.settings import MeasureSettings
from pnst.phantom import definitions as of
from pnst.phantom import truth

IN_SETTINGS = {
    "margin": {
        "INDISTINCT_MM": "indistinct_width_mm",
        "ILL_DEFINED_FRACTION": "ill_defined_fraction",
        "DEEP_FRACTION": "deep_lobulation_fraction",
    },
    "edema": {
        "CLEAR_OF_CONTOUR_MM": "clear_of_contour_mm",
        "EDEMA_ML": "least_volume_ml",
        "EDEMA_LESION_FRACTION": "least_lesion_fraction",
        "SEARCH_MM": "search_mm",
    },
    "split_fat": {
        "REACH_MM": "reach_mm",
        "FAT_MM": "least_fat_mm",
        "ONSET_FAT_MM": "onset_fat_mm",
        "ONSET_WITHIN_MM": "onset_within_mm",
        "MUSCLE_WITHIN_MM": "muscle_within_mm",
        "COVERAGE": "present_coverage",
        "POLE_HALF_ANGLE_DEG": "pole_half_angle_deg",
        "ELONGATION": "least_elongation",
        "NEAR_MM": "near_mm",
        "BURIED_SURFACE_FRACTION": "buried_surface_fraction",
        "NEAR_SURFACE_FRACTION": "near_surface_fraction",
        "READ_FRACTION": "min_read_fraction",
    },
    "cord": {
        "INTERFACE_MM": "interface_mm",
        "SYRINX_MM": "syrinx_width_mm",
        "SYRINX_LENGTH_MM": "syrinx_length_mm",
    },
    "canal": {"WALL_MM": "wall_mm"},
    "spine": {"REFERENCE_NEAR_MM": "reference_near_mm", "REFERENCE_FAR_MM": "reference_far_mm"},
    "enhancement": {
        "ENHANCING_FRACTION": "enhancing_fraction",
        "MIN_CORE_FRACTION": "least_core_fraction",
        "PERIPHERAL_RATIO": "peripheral_ratio",
    },
    "cyst": {
        "ENHANCEMENT_SHARE": "enhancement_share",
        "CYST_ML": "least_volume_ml",
        "CYST_LESION_FRACTION": "least_lesion_fraction",
    },
    "t1_high": {
        "BLOOD_ML": "least_volume_ml",
        "BLOOD_LESION_FRACTION": "least_lesion_fraction",
        "BLOOD_DEEP_MM": "deep_mm",
    },
    "target": {"RIM_CORE_RATIO": "rim_core_ratio", "CORE_VARIATION": "core_variation"},
    "fascicular": {
        "MAX_PIXEL_MM": "max_pixel_mm",
        "MIN_DOT_MM": "min_dot_mm",
        "MAX_DOT_MM": "max_dot_mm",
        "DOTS": "min_dots",
    },
    "rim": {"MAX_LINE_MM": "max_line_mm", "MAX_BLUR_MM": "max_blur_mm"},
    "flow_voids": {
        "PERILESIONAL_MM": "perilesional_mm",
        "MIN_CALIBRES": "min_calibres",
        "VOIDS": "min_pieces",
        "VOID_LENGTH_MM": "min_length_mm",
    },
    "haemosiderin": {
        "CAP_WITHIN_MM": "within_mm",
        "CAP_FRACTION": "present_fraction",
        "CAP_HALF_ANGLE_DEG": "pole_half_angle_deg",
        "CAP_ELONGATION": "min_elongation",
        "CAP_BLUR_MM": "max_blur_mm",
        "CAP_READ_FRACTION": "min_read_fraction",
    },
    "adc": {
        "SPHERE_MM": "sphere_mm",
        "DARK_ML": "dark_volume_ml",
        "DARK_FRACTION": "dark_fraction",
        "SOLID_VOXELS": "least_solid_voxels",
    },
    "bone": {"SCALLOPING_MM": "scalloping_mm"},
}


def test_the_truth_follows_the_default_settings() -> None:
    settings = MeasureSettings()
    taken = {name: getattr(of, name) for names in IN_SETTINGS.values() for name in names}
    measured = {
        name: getattr(getattr(settings, family), field)
        for family, names in IN_SETTINGS.items()
        for name, field in names.items()
    }
    assert taken == measured


def test_the_edge_is_read_on_the_same_series() -> None:
    assert truth.EDGE_ROLES == edge.EDGE_ROLES


def test_no_number_of_a_definition_is_left_out() -> None:
    assert {name for name in vars(of) if name.isupper()} == {name for names in IN_SETTINGS.values() for name in names}
