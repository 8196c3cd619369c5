"""What families and columns are called, on pages, in figures and in notebooks.

A family or column without an entry is shown under its own name.
"""

from __future__ import annotations

FAMILY_TITLES = {
    "size": "Size",
    "margin": "Margin",
    "edema": "Perilesional oedema",
    "split_fat": "Split fat sign",
    "adc": "Diffusion",
    "ivim": "IVIM (perfusion)",
    "enhancement": "Contrast enhancement",
    "cyst": "Cyst and necrosis",
    "t1_high": "T1-bright area",
    "target": "Target sign",
    "heterogeneity": "Heterogeneity",
    "cord": "Spinal cord",
    "canal": "Spinal canal",
    "nerve": "Nerve",
    "bone": "Bone of the spine",
    "invasion": "Contact with structures",
    "fascicular": "Fascicular sign",
    "rim": "Rim",
    "flow_voids": "Flow voids",
    "haemosiderin": "Haemosiderin caps",
}

COLUMNS = {
    # A column's name, or family and column where two families mean different things by one name.
    "longest_diameter_mm": "Longest diameter",
    "axial_diameter_mm": "Axial diameter",
    "axial_short_diameter_mm": "Axial short diameter",
    "craniocaudal_mm": "Craniocaudal extent",
    "volume_ml": "Volume",
    "surface_area_mm2": "Surface area",
    "major_axis_mm": "Major axis of the ellipsoid",
    "minor_axis_mm": "Minor axis of the ellipsoid",
    "least_axis_mm": "Least axis of the ellipsoid",
    "crumbs_ml": "Stray pieces left out",
    "implausible": "Why this cannot be a lesion",
    "irregularity": "Irregularity",
    "sphericity": "Sphericity",
    "solidity": "Solidity",
    "deep_lobulations_count": "Deep lobulations",
    "ill_defined_fraction": "Indistinct share of the margin",
    "ill_defined": "Ill-defined margin",
    "edge_width_mm": "Edge width (10–90 %)",
    "edge_offset_mm": "Edge outside the contour",
    "measured_fraction": "Share of the surface measured",
    "series": "Read on",
    "max_extent_mm": "Greatest extent",
    "present": "Present",
    "index": "Oedema ÷ lesion volume",
    "surface_fraction": "Share of the surface touched",
    "censored": "Cut off by the image or the search limit",
    "coverage_fraction": "Surface covered by fat",
    "pole_coverage_fraction": "Fat at the less covered pole",
    "rim_thickness_mm": "Thickness of the rim",
    "applicable": "Sign applicable",
    "compartment": "Compartment",
    "mean_um2_per_ms": "Mean ADC",
    "min_um2_per_ms": "Lowest mean over a sphere",
    "min_uniform_um2_per_ms": "… expected from noise alone",
    "dark_um2_per_ms": "Mean of the darkest part",
    "dark_uniform_um2_per_ms": "… expected from noise alone",
    "median_um2_per_ms": "Median ADC",
    "p05_um2_per_ms": "5th percentile of ADC",
    "p95_um2_per_ms": "95th percentile of ADC",
    "mean_all_b_um2_per_ms": "Mean ADC, all b-values",
    "mean_whole_um2_per_ms": "Mean ADC, whole lesion",
    "region": "Region",
    "map_source": "ADC map",
    "solid_volume_ml": "Volume of the region",
    "removed_unenhanced_ml": "Taken out: does not enhance",
    "removed_blood_ml": "Taken out: T1-bright blood",
    "removed_fat_ml": "Taken out: fat",
    "removed_edge_ml": "Taken out: edge of the rest",
    "vendor_mean_um2_per_ms": "Mean of the vendor's map",
    "vendor_ratio": "Computed ÷ vendor's ADC, median",
    "d_um2_per_ms": "Mean D",
    "d_min_um2_per_ms": "Lowest mean of D over a sphere",
    "d_min_uniform_um2_per_ms": "… expected from noise alone",
    "d_dark_um2_per_ms": "Mean of the darkest part of D",
    "d_dark_uniform_um2_per_ms": "… expected from noise alone",
    "f_fraction": "Perfused fraction",
    "b_values": "b-values",
    "fit_rms_fraction": "Residual of the fit ÷ S₀",
    "noise_floor_fraction": "Voxels at the noise floor",
    "enhancing_fraction": "Share that enhances",
    "rim_core_ratio": "Outer ÷ inner third",
    "peripheral": "Peripheral enhancement",
    "fraction": "Share of the lesion",
    "necrosis_fraction": "Share that is necrosis",
    "core_variation": "Variation of the core",
    "variation_t1": "Variation on T1",
    "variation_t2": "Variation on T2",
    "entropy_t2": "Entropy on T2",
    "inside_fraction": "Share inside the cord",
    "canal.inside_fraction": "Share inside the canal",
    "interface_mm2": "Interface with the cord",
    "border_roughness": "Roughness of the interface",
    "border_ill_defined_fraction": "Indistinct share of the interface",
    "compression_ratio": "Narrowest cord ÷ cord beyond the lesion",
    "displacement_mm": "Displacement of the cord",
    "edema_length_mm": "Length of the cord's oedema",
    "edema_volume_ml": "Volume of the cord's oedema",
    "syrinx_width_mm": "Width of fluid in the cord",
    "syrinx": "Syrinx",
    "occupancy_fraction": "Share of the canal that is filled",
    "occupancy_level": "Level at which most is filled",
    "csf_cleft_fraction": "Fluid before the cord",
    "csf_cleft": "Cleft of fluid",
    "dural_contact_fraction": "Surface on the canal's wall",
    "dural_tail_mm": "Dural tail",
    "contiguous": "Nerve contiguous",
    "gap_mm": "Gap between nerve and lesion",
    "entering": "Nerve leads up to the lesion",
    "exiting": "Nerve leaves it on another side",
    "limbs_count": "Limbs of the nerve at the lesion",
    "eccentricity": "Nerve's axis ÷ half width of the lesion",
    "signal_ratio": "Nerve ÷ muscle on T2",
    "calibre_mm": "Greatest calibre of the nerve",
    "signal_ratio_to_other_side": "Signal ÷ that of the other side",
    "calibre_ratio_to_other_side": "Calibre ÷ that of the other side",
    "remodelling": "Bone remodelling",
    "scalloping_depth_mm": "Hollow in the back of a body, less next levels",
    "roughness_mm": "Roughness of the hollow",
    "roughness_threshold": "Smooth below, mm",
    "foramen_area_ratio": "Foramen ÷ that of the other side",
    "foraminal_fraction": "Share of the lesion in a foramen",
    "dumbbell_waist_ratio": "Waist ÷ larger end",
    "destruction_fraction": "Contact without cortex",
    "bone_overlap_ml": "Overlap with bone",
    "bone_contact_mm2": "Contact with bone",
    "bone_destroyed": "Bone destroyed",
    "bone_destroyed_fraction": "Contact with bone without cortex",
    "vessels_overlap_ml": "Overlap with vessels",
    "vessels_contact_mm2": "Contact with vessels",
    "muscle_overlap_ml": "Overlap with muscle",
    "muscle_contact_mm2": "Contact with muscle",
    "nerve_overlap_ml": "Overlap with the nerve",
    "nerve_contact_mm2": "Contact with the nerve",
    "cord_overlap_ml": "Overlap with the cord",
    "cord_contact_mm2": "Contact with the cord",
    "vertebrae_overlap_ml": "Overlap with vertebrae",
    "vertebrae_contact_mm2": "Contact with vertebrae",
    "vertebrae_destroyed": "Vertebra destroyed",
    "vertebrae_destroyed_fraction": "Contact with vertebrae without cortex",
    "count": "Dots in rings on two slices",
    "thin_bright_rim_fraction": "Surface with a thin bright rim",
    "capsule_fraction": "Surface with a dark capsule",
    "intralesional_ml": "Volume within the lesion",
    "perilesional_ml": "Volume round the lesion",
    "largest_calibre_mm": "Largest calibre",
    "pieces_count": "Vessels",
    "length_mm": "Length of all together",
    "cap_fraction": "Dark layer at the more covered pole",
}


def family_title(family: str) -> str:
    """What a family is called."""
    return FAMILY_TITLES.get(family) or as_words(family)


def column_title(column: str, family: str = "") -> str:
    """What a column (without its family) is called.

    >>> column_title("inside_fraction", "cord"), column_title("inside_fraction", "canal")
    ('Share inside the cord', 'Share inside the canal')
    """
    return COLUMNS.get(f"{family}.{column}") or COLUMNS.get(column) or as_words(column)


def as_words(name: str) -> str:
    """A name in the code as words: "peripheral_enhancement" → "Peripheral enhancement".

    >>> as_words("peripheral_enhancement")
    'Peripheral enhancement'
    """
    words = name.replace(".", ", ").replace("_", " ")
    return words[:1].upper() + words[1:]
