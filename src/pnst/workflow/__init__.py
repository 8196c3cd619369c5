"""The order of the stages. Nothing else knows it.

Names are imported when they are first used: a command that looks into a folder waits for no measurement.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pnst.io.prompts.prompt_file import PromptFile
    from pnst.segmentation.prompt import Box, Line, Point, Prompt
    from pnst.settings import GrowthSettings, LearnSettings, RunSettings
    from pnst.workflow.case import (
        Case,
        assess_case,
        burden_rows,
        measure_case,
        preprocess_case,
        read_case,
        report_case,
        run_case,
        summaries,
        write_case,
    )
    from pnst.workflow.comparing import DatedInputs, compare, compare_step, read_date
    from pnst.workflow.doctor import examine
    from pnst.workflow.inputs import CaseInputs
    from pnst.workflow.learning import TrainingTable, evaluate_models, summarise_table, train_model
    from pnst.workflow.main_job import run
    from pnst.workflow.prompt_words import cord_line_of, prompt_of
    from pnst.workflow.saved_results import assess_file, measurements_of, report_results
    from pnst.workflow.segmentation import segment_with, segmented_rows
    from pnst.workflow.serialise import assessments_json, explanations, measurements_csv, measurements_json
    from pnst.workflow.simulation import StudyFormat, write_phantom
    from pnst.workflow.steps import assess_step, measure_step, report_step, segment_step
    from pnst.workflow.study_sources import fetch, inspect, lesion_files_at, push
    from pnst.workflow.value_words import value_of

__all__ = [
    "Case",
    "Box",
    "CaseInputs",
    "DatedInputs",
    "GrowthSettings",
    "LearnSettings",
    "Line",
    "Point",
    "Prompt",
    "PromptFile",
    "RunSettings",
    "StudyFormat",
    "TrainingTable",
    "assess_case",
    "assess_file",
    "assess_step",
    "assessments_json",
    "burden_rows",
    "compare",
    "cord_line_of",
    "compare_step",
    "evaluate_models",
    "examine",
    "explanations",
    "fetch",
    "inspect",
    "lesion_files_at",
    "measure_case",
    "measure_step",
    "measurements_csv",
    "measurements_json",
    "measurements_of",
    "preprocess_case",
    "prompt_of",
    "push",
    "read_case",
    "read_date",
    "report_case",
    "report_results",
    "report_step",
    "run",
    "run_case",
    "segment_step",
    "segment_with",
    "segmented_rows",
    "summaries",
    "summarise_table",
    "train_model",
    "value_of",
    "write_case",
    "write_phantom",
]

_NAMES = {
    "pnst.io.prompts.prompt_file": ("PromptFile",),
    "pnst.segmentation.prompt": ("Box", "Line", "Point", "Prompt"),
    "pnst.settings": ("GrowthSettings", "LearnSettings", "RunSettings"),
    "pnst.workflow.case": (
        "Case",
        "assess_case",
        "burden_rows",
        "measure_case",
        "preprocess_case",
        "read_case",
        "report_case",
        "run_case",
        "summaries",
        "write_case",
    ),
    "pnst.workflow.comparing": ("DatedInputs", "compare", "compare_step", "read_date"),
    "pnst.workflow.doctor": ("examine",),
    "pnst.workflow.inputs": ("CaseInputs",),
    "pnst.workflow.learning": ("TrainingTable", "evaluate_models", "summarise_table", "train_model"),
    "pnst.workflow.main_job": ("run",),
    "pnst.workflow.prompt_words": ("cord_line_of", "prompt_of"),
    "pnst.workflow.saved_results": ("assess_file", "measurements_of", "report_results"),
    "pnst.workflow.segmentation": ("segment_with", "segmented_rows"),
    "pnst.workflow.serialise": ("assessments_json", "explanations", "measurements_csv", "measurements_json"),
    "pnst.workflow.simulation": ("StudyFormat", "write_phantom"),
    "pnst.workflow.steps": ("assess_step", "measure_step", "report_step", "segment_step"),
    "pnst.workflow.study_sources": ("fetch", "inspect", "lesion_files_at", "push"),
    "pnst.workflow.value_words": ("value_of",),
}
_HOMES = {name: home for home, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'pnst.workflow' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
