"""NIfTI files: voxels with their place in RAS mm, in and out."""

from __future__ import annotations

import gzip
from pathlib import Path

import nibabel as nib
import numpy as np
from nibabel.spatialimages import HeaderDataError

from pnst.errors import GeometryError, InputError
from pnst.image import Grid, Mask, Volume
from pnst.io.atomic import atomic_file
from pnst.io.nifti.file import read_header, read_stored, unreadable
from pnst.typing import AnyArray, Float32Array, FloatArray, IntArray

ENDINGS = (".nii", ".nii.gz")
CONFLICT_MM = 1e-3
"""Corners further apart than this, and than a stored quaternion can tell, make a conflict of sform and qform."""
QUATERNION_ROUNDING = 2.0**-22
"""Of b² + c² + d², stored in float32; the fourth part, a = √(1 − b² − c² − d²), is left to the reader."""

_UNITS = {0: ("mm", 1.0), 1: ("metres", 1e3), 2: ("mm", 1.0), 3: ("micrometres", 1e-3)}
"""NIfTI's code of the unit of length → its name and its size in mm; 0 is not given, which every reader takes as mm."""


def is_nifti(file: Path) -> bool:
    """Whether the file's name ends as a NIfTI file's does."""
    return file.name.lower().endswith(ENDINGS)


def stem(file: Path) -> str:
    """The file's name without `.nii` or `.nii.gz`."""
    name = file.name
    ending = next((e for e in sorted(ENDINGS, key=len, reverse=True) if name.lower().endswith(e)), "")
    return name[: len(name) - len(ending)]


def read_volume(file: Path) -> tuple[Float32Array, Grid, tuple[str, ...]]:
    """Read a NIfTI file: float32 voxels (ni, nj, nk) or (ni, nj, nk, n), their grid, and what was noticed.

    The sform places the voxels where its code is above 0, else the qform. Scaled integers are scaled. A 4-D file with
    one volume becomes 3-D. Voxels that are not finite become NaN.

    Raises `InputError` for a file that is missing, damaged or not an image of numbers, `GeometryError` for one that
    does not say where its voxels are.
    """
    header, stored, repairs = read_stored(file)
    shape, grid, notes = _geometry(header, file)
    values = _scaled(stored.reshape(shape, order="F"), header, file)
    broken = ~np.isfinite(values)
    if broken.any():
        values[broken] = np.nan
        notes += (f"{np.count_nonzero(broken)} voxels are not finite (NaN)",)
    return values, grid, repairs + notes


def read_geometry(file: Path) -> tuple[tuple[int, ...], Grid, tuple[str, ...]]:
    """Shape, grid and notes as `read_volume` gives them, from the header alone. Raises as `read_volume` does."""
    header, repairs = read_header(file)
    shape, grid, notes = _geometry(header, file)
    return shape, grid, repairs + notes


def read_description(file: Path) -> str:
    """The free text of the header. Raises `InputError` as `read_volume` does."""
    return bytes(read_header(file)[0]["descrip"].item()).decode("latin-1").rstrip("\0 ")


def write_volume(file: Path, image: Volume | Mask) -> None:
    """Write voxels and their grid as NIfTI-1 (`.nii` or `.nii.gz`), whole or not at all, the same bytes every time.

    Masks are written as uint8, values that are all whole numbers within int16 as int16, others as float32.
    Raises `InputError` for another ending.
    """
    if not is_nifti(file):
        raise InputError(
            f"cannot write {file.name!r} as NIfTI",
            got=f"the ending {file.suffix!r}",
            expected=".nii or .nii.gz",
            remedy="rename the output",
        )
    nifti = nib.Nifti1Image(_stored(image), image.grid.affine)
    nifti.header.set_sform(image.grid.affine, code=1)
    nifti.header.set_qform(image.grid.affine, code=1)
    nifti.header.set_xyzt_units("mm")
    if isinstance(image, Volume):
        nifti.header["descrip"] = image.unit.encode()
    content = nifti.to_bytes()
    with atomic_file(file) as temporary:
        temporary.write_bytes(gzip.compress(content, 6, mtime=0) if file.name.endswith(".gz") else content)


def _scaled(stored: AnyArray, header: nib.Nifti1Header, file: Path) -> Float32Array:
    """Stored × slope + intercept in float64, then float32; what float32 cannot hold is infinite, to be counted."""
    try:
        slope, intercept = header.get_slope_inter()
    except HeaderDataError as error:
        raise unreadable(file, "a scaling that is not finite") from error
    with np.errstate(over="ignore", invalid="ignore"):
        if slope is None or (slope, intercept) == (1.0, 0.0):
            return np.array(stored, dtype=np.float32)
        return np.asarray(stored * np.float64(slope) + np.float64(intercept), dtype=np.float32)


def _stored(image: Volume | Mask) -> AnyArray:
    if isinstance(image, Mask):
        return image.data.astype(np.uint8)
    data = image.data
    limits = np.iinfo(np.int16)
    if np.isfinite(data).all() and data.min() >= limits.min and data.max() <= limits.max:
        whole: IntArray = np.rint(data).astype(np.int16)
        if np.array_equal(whole, data):
            return whole
    return np.asarray(data, dtype=np.float32)


def _geometry(header: nib.Nifti1Header, file: Path) -> tuple[tuple[int, ...], Grid, tuple[str, ...]]:
    shape, shape_notes = _three_or_four_axes(tuple(int(n) for n in header.get_data_shape()), file)
    with np.errstate(all="ignore"):  # an absurd affine is refused by `Grid`
        affine, notes = _affine(header, shape[:3], file)
    return shape, Grid((shape[0], shape[1], shape[2]), affine), shape_notes + notes


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


def _affine(header: nib.Nifti1Header, shape: tuple[int, ...], file: Path) -> tuple[FloatArray, tuple[str, ...]]:
    unit, scale_mm = _UNITS.get(int(header["xyzt_units"]) % 8, ("an unknown unit", 1.0))
    scale = np.diag([scale_mm] * 3 + [1.0])
    notes: tuple[str, ...] = () if unit == "mm" else (f"the header gives lengths in {unit}, taken as {scale_mm:g} mm",)
    sform = scale @ header.get_sform() if header["sform_code"] > 0 else None
    qform = _qform(header, scale)
    affine = sform if sform is not None else qform
    if affine is None:
        raise GeometryError(
            f"the NIfTI file {file.name!r} does not say where its voxels are",
            got="sform and qform codes are 0 or the quaternion is invalid",
            expected="an sform or a qform with a code above 0",
            remedy="convert the images again with a tool that keeps the geometry (dcm2niix)",
        )
    if sform is not None and qform is not None and np.isfinite(sform).all():
        apart = _corner_distance(sform, qform, shape)
        if apart > CONFLICT_MM + _quaternion_error_rad(header) * _diagonal(sform, shape):
            notes += (f"sform and qform disagree by up to {apart:.3g} mm; the sform was taken",)
    return affine, notes


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
