"""Series, masks and lesions as NIfTI, each with what lies beside it: the role-named folder, and the parts of BIDS."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from pnst.errors import InputError
from pnst.image import Mask, Volume
from pnst.io.nifti.gradients import to_fsl
from pnst.io.nifti.read import write_volume
from pnst.io.nifti.sidecar import sidecar_of
from pnst.io.simulation_mark import SIMULATED, is_simulated
from pnst.study import Lesion, Series, Study
from pnst.typing import FloatArray


def write_role_folder(study: Study, folder: Path, lesions: Sequence[Lesion]) -> None:
    """Write `<role>.nii.gz` with what lies beside it, `<mask>.nii.gz`, and all lesions as `lesion.nii.gz`."""
    for role, series in study.series.items():
        write_series(folder / role, series)
    for name, mask in study.masks.items():
        write_volume(folder / f"{name}.nii.gz", mask)
    if lesions:
        write_volume(folder / "lesion.nii.gz", label_map(lesions))


def write_series(stem: Path, series: Series) -> None:
    """`stem`.nii.gz with its `.json`, and for diffusion `.bval` and, where directions are known, `.bvec`."""
    write_volume(stem.with_name(stem.name + ".nii.gz"), series.volume)
    facts = sidecar_of(series.acquisition, series.volume.unit)
    if is_simulated(series):
        facts["ImageComments"] = SIMULATED
    if facts:
        write_json(stem.with_name(stem.name + ".json"), facts)
    if series.b_values is not None:
        _write_table(stem.with_name(stem.name + ".bval"), np.array([series.b_values]))
    if series.b_vectors is not None:
        _write_table(stem.with_name(stem.name + ".bvec"), to_fsl(series.b_vectors, series.volume.grid).T)


def label_map(lesions: Sequence[Lesion]) -> Mask | Volume:
    """One label a lesion, from 1 on. Raises `InputError` for lesions that overlap or lie on different grids."""
    first = lesions[0].mask
    if len(lesions) == 1:
        return first
    labels = np.zeros(first.grid.shape, dtype=np.int16)
    for number, lesion in enumerate(lesions, start=1):
        box = lesion.mask.box()
        if box is None:
            continue
        inside = lesion.mask.data[box]
        if not lesion.mask.grid.matches(first.grid) or labels[box][inside].any():
            raise InputError(
                "the study cannot be written",
                got="lesions that overlap or lie on different grids",
                expected="lesions side by side on one grid, or format='dicom'",
                remedy="separate them first",
            )
        labels[box][inside] = number
    return Volume(labels, first.grid)


def write_json(file: Path, facts: Mapping[str, object]) -> None:
    """Write facts with sorted keys: the same bytes every time."""
    file.write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _write_table(file: Path, table: FloatArray) -> None:
    rows = [" ".join(f"{value:.10g}" for value in row) for row in table]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
