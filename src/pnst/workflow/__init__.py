"""The order of the stages. Nothing else knows it."""

from __future__ import annotations

from pnst.settings import LearnSettings, RunSettings
from pnst.workflow.case import (
    Case,
    CaseInputs,
    assess_case,
    measure_case,
    preprocess_case,
    read_case,
    report_case,
    run_case,
    summaries,
    write_case,
)
from pnst.workflow.learning import TrainingTable, evaluate_models, summarise_table, train_model
from pnst.workflow.main_job import run
from pnst.workflow.saved_results import assess_file, measurements_of, report_results
from pnst.workflow.serialise import assessments_json, explanations, measurements_csv, measurements_json
from pnst.workflow.simulation import StudyFormat, write_phantom
from pnst.workflow.steps import assess_step, measure_step, report_step
from pnst.workflow.study_sources import fetch, inspect

__all__ = [
    "Case",
    "StudyFormat",
    "LearnSettings",
    "TrainingTable",
    "CaseInputs",
    "RunSettings",
    "assess_case",
    "assess_file",
    "assess_step",
    "assessments_json",
    "evaluate_models",
    "explanations",
    "fetch",
    "inspect",
    "measure_case",
    "measure_step",
    "measurements_csv",
    "measurements_json",
    "measurements_of",
    "preprocess_case",
    "read_case",
    "report_case",
    "report_results",
    "report_step",
    "run",
    "run_case",
    "summaries",
    "summarise_table",
    "train_model",
    "write_case",
    "write_phantom",
]
