"""`run`: the main job for notebooks and scripts, the same numbers as on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pnst.segmentation.prompt import Prompt
from pnst.settings import RunSettings
from pnst.workflow.case import Case, run_case
from pnst.workflow.inputs import CaseInputs, CordLine, Progress, StrPath, no_progress

if TYPE_CHECKING:
    from pnst.classification.training.trained_model import TrainedModel
    from pnst.evidence.site import Site
    from pnst.measurement.family import Value
    from pnst.segmentation.outside import Segmenter


def run(
    study: StrPath,
    lesion: StrPath | None = None,
    out: StrPath | None = None,
    settings: RunSettings | StrPath | None = None,
    *,
    prompt: Prompt | StrPath | None = None,
    on: str | None = None,
    segmenter: Segmenter | None = None,
    label: str | None = None,
    roles: Mapping[str, str] | None = None,
    masks: Mapping[str, StrPath] | None = None,
    mask_scheme: str | None = None,
    structures: str | None = None,
    cord_line: CordLine | None = None,
    overrides: Mapping[str, Value] | None = None,
    patient: Mapping[str, Any] | None = None,
    prior: float | None = None,
    model: StrPath | TrainedModel | None = None,
    evidence: Sequence[Site] = (),
    own_evidence: Site | None = None,
    align: str | None = None,
    bias: bool | None = None,
    case_id: str | None = None,
    keep_identity: bool = False,
    dicom: bool = False,
    progress: Progress = no_progress,
) -> Case:
    """Read, align, measure and assess the lesions of a study: all that `pnst run` does. Not a medical device.

    Parameters
    ----------
    study : a DICOM tree, a BIDS dataset or subject, or a folder of role-named NIfTI
    lesion : mask, DICOM SEG or RTSTRUCT, as text also `FILE:LABEL`; None: `lesion.nii.gz` in the study's folder
    out : folder for the files that `pnst run` writes, as one set; None: nothing is written
    settings : `RunSettings`, or a TOML file of them; None: the defaults
    prompt : instead of `lesion`, what it is segmented from (`Point`, `Line`, lines at several levels, `Box`,
        `Scribbles`), or a file that holds it
    on : role of the series that the prompt's lesion is segmented on; None: the first that fits
    segmenter : what segments instead of pnst: study and prompt in, `Mask` out
    label : one label of the lesion's file, by name or number; None: every label
    roles, masks, mask_scheme, overrides, patient, case_id, keep_identity, model : as in `read_study`, `measure` and
        `assess`
    structures : a program that is started to find cord, vertebrae and other structures: "totalspineseg", "spineps",
        "totalsegmentator", "sct"; None: none is
    cord_line : points (n, 3) in RAS mm along the cord, or a file of them: cord and canal are found on T2 along it;
        None: only masks tell of them
    evidence, own_evidence : folders of `pnst evidence`, as in `assess`
    prior, align, bias : beat the settings where they are not None
    dicom : write `lesion_seg.dcm`, `adc_map.dcm` and `measurements_sr.dcm` too; they carry the patient of the study,
        which must be DICOM

    Returns
    -------
    Case : `.study` as it was measured, `.lesions`, `.measurements`, `.assessments`, and `.failures`

    Raises
    ------
    PnstError : what cannot be read, measured or written; one of several lesions fails alone

    Examples
    --------
    A ball of radius 10 mm, 4/3·π = 4.19 ml, in a folder of its own:

    >>> import tempfile
    >>> import numpy as np
    >>> import pnst
    >>> from pnst.study import Source
    >>> i, j, k = np.ogrid[-12.5:13, -11.5:12, -6.5:7]
    >>> ball = i**2 + j**2 + (2 * k) ** 2 < 100
    >>> grid = pnst.Grid(ball.shape, np.diag([1.0, 1.0, 2.0, 1.0]))
    >>> image = pnst.Volume((300 + i + 30 * ball).astype(np.float32), grid)
    >>> study = pnst.Study("A", {pnst.Role.T1: pnst.Series(pnst.Role.T1, image, Source("simulated", ""))})
    >>> lesion = pnst.Lesion("1", pnst.Mask(ball, grid), "simulation")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pnst.write_study(study, f"{folder}/A", lesions=[lesion])
    ...     case = pnst.run(f"{folder}/A")
    >>> case.study.case_id, [round(m.size.volume_ml, 1) for m in case.measurements]
    ('A', [4.2])
    """
    inputs = CaseInputs(
        study=study,
        lesion=lesion,
        label=label,
        prompt=prompt,
        on=on,
        segmenter=segmenter,
        roles=roles or {},
        masks=masks or {},
        mask_scheme=mask_scheme,
        structures=structures,
        cord_line=cord_line,
        overrides=overrides or {},
        patient=patient or {},
        case_id=case_id,
        keep_identity=keep_identity,
        model=model,
        evidence=evidence,
        own_evidence=own_evidence,
        dicom=dicom,
        settings_file=settings if isinstance(settings, str | PathLike) else None,
    )
    return run_case(inputs, out, _settings(settings, prior, align, bias), progress)


def _settings(
    settings: RunSettings | StrPath | None, prior: float | None, align: str | None, bias: bool | None
) -> RunSettings:
    if isinstance(settings, str | PathLike):
        settings = RunSettings.from_toml(Path(settings))
    chosen = (settings or RunSettings()).with_preprocessing(bias, align)
    return chosen if prior is None else chosen.with_prior(prior)
