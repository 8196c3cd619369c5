"""What one's own site measured updates what the literature expects of a new study: medians and log-SDs.

The literature's distribution of a new study is the prior, normal on the log of a median and of a log-SD; the site's
moments are normal about its own. A site of five lesions moves it little, one of five hundred answers by its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pnst.evidence.body import Evidence
from pnst.evidence.value_rows import SampleMoments
from pnst.typing import FloatArray

BETWEEN_SD_OF_LOG_SD = 0.1
"""Between-study SD of the log of a log-SD, at least (assumed)."""


@dataclass(frozen=True)
class Normal:
    """Mean and SD of what is normal, numbers or (draws,)."""

    mean: FloatArray | float
    sd: FloatArray | float


@dataclass(frozen=True)
class ClassMoments:
    """Log-median and log-variance of one class at one site, and of how many lesions."""

    centre: float
    variance: float
    n: int

    @classmethod
    def of(cls, mean: float, sd: float, n: int) -> ClassMoments:
        """From the mean and SD of what is lognormal."""
        variance = float(np.log1p((sd / mean) ** 2))
        return cls(float(np.log(mean)) - variance / 2, variance, n)

    def error_variance(self, log_sd: FloatArray) -> FloatArray:
        """Sampling variance (draws,) of the log-median, by the delta method: it comes from a mean and an SD."""
        variance: FloatArray = log_sd**2 * (1 + log_sd**2 / 2) / self.n
        return variance


@dataclass(frozen=True)
class SiteMoments:
    """One site's moments of one predictor; a class that is not told is None."""

    malignant: ClassMoments | None
    benign: ClassMoments | None

    @classmethod
    def of(cls, row: SampleMoments) -> SiteMoments:
        """From a row."""
        return cls(
            ClassMoments.of(row.mean_malignant, row.sd_malignant, row.n_malignant) if row.n_malignant else None,
            ClassMoments.of(row.mean_benign, row.sd_benign, row.n_benign) if row.n_benign else None,
        )

    @classmethod
    def of_own(cls, predictor: str, evidence: Evidence) -> SiteMoments | None:
        """Those of one's own site, None where it told none."""
        rows = evidence.own.moments if evidence.own else ()
        return next((cls.of(row) for row in rows if row.predictor == predictor), None)

    @property
    def classes(self) -> list[ClassMoments]:
        """Those that are told."""
        return [part for part in (self.malignant, self.benign) if part is not None]

    @property
    def log_log_sd(self) -> Normal:
        """The log of the log-SD within classes, and its sampling error."""
        freedom = sum(part.n - 1 for part in self.classes)
        variance = sum((part.n - 1) * part.variance for part in self.classes) / freedom
        return Normal(float(np.log(variance)) / 2, float(np.sqrt(1 / (2 * freedom))))


def log_sd_of_new_study(prior: Normal, others: Sequence[SiteMoments], own: SiteMoments | None) -> Normal:
    """The log of the log-SD at one's own site, or in a new study, from a prior and what sites measured."""
    between = BETWEEN_SD_OF_LOG_SD
    mean = Normal(prior.mean, np.sqrt(np.maximum(np.asarray(prior.sd) ** 2 - between**2, 1e-6)))
    for site in others:
        measured = site.log_log_sd
        mean = _updated(mean, Normal(measured.mean, np.hypot(measured.sd, between)))
    new = Normal(mean.mean, np.hypot(mean.sd, between))
    return new if own is None else _updated(new, own.log_log_sd)


def log_medians(
    prior: Sequence[Normal], differences: bool, own: SiteMoments, log_sd: FloatArray, z: FloatArray
) -> FloatArray:
    """Draws (3, draws) of what `prior` is of, given the site's moments, at standard normal draws z (3, draws).

    It is of the log-median of malignant lesions, then of those of the two benign entities, or of their differences to
    the malignant one. The benign lesions of a site are mixed: they inform both entities.
    """
    design, observed, variances = [], [], []
    for index, part in enumerate((own.malignant, own.benign, own.benign)):
        if part is not None:
            row = np.zeros(3)
            row[index] = 1.0
            row[0] = 1.0 if differences else row[0]
            design.append(row)
            observed.append(part.centre)
            variances.append(part.error_variance(log_sd))
    return conditioned(prior, np.array(design), np.array(observed), np.array(variances), z)


def conditioned(
    prior: Sequence[Normal], design: FloatArray, observed: FloatArray, variance: FloatArray, z: FloatArray
) -> FloatArray:
    """Draws (k, draws) of k quantities, independent and normal before, of which design·x (rows, k) was observed.

    `variance` (rows, draws) is that of the observations. Where nothing was observed the draws are mean + SD·z.
    """
    count = z.shape[1]
    mean = np.stack([np.broadcast_to(part.mean, count) for part in prior], axis=1)
    weight = np.stack([np.broadcast_to(1 / np.asarray(part.sd) ** 2, count) for part in prior], axis=1)
    precision = weight[:, :, None] * np.eye(len(prior)) + np.einsum("rd,ri,rj->dij", 1 / variance, design, design)
    surprise = (observed - mean @ design.T) / variance.T
    covariance = np.linalg.inv(precision)
    centre = mean + np.einsum("dij,dj->di", covariance, surprise @ design)
    drawn: FloatArray = centre + np.einsum("dij,jd->di", np.linalg.cholesky(covariance), z)
    return drawn.T


def _updated(prior: Normal, seen: Normal) -> Normal:
    """A normal prior after a normal observation."""
    first, second = 1 / np.asarray(prior.sd) ** 2, 1 / np.asarray(seen.sd) ** 2
    mean = (first * prior.mean + second * seen.mean) / (first + second)
    return Normal(mean, 1 / np.sqrt(first + second))
