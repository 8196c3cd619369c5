"""What `pnst inspect` shows of NIfTI files: their role by name, and why one cannot be read. No voxel is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pnst.errors import PnstError
from pnst.io.nifti.read import is_nifti, read_geometry, stem
from pnst.io.nifti.series import describe_series, written_unit
from pnst.io.series_guess import SeriesGuess
from pnst.study import Role


def inspect_nifti(
    files: Sequence[Path], role_of: Callable[[Path], Role | None], reason_of: Callable[[Path], str]
) -> list[SeriesGuess]:
    """One guess for each NIfTI file, whose role is what `role_of` reads from its name; hidden files are left out.

    `reason_of` says what becomes of a file without a role.
    """
    shown = [file for file in files if is_nifti(file) and not file.name.startswith(".")]
    return list(_guesses(shown, role_of, reason_of))


def _guesses(
    files: list[Path], role_of: Callable[[Path], Role | None], reason_of: Callable[[Path], str]
) -> Iterator[SeriesGuess]:
    roles = [role_of(file) for file in files]
    for file, role in zip(files, roles, strict=True):
        same = [other for other, theirs in zip(files, roles, strict=True) if role and theirs is role and other != file]
        reason = f"its name says {role}" if role else reason_of(file)
        rivals = tuple(f"{stem(other)} is also {role}" for other in same)
        try:
            yield _readable(file, role, reason, rivals)
        except PnstError as error:
            yield SeriesGuess(stem(file), file.name, role, reason, rivals, problem=str(error))


def _readable(file: Path, role: Role | None, reason: str, rivals: tuple[str, ...]) -> SeriesGuess:
    if role is None:
        shape, grid, notes = read_geometry(file)
        return SeriesGuess(stem(file), file.name, None, reason, rivals, shape, grid.spacing, notes=notes)
    series = describe_series(file, role)
    return SeriesGuess(
        key=stem(file),
        description=file.name,
        role=role,
        reason=reason,
        rivals=rivals,
        shape=series.volume.data.shape,
        spacing_mm=series.volume.grid.spacing,
        b_values=series.b_values,
        manufacturer=series.acquisition.manufacturer,
        unit=written_unit(file) if role is Role.ADC else None,
        notes=series.notes,
    )
