"""How well a measured sign agrees with a reader's: the published range, and what sites counted.

Without counts it is uniform over the range. With them the range becomes a Beta of the same mean and SD, which wide own
counts may leave; other sites are further studies, which never pin it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit, logsumexp

from pnst.classification.evidence_model.frequency import LOGITS, Positives, draw, of_other_studies
from pnst.classification.evidence_model.site_counts import log_likelihood_measured
from pnst.evidence.body import Evidence
from pnst.evidence.published import Agreement
from pnst.evidence.sign_rows import AgreementCounts
from pnst.typing import FloatArray

BETWEEN_SD = 0.6
"""Between-study SD of a sensitivity or specificity on the logit (assumed)."""
VISIBLE_SHARE = 0.5
"""Share of visible oedema, of the lesions with oedema, for which alone the measurement can miss it (assumed)."""
_PROPORTIONS = expit(LOGITS)
_NODES = (np.arange(5) + 0.5) / 5


@dataclass(frozen=True)
class Measured:
    """What one's own site measured in one class, and how often readers are expected to see the sign there."""

    count: Positives
    expected: FloatArray
    """A density over the grid."""


@dataclass(frozen=True)
class AgreementRows:
    """The range of one sign, and the counts of the sites."""

    published: Agreement
    ordinal: bool
    own: AgreementCounts | None
    others: tuple[AgreementCounts, ...]

    @classmethod
    def of(cls, predictor: str, ordinal: bool, evidence: Evidence) -> AgreementRows | None:
        """Those of a predictor; None where nothing measures it."""
        published = next((row for row in evidence.agreements if row.predictor == predictor), None)
        if published is None:
            return None
        own = evidence.own.agreements if evidence.own else ()
        others = tuple(row for site in evidence.sites for row in site.agreements if row.predictor == predictor)
        return cls(published, ordinal, next((row for row in own if row.predictor == predictor), None), others)

    def draw(
        self, first: FloatArray, second: FloatArray, measured: Sequence[Measured] = ()
    ) -> tuple[FloatArray, FloatArray]:
        """Sensitivity and specificity (draws,) at two uniform draws.

        What one's own site measured speaks of them too: a sign that is measured in 5 % of the lesions is falsely
        measured in no more. A measurement that is worse than chance says nothing: it never speaks for the other side.
        """
        own, others = self._specificity_counts()
        middle = np.full_like(LOGITS, self.lifted(np.mean(self.published.sensitivity)))
        own += [_of_frequencies(part, middle, _PROPORTIONS) for part in measured]
        specificity = _draw(self.published.specificity, own, others, second)
        own, others = self._sensitivity_counts()
        middle = np.full_like(LOGITS, specificity.mean())
        own += [_of_frequencies(part, self.lifted(_PROPORTIONS), middle) for part in measured]
        sensitivity = _draw(self.published.sensitivity, own, others, first)
        return np.maximum(sensitivity, 1 - specificity), specificity

    def lifted(self, sensitivity: FloatArray | np.floating) -> FloatArray:
        """How often some level is measured where a reader sees one: large oedema taken for visible is not missed."""
        lift = 1 - VISIBLE_SHARE if self.ordinal else 0.0
        return np.asarray(lift + (1 - lift) * sensitivity)

    def of_site(self, study: str) -> AgreementRows:
        """What is known of another site's: the range, and its own counts."""
        own = next((row for row in self.others if row.study == study), None)
        return AgreementRows(self.published, self.ordinal, own, ())

    def nodes(self) -> tuple[FloatArray, FloatArray]:
        """A few sensitivities and specificities, each as likely as the others."""
        return self.draw(_NODES, _NODES)

    def _sensitivity_counts(self) -> tuple[list[FloatArray], list[FloatArray]]:
        """Log-likelihoods of the site's own counts and of others'."""
        rows = [[(row.measured_positive, row.reader_positive) for row in part] for part in self._parts]
        own, others = ([Positives(k, n) for k, n in part if n] for part in rows)
        lift = float(self.lifted(np.float64(0.0)))
        return _likelihoods(own, lift), _likelihoods(others, lift)

    def _specificity_counts(self) -> tuple[list[FloatArray], list[FloatArray]]:
        rows = [[(row.measured_negative, row.reader_negative) for row in part] for part in self._parts]
        own, others = ([Positives(k, n) for k, n in part if n] for part in rows)
        return _likelihoods(own, 0.0), _likelihoods(others, 0.0)

    @property
    def _parts(self) -> tuple[Sequence[AgreementCounts], Sequence[AgreementCounts]]:
        return ([self.own] if self.own else [], self.others)


def _draw(
    ends: tuple[float, float], own: list[FloatArray], others: list[FloatArray], uniform: FloatArray
) -> FloatArray:
    low, high = ends
    if not own and not others:
        return low + (high - low) * uniform
    mean = np.array(beta_log_density(low, high))
    if others:
        mean = mean + of_other_studies(others, BETWEEN_SD)
    density = np.exp(mean - mean.max() + sum(row - row.max() for row in own))
    return draw(density / density.sum(), uniform)


def beta_log_density(low: float, high: float) -> FloatArray:
    """On the logit (grid,): the Beta with the mean and the SD of a uniform between two ends."""
    mean, variance = (low + high) / 2, (high - low) ** 2 / 12
    total = mean * (1 - mean) / variance - 1
    density: FloatArray = total * (mean * log_expit(LOGITS) + (1 - mean) * log_expit(-LOGITS))
    return density


def _of_frequencies(measured: Measured, sensitivity: FloatArray, specificity: FloatArray) -> FloatArray:
    """Log-likelihood (grid,) of pairs of sensitivity and specificity, over every frequency that readers may see."""
    each = log_likelihood_measured(measured.count, sensitivity, specificity)
    likelihood: FloatArray = logsumexp(each, axis=1, b=measured.expected)
    return likelihood


def _likelihoods(rows: Iterable[Positives], lift: float) -> list[FloatArray]:
    """Of a proportion p that is counted as lift + (1 − lift)·p."""
    return [log_likelihood_measured(row, np.ones(1), np.array([1 - lift]))[0] for row in rows]
