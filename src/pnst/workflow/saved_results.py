"""From the results of an earlier run: its measurements scored again, its report written again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pnst.errors import InputError
from pnst.measurement.measurements import Measurements
from pnst.settings import RunSettings
from pnst.study import Study
from pnst.workflow.case import Case, CaseInputs, StrPath, preprocess_case, report_case

if TYPE_CHECKING:
    from pnst.classification.assessment import Assessment


def assess_file(
    file: Path, patient: Mapping[str, Any], settings: RunSettings, model: StrPath | None = None
) -> list[Assessment]:
    """Score every lesion of a measurements.json."""
    from pnst.classification.assess import assess
    from pnst.io.results import read_lesions_json

    case_id, entries = read_lesions_json(file)
    measurements = [measurements_of(entry, case_id, file) for entry in entries]
    return [assess(m, model=model, patient=dict(patient) or None, settings=settings.assess) for m in measurements]


def report_results(inputs: CaseInputs, results: Path) -> str:
    """The report of an earlier run's results, over the study it was made from."""
    from pnst.classification.assessment import Assessment
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
    study = read_study(inputs.study, roles=inputs.roles or None, case_id=case_id)
    lesions, measured = [], []
    for n, entry in enumerate(entries, start=1):
        m = measurements_of(entry, case_id, results / "measurements.json")
        _check_inputs(m, study, results)
        regions = read_regions(results, n)
        measured.append(replace(m, regions=regions, settings=settings.measure))
        lesion = read_lesion(results / numbered("lesion.nii.gz", n), study)
        lesions.append(replace(lesion, label=m.label, made_by=m.provenance.get("lesion", lesion.made_by)))
    case = preprocess_case(Case(study, tuple(lesions), tuple(measured)), settings)
    lesions = [replace(lesion, notes=_lesion_notes(m, case.study)) for lesion, m in zip(lesions, measured, strict=True)]
    try:
        assessed = tuple(Assessment.from_dict(score, case_id) for score in scores)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise InputError(
            f"cannot read an assessment in {results.name!r}",
            got=f"{type(error).__name__} {error}",
            expected="an assessment.json of this version of pnst",
            remedy="make it again with pnst run",
        ) from error
    return report_case(replace(case, lesions=tuple(lesions), assessments=assessed))


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
