"""The words of the report: what each family, column, predictor and role is called.

A family or column without an entry is still shown, under its own name.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pnst.classification.predictor_titles import predictor_title
from pnst.measurement.column_titles import COLUMNS, FAMILY_TITLES, as_words, column_title
from pnst.study import Role, Series, vendor

__all__ = [
    "COLUMNS",
    "FAMILIES",
    "ROLES",
    "KeyColumn",
    "Words",
    "as_words",
    "column_title",
    "facts",
    "family_words",
    "part_title",
    "predictor_title",
    "role_title",
    "sign_title",
]

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
        FAMILY_TITLES["size"],
        "Lengths, area and volume of the lesion's smooth surface (blue). The dashed line is the longest diameter, "
        "projected onto the picture.",
        (KeyColumn("longest_diameter_mm"), KeyColumn("volume_ml")),
    ),
    "margin": Words(
        FAMILY_TITLES["margin"],
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
        FAMILY_TITLES["edema"],
        "Signal above that of muscle on fat-suppressed T2, connected to the lesion (amber; the lesion is outlined in "
        "blue). Infiltration and oedema are not told apart: a blurred edge that is wide enough counts as oedema.",
        (KeyColumn("max_extent_mm", "present", "Oedema", "a piece of at least", "volume_ml"),),
    ),
    "split_fat": Words(
        FAMILY_TITLES["split_fat"],
        "The share of the surface that a rim of fat covers (the outline is green there, else blue; fat within reach is "
        "yellow).",
        (KeyColumn("coverage_fraction", "present", "Split fat", "at least", "coverage_fraction"),),
        speaks="Where the sign applies, its absence speaks for malignancy.",
    ),
    "adc": Words(
        FAMILY_TITLES["adc"],
        "Apparent diffusion coefficient over the region named below. The minimum and the darkest part fall by noise "
        "alone: beside them stands what noise alone would give in a uniform lesion of this size.",
        (KeyColumn("mean_um2_per_ms"),),
        speaks="Low values speak for malignancy.",
    ),
    "ivim": Words(
        FAMILY_TITLES["ivim"],
        "Diffusion of the water that does not flow, from the high b-values alone, and the share of the water that "
        "flows in capillaries; over the same region.",
        (KeyColumn("d_um2_per_ms"), KeyColumn("f_fraction")),
    ),
    "enhancement": Words(
        FAMILY_TITLES["enhancement"],
        "Uptake of the contrast agent against muscle; green is what enhances (the lesion is outlined in blue). The "
        "voxels at the lesion's edge and fat are left out.",
        (
            KeyColumn("enhancing_fraction"),
            KeyColumn("rim_core_ratio", "peripheral", "Peripheral enhancement", "at least", "rim_core_ratio"),
        ),
    ),
    "cyst": Words(
        FAMILY_TITLES["cyst"],
        "What does not enhance (orange; the lesion is outlined in blue), blood and fat left out. How bright it is "
        "on T2 tells fluid from necrosis, nothing else: the solid tumour can be bright on T2, too.",
        (KeyColumn("fraction", "present", "Cyst or necrosis", "at least", "fraction"),),
    ),
    "t1_high": Words(
        FAMILY_TITLES["t1_high"],
        "Brighter on T1 than the lesion and than muscle, and no fat: blood or protein (purple; the lesion is outlined "
        "in blue). Where no fat-suppressed or Dixon series tells fat from blood, whether it is present stays open.",
        (KeyColumn("fraction", "present", "T1-bright area", "deep in the lesion at least", "volume_ml"),),
        "undetermined",
    ),
    "target": Words(
        FAMILY_TITLES["target"],
        "T2 signal of the lesion's outer third by depth against that of its inner third (dark blue; the lesion is "
        "outlined in light blue).",
        (KeyColumn("rim_core_ratio", "present", "Target sign", "at least", "rim_core_ratio"),),
        speaks="A bright rim round a dark, even core speaks against malignancy.",
    ),
    "heterogeneity": Words(
        FAMILY_TITLES["heterogeneity"],
        "Intensity statistics of the whole lesion, its edge and the image's noise included. No rule and no "
        "probability rests on them.",
        (KeyColumn("variation_t2"),),
    ),
    "cord": Words(
        FAMILY_TITLES["cord"],
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
        FAMILY_TITLES["canal"],
        "The largest share of a cross-section of the canal that the lesion fills (its part in the canal is tinted); "
        "fluid between lesion and cord; the lesion's contact with the canal's wall, and what "
        "enhances along it.",
        (
            KeyColumn("occupancy_fraction"),
            KeyColumn("csf_cleft_fraction", "csf_cleft", "Cleft of fluid", "at least", "csf_cleft_fraction"),
        ),
    ),
    "nerve": Words(
        FAMILY_TITLES["nerve"],
        "The given nerve against the lesion (outlined in blue): whether it reaches it, leads into it and out of it, "
        "how far from its middle; and how bright and how thick the nerve is beside it.",
        (
            KeyColumn("gap_mm", "contiguous", "Nerve contiguous", "a gap of at most", "gap_mm"),
            KeyColumn("signal_ratio"),
            KeyColumn("calibre_mm"),
        ),
    ),
    "bone": Words(
        FAMILY_TITLES["bone"],
        "Vertebrae and foramina along the canal: how much deeper the back of a body is hollowed beside the lesion than "
        "that of the next levels, and how large the lesion's foramen is against that of the other side.",
        (
            KeyColumn("scalloping_depth_mm", "remodelling", "Bone remodelling", "smooth, and at least", "depth_mm"),
            KeyColumn("foraminal_fraction"),
        ),
        "undetermined",
    ),
    "invasion": Words(
        FAMILY_TITLES["invasion"],
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
        FAMILY_TITLES["fascicular"],
        "Dark dots in bright rings within the lesion on T2 (sand; the lesion is outlined in blue), counted on the "
        "slice that holds the second most. It is not read where voxels are too large to show them.",
        (KeyColumn("count", "present", "Fascicular sign", "at least", "count"),),
        speaks="Bundles of fascicles speak for a tumour of the nerve itself, a benign one more often.",
    ),
    "rim": Words(
        FAMILY_TITLES["rim"],
        "Thin lines between the lesion (outlined in blue) and what it lies in: bright ones (rose) and dark ones, a "
        "capsule (teal), on the part of the surface where the voxels can show them. Fat is none.",
        (KeyColumn("thin_bright_rim_fraction"), KeyColumn("capsule_fraction")),
        "undetermined",
    ),
    "flow_voids": Words(
        FAMILY_TITLES["flow_voids"],
        "Tubes far darker than muscle on T2 in the lesion (outlined in blue) and within reach of it (magenta): "
        "vessels in which blood flows fast. Bone, fat and what only passes by are left out.",
        (KeyColumn("pieces_count", "present", "Flow voids", "at least", "pieces_count", "length_mm"),),
        "undetermined",
    ),
    "haemosiderin": Words(
        FAMILY_TITLES["haemosiderin"],
        "A thin layer darker than half of muscle on T2 at the poles of the long axis (purple; the lesion is outlined "
        "in blue): old blood. Where fat or bone lies there, or slices lie across, a pole is not read.",
        (KeyColumn("cap_fraction", "present", "Haemosiderin cap", "at least", "cap_fraction"),),
        "undetermined",
    ),
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


def sign_title(family: str, sign: str) -> str:
    """What a sign is called outside its family's table: "Split fat", where the column alone says "Present"."""
    keys = (key for key in family_words(family).keys if key.sign == sign)
    return next((key.sign_title for key in keys), column_title(sign, family))


def part_title(part: str) -> str:
    """What a family, or half of one ("margin.edge"), is called where it was skipped."""
    title, words = family_words(part.partition(".")[0]).title, part_words(part)
    return f"{title}, {words}" if words else title


def part_words(part: str) -> str:
    """What the half of a family is called ("margin.edge": "edge"); empty for a whole one."""
    half = part.partition(".")[2]
    return next((title for role, title in ROLES.items() if role == half), half.replace("_", " "))
