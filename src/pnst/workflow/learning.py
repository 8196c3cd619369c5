"""From tables: train a model, and compare models with a known diagnosis."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pnst.settings import LearnSettings
from pnst.workflow.inputs import Progress, no_progress

if TYPE_CHECKING:
    from pnst.classification.evaluation.evaluation import Evaluation
    from pnst.classification.training.trained_model import TrainedModel
    from pnst.evidence.body import SiteEvidence


@dataclass(frozen=True, kw_only=True)
class TrainingTable:
    """A table with a known diagnosis, and which of its columns are what."""

    table: Path
    label: str
    groups: str | None = None
    split: str | None = None
    features: Sequence[str] | None = None
    evidence_score: bool = False
    leave_out_constant: bool = False
    accept_separating: Sequence[str] = ()

    @property
    def file(self) -> Path:
        """The table itself: `table` may be the folder of a cohort's results. Raises `InputError` without one."""
        from pnst.io.table import table_file

        return table_file(self.table)


def train_model(
    training: TrainingTable, out: Path, settings: LearnSettings, progress: Progress = no_progress
) -> TrainedModel:
    """Train on a table and write the model's folder, whole or not at all; it is the model that is returned."""
    from pnst.classification.training.model_folder import (
        CARD_FILE,
        CARD_TEXT,
        HELD_OUT_FILE,
        MODEL_FILE,
        model_files,
        read_model,
    )
    from pnst.classification.training.train import train
    from pnst.io.file_set import file_set_folder, write_file_set
    from pnst.io.table import read_frame

    names = (MODEL_FILE, CARD_FILE, CARD_TEXT, HELD_OUT_FILE)
    with file_set_folder(out, names, inputs=[training.file]) as folder:
        progress("reading the table")
        model = train(
            read_frame(training.file),
            training.label,
            training.groups,
            features=training.features,
            evidence_score=training.evidence_score,
            split=training.split,
            leave_out_constant=training.leave_out_constant,
            accept_separating=training.accept_separating,
            settings=settings.train,
            progress=progress,
        )
        progress("writing")
        write_file_set(folder, model_files(model))
    return read_model(out)


def summarise_table(training: TrainingTable, out: Path, site: str | None = None) -> SiteEvidence:
    """Count a table and write the site's evidence, whole or not at all; it is that evidence that is returned."""
    from pnst.classification.sites.summarise import summarise_evidence
    from pnst.evidence.site_files import HEADERS, site_files
    from pnst.io.file_set import file_set_folder, write_file_set
    from pnst.io.table import read_frame

    with file_set_folder(out, HEADERS, inputs=[training.file]) as folder:
        evidence = summarise_evidence(read_frame(training.file), training.label, site=site)
        write_file_set(folder, site_files(evidence))
    return evidence


PREDICTIONS = "predictions.csv"
"""Where a model was evaluated."""
EVALUATION_FILES = ("evaluation.json", "evaluation.html", PREDICTIONS)
MATCHED_FILES = ("matched_pairs.csv", "matched_balance.csv", "matched_outcomes.csv", "matched_balance.png")


def evaluate_models(
    training: TrainingTable,
    models: Sequence[Path | str],
    out: Path,
    settings: LearnSettings,
    threshold: float | None = None,
    subgroups: Sequence[str] = (),
    progress: Progress = no_progress,
    evidence: Sequence[Path] = (),
    own_evidence: Path | None = None,
    match: Sequence[str] | None = None,
    ratio: int | None = None,
    caliper: float | None = None,
) -> Evaluation:
    """Compare models with the diagnosis and write evaluation.json, evaluation.html and predictions.csv as one set.

    Where classes are matched, the tables and the figure of that belong to it.
    """
    from pnst.classification.evaluation.evaluate import NO_MODEL, evaluate
    from pnst.io.file_set import file_set_folder, write_file_set
    from pnst.io.table import read_frame

    named = [Path(model) for model in models if model != NO_MODEL]
    inputs = [training.file, *named, *evidence, *([own_evidence] if own_evidence else [])]
    with file_set_folder(out, (*EVALUATION_FILES, *MATCHED_FILES), inputs=inputs) as folder:
        progress("reading the table")
        evaluation = evaluate(
            read_frame(training.file),
            training.label,
            training.groups,
            models=models,
            threshold=threshold,
            subgroups=subgroups,
            settings=settings.evaluate,
            assess_settings=settings.assess,
            evidence=evidence,
            own_evidence=own_evidence,
            match=match,
            ratio=ratio,
            caliper=caliper,
            progress=progress,
        )
        progress("report")
        texts = dict(zip(EVALUATION_FILES, _evaluation_texts(evaluation), strict=True))
        files = {name: text.encode() for name, text in texts.items() if name != PREDICTIONS or evaluation.models}
        write_file_set(folder, files | _matched_files(evaluation), stale=(PREDICTIONS, *MATCHED_FILES))
    return evaluation


def _matched_files(evaluation: Evaluation) -> dict[str, bytes]:
    """The tables and the figure of a matched comparison; nothing without one."""
    if evaluation.matched is None:
        return {}
    from pnst.classification.evaluation.matched_rows import balance_table, outcome_table, pair_rows
    from pnst.io.table import to_csv
    from pnst.reporting.matching_figures import love_picture

    tables = (pair_rows(evaluation), balance_table(evaluation.matched), outcome_table(evaluation.matched))
    texts = [to_csv(rows).encode() for rows in tables]
    return dict(zip(MATCHED_FILES, (*texts, love_picture(evaluation.matched).data), strict=True))


def _evaluation_texts(evaluation: Evaluation) -> tuple[str, str, str]:
    """The numbers, the page and the predictions."""
    from pnst.classification.evaluation.serialise import prediction_rows, to_dict
    from pnst.io.table import to_csv
    from pnst.reporting.evaluation import evaluation_report

    numbers = json.dumps(to_dict(evaluation), indent=2, ensure_ascii=False, allow_nan=False)
    return numbers, evaluation_report(evaluation), to_csv(prediction_rows(evaluation))
