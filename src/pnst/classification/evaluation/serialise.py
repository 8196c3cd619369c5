"""An evaluation as plain numbers, lists and texts, for JSON and CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from pnst.classification.evaluation.checklist import checklist
from pnst.classification.evaluation.evaluation import Evaluation, ModelResult
from pnst.classification.evaluation.matched_rows import matched_dict

SCHEMA_VERSION = 1
DISCLAIMER = "Research software, not a medical device. The figures hold for these lesions alone."


def to_dict(evaluation: Evaluation) -> dict[str, object]:
    """evaluation.json."""
    return {
        "schema_version": SCHEMA_VERSION,
        "disclaimer": DISCLAIMER,
        "data": {
            "label": evaluation.label,
            "groups": evaluation.groups,
            "question": evaluation.question,
            "lesions": len(evaluation.malignant),
            "malignant": int(evaluation.malignant.sum()),
            "group_count": evaluation.group_count,
            "missing_cells": evaluation.missing_cells,
        },
        "settings": evaluation.settings.model_dump(),
        "threshold": evaluation.threshold,
        "models": [_model(result) for result in evaluation.models],
        "rules": [asdict(row) for row in evaluation.rules],
        "comparisons": [asdict(row) for row in evaluation.comparisons],
        "decision_curve": {
            "thresholds": evaluation.decision.thresholds.tolist(),
            "net_benefit": {name: curve.tolist() for name, curve in evaluation.decision.net_benefit.items()},
        },
        "subgroups": [asdict(row) for row in evaluation.subgroups],
        "matched": None if evaluation.matched is None else matched_dict(evaluation.matched, evaluation.cases),
        "notes": list(evaluation.notes),
        "checklist": [asdict(item) for item in checklist(evaluation)],
    }


def prediction_rows(evaluation: Evaluation) -> list[dict[str, object]]:
    """One row a lesion and model, in the order of the table."""
    rows = []
    for index, malignant in enumerate(evaluation.malignant.tolist()):
        for result in evaluation.models:
            predictions = result.predictions
            case = {"case_id": evaluation.cases[index]} if evaluation.cases else {}
            rows.append(
                {
                    "row": index + 1,
                    **case,
                    "malignant": int(malignant),
                    "model": predictions.name,
                    "probability": float(predictions.probability[index]),
                    "low": float(predictions.low[index]),
                    "high": float(predictions.high[index]),
                    "abstained": predictions.abstained[index] or "",
                    "cross_validated": int(predictions.held_out[index]),
                }
            )
    return rows


def _model(result: ModelResult) -> dict[str, Any]:
    false, true = (_thinned(rates) for rates in result.roc or ((), ()))
    return {
        "name": result.predictions.name,
        "model": result.predictions.model,
        "auc": result.area.value,
        "auc_delong": result.area.delong,
        "auc_bootstrap": result.area.bootstrap,
        **asdict(result.reliability),
        "at_threshold": asdict(result.at_threshold) if result.at_threshold else None,
        "abstained": result.abstained,
        "cross_validated": int(result.predictions.held_out.sum()),
        "roc": {"false_positive_rate": false, "true_positive_rate": true},
    }


def _thinned(rates: Sequence[float] | np.ndarray) -> list[float]:
    return [round(float(rate), 6) for rate in rates]
