"""From measured columns to what the evidence model observes: one predictor a group, soft near a threshold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import ndtr

from pnst.classification.evidence_model.likelihood import ObservedData
from pnst.classification.lesion_table import LesionTable
from pnst.evidence.columns import SIGN_OF_COLUMN, column_kinds, is_sign
from pnst.evidence.published import Predictor, predictors
from pnst.measurement.overrides import READER_COLUMNS
from pnst.typing import BoolArray, FloatArray

_Z975 = 1.959963984540054
_APPLICABLE = "split_fat.applicable"


@dataclass(frozen=True, eq=False)
class Observation:
    """One predictor in n lesions, as it was measured or judged by a reader."""

    predictor: Predictor
    values: FloatArray
    """The column's value, or the reader's word as 1 or 0; NaN where the predictor does not enter."""
    entry: FloatArray
    """What enters the likelihood: a sign's weight in 0–1, or the log of the value in the sources' unit."""
    by_reader: BoolArray


def observe(lesions: LesionTable) -> tuple[Observation, ...]:
    """Every predictor of `predictors.csv` that enters for at least one lesion: the lowest rank of each group, a
    reader's own word before anything measured.
    """
    observations = [_observe(predictor, lesions) for predictor in sorted(predictors(), key=lambda p: p.rank)]
    entering = [np.zeros(lesions.count, dtype=bool) for _ in observations]
    taken = {o.predictor.group: np.zeros(lesions.count, dtype=bool) for o in observations}
    for a_reader in (True, False):
        for observation, enters in zip(observations, entering, strict=True):
            of_reader = observation.by_reader | (observation.predictor.column in READER_COLUMNS)
            free = (of_reader == a_reader) & ~np.isnan(observation.entry) & ~taken[observation.predictor.group]
            enters |= free
            taken[observation.predictor.group] |= free
    order = {predictor.name: index for index, predictor in enumerate(predictors())}
    chosen = [_only(o, enters) for o, enters in zip(observations, entering, strict=True) if enters.any()]
    return tuple(sorted(chosen, key=lambda observation: order[observation.predictor.name]))


def observed_data(observations: tuple[Observation, ...], count: int) -> ObservedData:
    """The observations as the likelihood takes them."""
    return ObservedData(
        signs={r.predictor.name: r.entry for r in observations if r.predictor.kind == "sign"},
        logs={r.predictor.name: r.entry for r in observations if r.predictor.kind == "lognormal"},
        count=count,
    )


def _only(observation: Observation, free: BoolArray) -> Observation:
    return Observation(
        observation.predictor,
        np.where(free, observation.values, np.nan),
        np.where(free, observation.entry, np.nan),
        observation.by_reader & free,
    )


def _observe(predictor: Predictor, lesions: LesionTable) -> Observation:
    if predictor.kind == "lognormal":
        values, by_reader = lesions.numbers(predictor.column)
        positive = np.where(values > 0, values, np.nan)  # noise takes a darkest ADC below 0
        return Observation(predictor, values, np.log(positive * predictor.unit_factor), by_reader)
    if is_sign(predictor.column):
        values, by_reader = lesions.flags(predictor.column)
        entry = 1 - values if predictor.positive_when == "is false" else values
        return Observation(predictor, values, entry, by_reader)
    return _observe_threshold(predictor, lesions)


def _observe_threshold(predictor: Predictor, lesions: LesionTable) -> Observation:
    """A continuous column softened about its threshold; the reader's word on its sign replaces it, unsoftened.

    A sign that came without its column (a reader's own table) is taken at its word too.
    """
    values, by_reader = lesions.numbers(predictor.column)
    entry = sign_weight(predictor, values, lesions.half_widths(predictor.column))
    sign = SIGN_OF_COLUMN.get(predictor.column)
    if sign is None:
        return Observation(predictor, values, entry, by_reader)
    word, word_by_reader = lesions.flags(sign)
    use_word = word_by_reader | (np.isnan(values) & ~np.isnan(word))
    malignant_word = 1 - word if predictor.positive_when.startswith("<") else word
    observation = Observation(
        predictor,
        np.where(use_word, word, values),
        np.where(use_word, malignant_word, entry),
        np.where(use_word, word_by_reader, by_reader),
    )
    return _only(observation, _applicable(lesions, word_by_reader)) if predictor.group == "split_fat" else observation


def _applicable(lesions: LesionTable, word_by_reader: BoolArray) -> BoolArray:
    """Where split fat enters: unless `applicable` is false, or null beside something else of the family.

    A reader's word on the sign makes it applicable. A lesion of which nothing else of the family was measured is taken
    at its word, whatever columns the other rows of its table have; so is a table without the column.
    """
    if not lesions.has(_APPLICABLE):
        return np.ones(lesions.count, dtype=bool)
    applicable, _ = lesions.flags(_APPLICABLE)
    alone = ~lesions.measured_in("split_fat", but=(_APPLICABLE, "split_fat.present"))
    enters: BoolArray = (applicable == 1) | word_by_reader | (np.isnan(applicable) & alone)
    return enters


def sign_weight(predictor: Predictor, values: FloatArray, half_widths: FloatArray) -> FloatArray:
    """Weight (n,) in 0–1 with which a continuous column shows its sign; NaN where the value is.

    It rises linearly from `uncertain_from` to `uncertain_to` (a step at the threshold where there are none) and is
    averaged over a normal whose 95 % range is the measurement's own interval (value ± half width).
    """
    operator, cutoff = _threshold(predictor)
    towards = -1.0 if operator.startswith("<") else 1.0
    x, sd = towards * values, half_widths / _Z975
    if predictor.uncertain_from is None or predictor.uncertain_to is None:
        crisp = x >= towards * cutoff if operator.endswith("=") else x > towards * cutoff
        smooth = ndtr((x - towards * cutoff) / np.where(sd > 0, sd, 1.0))
        weight = np.where(sd > 0, smooth, crisp)
    else:
        low, high = towards * predictor.uncertain_from, towards * predictor.uncertain_to
        smooth = (_mean_excess(x - low, sd) - _mean_excess(x - high, sd)) / (high - low)
        weight = np.where(sd > 0, smooth, (x - low) / (high - low))
    clipped: FloatArray = np.where(np.isnan(values), np.nan, np.clip(weight, 0.0, 1.0))
    return clipped


def _mean_excess(mean: FloatArray, sd: FloatArray) -> FloatArray:
    """E[max(X, 0)] of a normal X (n,); meaningless where sd is 0."""
    safe = np.where(sd > 0, sd, 1.0)
    z = mean / safe
    excess: FloatArray = mean * ndtr(z) + safe * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return excess


@cache
def _threshold(predictor: Predictor) -> tuple[str, float]:
    operator, cutoff = predictor.positive_when.split()
    whole = operator == ">=" and column_kinds().get(predictor.column) is int
    return operator, float(cutoff) - (0.5 if whole else 0.0)  # a count stands for all that rounds to it
