"""How DICOM is written: by whose habits, and one file a slice or a series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pnst.errors import SettingError

VENDORS: Mapping[str, str] = MappingProxyType(
    {
        "siemens": "SIEMENS",
        "ge": "GE MEDICAL SYSTEMS",
        "philips": "Philips",
        "canon": "CANON_MEC",
        "toshiba": "TOSHIBA",
        "hitachi": "Hitachi Medical Corporation",
        "uih": "UIH",
    }
)
"""What each vendor's scanners write as Manufacturer (0008,0070)."""


ENHANCED = ("siemens", "philips", "canon", "toshiba", "hitachi")
"""Vendors whose enhanced objects can be written. Where GE and United Imaging put directions in theirs is not known
here: no real file was at hand, and dcm2niix reads the standard's element of theirs as it reads their private ones."""


@dataclass(frozen=True)
class DicomStyle:
    """The habits by which a study is written as DICOM.

    Raises `SettingError` for a vendor that is not known, or whose enhanced objects are not.
    """

    vendor: str | None = None
    """Whose elements carry the b-values, a key of `VENDORS`; None: the standard's, and the study's own manufacturer."""
    enhanced: bool = False
    """Enhanced MR Image Storage, one object a series; else classic MR Image Storage, one object a slice."""

    def __post_init__(self) -> None:
        if self.vendor is not None and self.vendor not in VENDORS:
            raise SettingError(
                "cannot write DICOM by this vendor's habits",
                got=str(self.vendor),
                expected=", ".join(VENDORS),
                remedy="choose one of these, or none for the standard's elements",
            )
        if self.enhanced and self.vendor not in (None, *ENHANCED):
            raise SettingError(
                "cannot write enhanced DICOM by this vendor's habits",
                got=str(self.vendor),
                expected=", ".join(ENHANCED),
                remedy="choose one of these, none for the standard's elements, or classic images",
            )
