"""What the objects' codes mean: the standard's where it has one, else those of the scheme `99PNST`.

Sources: DICOM PS3.16 2024 (context groups 42, 230, 7150, 7151, 7162, 7181, 7203, 7464, 7469 to 7477), as pydicom and
highdicom hold them; the Image Biomarker Standardisation Initiative's identifiers (IBSI).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from highdicom.coding_schemes import CodingSchemeIdentificationItem
from highdicom.sr import CodedConcept

from pnst.io.dicom_write.identity import uid

SCHEME = "99PNST"
"""Its codes are the columns of measurements.csv, and the words that a column may hold."""

FINDING = CodedConcept("108369006", "SCT", "Neoplasm")
FINDING_CATEGORY = CodedConcept("49755003", "SCT", "Morphologically Abnormal Structure")
ALGORITHM_FAMILY = CodedConcept("123110", "DCM", "Artificial Intelligence")
REGION_DERIVATION = CodedConcept("113076", "DCM", "Segmentation")
DIFFUSION_DERIVATION = CodedConcept("129105", "DCM", "Diffusion image analysis")
SOURCE_IMAGE = CodedConcept("121322", "DCM", "Source image for image processing operation")
PROCEDURE = CodedConcept("25056-3", "LN", "MRI unspecified body region")
ANY_REGION = CodedConcept("38266002", "SCT", "Entire body")
COMMENT = CodedConcept("121106", "DCM", "Comment")
YES, NO = CodedConcept("373066001", "SCT", "Yes"), CodedConcept("373067005", "SCT", "No")
ADC = CodedConcept("113041", "DCM", "Apparent Diffusion Coefficient")
ADC_UNIT = CodedConcept("um2/ms", "UCUM", "um2/ms")
LOW = CodedConcept("interval_low", SCHEME, "Lower end of the 95 % interval")
HIGH = CodedConcept("interval_high", SCHEME, "Upper end of the 95 % interval")

_MEAN, _MEDIAN = CodedConcept("373098007", "SCT", "Mean"), CodedConcept("373099004", "SCT", "Median")
_MAX_MEANING = 64


@dataclass(frozen=True)
class MeasuredConcept:
    """What a column's numbers are."""

    name: CodedConcept
    derivation: CodedConcept | None = None
    """How one number was made of many."""


_STANDARD: Mapping[str, MeasuredConcept] = MappingProxyType(
    {
        "size.longest_diameter_mm": MeasuredConcept(CodedConcept("L0JK", "IBSI", "Maximum 3D Diameter of a Mesh")),
        "size.axial_diameter_mm": MeasuredConcept(CodedConcept("103339001", "SCT", "Long axis")),
        "size.axial_short_diameter_mm": MeasuredConcept(CodedConcept("103340004", "SCT", "Short axis")),
        "size.volume_ml": MeasuredConcept(CodedConcept("118565006", "SCT", "Volume")),
        "size.surface_area_mm2": MeasuredConcept(CodedConcept("C0JK", "IBSI", "Surface Area of Mesh")),
        "margin.sphericity": MeasuredConcept(CodedConcept("QCFX", "IBSI", "Sphericity")),
        "adc.mean_um2_per_ms": MeasuredConcept(ADC, _MEAN),
        "adc.median_um2_per_ms": MeasuredConcept(ADC, _MEDIAN),
        "ivim.d_um2_per_ms": MeasuredConcept(CodedConcept("113291", "DCM", "Slow Diffusion Coefficient"), _MEAN),
        "ivim.f_fraction": MeasuredConcept(CodedConcept("113293", "DCM", "Fast Diffusion Coefficient Fraction")),
    }
)
"""The columns whose definition is a published concept's own. Every other has a code of `SCHEME`."""

_UNITS: Mapping[str, CodedConcept] = MappingProxyType(
    {
        "_um2_per_ms": ADC_UNIT,
        "_mm2": CodedConcept("mm2", "UCUM", "square millimeter"),
        "_mm": CodedConcept("mm", "UCUM", "mm"),
        "_ml": CodedConcept("mL", "UCUM", "milliliter"),
        "b_values": CodedConcept("s/mm2", "UCUM", "second per square millimeter"),
        "entropy_t2": CodedConcept("bit", "UCUM", "bit"),
    }
)
"""End of a column's name → unit."""
_THRESHOLDS: Mapping[str, str] = MappingProxyType(
    {
        "edema.present_threshold": "_ml",
        "t1_high.present_threshold": "_ml",
        "cord.syrinx_threshold": "_mm",
        "nerve.contiguous_threshold": "_mm",
        "bone.remodelling_threshold": "_mm",
        "bone.roughness_threshold": "_mm",
    }
)
"""Thresholds that are called by their sign → the unit of what decides it. Of the others that is none."""
_NO_UNIT = CodedConcept("1", "UCUM", "no units")


def concept_of(column: str) -> MeasuredConcept:
    """What the numbers of `family.column` are."""
    return _STANDARD.get(column) or MeasuredConcept(own_code(column))


def own_code(name: str) -> CodedConcept:
    """A code of `SCHEME`: a column's or a word's own name, with its words as the meaning.

    >>> own_code("margin.ill_defined").meaning
    'margin: ill defined'
    """
    return CodedConcept(name, SCHEME, name.replace(".", ": ").replace("_", " ")[:_MAX_MEANING])


def unit_code(column: str) -> CodedConcept:
    """The UCUM unit of `family.column`; a threshold has that of what decides its sign.

    >>> unit_code("size.volume_ml").value, unit_code("split_fat.coverage_fraction").value
    ('mL', '1')
    """
    name = _THRESHOLDS.get(column, column.removesuffix("_threshold"))
    return next((unit for end, unit in _UNITS.items() if name.endswith(end)), _NO_UNIT)


def own_scheme() -> CodingSchemeIdentificationItem:
    """What declares `SCHEME` in an object (PS3.3 C.12.1)."""
    return CodingSchemeIdentificationItem(
        designator=SCHEME,
        name="pnst measurements",
        uid=uid("coding scheme"),
        responsible_organization="The pnst developers",
    )
