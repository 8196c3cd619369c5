"""In a worker: one case of a cohort, measured as `pnst run` does it."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pnst.cohort.cohort_case import CohortCase
from pnst.cohort.run import stage_of
from pnst.cohort.task import Row, Task
from pnst.settings import RunSettings

if TYPE_CHECKING:
    from pnst.workflow.inputs import CaseInputs

LESIONS, FAILURES = "lesions", "failures"


@dataclass(frozen=True)
class Chosen:
    """What holds for all cases of a cohort."""

    settings: RunSettings = field(default_factory=RunSettings)
    model: Path | None = None
    evidence: tuple[Path, ...] = ()
    own_evidence: Path | None = None
    pages: bool = True
    """Whether each case has its report."""

    @cached_property
    def plain_settings(self) -> dict[str, Any]:
        """The settings as JSON can hold them, made once for all cases."""
        return self.settings.model_dump(mode="json", exclude_none=True)

    def files(self) -> tuple[Path, ...]:
        """What every case reads besides its own."""
        given = (self.model, *self.evidence, self.own_evidence)
        return tuple(path.absolute() for path in given if path is not None)


def task_of(case: CohortCase, root: Path, chosen: Chosen) -> Task:
    """The task that measures a case. Raises `InputError` or `SettingError` for a row that says what cannot be."""
    from pnst.workflow.inputs import given_paths

    files = chosen.files()
    order = {
        "name": case.name,
        "cells": dict(case.cells),
        "settings": chosen.plain_settings,
        "pages": chosen.pages,
        "root": str(root),
        "model": _absolute(chosen.model),
        "evidence": [_absolute(path) for path in chosen.evidence],
        "own_evidence": _absolute(chosen.own_evidence),
    }
    identity = {name: order[name] for name in ("name", "cells", "settings", "pages")}
    inputs = case.inputs(root)
    study = Path(inputs.study)
    beside = study if os.path.isdir(study) else study.parent
    of_roles = [beside / name for name in inputs.roles.values() if os.path.isfile(beside / name)]
    return Task(case.name, order, identity, (*given_paths(replace(inputs, roles={})), *of_roles, *files))


def measure_case(order: Mapping[str, Any], folder: Path) -> Row:
    """Every output of `pnst run` into the folder; the rows of the lesions, and why some were not measured."""
    from pnst.workflow.case import run_case

    case = CohortCase(order["name"], order["cells"])
    done = run_case(
        _inputs(case, order),
        folder,
        RunSettings.model_validate(order["settings"]),
        lambda stage: stage_of(folder, stage),
        with_page=order["pages"],
        with_viewer=False,  # several megabytes a case; `pnst report` makes a page with it
    )
    kept = case.kept()
    rows = [
        {"case": case.name, **_after_label(row, kept)} for row in done.rows()
    ]  # no pandas: its import would double a small case
    return {LESIONS: [plain_row(row) for row in rows], FAILURES: dict(done.failures)}


def _inputs(case: CohortCase, order: Mapping[str, Any]) -> CaseInputs:
    own = order["own_evidence"]
    return replace(
        case.inputs(Path(order["root"])),
        model=order["model"],
        evidence=tuple(Path(path) for path in order["evidence"]),
        own_evidence=None if own is None else Path(own),
    )


def _after_label(row: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the user behind those that name the lesion, and before what was measured."""
    named = {"label": row["label"]}
    return named | dict(kept) | {name: value for name, value in row.items() if name not in ("case_id", "label")}


def plain_row(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Values that JSON can hold: None for what is missing."""
    return {str(name): _plain_value(value) for name, value in row.items()}


def _plain_value(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(path.absolute())
