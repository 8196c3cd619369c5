"""The topics of TRIPOD+AI and METRICS, filled with what the software knows of this evaluation.

Topics are named by the guidelines' own headings; what is asked under each stands there: Collins et al., BMJ 2024
(TRIPOD+AI) and Kocak et al., Insights into Imaging 2024 (METRICS).
"""

from __future__ import annotations

from dataclasses import dataclass

from pnst.classification.evaluation.evaluation import Evaluation

UNKNOWN = "not known to the software"
TRIPOD, METRICS = "TRIPOD+AI", "METRICS"

_TRIPOD_TOPICS = (
    "Title and abstract",
    "Introduction: background and objectives",
    "Methods: data",
    "Methods: participants",
    "Methods: data preparation",
    "Methods: outcome",
    "Methods: predictors",
    "Methods: sample size",
    "Methods: missing data",
    "Methods: analytical methods",
    "Methods: class imbalance",
    "Methods: fairness",
    "Methods: model output",
    "Methods: training versus evaluation",
    "Methods: ethical approval",
    "Open science",
    "Patient and public involvement",
    "Results: participants",
    "Results: model development and specification",
    "Results: model performance",
    "Results: model updating",
    "Discussion",
)
_METRICS_TOPICS = (
    "Study design",
    "Imaging data",
    "Segmentation",
    "Image processing and feature extraction",
    "Feature processing",
    "Preparation for modelling",
    "Metrics and comparison",
    "Testing",
    "Open science",
)


@dataclass(frozen=True)
class ChecklistItem:
    """One topic of a guideline and what can be reported under it."""

    guideline: str
    topic: str
    text: str
    """`UNKNOWN` where the authors must say it."""


def checklist(evaluation: Evaluation) -> tuple[ChecklistItem, ...]:
    """Every topic, in the guidelines' order."""
    texts = {TRIPOD: _tripod(evaluation), METRICS: _metrics(evaluation)}
    topics = {TRIPOD: _TRIPOD_TOPICS, METRICS: _METRICS_TOPICS}
    return tuple(
        ChecklistItem(guideline, topic, texts[guideline].get(topic, UNKNOWN))
        for guideline in topics
        for topic in topics[guideline]
    )


def _tripod(evaluation: Evaluation) -> dict[str, str]:
    lesions, malignant = len(evaluation.malignant), int(evaluation.malignant.sum())
    threshold = evaluation.threshold
    texts = {
        "Methods: outcome": (
            f"column {evaluation.label!r}, read as malignant or benign; how it was determined is {UNKNOWN}"
        ),
        "Methods: sample size": f"{lesions} lesions, {malignant} malignant; how the number came about is {UNKNOWN}",
        "Methods: missing data": (
            f"{evaluation.missing_cells:.1%} of the table's cells are empty; the evidence model integrates missing "
            "predictors out, a trained logistic model fills in training medians, boosting takes cells as empty"
        ),
        "Methods: analytical methods": (
            "AUC (of held-out lesions within their fold) with intervals by DeLong and by a bootstrap over groups, "
            "Brier score, calibration slope and intercept, net benefit, paired DeLong; exact (Clopper-Pearson) "
            "intervals of proportions"
        ),
        "Methods: class imbalance": f"{malignant} of {lesions} lesions are malignant; no class was weighted",
        "Methods: model output": "probability of malignancy with a 95 % interval; "
        + ("no threshold was stated" if threshold is None else f"malignant from {threshold:g} on"),
        "Methods: training versus evaluation": _training(evaluation),
        "Results: participants": f"{lesions} lesions in {evaluation.group_count} groups; who they were is {UNKNOWN}",
        "Results: model development and specification": "; ".join(
            result.predictions.model for result in evaluation.models
        ),
        "Results: model performance": "; ".join(_performance(evaluation)),
    }
    if evaluation.subgroups:
        columns = ", ".join(dict.fromkeys(row.column for row in evaluation.subgroups))
        texts["Methods: fairness"] = f"performance by {columns} is tabled"
    return texts


def _metrics(evaluation: Evaluation) -> dict[str, str]:
    return {
        "Metrics and comparison": (
            "AUC, sensitivity, specificity, calibration, net benefit and their uncertainty are given, beside the "
            "single published rules" + (" and other models" if len(evaluation.models) > 1 else "")
        ),
        "Testing": _training(evaluation),
    }


def _training(evaluation: Evaluation) -> str:
    parts = []
    for result in evaluation.models:
        shared, lesions = int(result.predictions.held_out.sum()), len(evaluation.malignant)
        parts.append(
            f"{result.predictions.name}: {shared} of {lesions} lesions were trained on, and are cross-validated"
            if shared
            else f"{result.predictions.name}: none of the lesions was trained on, as far as their features tell"
        )
    return "; ".join(parts)


def _performance(evaluation: Evaluation) -> list[str]:
    texts = []
    for result in evaluation.models:
        ends = result.area.bootstrap or result.area.delong
        interval = f" ({ends[0]:.3f}–{ends[1]:.3f})" if ends else ""
        value = "cannot be estimated" if result.area.value is None else f"{result.area.value:.3f}"
        texts.append(f"{result.predictions.name}: AUC {value}{interval}")
    return texts
