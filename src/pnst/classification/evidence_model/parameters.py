"""The evidence model's parameters, drawn from the published rows: a draw is for a *new* study.

Every draw comes from rows of `pnst.evidence`'s files or from a constant below that is marked *assumed*.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from scipy.special import expit, logit, ndtri

from pnst.classification.evidence_model import split_fat_prior
from pnst.evidence.pooling import logit_with_half_count, random_effects
from pnst.evidence.published import Cutoff, Pooled, Predictor, SampleMoments, SignCounts
from pnst.evidence.published import cutoffs as all_cutoffs
from pnst.evidence.published import moments as all_moments
from pnst.evidence.published import pooled as all_pooled
from pnst.evidence.published import predictors as all_predictors
from pnst.evidence.published import sign_counts as all_sign_counts
from pnst.typing import FloatArray

ASSUMED_BETWEEN_SD = 0.6
"""Between-study SD of a sign's frequency on the logit, where fewer than five studies cannot estimate it (assumed)."""
MIN_STUDIES = 5
ASSUMED_ADC_LOG_SD = (0.13, 0.25)
"""Range of the unpublished log-SD of mean and dark ADC (assumed; 0.25 is that of benign minimum ADC)."""
_Z975 = 1.959963984540054
_MIN_FREQUENCY = 1e-9  # keeps the probit of a drawn frequency finite


@dataclass(frozen=True, eq=False)
class SignParameters:
    """A sign's frequency in malignant and benign lesions, each (draws,)."""

    malignant: FloatArray
    benign: FloatArray


@dataclass(frozen=True, eq=False)
class LogNormalParameters:
    """Log-medians per class and the one log-SD, each (draws,), in the log of the sources' unit."""

    malignant: FloatArray
    benign: FloatArray
    sd: FloatArray
    pooled: tuple[float, float, float]
    """Log-median in malignant and in benign lesions and log-SD, pooled over the rows: no draw."""

    def __post_init__(self) -> None:
        # A draw in the wrong direction means no effect: both medians are set to their mean.
        middle = (self.malignant + self.benign) / 2
        wrong = (self.malignant - self.benign) * self.direction < 0
        object.__setattr__(self, "malignant", np.where(wrong, middle, self.malignant))
        object.__setattr__(self, "benign", np.where(wrong, middle, self.benign))

    @property
    def direction(self) -> float:
        """+1 where malignant lesions have the greater value, −1 where the smaller."""
        return 1.0 if self.pooled[0] > self.pooled[1] else -1.0


Parameters = Mapping[str, SignParameters | LogNormalParameters]


@lru_cache(maxsize=8)
def draw_parameters(draws: int, seed: int) -> Parameters:
    """Parameters of every row of `predictors.csv`, by predictor; the same (draws, seed) gives the same draws."""
    return MappingProxyType({p.name: _draw(p, draws, _stream(seed, p.name)) for p in all_predictors()})


def sources(predictor: Predictor) -> tuple[str, ...]:
    """The studies whose rows carry a predictor's parameters, in the order of the file."""
    rows: Sequence[SignCounts | SampleMoments | Cutoff]
    match predictor.parameters:
        case "signs_2x2.csv":
            rows = sign_rows(predictor.name)
        case "continuous.csv":
            rows = moment_rows(predictor.name)
        case "cutoffs.csv":
            rows = cutoff_rows(predictor.name)
        case "pooled.csv":
            return (pooled_row(predictor.name).source,)
        case _:
            return ("Yun2021",)
    return tuple(row.study for row in rows)


def sign_rows(predictor: str) -> tuple[SignCounts, ...]:
    """The rows of counts of a sign."""
    return tuple(row for row in all_sign_counts() if row.predictor == predictor)


def moment_rows(predictor: str) -> tuple[SampleMoments, ...]:
    """The rows of moments of a continuous predictor."""
    return tuple(row for row in all_moments() if row.predictor == predictor)


def cutoff_rows(predictor: str) -> tuple[Cutoff, ...]:
    """The cutoffs of a predictor that give both proportions; one alone cannot place two medians."""
    return tuple(row for row in all_cutoffs() if row.name == predictor and row.true_negative is not None)


def pooled_row(predictor: str) -> Pooled:
    """The meta-analysis' row of a sign."""
    return next(row for row in all_pooled() if row.predictor == predictor)


def _stream(seed: int, predictor: str) -> np.random.Generator:
    # A stream of its own for each predictor: a new row of predictors.csv does not move the others' draws.
    return np.random.default_rng([seed, zlib.crc32(predictor.encode())])


def _draw(predictor: Predictor, draws: int, rng: np.random.Generator) -> SignParameters | LogNormalParameters:
    match predictor.parameters:
        case "signs_2x2.csv":
            return _draw_counted_sign(sign_rows(predictor.name), draws, rng)
        case "pooled.csv":
            return _draw_pooled_sign(pooled_row(predictor.name), draws, rng)
        case "continuous.csv":
            return _draw_from_moments(moment_rows(predictor.name), draws, rng)
        case "cutoffs.csv":
            return _draw_from_cutoffs(cutoff_rows(predictor.name), cutoff_rows("adc_mean"), draws, rng)
        case _:
            malignant, benign = split_fat_prior.draw_frequencies(draws, rng)
            return SignParameters(_inside(malignant), _inside(benign))


def _draw_counted_sign(rows: tuple[SignCounts, ...], draws: int, rng: np.random.Generator) -> SignParameters:
    malignant = np.array([(row.malignant_positive, row.n_malignant) for row in rows], dtype=float).T
    benign = np.array([(row.benign_positive, row.n_benign) for row in rows], dtype=float).T
    return SignParameters(
        _draw_frequency(malignant[0], malignant[1], draws, rng), _draw_frequency(benign[0], benign[1], draws, rng)
    )


