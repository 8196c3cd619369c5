"""Which masks the codes of DICOM segments are.

`codes.csv` holds codes of SNOMED CT. Those with the source "DICOM" stand in the context groups of DICOM PS3.16, as
pydicom publishes them; those with the source "TotalSegmentator" in wasserth/TotalSegmentator,
resources/totalsegmentator_snomed_mapping.csv, commit 7c62b4b7b4bf8b8d21a2bd64037e412e9f6c4876. Regions ("hip", "neck")
are no structure, and stand in neither.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

SNOMED = ("SCT", "SRT", "SNM3", "99SDM")
"""How the coding scheme is designated: now, and as SNOMED RT once was."""


@cache
def mask_of_code(value: str, scheme: str) -> str | None:
    """The mask that a coded structure is; None for one that is none, and for codes of other schemes.

    >>> mask_of_code("2748008", "SCT"), mask_of_code("T-A7010", "SRT"), mask_of_code("10200004", "SCT")
    ('cord', 'cord', None)
    """
    from pydicom.sr.coding import Code  # which knows the codes of SNOMED RT that stand for those of SNOMED CT

    if scheme not in SNOMED:
        return None
    named = Code(value, "SCT" if scheme == "SCT" else "SRT", "")
    return next((mask for code, mask in _masks().items() if named == Code(code, "SCT", "")), None)


@cache
def _masks() -> Mapping[str, str]:
    text = files("pnst.io.masks.schemes").joinpath("codes.csv").read_text(encoding="utf-8")
    return {row["code"]: row["mask"] for row in csv.DictReader(text.splitlines(), strict=True)}
