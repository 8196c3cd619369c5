"""The outputs of a run, as one set: whole or not at all, in the place of an earlier run's."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pnst.errors import InputError
from pnst.image import Mask, Volume
from pnst.io.atomic import staging_folder, unwritable_folder
from pnst.io.masks.file import mask_file
from pnst.io.nifti.read import read_volume, write_volume

SCHEMA_VERSION = 1
OUTPUTS = (
    "measurements.json",
    "measurements.csv",
    "assessment.json",
    "report.html",
    "settings.toml",
    "lesion.nii.gz",
    "adc.nii.gz",
    "regions",
)
"""What a run may leave; of a further lesion n, `lesion-n.nii.gz`, `adc-n.nii.gz` and `regions-n`."""

Content = str | Volume | Mask | Mapping[str, Volume | Mask]


def write_results(out: Path, files: Mapping[str, Content]) -> None:
    """Write every file (text, image, or a folder of images) into `out`; an earlier run's outputs give way as a set.

    Everything is written to a hidden folder first, so that a failure leaves what was there. Other files in `out` are
    left alone. Raises `InputError` when `out` cannot be such a folder.
    """
    with staging_folder(out) as staging:
        for name, content in files.items():
            _write(staging / name, content)
        for stale in earlier_outputs(out):
            shutil.rmtree(stale) if stale.is_dir() else stale.unlink()
        for name in files:
            os.replace(staging / name, out / name)


def refuse_inputs(out: Path, inputs: Iterable[Path]) -> None:
    """Before the work starts: raise `InputError` when `out` is no folder, or when its outputs would replace an input.

    An input is a file, or the folder of a study: there `adc.nii.gz` and `lesion.nii.gz` are images that were given.
    """
    nearest = next(path for path in (out, *out.absolute().parents) if path.exists())
    if not nearest.is_dir():
        raise unwritable_folder(out, f"{nearest.name!r} is a file")
    replaced = {path.resolve() for path in earlier_outputs(out)}
    for given in inputs:
        place = mask_file(str(given)).file.resolve()  # a mask may be `FILE:LABEL`
        if place == out.resolve() or replaced & {place, *place.parents}:
            raise unwritable_folder(out, f"outputs that would replace the input {given.name!r}")


def earlier_outputs(out: Path) -> list[Path]:
    """What an earlier run left in `out`."""
    patterns = [pattern for name in OUTPUTS for pattern in (name, _numbered_pattern(name))]
    return [path for pattern in patterns for path in sorted(out.glob(pattern))]


def numbered(name: str, lesion: int) -> str:
    """The output's name for lesion number 1, 2, …: `adc.nii.gz`, `adc-2.nii.gz`."""
    stem, dot, ending = name.partition(".")
    return name if lesion == 1 else f"{stem}-{lesion}{dot}{ending}"


def _numbered_pattern(name: str) -> str:
    stem, dot, ending = name.partition(".")
    return f"{stem}-[0-9]*{dot}{ending}"


def _write(path: Path, content: Content) -> None:
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    elif isinstance(content, Mapping):
        path.mkdir()
        for name, image in content.items():
            write_volume(path / f"{name}.nii.gz", image)
    else:
        write_volume(path, content)


def lesions_json(case_id: str, lesions: Iterable[Mapping[str, Any]]) -> str:
    """measurements.json or assessment.json: schema version, case and one entry a lesion."""
    return json.dumps(
        {"schema_version": SCHEMA_VERSION, "case_id": case_id, "lesions": list(lesions)},
        indent=2,
        ensure_ascii=False,
        allow_nan=False,
    )


def read_lesions_json(file: Path) -> tuple[str, list[Mapping[str, Any]]]:
    """The case id and the entries of a measurements.json or assessment.json."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        case_id, lesions, version = content["case_id"], content["lesions"], content["schema_version"]
    except OSError as error:
        raise _unreadable(file, error.strerror or "a file that cannot be opened") from error
    except ValueError as error:
        raise _unreadable(file, f"no JSON: {error}") from error
    except (KeyError, TypeError) as error:
        raise _unreadable(file, "JSON without them") from error
    if not (isinstance(lesions, list) and lesions and all(isinstance(entry, dict) for entry in lesions)):
        raise _unreadable(file, "lesions that are no list of at least one object")
    if version != SCHEMA_VERSION:
        raise _unreadable(file, f"schema_version {version}")
    return str(case_id), lesions


def _unreadable(file: Path, got: str) -> InputError:
    return InputError(
        f"cannot read {file.name!r}",
        got=got,
        expected=f"a JSON file of pnst with schema_version {SCHEMA_VERSION}, case_id and lesions",
        remedy="make it again with pnst run, pnst measure or pnst assess",
    )


def read_regions(results: Path, lesion: int) -> dict[str, Volume | Mask]:
    """What was measured on lesion number 1, 2, …: its masks, and its ADC map as "adc"."""
    regions: dict[str, Volume | Mask] = {}
    for file in sorted((results / numbered("regions", lesion)).glob("*.nii.gz")):
        data, grid, _ = read_volume(file)
        regions[file.name.removesuffix(".nii.gz")] = Mask(data > 0, grid)
    adc = results / numbered("adc.nii.gz", lesion)
    if adc.is_file():
        data, grid, _ = read_volume(adc)
        regions["adc"] = Volume(data, grid, "um2_per_ms")
    return regions
