"""NIfTI files: voxels with their place in RAS mm, in and out."""

from __future__ import annotations

import gzip
from pathlib import Path

import nibabel as nib
import numpy as np
from nibabel.spatialimages import HeaderDataError

from pnst.errors import InputError
from pnst.image import Grid, Mask, Volume
from pnst.io.atomic import atomic_file
from pnst.io.nifti.file import read_header, read_stored, unreadable
from pnst.io.nifti.geometry import geometry
from pnst.typing import AnyArray, Float32Array, IntArray

WRITTEN_ENDINGS = (".nii", ".nii.gz")
ENDINGS = (*WRITTEN_ENDINGS, ".hdr", ".hdr.gz")
"""What is read: one file, or the header of a pair."""

_CHUNK = 1 << 22


def is_nifti(file: Path) -> bool:
    """Whether the file's name ends as that of a NIfTI file, or of the header of a pair, does."""
    return file.name.lower().endswith(ENDINGS)


def stem(file: Path) -> str:
    """The file's name without `.nii`, `.nii.gz`, `.hdr` or `.hdr.gz`."""
    name = file.name
    ending = next((e for e in sorted(ENDINGS, key=len, reverse=True) if name.lower().endswith(e)), "")
    return name[: len(name) - len(ending)]


def read_volume(file: Path) -> tuple[Float32Array, Grid, tuple[str, ...]]:
    """Read a NIfTI file: float32 voxels (ni, nj, nk) or (ni, nj, nk, n), their grid, and what was noticed.

    The sform places the voxels where its code is above 0, else the qform. Scaled integers are scaled. A 4-D file with
    one volume becomes 3-D. Voxels that are not finite become NaN.

    Of a pair of files, either is named. Raises `InputError` for a file that is missing, damaged or not an image of
    numbers, `GeometryError` for one that does not say where its voxels are, or gives them an absurd size or place.
    """
    header, stored, repairs = read_stored(file)
    shape, grid, notes = geometry(header, file)
    values = _scaled(stored.reshape(shape, order="F"), header, file)
    broken = ~np.isfinite(values)
    if broken.any():
        values[broken] = np.nan
        notes += (f"{np.count_nonzero(broken)} voxels are not finite (NaN)",)
    return values, grid, repairs + notes


def read_geometry(file: Path) -> tuple[tuple[int, ...], Grid, tuple[str, ...]]:
    """Shape, grid and notes as `read_volume` gives them, from the header alone. Raises as `read_volume` does."""
    header, repairs = read_header(file)
    shape, grid, notes = geometry(header, file)
    return shape, grid, repairs + notes


def read_description(file: Path) -> str:
    """The free text of the header. Raises `InputError` as `read_volume` does."""
    return bytes(read_header(file)[0]["descrip"].item()).decode("latin-1").rstrip("\0 ")


def write_volume(file: Path, image: Volume | Mask) -> None:
    """Write voxels and their grid as NIfTI-1 (`.nii` or `.nii.gz`), whole or not at all, the same bytes every time.

    Masks are written as uint8, values that are all whole numbers within int16 as int16, others as float32.
    Raises `InputError` for another ending.
    """
    if not file.name.lower().endswith(WRITTEN_ENDINGS):
        raise InputError(
            f"cannot write {file.name!r} as NIfTI",
            got=f"the ending {file.suffix!r}",
            expected=".nii or .nii.gz",
            remedy="rename the output",
        )
    content = nifti_bytes(image)
    with atomic_file(file) as temporary:
        temporary.write_bytes(gzip.compress(content, 6, mtime=0) if file.name.endswith(".gz") else content)


def nifti_bytes(image: Volume | Mask) -> bytes:
    """Voxels and their grid as the content of a `.nii` file, stored as `write_volume` says."""
    nifti = nib.Nifti1Image(_stored(image), image.grid.affine)
    nifti.header.set_sform(image.grid.affine, code=1)
    nifti.header.set_qform(image.grid.affine, code=1)
    nifti.header.set_xyzt_units("mm")
    if isinstance(image, Volume):
        nifti.header["descrip"] = image.unit.encode()
    content: bytes = nifti.to_bytes()
    return content


def _scaled(stored: AnyArray, header: nib.Nifti1Header, file: Path) -> Float32Array:
    """Stored × slope + intercept in float64, part by part, then float32; what that cannot hold is infinite."""
    try:
        slope, intercept = header.get_slope_inter()
    except HeaderDataError as error:
        raise unreadable(file, "a scaling that is not finite") from error
    if np.isinf(header["scl_slope"]):  # NaN is what nibabel writes for none
        raise unreadable(file, "a scaling that is not finite")
    values = np.empty(stored.shape, np.float32, order="F")
    scaled = slope is not None and (slope, intercept) != (1.0, 0.0)
    flat, out = stored.ravel(order="F"), values.ravel(order="F")
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, flat.size, _CHUNK):
            part = slice(start, start + _CHUNK)
            out[part] = flat[part] * np.float64(slope) + np.float64(intercept) if scaled else flat[part]
    return values


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
