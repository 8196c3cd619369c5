"""The model card: what a model was learnt from, how, and how well it did on lesions that it had not seen."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from pnst.classification.assessment import TRAINED_DISCLAIMER
from pnst.classification.settings import TrainSettings
from pnst.evidence.question import QuestionName

CARD_VERSION = 1
VERSIONED = ("pnst", "scikit-learn", "skops", "numpy", "scipy")
"""What decides what a model file means."""
Interval = tuple[float, float]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Feature(_Part):
    """One feature, as it was in training."""

    name: str
    low: float
    high: float
    missing_fraction: float


class Data(_Part):
    """The lesions that were learnt from."""

    label: str
    """Column of the diagnosis."""
    groups: str | None
    """Column of the groups; None: every lesion was a group of its own."""
    split: str | None
    """Column of the folds; None: they were made."""
    question: QuestionName | None = None
    """Which the diagnosis answers; None: the table did not say, or the card was written before 0.1.0."""
    lesions: int
    malignant: int
    group_count: int
    digest: str
    """SHA-256 of features, labels and groups: equal tables have equal ones."""


class HeldOutPerformance(_Part):
    """On lesions held out by the outer folds."""

    auc: float
    """The share of pairs of one fold that are in order. In cards written before 0.1.0 pairs of different folds, too."""
    auc_delong: Interval | None
    auc_bootstrap: Interval | None
    brier: float
    """This and what follows takes all held-out probabilities together."""
    brier_of_prevalence: float
    calibration_slope: float | None
    calibration_slope_interval: Interval | None
    calibration_intercept: float | None
    calibration_intercept_interval: Interval | None
    folds: int
    chosen: tuple[dict[str, float], ...]
    """What the inner folds chose in each outer fold."""


class ModelCard(_Part):
    """Everything about a trained model but the model."""

    card_version: int = CARD_VERSION
    settings: TrainSettings
    data: Data
    features: tuple[Feature, ...]
    excluded: dict[str, str] = Field(validation_alias=AliasChoices("excluded", "set_aside"))
    """Column → why it is no feature. Called `set_aside` in cards written before 0.1.0, which are read until 0.3.0."""
    performance: HeldOutPerformance
    chosen: dict[str, float]
    """What the inner folds chose for the model itself; of a recalibration what was fitted."""
    leaning: float = 0.0
    """How far answers lean to the middle, as a share of their distance from there; the interval allows for it."""
    warnings: tuple[str, ...]
    versions: dict[str, str]
    files: dict[str, str] = Field(default_factory=dict)
    """File of the model's folder → its SHA-256. Empty before the model is written, and in cards written before 0.1.0,
    which are read until 0.3.0."""
    disclaimer: str = TRAINED_DISCLAIMER

    @property
    def prevalence(self) -> float:
        """Share of malignant lesions in training: the prior of the model's probabilities."""
        return self.data.malignant / self.data.lesions

    def to_json(self) -> str:
        """model_card.json."""
        return self.model_dump_json(indent=2) + "\n"

    def to_markdown(self) -> str:
        """model_card.md."""
        return "\n".join(_lines(self)) + "\n"


def _lines(card: ModelCard) -> Iterator[str]:
    data, performance = card.data, card.performance
    yield f"# Model card: {card.settings.model}\n\n**{card.disclaimer}**\n"
    yield "## Data\n"
    yield f"- {data.lesions} lesions, {data.malignant} malignant, in {data.group_count} groups ({_grouped(data)})"
    yield from [f"- question: {data.question}"] if data.question else []
    yield f"- diagnosis: column `{data.label}`; the model's prior is its share of malignant ones, {card.prevalence:.3f}"
    yield f"- SHA-256 of features, labels and groups: `{data.digest}`\n"
    yield "## Performance on held-out lesions\n"
    yield (
        f"Nested cross-validation, {performance.folds} outer folds ({_folded(data)}); imputing, scaling, choosing and "
        "calibrating took place within each training part. The AUC compares lesions of one fold, which one model "
        "scored; Brier score and calibration take all folds together. Intervals are at 95 % and take the held-out "
        "predictions as given: they leave out what another training set would change.\n"
    )
    yield "| measure | value | interval |\n| --- | --- | --- |"
    yield f"| AUC (DeLong) | {performance.auc:.3f} | {_range(performance.auc_delong)} |"
    yield f"| AUC (bootstrap over groups) | {performance.auc:.3f} | {_range(performance.auc_bootstrap)} |"
    yield f"| Brier score (of the prevalence {performance.brier_of_prevalence:.3f}) | {performance.brier:.3f} | |"
    slope, intercept = performance.calibration_slope, performance.calibration_intercept
    yield f"| calibration slope | {_number(slope)} | {_range(performance.calibration_slope_interval)} |"
    yield f"| calibration intercept | {_number(intercept)} | {_range(performance.calibration_intercept_interval)} |\n"
    yield "## Warnings\n"
    yield "\n".join(f"- {text}" for text in card.warnings) or "none"
    yield "\n## Settings\n"
    yield from (f"- {name}: {value}" for name, value in card.settings.model_dump().items())
    yield f"- chosen for the final model: {card.chosen}"
    yield f"- answers lean to the middle by {card.leaning:.3f} of their distance from it; intervals allow for that\n"
    yield "## Features\n\n| feature | least | greatest | empty |\n| --- | --- | --- | --- |"
    for feature in card.features:
        name = feature.name.replace("|", "/")
        yield f"| `{name}` | {feature.low:.4g} | {feature.high:.4g} | {feature.missing_fraction:.0%} |"
    if card.excluded:
        yield "\nNo features:\n"
        yield from (f"- `{name}`: {reason}" for name, reason in card.excluded.items())
    yield "\n## Versions\n"
    yield from (f"- {name} {version}" for name, version in card.versions.items())
    if card.files:
        yield "\n## Files\n"
        yield from (f"- `{name}`: SHA-256 `{digest}`" for name, digest in card.files.items())


def _grouped(data: Data) -> str:
    return f"column `{data.groups}`" if data.groups else "every lesion one: no column of groups was given"


def _folded(data: Data) -> str:
    return f"of column `{data.split}`" if data.split else "made at random, stratified, whole groups together"


def _number(value: float | None) -> str:
    return "cannot be estimated: the classes are separated" if value is None else f"{value:.3f}"


def _range(interval: Interval | None) -> str:
    return "cannot be estimated" if interval is None else f"{interval[0]:.3f}–{interval[1]:.3f}"


def versions() -> dict[str, str]:
    """What a model is made with."""
    return {name: version(name) for name in VERSIONED}