def _draw_frequency(positive: FloatArray, total: FloatArray, draws: int, rng: np.random.Generator) -> FloatArray:
    """Logit-normal over the rows of one class: the pooled mean's error and the spread between studies."""
    fixed = None if len(total) >= MIN_STUDIES else ASSUMED_BETWEEN_SD
    fit = random_effects(*logit_with_half_count(positive, total), between_sd=fixed)
    return _inside(expit(rng.normal(fit.mean, np.hypot(fit.standard_error, fit.between_sd), draws)))


def _draw_pooled_sign(row: Pooled, draws: int, rng: np.random.Generator) -> SignParameters:
    """From a meta-analysis' sensitivity and specificity; its interval is the pooled mean's, not a new study's."""
    frequencies: list[FloatArray] = []
    for estimate in (row.sensitivity, row.specificity):
        if estimate is None:
            raise ValueError(f"{row.predictor}: pooled.csv gives no sensitivity or no specificity")
        error = (logit(estimate.high) - logit(estimate.low)) / (2 * _Z975)
        spread = np.hypot(error, ASSUMED_BETWEEN_SD)
        frequencies.append(_inside(expit(rng.normal(logit(estimate.value), spread, draws))))
    sensitivity, specificity = frequencies
    return SignParameters(sensitivity, 1 - specificity)


def _draw_from_moments(rows: tuple[SampleMoments, ...], draws: int, rng: np.random.Generator) -> LogNormalParameters:
    """Log-moments of each row, n-weighted; one pooled log-SD with its sampling error."""
    malignant = np.array([(row.mean_malignant, row.sd_malignant, row.n_malignant) for row in rows]).T
    benign = np.array([(row.mean_benign, row.sd_benign, row.n_benign) for row in rows]).T
    freedom = np.concatenate([malignant[2], benign[2]]) - 1
    variances = np.concatenate([log_variance(*malignant[:2]), log_variance(*benign[:2])])
    sd = float(np.sqrt(np.average(variances, weights=freedom)))
    centres = [np.log(mean) - log_variance(mean, sd_) / 2 for mean, sd_, _ in (malignant, benign)]
    total = freedom.sum()
    return LogNormalParameters(
        malignant=_draw_centre(centres[0][:, None], malignant[2], rng.standard_normal(draws)),
        benign=_draw_centre(centres[1][:, None], benign[2], rng.standard_normal(draws)),
        sd=sd * np.sqrt(total / rng.chisquare(total, draws)),
        pooled=(
            float(np.average(centres[0], weights=malignant[2])),
            float(np.average(centres[1], weights=benign[2])),
            sd,
        ),
    )


def _draw_from_cutoffs(
    rows: tuple[Cutoff, ...], spread_rows: tuple[Cutoff, ...], draws: int, rng: np.random.Generator
) -> LogNormalParameters:
    """Medians solved from each row's two proportions at the drawn log-SD; `spread_rows` disagree by the spread."""
    sd = rng.uniform(*ASSUMED_ADC_LOG_SD, draws)
    drawn = []
    for centres, spread_centres, n in zip(
        class_medians(rows, sd), class_medians(spread_rows, sd), _class_sizes(rows), strict=True
    ):
        spread = spread_centres.std(axis=0, ddof=1)
        drawn.append(_draw_centre(centres, n, rng.standard_normal(draws), spread))
    middle = np.array([np.mean(ASSUMED_ADC_LOG_SD)])
    pooled = [
        float(np.average(centres[:, 0], weights=n))
        for centres, n in zip(class_medians(rows, middle), _class_sizes(rows), strict=True)
    ]
    return LogNormalParameters(drawn[0], drawn[1], sd, pooled=(pooled[0], pooled[1], float(middle[0])))


def class_medians(rows: Sequence[Cutoff], sd: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Log-medians (rows, draws) of malignant and benign lesions that give each row's two proportions at log-SD `sd`.

    Malignant lies below the cutoff; half a count is added to each proportion.
    """
    log_cutoff = np.log([row.cutoff for row in rows])[:, None]
    n_malignant, n_benign = _class_sizes(rows)
    below = ndtri((np.array([row.true_positive for row in rows]) + 0.5) / (n_malignant + 1))[:, None]
    above = ndtri((np.array([row.true_negative for row in rows], dtype=float) + 0.5) / (n_benign + 1))[:, None]
    return log_cutoff - below * sd, log_cutoff + above * sd


def log_variance(mean: FloatArray, sd: FloatArray) -> FloatArray:
    """Variance of the log of a lognormal with this mean and SD.

    ln(1 + 1²):

    >>> round(float(log_variance(np.array(3.0), np.array(3.0))), 4)
    0.6931
    """
    return np.log1p((sd / mean) ** 2)


def _class_sizes(rows: Sequence[Cutoff]) -> tuple[FloatArray, FloatArray]:
    return (
        np.array([row.n_malignant for row in rows], dtype=float),
        np.array([row.n_benign for row in rows], dtype=float),
    )


def _draw_centre(
    centres: FloatArray, n: FloatArray, normal: FloatArray, spread: FloatArray | None = None
) -> FloatArray:
    """A new study's log-median (draws,) from the rows' (rows, draws or 1), n-weighted.

    Its variance is the rows' own spread plus that of their weighted mean.
    """
    weights = n / n.sum()
    if spread is None:
        spread = centres.std(axis=0, ddof=1)
    mean = weights @ centres
    drawn: FloatArray = mean + spread * np.sqrt(1 + (weights**2).sum()) * normal
    return drawn


def _inside(frequency: FloatArray) -> FloatArray:
    return np.clip(frequency, _MIN_FREQUENCY, 1 - _MIN_FREQUENCY)
