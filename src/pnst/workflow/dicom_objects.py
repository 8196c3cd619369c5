"""The results as DICOM objects, where they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pnst.errors import SettingError
from pnst.workflow.inputs import CaseInputs, StrPath

if TYPE_CHECKING:
    from pnst.io.results import Content
    from pnst.measurement.measurements import Measurements
    from pnst.study import Lesion, Study


def check_dicom_results(inputs: CaseInputs, out: StrPath | None) -> None:
    """Before the work: raise a refusal where DICOM objects are asked for and cannot be made, or go nowhere."""
    if not inputs.dicom:
        return
    if out is None:
        raise SettingError(
            "DICOM objects were asked for and nothing is written",
            got="no folder for the outputs",
            expected="a folder that the objects are written to",
            remedy="give one (--out DIR), or leave DICOM out (--dicom)",
        )
    from pnst.io.dicom_results.source import check_dicom

    check_dicom(Path(inputs.study))


def dicom_files(
    study: Study, lesions: Sequence[Lesion], measured: Sequence[Measurements], inputs: CaseInputs
) -> dict[str, Content]:
    """The SEG of the lesions, the ADC map and the measurement report; nothing where they were not asked for."""
    if not inputs.dicom:
        return {}
    from pnst.io.dicom_results.objects import result_objects
    from pnst.io.dicom_results.source import read_source

    source = read_source(Path(inputs.study), study, inputs.roles)
    return {**result_objects(study, lesions, measured, source)}
