"""One series from a NIfTI file and what lies beside it."""

from __future__ import annotations

from pathlib import Path

from pnst.image import Volume
from pnst.io.adc_unit import scale_of, to_um2_per_ms
from pnst.io.digest import digest
from pnst.io.nifti import read_description, read_volume, stem
from pnst.io.sidecar import acquisition, read_b_values, read_b_vectors, read_json
from pnst.study import Role, Series, Source


def read_series(file: Path, role: Role) -> Series:
    """Read `file` to serve as `role`, with its `.json`, `.bval` and `.bvec` of the same name.

    An ADC map comes back in um2_per_ms. Raises `InputError` for a file, sidecar or number of volumes that does not
    fit, `AmbiguityError` for an ADC map whose unit cannot be told, `GeometryError` for one without a place.
    """
    data, grid, notes = read_volume(file)
    facts = read_json(beside(file, ".json"))
    unit = ""
    if role is Role.ADC and data.ndim == 3:
        data, note = to_um2_per_ms(data, _written_unit(file, facts.get("Units")))
        unit, notes = "um2_per_ms", (*notes, note)
    volume = Volume(data, grid, unit)
    b_values = b_vectors = None
    if role is Role.DWI and data.ndim == 4:
        b_values = read_b_values(beside(file, ".bval"), data.shape[3])
        directions = beside(file, ".bvec")
        b_vectors = read_b_vectors(directions, grid, data.shape[3]) if directions.is_file() else None
    source = Source("nifti", digest(volume))
    return Series(role, volume, source, b_values, b_vectors, acquisition(facts), notes)


def beside(file: Path, ending: str) -> Path:
    """The file of the same name with another ending."""
    return file.with_name(stem(file) + ending)


def _written_unit(file: Path, units: object) -> str | None:
    """The unit of the sidecar, else of the header's free text where that is one."""
    if isinstance(units, str) and units:
        return units
    text = read_description(file)
    return text if scale_of(text) is not None else None
