"""What lies beside a NIfTI file: `.json` facts of the acquisition, `.bval` and `.bvec` of diffusion."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pnst.errors import InputError
from pnst.image import Grid
from pnst.io.nifti.sidecar_words import contrast_agent_of, fat_suppression_of
from pnst.study import Acquisition
from pnst.typing import FloatArray


def read_json(file: Path) -> Mapping[str, Any]:
    """The facts of a JSON sidecar, none where there is no such file. Raises `InputError` for a damaged one."""
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(file, "text that is no JSON", "a JSON object") from error
    if not isinstance(facts, dict):
        raise _damaged(file, f"a JSON {type(facts).__name__}", "a JSON object")
    return facts


def acquisition_of(facts: Mapping[str, Any], file: Path) -> Acquisition:
    """The acquisition that the BIDS sidecar `file` describes (BIDS counts time in seconds); other keys are left alone.

    Raises `InputError` for words of fat suppression and contrast agents that cannot be understood.
    """
    return Acquisition(
        repetition_time_ms=_milliseconds(facts, "RepetitionTime"),
        echo_time_ms=_milliseconds(facts, "EchoTime"),
        inversion_time_ms=_milliseconds(facts, "InversionTime"),
        flip_angle_deg=_number(facts, "FlipAngle"),
        field_strength_t=_number(facts, "MagneticFieldStrength"),
        fat_suppressed=fat_suppression_of(facts, file),
        contrast_agent=contrast_agent_of(facts, file),
        manufacturer=_text(facts, "Manufacturer"),
    )


def sidecar_of(acquisition: Acquisition, unit: str = "") -> dict[str, Any]:
    """The BIDS sidecar of an acquisition: what `acquisition_of` reads back; facts that are None are left out."""
    facts = {
        "RepetitionTime": _seconds(acquisition.repetition_time_ms),
        "EchoTime": _seconds(acquisition.echo_time_ms),
        "InversionTime": _seconds(acquisition.inversion_time_ms),
        "FlipAngle": acquisition.flip_angle_deg,
        "MagneticFieldStrength": acquisition.field_strength_t,
        "FatSuppression": acquisition.fat_suppressed,
        "ContrastBolusIngredient": "GADOLINIUM" if acquisition.contrast_agent else None,
        "ContrastBolusAgent": "NONE"
        if acquisition.contrast_agent is False
        else None,  # BIDS has a term for agents only
        "Manufacturer": acquisition.manufacturer,
        "Units": unit or None,
    }
    return {key: value for key, value in facts.items() if value is not None}


def read_b_values(file: Path, count: int) -> tuple[float, ...]:
    """The b-values (s/mm²) of a `.bval` file, one for each of `count` volumes.

    Raises `InputError` where they are missing, not numbers, negative, or not `count`.
    """
    values = _table(file).ravel()
    if len(values) != count or (values < 0).any():
        minimum = f", least {values.min():g}" if len(values) else ""
        raise _damaged(file, f"{len(values)} b-values{minimum}", f"{count} of 0 or more, one for each volume")
    return tuple(float(b) for b in values)


def read_b_vectors(file: Path, grid: Grid, count: int) -> FloatArray:
    """The gradient directions of a `.bvec` file as (count, 3) unit vectors in RAS; rows of 0 where there is none.

    FSL counts directions along the image's axes, with the first one flipped when the affine's determinant is
    positive (FDT user guide, "bvecs"). Raises `InputError` for other than 3 × count numbers.
    """
    table = _table(file)
    if table.shape == (count, 3) and count != 3:
        table = table.T
    if table.shape != (3, count):
        raise _damaged(file, f"{table.shape[0]} × {table.shape[1]} numbers", f"3 × {count}")
    return from_fsl(table.T, grid)


def from_fsl(vectors: FloatArray, grid: Grid) -> FloatArray:
    """(n, 3) directions along FSL's image axes → unit vectors in RAS."""
    return _unit(vectors * _fsl_signs(grid) @ grid.directions.T)


def to_fsl(vectors: FloatArray, grid: Grid) -> FloatArray:
    """(n, 3) directions in RAS → unit vectors along FSL's image axes; undoes `from_fsl`."""
    return np.asarray(_unit(vectors @ np.linalg.inv(grid.directions).T) * _fsl_signs(grid)) + 0.0  # no −0.0


def _fsl_signs(grid: Grid) -> FloatArray:
    return np.array([-1.0 if np.linalg.det(grid.affine[:3, :3]) > 0 else 1.0, 1.0, 1.0])


def _unit(vectors: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    zeros = np.zeros(vectors.shape)
    return np.asarray(np.divide(vectors, lengths, out=zeros, where=lengths > 0))


def _table(file: Path) -> FloatArray:
    try:
        rows = [line.split() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        table = np.array([[float(word.rstrip(",")) for word in row] for row in rows], dtype=np.float64)
    except FileNotFoundError as error:
        raise _damaged(file, "no such file", "b-values or directions beside the diffusion images") from error
    except (OSError, ValueError) as error:
        raise _damaged(file, "words that are no numbers, or rows of different lengths", "a table of numbers") from error
    if table.ndim != 2 or not np.isfinite(table).all():
        raise _damaged(file, "an empty or not finite table", "a table of numbers")
    return table


def _number(facts: Mapping[str, Any], key: str) -> float | None:
    value = facts.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _milliseconds(facts: Mapping[str, Any], key: str) -> float | None:
    seconds = _number(facts, key)
    return None if seconds is None else round(seconds * 1000, 6)


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds / 1000, 9)


def _text(facts: Mapping[str, Any], key: str) -> str | None:
    value = facts.get(key)
    return value if isinstance(value, str) else None


def _damaged(file: Path, got: str, expected: str) -> InputError:
    return InputError(
        f"cannot use {file.name!r}",
        got=got,
        expected=expected,
        remedy="convert the images again (dcm2niix writes these files), or correct the file",
    )
