"""NIfTI files: voxels with their place in RAS mm, in and out."""

from __future__ import annotations

import gzip
import logging
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import numpy.typing as npt
from nibabel import imageglobals
from nibabel.spatialimages import HeaderDataError

from pnst.errors import GeometryError, InputError
from pnst.image import Grid, Mask, Volume
from pnst.io.atomic import whole_file

ENDINGS = (".nii", ".nii.gz")
CONFLICT_MM = 1e-3
"""Corners further apart than this make a conflict between sform and qform."""

_MM_OF_UNIT = {"unknown": 1.0, "mm": 1.0, "meter": 1e3, "micron": 1e-3}


def is_nifti(file: Path) -> bool:
    """Whether the file's name ends as a NIfTI file's does."""
    return file.name.lower().endswith(ENDINGS)


def stem(file: Path) -> str:
    """The file's name without `.nii` or `.nii.gz`."""
    name = file.name
    ending = next((e for e in sorted(ENDINGS, key=len, reverse=True) if name.lower().endswith(e)), "")
    return name[: len(name) - len(ending)]


def read_volume(file: Path) -> tuple[npt.NDArray[np.float32], Grid, tuple[str, ...]]:
    """Read a NIfTI file: float32 voxels (ni, nj, nk) or (ni, nj, nk, n), their grid, and what was noticed.

    The sform places the voxels where its code is above 0, else the qform. Scaled integers are scaled. A 4-D file with
    one volume becomes 3-D. Voxels that are not finite become NaN.

    Raises `InputError` for a file that is missing, damaged or not an image of numbers, `GeometryError` for one that
    does not say where its voxels are.
    """
    image, repairs = _load(file)
    try:
        data = np.asanyarray(image.dataobj)
    except Exception as error:  # whatever a damaged file makes the parser raise, it is this file's damage
        raise _unreadable(file, f"{type(error).__name__} while reading voxels") from error
    if data.dtype.kind not in "biuf":
        raise _unreadable(file, f"voxels of type {data.dtype}")
    array, shape_notes = _three_or_four_axes(data, file)
    affine, notes = _affine(image.header, array.shape[:3], file)
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is counted below
        values = np.array(array, dtype=np.float32)
    broken = ~np.isfinite(values)
    if broken.any():
        values[broken] = np.nan
        notes += (f"{np.count_nonzero(broken)} voxels are not finite (NaN)",)
    ni, nj, nk = values.shape[:3]
    return values, Grid((ni, nj, nk), affine), repairs + shape_notes + notes


def read_description(file: Path) -> str:
    """The free text of the header. Raises `InputError` as `read_volume` does."""
    return bytes(_load(file)[0].header["descrip"].item()).decode("latin-1").rstrip("\0 ")


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
    with whole_file(file) as temporary:
        temporary.write_bytes(gzip.compress(content, 6, mtime=0) if file.name.endswith(".gz") else content)


def _load(file: Path) -> tuple[nib.Nifti1Image, tuple[str, ...]]:
    """The image by its content, whatever its name ends with, and the repairs to its header; voxels not yet decoded."""
    repairs = _Repairs()
    try:
        content = file.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
        kind = nib.Nifti2Image if content[4:7] == b"n+2" else nib.Nifti1Image
        if content[4:7] != b"n+2" and content[344:347] != b"n+1":
            raise _unreadable(file, "a file without the mark of NIfTI")
        with repairs:
            return kind.from_bytes(content), tuple(repairs.said)
    except InputError:
        raise
    except FileNotFoundError as error:
        raise _unreadable(file, "no such file") from error
    except Exception as error:
        raise _unreadable(file, f"{type(error).__name__} while reading") from error


class _Repairs(logging.Handler):
    """Hears what nibabel says of a header that it mends, in place of standard error."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the sentence."""
        self.said.append(f"header mended: {record.getMessage()}")

    def __enter__(self) -> None:
        self._muted = imageglobals.logger.handlers[:]
        imageglobals.logger.handlers[:] = [self]

    def __exit__(self, *_: object) -> None:
        imageglobals.logger.handlers[:] = self._muted


def _stored(image: Volume | Mask) -> npt.NDArray[Any]:
    if isinstance(image, Mask):
        return image.data.astype(np.uint8)
    data = image.data
    limits = np.iinfo(np.int16)
    if np.isfinite(data).all() and data.min() >= limits.min and data.max() <= limits.max:
        whole: npt.NDArray[np.int16] = np.rint(data).astype(np.int16)
        if np.array_equal(whole, data):
            return whole
    return np.asarray(data, dtype=np.float32)


def _three_or_four_axes(data: npt.NDArray[Any], file: Path) -> tuple[npt.NDArray[Any], tuple[str, ...]]:
    if data.ndim == 2:
        return data[:, :, np.newaxis], ()
    notes: tuple[str, ...] = ()
    if data.ndim >= 4 and all(n == 1 for n in data.shape[3:]):
        data, notes = data.reshape(data.shape[:3]), ("a 4-D file with one volume, read as 3-D",)
    if data.ndim not in (3, 4) or data.size == 0:
        raise InputError(
            f"the NIfTI file {file.name!r} is not a stack of slices",
            got=f"shape {data.shape}",
            expected="three axes, or four for diffusion",
            remedy="choose one volume and save it alone",
        )
    return data, notes


def _affine(
    header: nib.Nifti1Header, shape: tuple[int, ...], file: Path
) -> tuple[npt.NDArray[np.float64], tuple[str, ...]]:
    unit = header.get_xyzt_units()[0]
    scale = np.diag([_MM_OF_UNIT.get(unit, 1.0)] * 3 + [1.0])
    notes: tuple[str, ...] = () if scale[0, 0] == 1.0 else (f"the header gives lengths in {unit}, converted to mm",)
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
        if apart > CONFLICT_MM:
            notes += (f"sform and qform disagree by up to {apart:.3g} mm; the sform was taken",)
    return affine, notes


def _qform(header: nib.Nifti1Header, scale: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
    if header["qform_code"] <= 0:
        return None
    try:
        return np.asarray(scale @ header.get_qform())
    except (ValueError, HeaderDataError):  # a quaternion that is not one
        return None


def _corner_distance(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], shape: tuple[int, ...]) -> float:
    corners = np.stack(np.meshgrid(*[(0, n - 1) for n in shape], [1], indexing="ij"), axis=-1).reshape(8, 4)
    return float(np.linalg.norm(corners @ (a - b).T, axis=1).max())


def _unreadable(file: Path, got: str) -> InputError:
    return InputError(
        f"cannot read {file.name!r} as NIfTI",
        got=got,
        expected="a complete NIfTI-1 or NIfTI-2 file of numbers",
        remedy="check that the file was copied or downloaded whole",
    )
