"""The order of the stages: read, measure, assess, report, write. Nothing else knows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pnst.errors import InputError
from pnst.measurement.measurements import Measurements
from pnst.settings import RunSettings
from pnst.study import Lesion, Study

if TYPE_CHECKING:
    from pnst.classification.assessment import Assessment
    from pnst.io.dicomweb import FetchedSeries
    from pnst.io.guess import SeriesGuess
    from pnst.io.results import Content
    from pnst.measurement.family import Value
    from pnst.phantom.description import Layer as Layer
    from pnst.phantom.study import Simulated
    from pnst.reporting.summary import Summary

Anywhere = str | PathLike[str]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What to run on: a study, where its lesion is, and what the user knows better."""

    study: Anywhere
    lesion: Anywhere | None = None
    """Mask, SEG or RTSTRUCT; None: `lesion.nii.gz` in the study's folder."""
    label: str | None = None
    """One label of that file; None: every label."""
    roles: Mapping[str, str] = field(default_factory=dict)
    masks: Mapping[str, Anywhere] = field(default_factory=dict)
    overrides: Mapping[str, Value] = field(default_factory=dict)
    patient: Mapping[str, Any] = field(default_factory=dict)
    case_id: str | None = None
    keep_identity: bool = False


@dataclass(frozen=True, eq=False)
class Case:
    """One study with its lesions and what was found in each."""

    study: Study
    lesions: tuple[Lesion, ...]
    measurements: tuple[Measurements, ...] = ()
    assessments: tuple[Assessment, ...] = ()


def _silent(_: str) -> None:
    return


def run(request: Request, out: Anywhere, settings: RunSettings | None = None, progress: Progress = _silent) -> Case:
    """The main job: read, measure, assess, report, and write every output into `out`, whole or not at all."""
    from pnst.io.results import refuse_inputs

    settings = settings or RunSettings()
    given = (request.study, request.lesion, *request.masks.values(), *request.roles.values())
    refuse_inputs(Path(out), [Path(file) for file in given if file is not None])
    case = assess_case(measure_case(read_case(request, progress), request, settings, progress), request, settings)
    progress("report")
    page = report_case(case)
    progress("writing")
    write_case(case, page, settings, Path(out))
    return case


def read_case(request: Request, progress: Progress = _silent) -> Case:
    """Read the study and its lesions."""
    from pnst.io.masks import read_lesion, read_lesions
    from pnst.io.study import read_study

    progress("reading the study")
    study = read_study(
        request.study,
        roles=request.roles or None,
        masks=request.masks or None,
        case_id=request.case_id,
        keep_identity=request.keep_identity,
    )
    file = Path(request.lesion) if request.lesion is not None else _lesion_beside(Path(request.study))
    progress("reading the lesion")
    if request.label is not None:
        return Case(study, (read_lesion(file, study, label=request.label),))
    return Case(study, tuple(read_lesions(file, study)))


def measure_case(case: Case, request: Request, settings: RunSettings, progress: Progress = _silent) -> Case:
    """Measure every lesion."""
    from pnst.measurement.measure import measure

    found = []
    for lesion in case.lesions:
        progress(f"measuring {lesion.label}")
        found.append(measure(case.study, lesion, settings.measure, request.overrides))
    return replace(case, measurements=tuple(found))


def assess_case(case: Case, request: Request, settings: RunSettings) -> Case:
    """Score every lesion that was measured."""
    from pnst.classification.assess import assess

    patient = dict(request.patient) or None
    found = [assess(m, patient=patient, settings=settings.assess) for m in case.measurements]
    return replace(case, assessments=tuple(found))


def report_case(case: Case) -> str:
    """One HTML page over the lesions that were assessed."""
    from pnst.reporting.report import report_lesions

    findings = list(zip(case.lesions, case.measurements, case.assessments, strict=True))
    return report_lesions(case.study, findings)


def write_case(case: Case, page: str, settings: RunSettings, out: Path) -> None:
    """Write every output of a run into `out` as one set; of a further lesion n, `lesion-n.nii.gz` and so on."""
    from pnst.image import Mask, Volume
    from pnst.io.results import lesions_json, numbered, write_results

    files: dict[str, Content] = {
        "measurements.json": measurements_json(case.measurements),
        "measurements.csv": measurements_csv(case.measurements),
        "assessment.json": lesions_json(case.study.case_id, [a.to_dict() for a in case.assessments]),
        "report.html": page,
        "settings.toml": settings.to_toml(),
    }
    for n, (lesion, m) in enumerate(zip(case.lesions, case.measurements, strict=True), start=1):
        files[numbered("lesion.nii.gz", n)] = lesion.mask
        adc = m.regions.get("adc")
        if isinstance(adc, Volume):
            files[numbered("adc.nii.gz", n)] = adc
        regions = {name: region for name, region in m.regions.items() if isinstance(region, Mask)}
        if regions:
            files[numbered("regions", n)] = regions
    write_results(out, files)


