"""One series from a NIfTI file and what lies beside it."""

from __future__ import annotations

from os.path import lexists
from pathlib import Path

import numpy as np

from pnst.errors import InputError
from pnst.image import Volume
from pnst.io.adc_unit import is_unit, scale_of, to_um2_per_ms
from pnst.io.digest import digest
from pnst.io.image_values import check_image_values
from pnst.io.nifti.gradients import read_b_values, read_b_vectors
from pnst.io.nifti.read import read_description, read_geometry, read_volume, stem
from pnst.io.nifti.sidecar import acquisition_of, read_json
from pnst.io.role_contradictions import role_contradictions
from pnst.io.simulation_mark import SIMULATED
from pnst.study import Role, Series, Source


def read_series(file: Path, role: Role) -> Series:
    """Read `file` to serve as `role`, with its `.json`, `.bval` and `.bvec` of the same name.

    An ADC map comes back in um2_per_ms. Raises `InputError` for a file, sidecar or number of volumes that does not
    fit and for a mask in place of an image, `AmbiguityError` for an ADC map whose unit cannot be told, `GeometryError`
    for a file without a place.
    """
    data, grid, notes = read_volume(file)
    check_image_values(data, repr(file.name))
    unit = ""
    if role is Role.ADC and data.ndim == 3:
        data, note = to_um2_per_ms(data, written_unit(file))
        unit, notes = "um2_per_ms", (*notes, note)
    volume = Volume(data, grid, unit)
    origin = "simulated" if read_json(beside(file, ".json")).get("ImageComments") == SIMULATED else "nifti"
    return _series(file, role, volume, Source(origin, digest(volume)), notes)


def describe_series(file: Path, role: Role) -> Series:
    """What `read_series` would make of the header and what lies beside it, every voxel 0: none is read.

    Raises what `read_series` does, but for damage to the voxels and an ADC map's unit.
    """
    shape, grid, notes = read_geometry(file)
    volume = Volume(np.broadcast_to(np.float32(0), shape), grid)
    return _series(file, role, volume, Source("nifti", ""), notes)


def _series(file: Path, role: Role, volume: Volume, source: Source, notes: tuple[str, ...]) -> Series:
    sidecar = beside(file, ".json")
    facts = acquisition_of(read_json(sidecar), sidecar)
    b_values = b_vectors = None
    if role is Role.DWI and volume.data.ndim == 3 and lexists(beside(file, ".bval")):
        volume = Volume(volume.data[..., None], volume.grid, volume.unit)
    if role is Role.DWI and volume.data.ndim == 4:
        count = volume.data.shape[3]
        b_values = read_b_values(beside(file, ".bval"), count)
        directions = beside(file, ".bvec")
        b_vectors = read_b_vectors(directions, volume.grid, b_values) if lexists(directions) else None
        if b_vectors is not None and not b_vectors.any():  # BIDS wants the file where directions were combined too
            b_vectors = None
    notes += role_contradictions(role, facts)
    return Series(role, volume, source, b_values, b_vectors, facts, notes)


def beside(file: Path, ending: str) -> Path:
    """The file of the same name with another ending."""
    return file.with_name(stem(file) + ending)


def written_unit(file: Path) -> str | None:
    """The unit of the sidecar, else of the header's free text where that is one, else None.

    Raises `InputError` for a unit in the sidecar that is no text.
    """
    units = read_json(beside(file, ".json")).get("Units")
    if not isinstance(units, str | None):
        raise InputError(
            f"cannot use {stem(file) + '.json'!r}",
            got=f"Units that are a JSON {type(units).__name__}",
            expected="a text, such as um2/ms",
            remedy="correct the file",
        )
    if is_unit(units):
        return units
    text = read_description(file)
    return text if scale_of(text) is not None else None
