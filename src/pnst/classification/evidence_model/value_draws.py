"""The medians of diameter and ADC, drawn from published moments, cutoffs and areas under the curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtri

from pnst.classification.evidence_model.parameters import LogNormalParameters
from pnst.classification.evidence_model.quasi_random import Variates
from pnst.evidence.body import Evidence
from pnst.evidence.published import Cutoff, Entity, Predictor, SampleMoments, areas
from pnst.evidence.published import cutoffs as all_cutoffs
from pnst.evidence.sign_rows import ENTITIES
from pnst.typing import FloatArray

ADC_LOG_SD = (0.13, 0.25)
"""Range of the unpublished log-SD of mean and dark ADC (assumed; 0.25 is that of benign minimum ADC)."""
LEAST_LEVEL_SD = 0.10
"""Between-study log-SD of ADC that all classes share: scanner, b-values, region (assumed, at least)."""
DIFFERENCE_SD = 0.6
"""Between-study SD of a difference of log-medians in units of the log-SD, and of an area on the logit (assumed)."""
SCHWANNOMA_AREAS = "adc_mean"
"""The statistic whose published areas tell schwannoma from malignant, for the others too."""


@dataclass(frozen=True, eq=False)
class LogMoments:
    """Log-median, log-variance and number of the rows of one class, each (rows,)."""

    centre: FloatArray
    variance: FloatArray
    n: FloatArray

    @classmethod
    def of(cls, rows: Sequence[tuple[float, float, int]]) -> LogMoments:
        """From means, SDs and numbers."""
        mean, sd, n = np.array(rows, dtype=float).reshape(-1, 3).T
        variance = log_variance(mean, sd)
        return cls(np.log(mean) - variance / 2, variance, n)

    def beside(self, other: LogMoments) -> LogMoments:
        """The rows of both."""
        joined = (np.concatenate(pair) for pair in zip(self._parts, other._parts, strict=True))
        return LogMoments(*joined)

    @property
    def pooled_centre(self) -> float:
        """n-weighted."""
        return float(np.average(self.centre, weights=self.n))

    @property
    def _parts(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        return self.centre, self.variance, self.n


def log_variance(mean: FloatArray, sd: FloatArray) -> FloatArray:
    """Variance of the log of a lognormal with this mean and SD.

    ln(1 + 1²):

    >>> round(float(log_variance(np.array(3.0), np.array(3.0))), 4)
    0.6931
    """
    return np.log1p((sd / mean) ** 2)


def class_medians(rows: Sequence[Cutoff], sd: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Log-medians (rows, draws) of malignant and benign lesions that give each row's two proportions at log-SD `sd`.

    Malignant lies below the cutoff; half a count is added to each proportion.
    """
    log_cutoff = np.log([row.cutoff for row in rows])[:, None]
    below, above = (ndtri(proportion)[:, None] for proportion, _ in _proportions(rows))
    return log_cutoff - below * sd, log_cutoff + above * sd


def moment_rows(predictor: str, evidence: Evidence) -> tuple[SampleMoments, ...]:
    """The rows of moments of a predictor, other sites' among them."""
    added = [row for site in evidence.sites for row in site.moments]
    return tuple(row for row in (*evidence.moments, *added) if row.predictor == predictor)


def cutoff_rows(predictor: str) -> tuple[Cutoff, ...]:
    """The cutoffs of a predictor that give both proportions; one alone cannot place two medians."""
    return tuple(row for row in all_cutoffs() if row.name == predictor and row.true_negative is not None)


def draw_size(predictor: Predictor, evidence: Evidence, variates: Variates) -> LogNormalParameters:
    """Diameter: log-moments of each row, n-weighted; one pooled log-SD; the spread between studies is the rows'.

    Benign lesions of mixed studies count for both entities, beside the rows of each.
    """
    rows = moment_rows(predictor.name, evidence)
    malignant = LogMoments.of([(row.mean_malignant, row.sd_malignant, row.n_malignant) for row in rows])
    mixed = LogMoments.of([(row.mean_benign, row.sd_benign, row.n_benign) for row in rows])
    own = {entity: _entity_moments(predictor.name, entity, evidence) for entity in ENTITIES}
    benign = mixed.beside(own["schwannoma"]).beside(own["neurofibroma"])
    everything = malignant.beside(benign)
    freedom = everything.n - 1
    sd = float(np.sqrt(np.average(everything.variance, weights=freedom)))
    return LogNormalParameters(
        malignant=_draw_centre(malignant, variates.normal()),
        benign={entity: _draw_centre(mixed.beside(own[entity]), variates.normal()) for entity in ENTITIES},
        sd=sd * np.sqrt(freedom.sum() / variates.chi_square(float(freedom.sum()))),
        pooled=(malignant.pooled_centre, benign.pooled_centre, sd),
        sign=1.0,
    )


