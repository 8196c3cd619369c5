"""A study as a BIDS dataset of one subject: images in the raw dataset, what was drawn or computed in its derivatives.

Source: Brain Imaging Data Structure specification 1.10, "Common principles", "Magnetic Resonance Imaging" and
"Imaging data derivatives".
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from pnst.errors import InputError
from pnst.image import Mask
from pnst.io.bids import DERIVED
from pnst.io.nifti.read import write_volume
from pnst.io.nifti.write import label_map, write_json, write_series
from pnst.io.simulation_mark import SIMULATED, is_simulated
from pnst.study import Lesion, Role, Study

BIDS_VERSION = "1.10.0"

_NAMES: Mapping[Role, str] = {
    Role.T1: "anat/{sub}_T1w",
    Role.T1_POST: "anat/{sub}_ce-gadolinium_T1w",
    Role.T2: "anat/{sub}_T2w",
    Role.T2_FS: "anat/{sub}_acq-fs_T2w",
    Role.DWI: "dwi/{sub}_dwi",
    Role.FAT: "anat/{sub}_acq-fat_T1w",
    Role.WATER: "anat/{sub}_acq-water_T1w",
}

_DERIVED_NAMES: Mapping[Role, str] = {Role.ADC: "dwi/{sub}_param-adc_dwimap"}
"""Maps have no place among raw data."""

_IGNORED = "*.toml\n"
"""The truth and the description of a simulated study lie beside the dataset's own files."""


def write_bids(study: Study, folder: Path, lesions: Sequence[Lesion]) -> None:
    """Write the dataset with its descriptions; masks, lesions and ADC map under `derivatives/pnst`.

    Raises `InputError` for a case id without letters or digits, and for lesions that no one map can hold.
    """
    subject = "sub-" + re.sub(r"[^A-Za-z0-9]", "", study.case_id.removeprefix("sub-"))
    if subject == "sub-":
        raise InputError(
            "the study cannot be written",
            got=f"the case id {study.case_id!r}",
            expected="letters or digits for a BIDS subject",
            remedy="rename the case first",
        )
    _describe(folder, "raw", study, subject)
    derived = folder / DERIVED
    for role, series in study.series.items():
        root, names = (derived, _DERIVED_NAMES) if role in _DERIVED_NAMES else (folder, _NAMES)
        if series.b_values is not None and series.b_vectors is None:  # BIDS wants a .bvec of combined directions too
            series = replace(series, b_vectors=np.zeros((len(series.b_values), 3)))
        write_series(root / subject / names[role].format(sub=subject), series)
    drawn = derived / subject / "anat" / subject
    for name, mask in study.masks.items():
        _write_mask(f"{drawn}_label-{name.replace('_', '')}", mask, "ROI")  # a label holds no underscore
    if len(lesions) == 1:
        _write_mask(f"{drawn}_label-lesion", lesions[0].mask, "Lesion")
    elif lesions:
        _write_labels(f"{drawn}_desc-lesion", lesions)
    if os.path.exists(derived):
        _describe(derived, "derivative", study, subject)


def _write_mask(stem: str, mask: Mask, kind: str) -> None:
    """A mask and what kind of region it is, in the specification's words."""
    write_volume(Path(f"{stem}_mask.nii.gz"), mask)
    write_json(Path(f"{stem}_mask.json"), {"Type": kind})


def _write_labels(stem: str, lesions: Sequence[Lesion]) -> None:
    """Several lesions in one map of labels, with the table that names them."""
    write_volume(Path(f"{stem}_dseg.nii.gz"), label_map(lesions))
    rows = ["index\tname", *(f"{n}\t{' '.join(lesion.label.split())}" for n, lesion in enumerate(lesions, start=1))]
    Path(f"{stem}_dseg.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def _describe(folder: Path, kind: str, study: Study, subject: str) -> None:
    """`dataset_description.json`, and of the raw dataset what else the specification asks for."""
    simulated = any(is_simulated(series) for series in study.series.values())
    written = {"Name": "pnst", "Version": version("pnst")}
    description: dict[str, object] = {
        "Name": SIMULATED if simulated else "A study written by pnst",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": kind,
        "GeneratedBy": [written],
    }
    write_json(folder / "dataset_description.json", description)
    if kind == "raw":
        (folder / "README").write_text(f"{description['Name']}. Masks and maps are in {DERIVED}.\n", encoding="utf-8")
        (folder / "participants.tsv").write_text(f"participant_id\n{subject}\n", encoding="utf-8")
        (folder / ".bidsignore").write_text(_IGNORED, encoding="utf-8")
