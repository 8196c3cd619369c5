"""Simulated studies: describe, simulate, write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pnst.errors import SettingError

if TYPE_CHECKING:
    from pnst.io.dicom_write.style import DicomStyle
    from pnst.phantom.description import Changes as Changes
    from pnst.phantom.study import Simulated


@dataclass(frozen=True, kw_only=True)
class StudyFormat:
    """How a study is written. Raises `SettingError` for what does not go together."""

    format: str = "nifti"
    """One of `pnst.io.write.FORMATS`."""
    vendor: str | None = None
    """Whose habits DICOM has; None: the standard's alone."""
    enhanced: bool = False
    """DICOM of one object a series, instead of one a slice."""

    def __post_init__(self) -> None:
        self.style()

    def style(self) -> DicomStyle | None:
        """The habits for `write_study`; None where it is not DICOM."""
        from pnst.io.dicom_write.style import DicomStyle

        if self.format == "dicom":
            return DicomStyle(vendor=self.vendor, enhanced=self.enhanced)
        if self.vendor or self.enhanced:
            raise SettingError(
                "only DICOM has a vendor's habits and enhanced objects",
                got=f"the format {self.format}",
                expected="dicom",
                remedy="add --dicom, or leave them out",
            )
        return None


def write_phantom(out: Path, *changes: Changes | Path, study_format: StudyFormat) -> Simulated:
    """Simulate the study that the changes describe; write it with its lesion, its truth and its description."""
    from pnst.io.atomic import atomic_folder
    from pnst.io.simulated import write_simulated
    from pnst.phantom.description import describe
    from pnst.phantom.study import simulate

    description = describe(*changes)
    with atomic_folder(out) as folder:  # before the work, not after it
        made = simulate(description.spec, seed=description.seed)
        write_simulated(made, folder, format=study_format.format, dicom=study_format.style())
    return made
