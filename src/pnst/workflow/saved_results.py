"""From the results of an earlier run: its measurements scored again, its report written again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from pnst.errors import InputError, PnstError
from pnst.image import Grid, Mask, Volume
from pnst.measurement.family import SurfaceMap
from pnst.measurement.measurements import Measurements
from pnst.settings import RunSettings
from pnst.study import Study
from pnst.workflow.burden_file import saved_burden
from pnst.workflow.case import Case, preprocess_case, report_case
from pnst.workflow.cord_line import with_saved_cord
from pnst.workflow.inputs import CaseInputs, StrPath

if TYPE_CHECKING:
    from pnst.classification.assessment import Assessment
    from pnst.measurement.family import Value

Image = TypeVar("Image", bound=Mask | Volume | SurfaceMap)

_ON_SURFACE = ("margin.", "split_fat.")
"""What is measured along the surface."""
_PLACE_MM = 1e-3
"""How far a corner moves at most because a file keeps its place as float32."""
_SAME = 1e-4
"""Relative difference below which two measurements of one lesion are the same."""


def assess_file(
    file: Path,
    patient: Mapping[str, Any],
    settings: RunSettings,
    model: StrPath | None = None,
    evidence: Sequence[StrPath] = (),
    own_evidence: StrPath | None = None,
) -> list[Assessment]:
    """Score every lesion of a measurements.json."""
    from pnst.classification.assess import assess
    from pnst.evidence.site import body_of_evidence

    measurements = saved_measurements(file)
    body = body_of_evidence(evidence, own_evidence)
    return [assess(m, None, model, dict(patient) or None, settings.assess, body.sites, body.own) for m in measurements]


def saved_measurements(file: Path) -> list[Measurements]:
    """Every lesion of a measurements.json."""
    from pnst.io.results import read_lesions_json

    case_id, entries = read_lesions_json(file)
    return [measurements_of(entry, case_id, file) for entry in entries]


def report_results(inputs: CaseInputs, results: Path) -> str:
    """The report of an earlier run's results, over the study it was made from."""
    return report_case(saved_case(inputs, results))


def saved_case(inputs: CaseInputs, results: Path) -> Case:
    """An earlier run's results as a case again, over the study it was made from."""
    from pnst.io.masks.read import read_lesion
    from pnst.io.results import numbered, read_lesions_json, read_regions
    from pnst.io.study import read_study

    case_id, entries = read_lesions_json(results / "measurements.json")
    _, scores = read_lesions_json(results / "assessment.json")
    if len(entries) != len(scores):
        raise InputError(
            f"the results in {results.name!r} do not belong together",
            got=f"{len(entries)} measured lesions, {len(scores)} assessed",
            expected="one assessment a lesion",
            remedy="make them again with pnst run",
        )
    settings = RunSettings.from_toml(results / "settings.toml")
    masks = inputs.masks or None
    study = read_study(
        inputs.study, roles=inputs.roles or None, masks=masks, case_id=case_id, mask_scheme=inputs.mask_scheme
    )
    lesions, measured = [], []
    for n, entry in enumerate(entries, start=1):
        m = measurements_of(entry, case_id, results / "measurements.json")
        _check_inputs(m, study, results)
        measured.append(replace(m, regions=read_regions(results, n), settings=settings.measure))
        lesion = read_lesion(results / numbered("lesion.nii.gz", n), study)
        mask = _on_own_grid(lesion.mask, study)
        lesions.append(replace(lesion, mask=mask, label=m.label, made_by=m.provenance.get("lesion", lesion.made_by)))
    case = preprocess_case(Case(study, tuple(lesions), tuple(measured)), settings)
    if measured:  # after what it was found after
        case = replace(case, study=with_saved_cord(case.study, measured[0].regions))
    case = with_surfaces(_with_own_grids(case))
    lesions = [replace(lesion, notes=_lesion_notes(m, case.study)) for lesion, m in zip(lesions, measured, strict=True)]
    old = saved_burden(results)
    failures = dict.fromkeys(old.unmeasured if old is not None else (), "it could not be measured in that run")
    assessments = _saved_assessments(scores, case_id, results)
    return replace(case, lesions=tuple(lesions), assessments=assessments, failures=failures)


