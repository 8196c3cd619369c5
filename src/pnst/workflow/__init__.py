"""The order of the stages. Nothing else knows it."""

from __future__ import annotations

from pnst.settings import LearnSettings, RunSettings
from pnst.workflow.access import fetch, inspect
from pnst.workflow.case import (
    Case,
    Request,
    assess_case,
    measure_case,
    preprocess_case,
    read_case,
    report_case,
    run,
    summaries,
    write_case,
)
from pnst.workflow.earlier import assess_file, measurements_of, report_results
from pnst.workflow.learning import TrainingTable, evaluate_models, train_model
from pnst.workflow.simulation import Form, write_phantom
from pnst.workflow.texts import assessments_json, explanations, measurements_csv, measurements_json, write_text

__all__ = [
    "Case",
    "Form",
    "LearnSettings",
    "TrainingTable",
    "Request",
    "RunSettings",
    "assess_case",
    "assess_file",
    "assessments_json",
    "evaluate_models",
    "explanations",
    "fetch",
    "inspect",
    "measure_case",
    "measurements_csv",
    "measurements_json",
    "measurements_of",
    "preprocess_case",
    "read_case",
    "report_case",
    "report_results",
    "run",
    "summaries",
    "train_model",
    "write_case",
    "write_phantom",
    "write_text",
]
