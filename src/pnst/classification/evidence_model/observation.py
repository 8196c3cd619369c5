"""From measured columns to what the evidence model observes: one predictor a group, soft near a threshold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from scipy.special import ndtr

from pnst.classification.evidence_model.observed import ObservedData
from pnst.classification.lesion_table import LesionTable
from pnst.evidence.columns import SIGN_OF_COLUMN, column_kinds, is_sign
from pnst.evidence.published import Predictor, predictors
from pnst.measurement.overrides import READER_COLUMNS
from pnst.typing import BoolArray, FloatArray

_Z975 = 1.959963984540054
_APPLICABLE = "split_fat.applicable"
PLEXIFORM = "reader.plexiform"
PLEXIFORM_GROUPS = ("size", "contour")
"""What a reader's word that the lesion is plexiform takes out."""
PLAUSIBLE_ADC = (0.2, 3.5)
"""In µm²/ms: an ADC outside is no evidence (assumed)."""


@dataclass(frozen=True, eq=False)
class Observation:
    """One predictor in n lesions, as it was measured or judged by a reader."""

    predictor: Predictor
    values: FloatArray
    """The column's value, or the reader's word as 1 or 0; NaN where the predictor does not enter."""
    entry: FloatArray
    """What enters the likelihood: weights (n, levels) of a sign's levels, or the log (n,) of the value in the sources'
    unit; NaN where the predictor does not enter."""
    by_reader: BoolArray

    @property
    def enters(self) -> BoolArray:
        """Where (n,) it does."""
        entry = self.entry if self.entry.ndim == 1 else self.entry.sum(axis=1)
        return ~np.isnan(entry)

    def only(self, where: BoolArray) -> Observation:
        """The same, entering in no other lesions than these."""
        shown = where if self.entry.ndim == 1 else where[:, None]
        values, entry = np.where(where, self.values, np.nan), np.where(shown, self.entry, np.nan)
        return Observation(self.predictor, values, entry, self.by_reader & where)


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
            free = (of_reader == a_reader) & observation.enters & ~taken[observation.predictor.group]
            enters |= free
            taken[observation.predictor.group] |= free
    order = {predictor.name: index for index, predictor in enumerate(predictors())}
    chosen = [o.only(enters) for o, enters in zip(observations, entering, strict=True) if enters.any()]
    return tuple(sorted(chosen, key=lambda observation: order[observation.predictor.name]))


def observe_each(lesions: LesionTable) -> tuple[Observation, ...]:
    """Every predictor by itself, entering wherever it is known: no group picks one of several."""
    return tuple(_observe(predictor, lesions) for predictor in predictors())


def observed_data(observations: tuple[Observation, ...], nf1: FloatArray) -> ObservedData:
    """The observations of n lesions as the likelihood takes them; NF1 of their patients (n,), 1, 0 or NaN."""
    signs = {o.predictor.name: o for o in observations if o.predictor.kind != "lognormal"}
    return ObservedData(
        signs={name: o.entry for name, o in signs.items()},
        by_reader={name: o.by_reader for name, o in signs.items()},
        logs={o.predictor.name: o.entry for o in observations if o.predictor.kind == "lognormal"},
        count=len(nf1),
        nf1=nf1,
    )


def _observe(predictor: Predictor, lesions: LesionTable) -> Observation:
    if predictor.kind == "lognormal":
        return _observe_value(predictor, lesions)
    if is_sign(predictor.column):
        values, by_reader = lesions.flags(predictor.column)
        present = 1 - values if predictor.positive_when == "is false" else values
        observation = Observation(predictor, values, two_levels(present), by_reader)
    else:
        observation = _observe_number(predictor, lesions)
    if predictor.group == "split_fat":
        return observation.only(_applicable(lesions, lesions.flags("split_fat.present")[1]))
    return observation.only(~_plexiform(lesions)) if predictor.group in PLEXIFORM_GROUPS else observation


