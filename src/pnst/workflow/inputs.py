"""What a command or a call is to work on, checked before the work."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pnst.errors import InputError, SettingError
from pnst.segmentation.prompt import Prompt

if TYPE_CHECKING:
    from pnst.classification.training.trained_model import TrainedModel
    from pnst.evidence.site import Site
    from pnst.io.masks.file import MaskFile
    from pnst.io.prompts.prompt_file import PromptFile
    from pnst.measurement.family import Value
    from pnst.segmentation.outside import Segmenter

StrPath = str | PathLike[str]
CordLine = Sequence[Sequence[float]] | StrPath
"""Points (RAS mm) along the cord in their order, or the file that holds them."""
Progress = Callable[[str], None]


@dataclass(frozen=True)
class CaseInputs:
    """What to run on: a study, where its lesion is, and what the user knows better."""

    study: StrPath
    lesion: StrPath | None = None
    """Mask, SEG or RTSTRUCT, as text also `FILE:LABEL`; None: `lesion.nii.gz` in the study's folder."""
    label: str | None = None
    """One label of that file; None: every label."""
    prompt: Prompt | PromptFile | StrPath | None = None
    """Where the lesion is, from which it is segmented, or the file that says so; None: it is read."""
    on: str | None = None
    """The role of the series that a prompt's lesion is segmented on; None: the first that fits."""
    previous: StrPath | None = None
    """The lesion that scribbles correct, as `lesion`."""
    segmenter: Segmenter | None = None
    """What segments instead of pnst."""
    roles: Mapping[str, str] = field(default_factory=dict)
    masks: Mapping[str, StrPath] = field(default_factory=dict)
    mask_scheme: str | None = None
    """The program that wrote the label map among the masks; None: the map names its labels."""
    structures: str | None = None
    """The program that is started to find structures; None: none is."""
    cord_line: CordLine | None = None
    """A line along the cord, from which cord and canal are found on T2; None: only masks tell of them."""
    overrides: Mapping[str, Value] = field(default_factory=dict)
    patient: Mapping[str, Any] = field(default_factory=dict)
    case_id: str | None = None
    keep_identity: bool = False
    model: StrPath | TrainedModel | None = None
    """The folder of a trained model; None: the evidence model."""
    evidence: Sequence[Site] = ()
    """Folders of other sites' evidence, as `pnst evidence` writes them."""
    own_evidence: Site | None = None
    """Such a folder of one's own site."""
    settings_file: StrPath | None = None
    """Where the settings were read; None: nowhere."""
    dicom: bool = False
    """Whether results are written as DICOM objects too, with the patient's identity."""


def no_progress(_: str) -> None:
    """Progress that nobody watches."""


def given_paths(inputs: CaseInputs) -> list[Path]:
    """What the work reads, which no output may replace."""
    from pnst.io.masks.file import mask_file

    model = inputs.model if isinstance(inputs.model, str | PathLike) else None
    masks = [
        mask_file(given).file for given in (inputs.lesion, inputs.previous, *inputs.masks.values()) if given is not None
    ]
    sites = [site for site in (*inputs.evidence, inputs.own_evidence) if isinstance(site, str | PathLike)]
    cord = inputs.cord_line if isinstance(inputs.cord_line, str | PathLike) else None
    others = (inputs.study, *inputs.roles.values(), model, cord, inputs.settings_file, *sites)
    return [*masks, *_prompt_files(inputs), *(Path(file) for file in others if file is not None)]


def _prompt_files(inputs: CaseInputs) -> list[Path]:
    from pnst.io.prompts.prompt_file import PromptFile

    prompt = inputs.prompt
    if isinstance(prompt, str | PathLike):
        prompt = PromptFile.named(prompt)
    return [prompt.file] if isinstance(prompt, PromptFile) else []


def check_inputs(inputs: CaseInputs) -> None:
    """Raise `SettingError` where a lesion is given twice, or what only a prompt needs stands without one."""
    if inputs.prompt is not None and (inputs.lesion is not None or inputs.label is not None):
        raise SettingError(
            "a lesion and a prompt for it",
            got="an outline that is drawn, and a prompt to draw one from",
            expected="one of them",
            remedy="leave out the lesion (--lesion), or the prompt (--line, --point, …)",
        )
    alone = {"on": inputs.on, "previous": inputs.previous, "segmenter": inputs.segmenter}
    given = [name for name, value in alone.items() if value is not None]
    if inputs.prompt is None and given:
        raise SettingError(
            "there is nothing to segment",
            got=f"{', '.join(given)} without a prompt",
            expected="a prompt: a point, a line, lines, a box or scribbles",
            remedy="give one (--line, --point, …), or leave this out",
        )


def with_model(inputs: CaseInputs) -> CaseInputs:
    """The request with its model read: once for all lesions, and before the work starts."""
    if not isinstance(inputs.model, str | PathLike):
        return inputs
    from pnst.classification.training.model_folder import read_model

    return replace(inputs, model=read_model(inputs.model))


def with_evidence(inputs: CaseInputs) -> CaseInputs:
    """The request with the sites' evidence read: once for all lesions, and before the work starts."""
    if not inputs.evidence and inputs.own_evidence is None:
        return inputs
    from pnst.evidence.site import body_of_evidence

    evidence = body_of_evidence(inputs.evidence, inputs.own_evidence)
    return replace(inputs, evidence=evidence.sites, own_evidence=evidence.own)


def lesion_file(inputs: CaseInputs) -> MaskFile:
    """The file of the lesions, and the label that is meant where one was given: `label`, or behind the file's name."""
    from pnst.io.masks.file import MaskFile, mask_file

    if inputs.lesion is None:
        return MaskFile(default_lesion(Path(inputs.study)), inputs.label)
    if inputs.label is not None:
        return MaskFile(Path(inputs.lesion), inputs.label)
    return mask_file(inputs.lesion)


def lesion_masks_in(study: Path) -> list[Path]:
    """The masks in a study's folder that stand for its lesion where none is named."""
    return [study / name for name in ("lesion.nii.gz", "lesion.nii", "lesion.hdr") if os.path.isfile(study / name)]


def default_lesion(study: Path) -> Path:
    """The lesion mask that lies in a study's folder. Raises `InputError` where there is none or more than one."""
    files = lesion_masks_in(study)
    if len(files) == 1:
        return files[0]
    raise InputError(
        "more than one lesion mask in the study's folder" if files else "no lesion to measure",
        got=" and ".join(file.name for file in files) or _without_lesion(study),
        expected="a mask (NIfTI, NRRD), a DICOM SEG, an RTSTRUCT, or a prompt",
        remedy="give it with --lesion FILE, or --lesion FILE:LABEL for one of its labels; where nobody has drawn it, "
        "give a line across it (--line X,Y,Z:X,Y,Z, RAS mm), or draw that on a page: pnst view STUDY --out DIR",
    )


def _without_lesion(study: Path) -> str:
    """What is there instead of a lesion that was given: the files that may hold one, with their regions."""
    from pnst.io.lesion_files import find_lesion_files

    listed = find_lesion_files(study)
    named = [f"{file.file} ({', '.join(file.regions)})" if file.regions else file.file for file in listed[:_NAMED]]
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    named_files = f"; among its files may hold one: {', '.join(named)}{more}" if named else ""
    return f"no lesion mask given, and no lesion.nii.gz in the study's folder{named_files}"


_NAMED = 6
"""Files that an error names."""
