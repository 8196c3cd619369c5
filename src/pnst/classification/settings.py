"""Settings of the assessing stage."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pnst.stage_settings import StageSettings

AT_PRIORS = (0.01, 0.05, 0.10)
"""The answer is given at these priors too."""


class AssessSettings(StageSettings):
    """What an assessment depends on besides the measurements."""

    prior: float | None = Field(None, gt=0, lt=1)
    """Probability of the class that is asked about before anything is measured; None: the question's own, or the share
    of the lesions that a model was trained on."""
    decision_probability: float | None = Field(None, gt=0, lt=1)
    """When set, an interval that contains it makes the assessment abstain."""
    draws: int = Field(2048, ge=400, le=100_000)
    """Draws of the evidence model's parameters, evenest in a power of two; a trained model has none."""
    seed: int = Field(1, ge=0)
    """Of those draws."""
    wasa_size_cutoff_mm: float | None = Field(None, gt=0)
    """The Wasa score's size cutoff in mm, which is not known to us: without it the score cannot be evaluated."""


class TrainSettings(StageSettings):
    """How a model is learnt from a cohort."""

    model: Literal["logistic", "boosting", "evidence-offset", "recalibrated"] = "logistic"
    """Penalised logistic regression; gradient boosted trees; the evidence model's log-odds, corrected by a penalised
    logistic regression on the features; or those log-odds alone, their slope and intercept fitted to the cohort."""
    folds: int | None = Field(None, ge=2, le=50)
    """Of the outer cross-validation, which measures performance; None: those that the table gives, else 5. Refused
    beside a table's own."""
    inner_folds: int = Field(5, ge=2, le=50)
    """Within each training part, to choose the penalty and to calibrate."""
    seed: int = Field(1, ge=0)
    """Of the folds, the resamples and the trees."""
    inverse_penalties: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        (1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0), min_length=1
    )
    """Among which the inner folds choose for a logistic regression on standardised features: scikit-learn's C for 100
    lesions, less for more, so that the penalty is weighed against the mean loss."""
    tree_counts: tuple[Annotated[int, Field(ge=1)], ...] = Field((25, 75), min_length=1)
    """Among which the inner folds choose for boosting."""
    screened: int = Field(100, ge=1)
    """Features that boosting keeps, by how each alone ranks the classes in the training part (ours: more make files of
    tens of megabytes)."""
    leaves: int = Field(4, ge=2, le=64)
    """Most leaves of one tree."""
    least_in_leaf: int = Field(8, ge=1)
    """Fewest lesions in a leaf."""
    slope_sd: float = Field(0.5, gt=0)
    """How far `recalibrated` may move the slope from 1: the SD of its penalty (ours)."""
    shift_sd: float = Field(1.0, gt=0)
    """How far it may move the log-odds of a lesion of which the evidence says nothing (ours)."""
    replicates: int = Field(40, ge=10, le=1000)
    """Models of a logistic regression refitted on resampled groups, whose spread is the interval of a probability."""
    least_groups: int | None = Field(None, ge=2)
    """Groups that must be there with a malignant lesion, and as many without; fewer are refused (ours). None: 10, and
    for `recalibrated` 5, one a fold."""
    events_per_feature: float = Field(10.0, ge=0)
    """Fewer lesions of the rarer class a feature are warned of (a rule of thumb)."""
    separation_chance: float = Field(1e-3, ge=0, le=1)
    """A feature that separates the classes without an error is refused where one of all features would do so by chance
    with a probability below this (ours)."""
    bootstrap: int = Field(2000, ge=100, le=100_000)
    """Resamples of groups for the interval of the AUC."""


class EvaluateSettings(StageSettings):
    """How probabilities are compared with the diagnosis."""

    bootstrap: int = Field(2000, ge=100, le=100_000)
    """Resamples of groups for the interval of the AUC."""
    seed: int = Field(1, ge=0)
    """Of those resamples."""
    curve_steps: int = Field(99, ge=9, le=999)
    """Threshold probabilities of the decision curve, evenly between 0 and 1."""
    most_levels: int = Field(10, ge=2)
    """Values that a column of subgroups may have."""
