"""An evaluation as plain numbers, lists and texts, for JSON and CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from pnst.classification.evaluation.checklist import checklist
from pnst.classification.evaluation.evaluate import Evaluation, ModelResult

SCHEMA_VERSION = 1
DISCLAIMER = "Research software, not a medical device. The figures hold for these lesions alone."


def record(found: Evaluation) -> dict[str, object]:
    """evaluation.json."""
    return {
        "schema_version": SCHEMA_VERSION,
        "disclaimer": DISCLAIMER,
        "data": {
            "label": found.label,
            "groups": found.groups,
            "lesions": len(found.malignant),
            "malignant": int(found.malignant.sum()),
            "group_count": found.group_count,
            "missing_cells": found.missing_cells,
        },
        "settings": found.settings.model_dump(),
        "threshold": found.threshold,
        "models": [_model(result) for result in found.models],
        "rules": [asdict(row) for row in found.rules],
        "comparisons": [asdict(row) for row in found.comparisons],
        "decision_curve": {
            "thresholds": found.decision.thresholds.tolist(),
            "net_benefit": {name: curve.tolist() for name, curve in found.decision.net_benefit.items()},
        },
        "subgroups": [asdict(row) for row in found.subgroups],
        "notes": list(found.notes),
        "checklist": [asdict(item) for item in checklist(found)],
    }


def predictions(found: Evaluation) -> list[dict[str, object]]:
    """One row a lesion and model, in the order of the table."""
    rows = []
    for index, malignant in enumerate(found.malignant.tolist()):
        for result in found.models:
            answers = result.answers
            case = {"case_id": found.cases[index]} if found.cases else {}
            rows.append(
                {
                    "row": index + 1,
                    **case,
                    "malignant": int(malignant),
                    "model": answers.name,
                    "probability": float(answers.probability[index]),
                    "low": float(answers.low[index]),
                    "high": float(answers.high[index]),
                    "abstained": answers.abstained[index] or "",
                    "cross_validated": int(answers.held_out[index]),
                }
            )
    return rows


def _model(result: ModelResult) -> dict[str, Any]:
    false, true = (_thinned(rates) for rates in result.roc)
    return {
        "name": result.answers.name,
        "model": result.answers.model,
        "auc": result.area.value,
        "auc_delong": result.area.delong,
        "auc_bootstrap": result.area.bootstrap,
        **asdict(result.reliability),
        "at_threshold": asdict(result.at_threshold) if result.at_threshold else None,
        "abstained": result.abstained,
        "cross_validated": int(result.answers.held_out.sum()),
        "roc": {"false_positive_rate": false, "true_positive_rate": true},
    }


def _thinned(rates: Sequence[float] | np.ndarray) -> list[float]:
    return [round(float(rate), 6) for rate in rates]
