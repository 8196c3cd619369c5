"""Where a NIfTI header says that its voxels are: sform before qform, in RAS mm."""

from __future__ import annotations

from pathlib import Path

import nibabel as nib
import numpy as np
from nibabel.spatialimages import HeaderDataError

from pnst.errors import GeometryError, InputError
from pnst.image import Grid
from pnst.io.file_grid import grid_of_file
from pnst.typing import FloatArray

CONFLICT_MM = 1e-3
"""Corners further apart than this, and than a stored quaternion can tell, make a conflict of sform and qform."""
QUATERNION_ROUNDING = 2.0**-22
"""Of b² + c² + d², stored in float32; the fourth part, a = √(1 − b² − c² − d²), is left to the reader."""

MIN_VOLUME_RATIO = 1e-3
"""Of the volume that three axes span and the product of their lengths: below it they lie in a plane."""

_UNITS = {0: ("mm", 1.0), 1: ("metres", 1e3), 2: ("mm", 1.0), 3: ("micrometres", 1e-3)}
"""NIfTI's code of the unit of length → its name and its size in mm; 0 is not given, which every reader takes as mm."""


def geometry(header: nib.Nifti1Header, file: Path) -> tuple[tuple[int, ...], Grid, tuple[str, ...]]:
    """Shape, grid, and what was noticed. An sform that places nothing (zeros, NaN, a plane) leaves it to the qform.

    Raises `InputError` for other than three or four axes, `GeometryError` for a header without a usable place.
    """
    shape, shape_notes = _three_or_four_axes(tuple(int(n) for n in header.get_data_shape()), file)
    unit, scale_mm = _UNITS.get(int(header["xyzt_units"]) % 8, ("an unknown unit", 1.0))
    with np.errstate(all="ignore"):  # an absurd affine is refused by `Grid`
        affine, notes = _affine(header, shape[:3], scale_mm, file)
    grid = grid_of_file(file, (shape[0], shape[1], shape[2]), affine, "" if unit == "mm" else unit)
    if unit != "mm":
        notes = (f"the header gives lengths in {unit}, taken as {scale_mm:g} mm", *notes)
    return shape, grid, shape_notes + notes


def _three_or_four_axes(shape: tuple[int, ...], file: Path) -> tuple[tuple[int, ...], tuple[str, ...]]:
    if len(shape) == 2:
        return (*shape, 1), ()
    notes: tuple[str, ...] = ()
    if len(shape) >= 4 and all(n == 1 for n in shape[3:]):
        shape, notes = shape[:3], ("a 4-D file with one volume, read as 3-D",)
    if len(shape) not in (3, 4) or min(shape) < 1:
        raise InputError(
            f"the NIfTI file {file.name!r} is not a stack of slices",
            got=f"shape {shape}",
            expected="three axes, or four for diffusion",
            remedy="choose one volume and save it alone",
        )
    return shape, notes


def _affine(
    header: nib.Nifti1Header, shape: tuple[int, ...], scale_mm: float, file: Path
) -> tuple[FloatArray, tuple[str, ...]]:
    scale = np.diag([scale_mm] * 3 + [1.0])
    sform = scale @ header.get_sform() if header["sform_code"] > 0 else None
    qform = _qform(header, scale)
    if sform is None or not _places(sform):
        if qform is not None and _places(qform):
            return qform, () if sform is None else (f"the sform {_fault(sform)}; the qform was taken",)
        raise GeometryError(
            f"the NIfTI file {file.name!r} does not say where its voxels are",
            got=f"{_form('sform', header, sform)}, {_form('qform', header, qform)}",
            expected="an sform or a qform with a code above 0",
            remedy="convert the images again with a tool that keeps the geometry (dcm2niix)",
        )
    if qform is not None and not _places(qform):
        return sform, (f"the qform {_fault(qform)}; the sform was taken",)
    if qform is not None:
        apart = _corner_distance(sform, qform, shape)
        if apart > CONFLICT_MM + _quaternion_error_rad(header) * _diagonal(sform, shape):
            return sform, (f"sform and qform disagree by up to {apart:.3g} mm; the sform was taken",)
    return sform, ()


def _places(affine: FloatArray) -> bool:
    """Whether three axes are finite, have lengths, and span a volume."""
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    if not (np.isfinite(affine).all() and np.isfinite(lengths).all() and lengths.min() > 0):
        return False
    return bool(abs(np.linalg.det(affine[:3, :3] / lengths)) > MIN_VOLUME_RATIO)


def _fault(affine: FloatArray) -> str:
    if not np.isfinite(affine).all():
        return "is not finite"
    return "is not invertible" if affine[:3, :3].any() else "is all zeros"


def _form(name: str, header: nib.Nifti1Header, affine: FloatArray | None) -> str:
    """One clause about a form that does not serve."""
    if header[f"{name}_code"] <= 0:
        return f"{name} code {int(header[f'{name}_code'])}"
    return f"{name} with an invalid quaternion" if affine is None else f"{name} that {_fault(affine)}"


def _qform(header: nib.Nifti1Header, scale: FloatArray) -> FloatArray | None:
    if header["qform_code"] <= 0:
        return None
    try:
        return np.asarray(scale @ header.get_qform())
    except (ValueError, HeaderDataError):  # a quaternion that is not one
        return None


def _quaternion_error_rad(header: nib.Nifti1Header) -> float:
    """How far off rounding may leave the qform's rotation: much, near half a turn, where a is nearly 0."""
    stored = sum(float(header[name]) ** 2 for name in ("quatern_b", "quatern_c", "quatern_d"))
    return 2 * QUATERNION_ROUNDING / float(np.sqrt(max(1 - stored, QUATERNION_ROUNDING)))


def _diagonal(affine: FloatArray, shape: tuple[int, ...]) -> float:
    """Of the whole grid, in mm."""
    return float(np.linalg.norm(np.linalg.norm(affine[:3, :3], axis=0) * (np.asarray(shape) - 1)))


def _corner_distance(a: FloatArray, b: FloatArray, shape: tuple[int, ...]) -> float:
    corners = np.stack(np.meshgrid(*[(0, n - 1) for n in shape], [1], indexing="ij"), axis=-1).reshape(8, 4)
    return float(np.linalg.norm(corners @ (a - b).T, axis=1).max())
