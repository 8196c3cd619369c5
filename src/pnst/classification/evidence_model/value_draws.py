"""The medians of diameter and ADC, drawn from published moments, cutoffs and areas under the curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from pnst.classification.evidence_model.own_evidence import (
    BETWEEN_SD_OF_LOG_SD,
    Normal,
    SiteMoments,
    log_medians,
    log_sd_of_new_study,
)
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
_LOGIT_OF_PROBIT = 1.7  # the slope of one on the other
_AREAS = (1e-3, 1 - 1e-3)


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
    def of_new_study(self) -> Normal:
        """A new study's log-median, n-weighted: its variance is the rows' own spread plus that of their mean."""
        weights = self.n / self.n.sum()
        return Normal(self.pooled_centre, self.centre.std(ddof=1) * np.sqrt(1 + (weights**2).sum()))

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
    malignant, mixed = _of_classes(moment_rows(predictor.name, evidence))
    of_entity = {entity: _entity_moments(predictor.name, entity, evidence) for entity in ENTITIES}
    benign = mixed.beside(of_entity["schwannoma"]).beside(of_entity["neurofibroma"])
    prior = [malignant.of_new_study, *(mixed.beside(of_entity[entity]).of_new_study for entity in ENTITIES)]
    z = np.stack([variates.normal() for _ in prior])
    own = SiteMoments.of_own(predictor.name, evidence)
    sd, pooled_sd = _pooled_log_sd(malignant.beside(benign), own, variates)
    if own is None:
        medians = np.stack([part.mean + part.sd * normal for part, normal in zip(prior, z, strict=True)])
        pooled = malignant.pooled_centre, benign.pooled_centre, pooled_sd
    else:
        medians = log_medians(prior, False, own, sd, z)
        pooled = float(np.median(medians[0])), float(np.median(medians[1:])), pooled_sd
    return LogNormalParameters(
        malignant=medians[0], benign=dict(zip(ENTITIES, medians[1:], strict=True)), sd=sd, pooled=pooled, sign=1.0
    )


def draw_diffusion(predictor: Predictor, evidence: Evidence, variates: Variates) -> LogNormalParameters:
    """ADC: one level for malignant lesions, which all classes share from study to study, and drawn differences to it.

    Neurofibroma − malignant comes from the rows that place both classes, schwannoma − malignant from the areas under
    the curve, SD·√2·Φ⁻¹(AUC); neither is ever negative. Another site's moments are a further row of each.
    """
    own = SiteMoments.of_own(predictor.name, evidence)
    if predictor.parameters == "continuous.csv":
        sd, medians, sizes, errors = _from_moments(moment_rows(predictor.name, evidence), own, variates)
    else:
        rows = moment_rows(predictor.name, evidence)
        sd, medians, sizes, errors = _from_cutoffs(cutoff_rows(predictor.name), rows, own, variates)
    spread = _level_spread(medians if len(sizes[0]) > 1 else class_medians(cutoff_rows(SCHWANNOMA_AREAS), sd))
    weights = sizes[0] / sizes[0].sum()
    both = (sizes[0] + sizes[1]) / (sizes[0] + sizes[1]).sum()
    error = np.hypot(np.sqrt((both**2) @ errors**2), DIFFERENCE_SD) * sd
    prior = [
        Normal(weights @ medians[0], spread * np.sqrt(1 + (weights**2).sum())),
        Normal(both @ (medians[1] - medians[0]), error),
    ]
    level, to_neurofibroma, to_schwannoma = _diffusion_medians(
        prior, _schwannoma_area(predictor.name, evidence), own, sd, variates
    )
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


def _diffusion_medians(
    prior: list[Normal], area: Normal, own: SiteMoments | None, sd: FloatArray, variates: Variates
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The level and the differences of neurofibroma and schwannoma to it, each (draws,)."""
    z = np.stack([variates.normal() for _ in range(3)])

    def difference(normal: FloatArray | float) -> FloatArray:
        to_schwannoma: FloatArray = sd * np.sqrt(2) * ndtri(expit(area.mean + area.sd * normal))
        return to_schwannoma

    if own is None:
        level, to_neurofibroma = (part.mean + part.sd * normal for part, normal in zip(prior, z, strict=False))
        return level, to_neurofibroma, difference(z[2])
    low, high = difference(-1.0), difference(1.0)
    third = Normal((low + high) / 2, (high - low) / 2)
    drawn = log_medians([*prior, third], True, own, sd, z)
    return drawn[0], drawn[1], drawn[2]