def _saved_assessments(scores: Sequence[Mapping[str, Any]], case_id: str, results: Path) -> tuple[Assessment, ...]:
    """The entries of assessment.json; `InputError` where this version does not know them."""
    from pnst.classification.assessment import Assessment

    try:
        return tuple(Assessment.from_dict(score, case_id) for score in scores)
    except ValueError as error:
        raise InputError(
            f"cannot read an assessment in {results.name!r}",
            got=str(error),
            expected="an assessment.json of this version of pnst",
            remedy="make it again with pnst run",
        ) from error


def _with_own_grids(case: Case) -> Case:
    """The case with each region on its series' grid as it was read: a NIfTI file keeps places to seven digits."""
    measured = [
        replace(m, regions={name: _on_own_grid(region, case.study) for name, region in m.regions.items()})
        for m in case.measurements
    ]
    return replace(case, measurements=tuple(measured))


def _on_own_grid(image: Image, study: Study) -> Image:
    """The image on the grid of the series whose voxels it has, all of them or a part; as it is where there is none."""
    if isinstance(image, SurfaceMap):
        return image
    for series in study.series.values():
        own = series.volume.grid
        voxels = np.rint(own.inverse @ image.grid.affine)  # turned, flipped or a part: still the series' own
        if np.linalg.matrix_rank(voxels) < len(voxels):
            continue
        part = Grid(image.grid.shape, own.affine @ voxels)
        if part.matches(image.grid, _PLACE_MM):
            return replace(image, grid=part)
    return image


def with_surfaces(case: Case) -> Case:
    """The case with what was measured along each lesion's surface: no file holds that, so it is measured again.

    Where the numbers do not come out as they were (masks were given then, or another version measured), or the settings
    are not known, the surface stays without it, and pictures draw it in one colour.
    """
    from pnst.measurement.measure import measure

    measured = []
    for lesion, m in zip(case.lesions, case.measurements, strict=True):
        if m.settings is None:
            measured.append(m)
            continue
        without_intervals = m.settings.model_copy(
            update={"uncertainty": m.settings.uncertainty.model_copy(update={"repetitions": 0})}
        )
        others = [other for other in case.lesions if other is not lesion]
        try:
            again = measure(case.study, lesion, without_intervals, m.overrides, others)
        except PnstError:
            measured.append(m)
            continue
        surfaces = {name: region for name, region in again.regions.items() if isinstance(region, SurfaceMap)}
        measured.append(replace(m, regions={**m.regions, **surfaces}) if _same_numbers(again, m) else m)
    return replace(case, measurements=tuple(measured))


def _same_numbers(ours: Measurements, theirs: Measurements) -> bool:
    """Whether margin and rim, which the surface shows, came out alike, to what NIfTI's float32 leaves of a place."""
    now, then = (
        {name: x for name, x in m.columns().items() if name.startswith(_ON_SURFACE) and not name.endswith("_interval")}
        for m in (ours, theirs)
    )
    return now.keys() == then.keys() and all(_is_same(value, then[name]) for name, value in now.items())


def _is_same(one: Value, other: Value) -> bool:
    if isinstance(one, float) and isinstance(other, int | float):
        return isclose(one, other, rel_tol=_SAME)
    return one == other


def _check_inputs(m: Measurements, study: Study, results: Path) -> None:
    """Raise `InputError` unless the images are those that were measured, by their digests."""
    now = {f"input.{role}": series.source.digest for role, series in study.series.items()}
    then = {name: digest for name, digest in m.provenance.items() if name.startswith("input.")}
    other = sorted(name.removeprefix("input.") for name, _ in now.items() ^ then.items())
    if other:
        raise InputError(
            f"the results in {results.name!r} were not made from these images",
            got=f"another image, or none, as {', '.join(dict.fromkeys(other))}",
            expected="the series that were measured",
            remedy="give the same study, with the same --role as in that run",
        )


def _lesion_notes(m: Measurements, study: Study) -> tuple[str, ...]:
    """What was noticed of the lesion alone: the notes that neither the study nor its series hold."""
    study_notes = {*study.notes, *(note for series in study.series.values() for note in series.notes)}
    return tuple(note for note in m.notes if note not in study_notes)


def measurements_of(entry: Mapping[str, Any], case_id: str, file: Path) -> Measurements:
    """One entry of measurements.json; `InputError` where it lacks or has columns that this version does not know."""
    try:
        return Measurements.from_dict(entry, case_id)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise InputError(
            f"cannot read a lesion in {file.name!r}",
            got=str(error),
            expected="the columns of this version of pnst",
            remedy="measure it again with pnst run or pnst measure",
        ) from error
