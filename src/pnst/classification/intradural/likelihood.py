"""The likelihood ratio of schwannoma to meningioma, per draw: predictors are independent given the class.

Each ratio stays within 1/10 and 10 (assumed): few studies, small ones, and no word on how the signs go together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pnst.classification.evidence_model.frequency import Positives, draw, mean_density, new_study_density
from pnst.classification.evidence_model.parameters import BOUND_LOG_SD
from pnst.classification.evidence_model.quasi_random import Variates
from pnst.classification.evidence_model.sign_studies import BETWEEN_SD, BETWEEN_SD_OF_ONE_ROW
from pnst.classification.evidence_model.value_draws import DIFFERENCE_SD, LogMoments
from pnst.classification.intradural.observation import DIAMETER, LEVEL, LEVELS, SIGNS, IntraduralData
from pnst.evidence.intradural_rows import IntraduralCounts, intradural_counts, intradural_moments
from pnst.evidence.published import agreements
from pnst.typing import FloatArray

MAX_LOG_RATIO = float(np.log(10.0))
MEASURED, READ = 0, 1


@dataclass(frozen=True, eq=False)
class IntraduralLikelihood:
    """Drawn log likelihood ratios of everything that can be observed."""

    signs: Mapping[str, FloatArray]
    """(2, 2, draws): measured or read; absent or present."""
    levels: FloatArray
    """(levels, draws)"""
    middle: FloatArray
    """Log of the diameter in cm (draws,) that speaks for neither."""
    slope: FloatArray
    """Log ratio per log cm (draws,)."""
    sd: float
    """Log-SD of the diameter."""
    bounds: tuple[float, float]
    """Beyond these logs of cm a diameter counts no more."""

    def log_ratios(self, data: IntraduralData, row: int) -> dict[str, FloatArray]:
        """Finding → log ratio (draws,) of one lesion."""
        ratios = {}
        for name in data.names(row):
            if name == DIAMETER:
                x = np.clip(np.log(data.diameter_mm[row] / 10), *self.bounds)
                ratios[name] = np.clip((x - self.middle) * self.slope, -MAX_LOG_RATIO, MAX_LOG_RATIO)
            elif name == LEVEL:
                ratios[name] = self.levels[int(data.level[row])]
            else:
                by = READ if data.by_reader[name][row] else MEASURED
                ratios[name] = self.signs[name][by, int(data.signs[name][row])]
        return ratios


@lru_cache(maxsize=4)
def intradural_likelihood(draws: int, seed: int) -> IntraduralLikelihood:
    """Drawn from the rows that count both classes."""
    variates = Variates(draws, seed)
    middle, slope, sd, bounds = _diameter(variates)
    lumbar, thoracic = (frequencies(name, variates) for name in ("lumbar_level", "thoracic_level"))
    shares = {"lumbar": lumbar, "thoracic": thoracic, "cervical": np.maximum(1 - lumbar - thoracic, 0.01)}
    return IntraduralLikelihood(
        signs={name: _sign_ratios(name, variates) for name in SIGNS},
        levels=np.stack([_log_ratio(*(shares[level] / sum(shares.values()))) for level in LEVELS]),
        middle=middle,
        slope=slope,
        sd=sd,
        bounds=bounds,
    )


def counted_rows(predictor: str) -> tuple[IntraduralCounts, ...]:
    """The rows that count a sign in both classes."""
    return tuple(row for row in intradural_counts() if row.predictor == predictor and row.counts_both)


def frequencies(predictor: str, variates: Variates) -> FloatArray:
    """In schwannomas and meningiomas, (2, draws)."""
    rows = counted_rows(predictor)
    spread = BETWEEN_SD if len(rows) > 1 else BETWEEN_SD_OF_ONE_ROW
    classes = (
        [Positives(float(row.schwannoma_positive or 0), float(row.n_schwannoma or 0)) for row in rows],
        [Positives(float(row.meningioma_positive or 0), float(row.n_meningioma or 0)) for row in rows],
    )
    densities = [new_study_density(mean_density(of_class, spread), spread) for of_class in classes]
    return np.stack([draw(density, variates.uniform()) for density in densities])


def _sign_ratios(name: str, variates: Variates) -> FloatArray:
    """Log ratios (2, 2, draws): of the measured and of the read sign, absent and present."""
    present = frequencies(name, variates)
    agreement = next((row for row in agreements() if row.predictor == SIGNS[name].agreement), None)
    measured = present
    if agreement is not None:
        sensitivity, specificity = variates.uniform(*agreement.sensitivity), variates.uniform(*agreement.specificity)
        measured = sensitivity * present + (1 - specificity) * (1 - present)
    return np.stack([np.stack([_log_ratio(*(1 - p)), _log_ratio(*p)]) for p in (measured, present)])


def _log_ratio(schwannoma: FloatArray, meningioma: FloatArray) -> FloatArray:
    return np.clip(np.log(schwannoma / meningioma), -MAX_LOG_RATIO, MAX_LOG_RATIO)


def _diameter(variates: Variates) -> tuple[FloatArray, FloatArray, float, tuple[float, float]]:
    """Middle and slope (draws,) of the log ratio in log cm, the one log-SD, and where the ratio ends."""
    row = next(row for row in intradural_moments() if row.predictor == DIAMETER and row.n_schwannoma is not None)
    classes = LogMoments.of(
        [
            (row.mean_schwannoma, row.sd_schwannoma or 0.0, row.n_schwannoma or 0),
            (row.mean_meningioma, row.sd_meningioma or 0.0, row.n_meningioma or 0),
        ]
    )
    sd = float(np.sqrt(np.average(classes.variance, weights=classes.n - 1)))
    schwannoma, meningioma = classes.centre
    error = float(np.hypot(np.sqrt((1 / classes.n).sum()), DIFFERENCE_SD)) * sd
    step = np.maximum(schwannoma - meningioma + error * variates.normal(), 0.0)
    middle = (schwannoma + meningioma) / 2 + error / 2 * variates.normal()
    return middle, step / sd**2, sd, (schwannoma - BOUND_LOG_SD * sd, meningioma + BOUND_LOG_SD * sd)