def _schwannoma_area(predictor: str, evidence: Evidence) -> Normal:
    """The logit of the area under the curve that tells schwannoma from malignant in a new study.

    The published areas count alike; what other sites' mixed benign lesions imply counts less, the fewer they are.
    """
    logits = [float(logit(area.value)) for area in areas() if area.name == SCHWANNOMA_AREAS]
    weights = [1.0] * len(logits)
    for row in (row for site in evidence.sites for row in site.moments if row.predictor == predictor):
        site = SiteMoments.of(row)
        if site.malignant is None or site.benign is None:
            continue
        distance = (site.benign.centre - site.malignant.centre) / np.exp(site.log_log_sd.mean)
        logits.append(float(logit(np.clip(ndtr(distance / np.sqrt(2)), *_AREAS))))
        sampling = _LOGIT_OF_PROBIT**2 / 2 * (1 / site.malignant.n + 1 / site.benign.n)
        weights.append(DIFFERENCE_SD**2 / (DIFFERENCE_SD**2 + sampling))
    share = np.array(weights) / sum(weights)
    return Normal(float(share @ logits), DIFFERENCE_SD * np.sqrt(1 + (share**2).sum()))


_Rows = tuple[FloatArray, tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray], FloatArray]
"""log-SD (draws,), the two classes' log-medians (rows, draws), their sizes (rows,), and the sampling error (rows,) of
the difference of a row's medians in units of the log-SD."""


def _from_cutoffs(
    rows: Sequence[Cutoff], sites: Sequence[SampleMoments], own: SiteMoments | None, variates: Variates
) -> _Rows:
    """The published cutoffs, whose log-SD is assumed, and the sites' moments, which speak of it too."""
    told = [row for row in sites if row.n_malignant and row.n_benign]
    others = [SiteMoments.of(row) for row in sites]
    if not others and own is None:
        sd = variates.uniform(*ADC_LOG_SD)
    else:
        of_log_sd = log_sd_of_new_study(_assumed_log_sd(), others, own)
        sd = np.exp(of_log_sd.mean + of_log_sd.sd * variates.normal())
    sizes = np.array([row.n_malignant for row in rows], float), np.array([row.n_benign for row in rows], float)
    errors = np.hypot(*(_probit_error(proportion, n) for proportion, n in _proportions(rows)))
    medians = class_medians(rows, sd)
    if not told:
        return sd, medians, sizes, errors
    added = _of_classes(told)
    columns = [np.repeat(part.centre[:, None], len(sd), axis=1) for part in added]
    return (
        sd,
        (np.concatenate([medians[0], columns[0]]), np.concatenate([medians[1], columns[1]])),
        (np.concatenate([sizes[0], added[0].n]), np.concatenate([sizes[1], added[1].n])),
        np.concatenate([errors, np.sqrt(1 / added[0].n + 1 / added[1].n)]),
    )


def _from_moments(rows: Sequence[SampleMoments], own: SiteMoments | None, variates: Variates) -> _Rows:
    malignant, benign = _of_classes([row for row in rows if row.n_malignant and row.n_benign])
    sd, _ = _pooled_log_sd(malignant.beside(benign), own, variates)
    medians = tuple(np.repeat(part.centre[:, None], len(sd), axis=1) for part in (malignant, benign))
    return sd, (medians[0], medians[1]), (malignant.n, benign.n), np.sqrt(1 / malignant.n + 1 / benign.n)


def _pooled_log_sd(rows: LogMoments, own: SiteMoments | None, variates: Variates) -> tuple[FloatArray, float]:
    """Draws of the log-SD, and the one that is pooled over the rows; both of one's own site where it told moments."""
    freedom = rows.n - 1
    pooled = float(np.sqrt(np.average(rows.variance, weights=freedom)))
    if own is None:
        return pooled * np.sqrt(freedom.sum() / variates.chi_square(float(freedom.sum()))), pooled
    scatter = np.log(rows.variance).var(ddof=1) / 4 - (1 / (2 * freedom)).mean()
    between = np.sqrt(max(scatter, BETWEEN_SD_OF_LOG_SD**2))
    prior = Normal(float(np.log(pooled)), float(np.hypot(between, np.sqrt(1 / (2 * freedom.sum())))))
    of_log_sd = log_sd_of_new_study(prior, (), own)
    return np.exp(of_log_sd.mean + of_log_sd.sd * variates.normal()), float(np.exp(of_log_sd.mean))


def _assumed_log_sd() -> Normal:
    """The log of a log-SD that has the mean and SD of the assumed range."""
    low, high = ADC_LOG_SD
    variance = float(np.log1p((high - low) ** 2 / 12 / ((low + high) / 2) ** 2))
    return Normal(float(np.log((low + high) / 2)) - variance / 2, float(np.sqrt(variance)))


def _of_classes(rows: Sequence[SampleMoments]) -> tuple[LogMoments, LogMoments]:
    """Malignant and benign, of the rows that tell them."""
    return (
        LogMoments.of([(row.mean_malignant, row.sd_malignant, row.n_malignant) for row in rows if row.n_malignant]),
        LogMoments.of([(row.mean_benign, row.sd_benign, row.n_benign) for row in rows if row.n_benign]),
    )


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