def _observe_value(predictor: Predictor, lesions: LesionTable) -> Observation:
    values, by_reader = lesions.numbers(predictor.column)
    positive = np.where(values > 0, values, np.nan)  # noise takes a darkest ADC below 0
    observation = Observation(predictor, values, np.log(positive * predictor.unit_factor), by_reader)
    if predictor.axis == "diffusion":
        return observation.only(~implausible_adc(values))
    return observation.only(~_plexiform(lesions))


def implausible_adc(values: FloatArray) -> BoolArray:
    """Where (n,) an ADC in µm²/ms is none of a lesion's: no evidence."""
    low, high = PLAUSIBLE_ADC
    outside: BoolArray = (values < low) | (values > high)
    return outside


def _plexiform(lesions: LesionTable) -> BoolArray:
    """Where (n,) a reader calls the lesion plexiform: its size and contour say nothing."""
    plexiform: BoolArray = lesions.flags(PLEXIFORM)[0] == 1
    return plexiform


def _observe_number(predictor: Predictor, lesions: LesionTable) -> Observation:
    """A continuous column softened about its thresholds; the reader's word on its sign replaces it, unsoftened.

    A sign that came without its column (a reader's own table) is taken at its word too: of an ordinal one, that some
    level above the lowest is there.
    """
    values, by_reader = lesions.numbers(predictor.column)
    half_widths = lesions.half_widths(predictor.column)
    ordinal = predictor.kind == "ordinal"
    entry = (
        level_weights(predictor, values, half_widths)
        if ordinal
        else two_levels(sign_weight(predictor, values, half_widths))
    )
    sign = SIGN_OF_COLUMN.get(predictor.column)
    if sign is None:
        return Observation(predictor, values, entry, by_reader)
    word, word_by_reader = lesions.flags(sign)
    use_word = word_by_reader | (np.isnan(values) & ~np.isnan(word))
    present = 1 - word if predictor.positive_when.startswith("<") else word
    return Observation(
        predictor,
        np.where(use_word, word, values),
        np.where(use_word[:, None], any_level(present, entry.shape[1]), entry),
        np.where(use_word, word_by_reader, by_reader),
    )


def two_levels(present: FloatArray) -> FloatArray:
    """Weights (n, 2) of absent and present from that of present (n,)."""
    return np.stack([1 - present, present], axis=1)


def any_level(present: FloatArray, levels: int) -> FloatArray:
    """Weights (n, levels) of a word (n,): present names every level above the lowest."""
    return np.stack([1 - present] + [present] * (levels - 1), axis=1)


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
    if predictor.uncertain_from is not None and predictor.uncertain_to is not None:
        return _rise(x, sd, towards * predictor.uncertain_from, towards * predictor.uncertain_to)
    crisp = x >= towards * cutoff if operator.endswith("=") else x > towards * cutoff
    smooth = ndtr((x - towards * cutoff) / np.where(sd > 0, sd, 1.0))
    weight: FloatArray = np.where(np.isnan(values), np.nan, np.where(sd > 0, smooth, crisp))
    return weight


def level_weights(predictor: Predictor, values: FloatArray, half_widths: FloatArray) -> FloatArray:
    """Weights (n, levels) of an ordinal sign's levels: each rises where the one below it falls."""
    reached = [_rise(values, half_widths / _Z975, low, high) for low, high in predictor.levels]
    ends = [np.where(np.isnan(values), np.nan, 1.0), *reached, np.where(np.isnan(values), np.nan, 0.0)]
    return np.stack([lower - upper for lower, upper in pairwise(ends)], axis=1)


def _rise(x: FloatArray, sd: FloatArray, low: float, high: float) -> FloatArray:
    """0 below `low`, 1 above `high`, linear between, averaged over a normal of this SD about x; NaN where x is."""
    smooth = (_mean_excess(x - low, sd) - _mean_excess(x - high, sd)) / (high - low)
    weight = np.where(sd > 0, smooth, (x - low) / (high - low))
    clipped: FloatArray = np.where(np.isnan(x), np.nan, np.clip(weight, 0.0, 1.0))
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