def assess_file(file: Path, patient: Mapping[str, Any], settings: RunSettings) -> list[Assessment]:
    """Score every lesion of a measurements.json."""
    from pnst.classification.assess import assess
    from pnst.io.results import read_lesions_json

    case_id, entries = read_lesions_json(file)
    found = [measurements_of(entry, case_id, file) for entry in entries]
    return [assess(m, patient=dict(patient) or None, settings=settings.assess) for m in found]


def report_results(request: Request, results: Path) -> str:
    """The report of an earlier run's results, over the study it was made from."""
    from pnst.classification.assessment import Assessment
    from pnst.io.masks import read_lesion
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
    study = read_study(request.study, roles=request.roles or None, case_id=case_id)
    lesions, measured = [], []
    for n, entry in enumerate(entries, start=1):
        m = measurements_of(entry, case_id, results / "measurements.json")
        _check_inputs(m, study, results)
        regions = read_regions(results, n)
        measured.append(replace(m, regions=regions, settings=settings.measure))
        lesion = read_lesion(results / numbered("lesion.nii.gz", n), study)
        lesions.append(
            replace(lesion, label=m.label, made_by=m.provenance.get("lesion", lesion.made_by), notes=_own(m, study))
        )
    try:
        assessed = tuple(Assessment.from_dict(score, case_id) for score in scores)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise InputError(
            f"cannot read an assessment in {results.name!r}",
            got=f"{type(error).__name__} {error}",
            expected="an assessment.json of this version of pnst",
            remedy="make it again with pnst run",
        ) from error
    return report_case(Case(study, tuple(lesions), tuple(measured), assessed))


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


def _own(m: Measurements, study: Study) -> tuple[str, ...]:
    """What was noticed of the lesion alone: the notes that neither the study nor its series hold."""
    said = {*study.notes, *(note for series in study.series.values() for note in series.notes)}
    return tuple(note for note in m.notes if note not in said)


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


def assessments_json(found: Sequence[Assessment]) -> str:
    """assessment.json."""
    from pnst.io.results import lesions_json

    return lesions_json(found[0].case_id, [a.to_dict() for a in found])


def measurements_json(found: Sequence[Measurements]) -> str:
    """measurements.json."""
    from pnst.io.results import lesions_json

    return lesions_json(found[0].case_id, [m.to_dict() for m in found])


def measurements_csv(found: Sequence[Measurements]) -> str:
    """measurements.csv: one row a lesion; an empty cell where a lesion lacks a column."""
    from pnst.io.table import to_csv

    return to_csv(m.row() for m in found)


def _lesion_beside(study: Path) -> Path:
    for name in ("lesion.nii.gz", "lesion.nii"):
        if (study / name).is_file():
            return study / name
    raise InputError(
        "no lesion to measure",
        got="no lesion mask given, and no lesion.nii.gz in the study's folder",
        expected="a mask (NIfTI, NRRD), a DICOM SEG or an RTSTRUCT",
        remedy="give it with --lesion FILE, or --lesion FILE:LABEL for one of its labels",
    )


def write_phantom(out: Path, *layers: Layer | Path, format: str) -> Simulated:  # noqa: A002 - the API's word
    """Simulate the study that the layers describe; write it with its lesion, its truth and its description."""
    from pnst.io.atomic import whole_folder
    from pnst.io.simulated import write_simulated
    from pnst.phantom.description import describe
    from pnst.phantom.study import simulate

    description = describe(*layers)
    with whole_folder(out) as temporary:
        made = simulate(description.spec, seed=description.seed)
        write_simulated(made, temporary, format=format)
        (temporary / "description.toml").write_text(description.to_toml(), encoding="utf-8")
    return made


def inspect(study: Anywhere) -> list[SeriesGuess]:
    """Each series of a study with the role guessed for it, and why."""
    from pnst.io.study import inspect as guesses

    return guesses(study)


def fetch(
    url: str, out: Path, study: str | None = None, series: str | None = None, progress: Progress = _silent
) -> tuple[FetchedSeries, ...]:
    """Bring a study from a DICOMweb server into a new folder."""
    from pnst.io.dicomweb import fetch_study

    return fetch_study(url, out, study, series, progress)


def summaries(case: Case) -> list[Summary]:
    """What to show of each lesion first."""
    from pnst.reporting.summary import summarise

    return [summarise(m, a) for m, a in zip(case.measurements, case.assessments, strict=True)]


def write_text(text: str, file: Path) -> None:
    """Write what a stage gave as text, whole or not at all."""
    from pnst.io.atomic import write_text as write

    write(file, text)
