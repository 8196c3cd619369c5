"""The words of the report: what each family, column, predictor and role is called.

A family or column without an entry is still shown, under its own name.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pnst.study import Role, Series, vendor

ROLES = {
    Role.T1: "T1",
    Role.T1_POST: "T1 after contrast",
    Role.T2: "T2",
    Role.T2_FS: "fat-suppressed T2",
    Role.DWI: "diffusion",
    Role.ADC: "ADC map",
    Role.FAT: "Dixon fat",
    Role.WATER: "Dixon water",
}


@dataclass(frozen=True)
class KeyColumn:
    """A number of the summary, and the sign that rests on it: positive when `decided_by` stands in `relation` to
    the sign's threshold.
    """

    column: str
    sign: str | None = None
    sign_title: str = ""
    relation: str = ""
    threshold_column: str = ""
    """The column whose unit the threshold has."""
    alternative: str = ""
    """A number that makes the sign positive by a threshold of its own."""


@dataclass(frozen=True)
class Words:
    """A family's title, what it is in one sentence, and its numbers in the summary."""

    title: str
    lead: str
    keys: tuple[KeyColumn, ...]
    none: str = "not applicable"
    """What a column that holds null is said to be."""
    speaks: str = ""
    """What it says of a peripheral tumour."""


FAMILIES = {
    "size": Words(
        "Size",
        "Lengths, area and volume of the lesion's smooth surface (blue). The dashed line is the longest diameter, "
        "projected onto the picture.",
        (KeyColumn("longest_diameter_mm"), KeyColumn("volume_ml")),
    ),
    "margin": Words(
        "Margin",
        "Shape: how far the surface departs from its equal-moment ellipsoid. Edge: how sharply the signal changes "
        "along the surface's normals. The lesion's outline is blue, on the slice where it is largest; on the "
        "series that the edge was read on, its colours tell how sharp it is.",
        (
            KeyColumn("irregularity"),
            KeyColumn("ill_defined_fraction", "ill_defined", "Ill-defined margin", "over", "ill_defined_fraction"),
        ),
        "not counted",
    ),
    "edema": Words(
        "Perilesional oedema",
        "Signal above that of muscle on fat-suppressed T2, connected to the lesion (amber; the lesion is outlined in "
        "blue). Infiltration and oedema are not told apart: a blurred edge that is wide enough counts as oedema.",
        (KeyColumn("max_extent_mm", "present", "Oedema", "a piece of at least", "volume_ml"),),
    ),
    "split_fat": Words(
        "Split fat sign",
        "The share of the surface that a rim of fat covers (the outline is green there, else blue; fat within reach is "
        "yellow).",
        (KeyColumn("coverage_fraction", "present", "Split fat", "at least", "coverage_fraction"),),
        speaks="Where the sign applies, its absence speaks for malignancy.",
    ),
    "adc": Words(
        "Diffusion",
        "Apparent diffusion coefficient over the region named below. The minimum and the darkest part fall by noise "
        "alone: beside them stands what noise alone would give in a uniform lesion of this size.",
        (KeyColumn("mean_um2_per_ms"),),
        speaks="Low values speak for malignancy.",
    ),
    "ivim": Words(
        "IVIM (perfusion)",
        "Diffusion of the water that does not flow, from the high b-values alone, and the share of the water that "
        "flows in capillaries; over the same region.",
        (KeyColumn("d_um2_per_ms"), KeyColumn("f_fraction")),
    ),
    "enhancement": Words(
        "Contrast enhancement",
        "Uptake of the contrast agent against muscle; green is what enhances (the lesion is outlined in blue). The "
        "voxels at the lesion's edge and fat are left out.",
        (
            KeyColumn("enhancing_fraction"),
            KeyColumn("rim_core_ratio", "peripheral", "Peripheral enhancement", "at least", "rim_core_ratio"),
        ),
    ),
    "cyst": Words(
        "Cyst and necrosis",
        "What does not enhance (orange; the lesion is outlined in blue), blood and fat left out. How bright it is "
        "on T2 tells fluid from necrosis, nothing else: the solid tumour can be bright on T2, too.",
        (KeyColumn("fraction", "present", "Cyst or necrosis", "at least", "fraction"),),
    ),
    "t1_high": Words(
        "T1-bright area",
        "Brighter on T1 than the lesion and than muscle, and no fat: blood or protein (purple; the lesion is outlined "
        "in blue). Where no fat-suppressed or Dixon series tells fat from blood, whether it is present stays open.",
        (KeyColumn("fraction", "present", "T1-bright area", "deep in the lesion at least", "volume_ml"),),
        "undetermined",
    ),
    "target": Words(
        "Target sign",
        "T2 signal of the lesion's outer third by depth against that of its inner third (dark blue; the lesion is "
        "outlined in light blue).",
        (KeyColumn("rim_core_ratio", "present", "Target sign", "at least", "rim_core_ratio"),),
        speaks="A bright rim round a dark, even core speaks against malignancy.",
    ),
    "heterogeneity": Words(
        "Heterogeneity",
        "Intensity statistics of the whole lesion, its edge and the image's noise included. No rule and no "
        "probability rests on them.",
        (KeyColumn("variation_t2"),),
    ),
    "cord": Words(
        "Spinal cord",
        "How much of the lesion lies inside the cord's outline, as it would run without the lesion or as it is pushed "
        "aside; what the lesion (outlined in blue) does to the cord (green); oedema (orange) and a tube of fluid in "
        "the cord on T2.",
        (
            KeyColumn("inside_fraction", "compartment", "Compartment", "intramedullary over", "inside_fraction"),
            KeyColumn("compression_ratio"),
            KeyColumn("syrinx_width_mm", "syrinx", "Syrinx", "at least", "syrinx_width_mm"),
        ),
    ),
    "canal": Words(
        "Spinal canal",
        "The largest share of a cross-section of the canal that the lesion fills (its part in the canal is tinted); "
        "fluid between lesion and cord; the lesion's contact with the canal's wall, and what "
        "enhances along it.",
        (
            KeyColumn("occupancy_fraction"),
            KeyColumn("csf_cleft_fraction", "csf_cleft", "Cleft of fluid", "at least", "csf_cleft_fraction"),
        ),
    ),
    "nerve": Words(
        "Nerve",
        "The given nerve against the lesion (outlined in blue): whether it reaches it, leads into it and out of it, "
        "how far from its middle; and how bright and how thick the nerve is beside it.",
        (
            KeyColumn("gap_mm", "contiguous", "Nerve contiguous", "a gap of at most", "gap_mm"),
            KeyColumn("signal_ratio"),
            KeyColumn("calibre_mm"),
        ),
    ),
    "bone": Words(
        "Bone of the spine",
        "Vertebrae and foramina along the canal: how much deeper the back of a body is hollowed beside the lesion than "
        "that of the next levels, and how large the lesion's foramen is against that of the other side.",
        (
            KeyColumn("scalloping_depth_mm", "remodelling", "Bone remodelling", "smooth, and at least", "depth_mm"),
            KeyColumn("foraminal_fraction"),
        ),
        "undetermined",
    ),
    "invasion": Words(
        "Contact with structures",
        "What of the lesion lies in the masks that were given, and how much of its surface lies within reach of them. "
        "Contact is no invasion. Whether bone is destroyed is read on T1: where its dark cortex is missing.",
        (
            KeyColumn("bone_contact_mm2", "bone_destroyed", "Bone destroyed", "at least", "fraction"),
            KeyColumn("vertebrae_contact_mm2", "vertebrae_destroyed", "Vertebra destroyed", "at least", "fraction"),
            KeyColumn("vessels_contact_mm2"),
            KeyColumn("muscle_contact_mm2"),
            KeyColumn("nerve_contact_mm2"),
            KeyColumn("cord_contact_mm2"),
        ),
        "undetermined",
        speaks="Destroyed bone speaks for malignancy.",
    ),
    "fascicular": Words(
        "Fascicular sign",
        "Dark dots in bright rings within the lesion on T2 (sand; the lesion is outlined in blue), counted on the "
        "slice that holds the second most. It is not read where voxels are too large to show them.",
        (KeyColumn("count", "present", "Fascicular sign", "at least", "count"),),
        speaks="Bundles of fascicles speak for a tumour of the nerve itself, a benign one more often.",
    ),
    "rim": Words(
        "Rim",
        "Thin lines between the lesion (outlined in blue) and what it lies in: bright ones (rose) and dark ones, a "
        "capsule (teal), on the part of the surface where the voxels can show them. Fat is none.",
        (KeyColumn("thin_bright_rim_fraction"), KeyColumn("capsule_fraction")),
        "undetermined",
    ),
    "flow_voids": Words(
        "Flow voids",
        "Tubes far darker than muscle on T2 in the lesion (outlined in blue) and within reach of it (magenta): "
        "vessels in which blood flows fast. Bone, fat and what only passes by are left out.",
        (KeyColumn("pieces_count", "present", "Flow voids", "at least", "pieces_count", "length_mm"),),
        "undetermined",
    ),
    "haemosiderin": Words(
        "Haemosiderin caps",
        "A thin layer darker than half of muscle on T2 at the poles of the long axis (purple; the lesion is outlined "
        "in blue): old blood. Where fat or bone lies there, or slices lie across, a pole is not read.",
        (KeyColumn("cap_fraction", "present", "Haemosiderin cap", "at least", "cap_fraction"),),
        "undetermined",
    ),
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

FACTS = {
    "repetition_time_ms": "TR {:.4g} ms",
    "echo_time_ms": "TE {:.4g} ms",
    "inversion_time_ms": "TI {:.4g} ms",
    "flip_angle_deg": "flip angle {:.3g}°",
    "field_strength_t": "{:.2g} T",
}
YES_NO_FACTS = {
    "fat_suppressed": ("not fat-suppressed", "fat-suppressed"),
    "contrast_agent": ("no contrast agent", "contrast agent"),
}

PREDICTORS = {
    "longest_diameter": "Size",
    "margin_ill_defined": "Margin",
    "edema_present": "Oedema",
    "split_fat_absent": "Split fat sign",
    "contour_lobulation": "Lobulated contour",
    "target_sign_absent": "Target sign",
    "t1_high_signal_area": "T1-bright area",
    "cyst_or_necrosis": "Cyst or necrosis",
    "irregular_shape": "Irregular shape",
    "peripheral_enhancement": "Peripheral enhancement",
    "inhomogeneous_enhancement": "Inhomogeneous enhancement",
    "invasion": "Invasion",
    "nerve_not_contiguous": "Nerve not contiguous",
    "adc_mean": "Mean ADC",
    "adc_dark": "ADC of the darkest part",
    "adc_min": "Minimum ADC",
    "dural_tail": "Dural tail",
    "cystic_change": "Cystic change",
    "foraminal_extension": "Extension into the foramen",
    "rim_enhancement": "Enhancement of the rim",
    "level": "Level of the spine",
}


def role_title(role: Role | None) -> str:
    """What a series' role is called."""
    return ROLES[role] if role is not None else "series without a role"


def facts(series: Series) -> list[str]:
    """What the header says of how a series was acquired; nothing where it says nothing."""
    known = {name: value for name, value in asdict(series.acquisition).items() if value is not None}
    texts = [vendor(str(known["manufacturer"]))] if "manufacturer" in known else []
    texts += [words.format(known[name]) for name, words in FACTS.items() if name in known]
    texts += [words[known[name]] for name, words in YES_NO_FACTS.items() if name in known]
    if series.b_values:
        texts.append(f"b {', '.join(f'{b:.4g}' for b in sorted(set(series.b_values)))} s/mm²")
    return texts


def family_words(family: str) -> Words:
    """The words of a family; one without an entry is shown under its own name, without summary numbers."""
    return FAMILIES.get(family) or Words(as_words(family), "", ())


def column_title(column: str, family: str = "") -> str:
    """What a column (without its family) is called.

    >>> column_title("inside_fraction", "cord"), column_title("inside_fraction", "canal")
    ('Share inside the cord', 'Share inside the canal')
    """
    return COLUMNS.get(f"{family}.{column}") or COLUMNS.get(column) or as_words(column)


def sign_title(family: str, sign: str) -> str:
    """What a sign is called outside its family's table: "Split fat", where the column alone says "Present"."""
    keys = (key for key in family_words(family).keys if key.sign == sign)
    return next((key.sign_title for key in keys), column_title(sign, family))


def predictor_title(predictor: str) -> str:
    """What a predictor of the assessment is called; a group of predictors goes by its family's title."""
    return PREDICTORS.get(predictor) or family_words(predictor).title


def part_title(part: str) -> str:
    """What a family, or half of one ("margin.edge"), is called where it was skipped."""
    family, _, half = part.partition(".")
    return f"{family_words(family).title}, {half.replace('_', ' ')}" if half else family_words(family).title


def as_words(name: str) -> str:
    """A name in the code as words: "peripheral_enhancement" → "Peripheral enhancement".

    >>> as_words("peripheral_enhancement")
    'Peripheral enhancement'
    """
    words = name.replace(".", ", ").replace("_", " ")
    return words[:1].upper() + words[1:]
