"""`measure`, `assess` and `report` as steps of their own: on one folder they leave what `run` leaves."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pnst.errors import SettingError
from pnst.measurement.overrides import check_overrides
from pnst.settings import RunSettings
from pnst.workflow.case import (
    Case,
    burden_files,
    lesion_files,
    measure_case,
    measured_files,
    prepared_case,
    prompt_files,
    read_case,
    report_case,
)
from pnst.workflow.inputs import CaseInputs, Progress, StrPath, check_inputs, given_paths, no_progress
from pnst.workflow.saved_results import assess_file, saved_case
from pnst.workflow.serialise import assessments_json

if TYPE_CHECKING:
    from pnst.classification.assessment import Assessment
    from pnst.io.output_folder import OutputFolder


def measure_step(inputs: CaseInputs, out: Path | None, settings: RunSettings, progress: Progress = no_progress) -> Case:
    """Read, preprocess and measure; write what `run` writes of it into `out`, where an earlier run's outputs give way.

    None: nothing is written.
    """
    from pnst.io.results import OUTPUTS, write_results

    with _folder(out, given_paths(inputs), OUTPUTS) as folder:
        check_inputs(inputs)  # before the work, not after it
        check_overrides(inputs.overrides)
        case = prepared_case(inputs, settings, progress)
        case = measure_case(case, inputs, settings, progress)
        if folder is not None:
            progress("writing")
            write_results(folder, {**measured_files(case), "settings.toml": settings.to_toml()})
    return case


def segment_step(inputs: CaseInputs, out: Path | None, settings: RunSettings, progress: Progress = no_progress) -> Case:
    """Read the study and segment the prompt's lesion; write lesion, probability, prompt and settings into `out`.

    None: nothing is written. Raises `SettingError` without a prompt.
    """
    from pnst.io.results import OUTPUTS, SETTINGS, write_results

    check_inputs(inputs)
    if inputs.prompt is None:
        raise SettingError(
            "there is nothing to segment from",
            got="no prompt",
            expected="a point, a line, lines at several levels, a box, or scribbles",
            remedy="give one: --line X,Y,Z:X,Y,Z, --lines FILE, --point X,Y,Z, --box …, --scribbles FILE, --from FILE",
        )
    with _folder(out, given_paths(inputs), OUTPUTS) as folder:
        case = read_case(inputs, progress, settings)
        if folder is not None:
            progress("writing")
            files = {**lesion_files(case.lesions[0]), **prompt_files(case), SETTINGS: settings.to_toml()}
            write_results(folder, files)
    return case


def assess_step(
    source: Path,
    out: Path | None,
    patient: Mapping[str, Any],
    settings_file: Path | None = None,
    prior: float | None = None,
    model: StrPath | None = None,
    evidence: Sequence[Path] = (),
    own_evidence: Path | None = None,
) -> list[Assessment]:
    """Score the lesions of a measurements.json, or of the folder that holds one; write assessment.json into `out`.

    Without a file of settings, those that lie beside the measurements hold, and they are written again with the prior
    that was used. Where the measurements lie in `out`, they stay there. None: nothing is written.
    """
    from pnst.io.output_folder import settle
    from pnst.io.results import ASSESSMENT, BURDEN, MEASUREMENTS, SETTINGS, write_results
    from pnst.workflow.burden_file import burden_text, rescored_burden

    home, file = (source, source / MEASUREMENTS) if os.path.isdir(source) else (source.parent, source)
    beside = home / SETTINGS if file.name == MEASUREMENTS and os.path.isfile(home / SETTINGS) else None
    given = [Path(path) for path in (file, settings_file, model, *evidence, own_evidence) if path]
    replaced = _replaced(out, home, (ASSESSMENT, BURDEN, SETTINGS))
    with _folder(out, given, replaced) as folder:
        if folder is None:
            settle(home)
        chosen = RunSettings.from_toml(path) if (path := settings_file or beside) else RunSettings()
        wanted = chosen if prior is None else chosen.with_prior(prior)
        assessments = assess_file(file, patient, wanted, model, evidence, own_evidence)
        if folder is not None:
            files = {ASSESSMENT: assessments_json(assessments)}
            whole = rescored_burden(home, assessments) if file.name == MEASUREMENTS else None
            if whole is not None:
                files[BURDEN] = burden_text(whole)
            if path:
                measured = RunSettings.from_toml(beside) if beside else wanted
                files[SETTINGS] = measured.model_copy(update={"assess": wanted.assess}).to_toml()
            write_results(folder, files, replaced)
    return assessments


def report_step(inputs: CaseInputs, results: Path, out: Path | None) -> str:
    """The report of an earlier run's results, written into `out`. None: nothing is written."""
    from pnst.io.output_folder import settle
    from pnst.io.results import BURDEN, REPORT, write_results

    replaced = _replaced(out, results, (BURDEN,))
    with _folder(out, given_paths(inputs), replaced) as folder:
        if folder is None:
            settle(results)
        case = saved_case(inputs, results)
        page = report_case(case)
        if folder is not None:
            write_results(folder, {REPORT: page, **burden_files(case)}, replaced)
    return page


@contextmanager
def _folder(out: Path | None, inputs: Collection[Path], replaced: Collection[str]) -> Iterator[OutputFolder | None]:
    """The folder of outputs, kept from before the work; None for None."""
    if out is None:
        yield None
        return
    from pnst.io.results import results_folder

    with results_folder(out, inputs, replaced) as folder:
        yield folder


def _replaced(out: Path | None, home: Path, names: Collection[str]) -> tuple[str, ...]:
    """The outputs that give way: in the folder of the results that are read, those of these names and the report."""
    from pnst.io.results import OUTPUTS, REPORT

    is_home = out is not None and os.path.exists(out) and os.path.exists(home) and out.samefile(home)
    return (*names, REPORT) if is_home else OUTPUTS
