"""The outputs of a run, as one set: whole or not at all, in the place of an earlier run's."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from os.path import lexists
from pathlib import Path
from typing import Any

from pnst.errors import InputError
from pnst.image import Mask, Volume
from pnst.io.hidden_folder import system_refusals, unwritable_folder
from pnst.io.json_file import JsonError, read_json
from pnst.io.masks.file import mask_file
from pnst.io.nifti.read import read_volume, write_volume
from pnst.io.output_folder import OutputFolder, output_folder, refuse_irregular, refuse_replacing

SCHEMA_VERSION = 1
MEASUREMENTS, ASSESSMENT, REPORT, SETTINGS = "measurements.json", "assessment.json", "report.html", "settings.toml"
BURDEN = "burden.json"
"""Where there is more than one lesion."""
REGIONS = "regions"
PROMPT, PROBABILITY = "prompt.json", "probability.nii.gz"
"""Where the lesion was segmented from a prompt."""
LESION, ADC = "lesion.nii.gz", "adc.nii.gz"
LESION_SEG, ADC_MAP, MEASUREMENTS_SR = "lesion_seg.dcm", "adc_map.dcm", "measurements_sr.dcm"
DICOM = (LESION_SEG, ADC_MAP, MEASUREMENTS_SR)
"""Where DICOM was asked for; each holds all lesions, and the patient's identity."""
TEXTS = (MEASUREMENTS, "measurements.csv", ASSESSMENT, BURDEN, REPORT, SETTINGS, PROMPT)
OUTPUTS = (*TEXTS, LESION, PROBABILITY, ADC, REGIONS, *DICOM)
"""What a run may leave; of a further lesion n, `lesion-n.nii.gz`, `adc-n.nii.gz` and `regions-n`."""

MAX_BYTES = 1 << 26
"""Of a measurements.json or assessment.json (20 KB a lesion: thousands of them)."""

Content = str | bytes | Volume | Mask | Mapping[str, Volume | Mask]


@contextmanager
def results_folder(out: Path, inputs: Iterable[Path], replaced: Collection[str] = OUTPUTS) -> Iterator[OutputFolder]:
    """Keep `out` for the outputs of one run, from before its work until they are written.

    `replaced` are the outputs that give way. Raises `InputError` where `out` is no such folder, another run has it, or
    its outputs would replace an input or what is no output.
    """
    refuse_inputs(out, inputs, replaced)
    with output_folder(out) as folder:
        yield folder


def write_results(out: Path | OutputFolder, files: Mapping[str, Content], replaced: Collection[str] = OUTPUTS) -> None:
    """Write every file (text, bytes, image, or a folder of images) into `out`; earlier outputs give way as a set.

    Everything is written to a hidden folder first, so that a failure leaves what was there. `replaced` are the outputs
    that give way; other files in `out` are left alone. Raises `InputError` when `out` cannot be such a folder.
    """
    if isinstance(out, Path):
        with results_folder(out, (), replaced) as folder:
            write_results(folder, files, replaced)
        return
    with system_refusals(out.folder):
        for name, content in files.items():
            _write(out.new / name, content)
        out.publish(path.name for path in earlier_outputs(out.folder, replaced))


def refuse_inputs(out: Path, inputs: Iterable[Path], replaced: Collection[str] = OUTPUTS) -> None:
    """Before the work starts: raise `InputError` when `out` is no folder, or when its outputs would replace an input.

    An input is a file, or the folder of a study: there `adc.nii.gz` and `lesion.nii.gz` are images that were given.
    """
    with system_refusals(out):
        nearest = next(path for path in (out, *out.absolute().parents) if os.path.exists(path))
        if not os.path.isdir(nearest):
            raise unwritable_folder(out, f"{nearest.name!r} is a file")
        earlier = earlier_outputs(out, replaced)
        regions = [path for path in earlier if _is_regions(path.name)]
        refuse_irregular(out, [path for path in earlier if path not in regions], regions)
        refuse_replacing(out, earlier, [mask_file(str(given)).file for given in inputs])  # a mask may be `FILE:LABEL`


def earlier_outputs(out: Path, names: Collection[str] = OUTPUTS) -> list[Path]:
    """What an earlier run left in `out` of these outputs."""
    patterns = [pattern for name in names for pattern in (name, _numbered_pattern(name))]
    return [path for pattern in patterns for path in sorted(out.glob(pattern))]


def _is_regions(name: str) -> bool:
    return name.partition("-")[0] == REGIONS


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
    elif isinstance(content, bytes):
        path.write_bytes(content)
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


def growth_json(growth: Mapping[str, Any]) -> str:
    """growth.json: schema version, and what a comparison of dates says."""
    content = {"schema_version": SCHEMA_VERSION, **growth}
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)


def read_lesions_json(file: Path) -> tuple[str, list[Mapping[str, Any]]]:
    """The case id and the entries of a measurements.json or assessment.json."""
    try:
        content = read_json(file, MAX_BYTES)
        case_id, lesions, version = content["case_id"], content["lesions"], content["schema_version"]
    except JsonError as error:
        raise _unreadable(file, str(error)) from error
    except (KeyError, TypeError) as error:
        raise _unreadable(file, "JSON without them") from error
    if not (isinstance(lesions, list) and lesions and all(isinstance(entry, dict) for entry in lesions)):
        raise _unreadable(file, "lesions that are no list of at least one object")
    if version != SCHEMA_VERSION:
        raise _unreadable(file, f"schema_version {str(version)[:20]}")
    if not isinstance(case_id, str):
        raise _unreadable(file, "a case_id that is no text")
    return case_id, lesions


def _unreadable(file: Path, got: str) -> InputError:
    return InputError(
        f"cannot read {file.name!r}",
        got=got,
        expected=f"a JSON file of pnst with schema_version {SCHEMA_VERSION}, case_id and lesions",
        remedy="make it again with pnst run, pnst measure or pnst assess",
    )


def read_regions(results: Path, lesion: int) -> dict[str, Volume | Mask]:
    """What was measured on lesion number 1, 2, …: its masks, and its ADC map as "adc".

    Raises `InputError` where something else than a folder of masks, or than a file, has their names.
    """
    regions: dict[str, Volume | Mask] = {}
    folder = results / numbered("regions", lesion)
    files = sorted(folder.glob("*.nii.gz"))
    if lexists(folder) and not files:
        raise InputError(
            f"cannot read the regions in {folder.name!r}",
            got="a folder without masks" if os.path.isdir(folder) else "something else than a folder",
            expected="the folder of masks that a run wrote",
            remedy="give the folder that a run wrote, unchanged",
        )
    for file in files:
        data, grid, _ = read_volume(file)
        regions[file.name.removesuffix(".nii.gz")] = Mask(data > 0, grid)
    adc = results / numbered("adc.nii.gz", lesion)
    if lexists(adc):
        data, grid, _ = read_volume(adc)
        regions["adc"] = Volume(data, grid, "um2_per_ms")
    return regions