def draw_diffusion(predictor: Predictor, evidence: Evidence, variates: Variates) -> LogNormalParameters:
    """ADC: one level for malignant lesions, which all classes share from study to study, and drawn differences to it.

    Neurofibroma − malignant comes from the rows that place both classes, schwannoma − malignant from the areas under
    the curve, SD·√2·Φ⁻¹(AUC); neither is ever negative.
    """
    if predictor.parameters == "continuous.csv":
        sd, medians, sizes, errors = _from_moments(moment_rows(predictor.name, evidence), variates)
    else:
        sd, medians, sizes, errors = _from_cutoffs(cutoff_rows(predictor.name), variates)
    spread = _level_spread(medians if len(sizes[0]) > 1 else class_medians(cutoff_rows(SCHWANNOMA_AREAS), sd))
    weights = sizes[0] / sizes[0].sum()
    level = weights @ medians[0] + spread * np.sqrt(1 + (weights**2).sum()) * variates.normal()
    both = (sizes[0] + sizes[1]) / (sizes[0] + sizes[1]).sum()
    error = np.hypot(np.sqrt((both**2) @ errors**2), DIFFERENCE_SD) * sd
    to_neurofibroma = both @ (medians[1] - medians[0]) + error * variates.normal()
    logits = logit([area.value for area in areas() if area.name == SCHWANNOMA_AREAS])
    area = logits.mean() + DIFFERENCE_SD * np.sqrt(1 + 1 / len(logits)) * variates.normal()
    to_schwannoma = sd * np.sqrt(2) * ndtri(expit(area))
    middle = float(np.median(sd))
    return LogNormalParameters(
        malignant=level,
        benign={
            "schwannoma": level + np.maximum(to_schwannoma, 0.0),
            "neurofibroma": level + np.maximum(to_neurofibroma, 0.0),
        },
        sd=sd,
        pooled=(float(np.median(level)), float(np.median(level + to_neurofibroma)), middle),
        sign=-1.0,
    )


_Rows = tuple[FloatArray, tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray], FloatArray]
"""log-SD (draws,), the two classes' log-medians (rows, draws), their sizes (rows,), and the sampling error (rows,) of
the difference of a row's medians in units of the log-SD."""


def _from_cutoffs(rows: Sequence[Cutoff], variates: Variates) -> _Rows:
    sd = variates.uniform(*ADC_LOG_SD)
    sizes = np.array([row.n_malignant for row in rows], float), np.array([row.n_benign for row in rows], float)
    errors = np.hypot(*(_probit_error(proportion, n) for proportion, n in _proportions(rows)))
    return sd, class_medians(rows, sd), sizes, errors


def _from_moments(rows: Sequence[SampleMoments], variates: Variates) -> _Rows:
    malignant = LogMoments.of([(row.mean_malignant, row.sd_malignant, row.n_malignant) for row in rows])
    benign = LogMoments.of([(row.mean_benign, row.sd_benign, row.n_benign) for row in rows])
    both = malignant.beside(benign)
    freedom = both.n - 1
    pooled = float(np.sqrt(np.average(both.variance, weights=freedom)))
    sd = pooled * np.sqrt(freedom.sum() / variates.chi_square(float(freedom.sum())))
    medians = tuple(np.repeat(part.centre[:, None], len(sd), axis=1) for part in (malignant, benign))
    return sd, (medians[0], medians[1]), (malignant.n, benign.n), np.sqrt(1 / malignant.n + 1 / benign.n)


def _level_spread(medians: tuple[FloatArray, FloatArray]) -> FloatArray:
    """Between-study SD (draws,) of what both classes share: of the rows' middles, and at least the assumed."""
    middles = (medians[0] + medians[1]) / 2
    spread: FloatArray = np.maximum(middles.std(axis=0, ddof=1), LEAST_LEVEL_SD)
    return spread


def _proportions(rows: Sequence[Cutoff]) -> list[tuple[FloatArray, FloatArray]]:
    """Malignant below and benign above each cutoff, half a count added, with the numbers."""
    counts: Mapping[str, tuple[list[int], list[int]]] = {
        "malignant": ([row.true_positive for row in rows], [row.n_malignant for row in rows]),
        "benign": ([row.true_negative or 0 for row in rows], [row.n_benign for row in rows]),
    }
    return [((np.array(k) + 0.5) / (np.array(n) + 1), np.array(n, dtype=float)) for k, n in counts.values()]


def _probit_error(proportion: FloatArray, n: FloatArray) -> FloatArray:
    """Sampling error of the probit of a proportion, by the delta method."""
    height = np.exp(-(ndtri(proportion) ** 2) / 2) / np.sqrt(2 * np.pi)
    error: FloatArray = np.sqrt(proportion * (1 - proportion) / (n + 1)) / height
    return error


def _entity_moments(predictor: str, entity: Entity, evidence: Evidence) -> LogMoments:
    rows = [row for row in evidence.entity_moments if row.predictor == predictor and row.entity == entity]
    return LogMoments.of([(row.mean, row.sd, row.n) for row in rows])


def _draw_centre(rows: LogMoments, normal: FloatArray) -> FloatArray:
    """A new study's log-median (draws,), n-weighted: its variance is the rows' own spread plus that of their mean."""
    weights = rows.n / rows.n.sum()
    spread = rows.centre.std(ddof=1)
    drawn: FloatArray = rows.pooled_centre + spread * np.sqrt(1 + (weights**2).sum()) * normal
    return drawn
