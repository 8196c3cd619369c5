"""Every published row of the malignant question against the model."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import ndtr, ndtri

from pnst.classification.evidence_model.calibration import (
    CALIBRATED_ON,
    Outcomes,
    ordered,
    ordered_auc,
    severity_outcomes,
    with_diffusion,
)
from pnst.classification.evidence_model.draws import SPORADIC
from pnst.classification.evidence_model.likelihood import Likelihood
from pnst.classification.evidence_model.parameters import ByEntity, LogNormalParameters, SignParameters
from pnst.classification.evidence_model.sign_curves import MAX_LOADING
from pnst.classification.evidence_model.sign_studies import ENTITY_ROWS
from pnst.classification.evidence_model.value_draws import log_variance
from pnst.classification.validity.row import Figure, ValidityRow, count_row, judged, not_modelled, value_row
from pnst.evidence.csv_rows import Estimate
from pnst.evidence.published import (
    Cutoff,
    EntityCounts,
    EntityMoments,
    Pooled,
    PublishedArea,
    SampleMoments,
    SignCounts,
    areas,
    cutoffs,
    entity_counts,
    entity_moments,
    entity_shares,
    moments,
    pooled,
    publications,
    sign_counts,
)
from pnst.evidence.sign_rows import ENTITIES
from pnst.typing import FloatArray

LARGE_LOG_CM = float(np.log(5.0))
_DIRECTION = {"<": -1.0, "<=": -1.0, ">": 1.0, ">=": 1.0}


class Validity:
    """One likelihood, asked for what published studies of these sizes would have found."""

    def __init__(self, likelihood: Likelihood) -> None:
        self.likelihood = likelihood
        self.predictors = likelihood.parameters.predictors
        self.draws = likelihood.draws
        self._noise = np.random.default_rng(1)

    def rows(self) -> tuple[ValidityRow, ...]:
        """Every row of the files that the malignant question rests on."""
        parts = (
            (self._sign_rows(row) for row in sign_counts()),
            (self._entity_sign_rows(row) for row in entity_counts()),
            (self._moment_rows(row) for row in moments()),
            (self._entity_moment_rows(row) for row in entity_moments()),
            (self._cutoff_rows(row) for row in cutoffs()),
            (self._area_rows(row) for row in areas()),
            (self._pooled_rows(row) for row in pooled()),
        )
        return (*(row for part in parts for rows in part for row in rows), *self._share_rows())

    def _mixed(self, by_entity: ByEntity, study: str) -> FloatArray:
        """Of the benign lesions of a study, by how many of its patients have NF1."""
        nf1 = {"all": 1.0, "none": 0.0}.get(publications()[study].nf1, np.nan)
        share = self.likelihood.parameters.entity_share(ENTITIES[0], np.array([nf1]))[0]
        mixture: FloatArray = share * by_entity["schwannoma"] + (1 - share) * by_entity["neurofibroma"]
        return mixture

    def _sign_rows(self, row: SignCounts) -> Iterator[ValidityRow]:
        if not isinstance(row.malignant_positive, int) or not isinstance(row.benign_positive, int):
            return
        frequencies = self._frequencies(row.predictor)
        if frequencies is None:
            yield not_modelled("signs_2x2.csv", row.study, row.predictor)
            return
        malignant, benign = frequencies
        for quantity, positive, total, frequency in (
            ("malignant positive", row.malignant_positive, row.n_malignant, malignant),
            ("benign positive", row.benign_positive, row.n_benign, self._mixed(benign, row.study)),
        ):
            figure = Figure("signs_2x2.csv", row.study, row.predictor, quantity)
            yield count_row(figure, positive, total, frequency)

    def _entity_sign_rows(self, row: EntityCounts) -> Iterator[ValidityRow]:
        name = next((ours for ours, theirs in ENTITY_ROWS.items() if theirs == row.predictor), row.predictor)
        frequencies = self._frequencies(name)
        if frequencies is None or not isinstance(row.positive, int):
            yield not_modelled("signs_by_entity.csv", row.study, row.predictor)
            return
        figure = Figure("signs_by_entity.csv", row.study, row.predictor, f"{row.entity} positive")
        yield count_row(figure, row.positive, row.n, frequencies[1][row.entity])

    def _frequencies(self, predictor: str) -> tuple[FloatArray, ByEntity] | None:
        """Of a sign in malignant lesions and in each entity; None where it is no predictor."""
        if predictor == "size_gt_50mm":
            return self._beyond("longest_diameter", LARGE_LOG_CM, 1.0)
        p = self.predictors.get(predictor)
        if not isinstance(p, SignParameters):
            return None
        pairs = {entity: sign_frequencies(p.malignant, p.benign[entity], self.likelihood.delta) for entity in ENTITIES}
        malignant = np.mean([pair[0] for pair in pairs.values()], axis=0)
        return malignant, {entity: pair[1] for entity, pair in pairs.items()}

    def _beyond(self, name: str, log_cutoff: float, direction: float) -> tuple[FloatArray, ByEntity]:
        """How often a value lies beyond a cutoff (direction +1: above)."""
        p = self._lognormal(name)

        def share(median: FloatArray) -> FloatArray:
            frequency: FloatArray = ndtr(direction * (median - log_cutoff) / p.sd)
            return frequency

        return share(p.malignant), {entity: share(p.benign[entity]) for entity in ENTITIES}

    def _moment_rows(self, row: SampleMoments) -> Iterator[ValidityRow]:
        p = self._lognormal(row.predictor)
        for quantity, mean, sd, n, median in (
            ("malignant log-median", row.mean_malignant, row.sd_malignant, row.n_malignant, p.malignant),
            ("benign log-median", row.mean_benign, row.sd_benign, row.n_benign, self._mixed(p.benign, row.study)),
        ):
            figure = Figure("continuous.csv", row.study, row.predictor, quantity)
            yield self._median_row(figure, (mean, sd, n), median, p.sd)

    def _entity_moment_rows(self, row: EntityMoments) -> Iterator[ValidityRow]:
        p = self._lognormal(row.predictor)
        figure = Figure("continuous_by_entity.csv", row.study, row.predictor, f"{row.entity} log-median")
        yield self._median_row(figure, (row.mean, row.sd, row.n), p.benign[row.entity], p.sd)

    def _median_row(
        self, figure: Figure, sample: tuple[float, float, int], median: FloatArray, sd: FloatArray
    ) -> ValidityRow:
        mean, spread, n = sample
        centre = float(np.log(mean) - log_variance(np.array(mean), np.array(spread)) / 2)
        return value_row(figure, centre, median + sd / np.sqrt(n) * self._noise.standard_normal(self.draws))

    def _cutoff_rows(self, row: Cutoff) -> Iterator[ValidityRow]:
        name = f"{row.name} {row.operator} {row.cutoff:g}"
        if row.name not in self.predictors:
            yield not_modelled("cutoffs.csv", row.study, name)
            return
        malignant, benign = self._beyond(row.name, float(np.log(row.cutoff)), _DIRECTION[row.operator])
        figure = Figure("cutoffs.csv", row.study, name, "malignant positive")
        yield count_row(figure, row.true_positive, row.n_malignant, malignant)
        if row.true_negative is not None:
            figure = Figure("cutoffs.csv", row.study, name, "benign positive")
            yield count_row(figure, row.n_benign - row.true_negative, row.n_benign, self._mixed(benign, row.study))

    def _area_rows(self, row: PublishedArea) -> Iterator[ValidityRow]:
        p = self._lognormal(row.name)
        area = {entity: ndtr(p.step(entity) / (p.sd * np.sqrt(2))) for entity in ENTITIES}
        schwannoma = row.benign in ("schwannoma", "benign neurogenic tumour")
        draws = area["schwannoma"] if schwannoma else self._mixed(area, row.study)
        # Hanley and McNeil's sampling error is for equal variances about that of the Mann–Whitney statistic.
        error = np.sqrt(draws * (1 - draws) / min(row.n_malignant, row.n_benign))
        noisy = np.clip(draws + error * self._noise.standard_normal(self.draws), 0, 1)
        yield value_row(Figure("auc.csv", row.study, row.name, "AUC"), row.value, noisy)

    def _pooled_rows(self, row: Pooled) -> Iterator[ValidityRow]:
        values = self._pooled_values(row)
        if values is None:
            yield not_modelled("pooled.csv", row.source, row.predictor)
            return
        for quantity, estimate in (
            ("sensitivity", row.sensitivity),
            ("specificity", row.specificity),
            ("AUC", row.auc),
        ):
            if estimate is not None and quantity in values:
                figure = Figure("pooled.csv", row.source, row.predictor, quantity)
                yield _estimate_row(figure, estimate, values[quantity])

    def _pooled_values(self, row: Pooled) -> dict[str, float] | None:
        """The model's own values: medians over draws of a sign; of a combination the mean AUC, and the mean sensitivity
        at the printed specificity.
        """
        frequencies = self._frequencies(row.predictor)
        if frequencies is not None:
            malignant, benign = frequencies
            specificity = 1 - np.median(self._mixed(benign, row.source))
            return {"sensitivity": float(np.median(malignant)), "specificity": float(specificity)}
        if row.specificity is None or row.auc is None:
            return None
        outcomes = severity_outcomes(self.likelihood, CALIBRATED_ON)
        if row.predictor.startswith("diffusion"):
            outcomes = with_diffusion(self.likelihood, outcomes, "adc_mean")
        sensitivity = sensitivity_at(self.likelihood, outcomes, row.specificity.value)
        area = float(ordered_auc(self.likelihood, outcomes).mean())
        return {"sensitivity": float(sensitivity.mean()), "AUC": area}

    def _share_rows(self) -> Iterator[ValidityRow]:
        """How many of a study's benign lesions are schwannomas."""
        for row in entity_shares():
            nf1 = 0.0 if (row.study, row.population) in SPORADIC else np.nan
            share = self.likelihood.parameters.entity_share(ENTITIES[0], np.array([nf1]))[0]
            figure = Figure("entities.csv", row.study, row.population.split(" (")[0], "schwannoma")
            yield count_row(figure, row.schwannoma, row.schwannoma + row.neurofibroma, share)

    def _lognormal(self, name: str) -> LogNormalParameters:
        p = self.predictors[name]
        if not isinstance(p, LogNormalParameters):
            raise TypeError(f"{name} is not a lognormal predictor")
        return p


def sign_frequencies(malignant: FloatArray, benign: FloatArray, delta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A sign's frequency in both classes of a pair as the model has it: probit difference within 0 and 0.95·δ."""
    upper, lower = ndtri(malignant), ndtri(benign)
    middle, step = (upper + lower) / 2, np.clip(upper - lower, 0.0, MAX_LOADING * delta)
    return ndtr(middle + step / 2), ndtr(middle - step / 2)


def sensitivity_at(likelihood: Likelihood, outcomes: Outcomes, specificity: float) -> FloatArray:
    """Sensitivity (draws,) of the mixture's likelihood ratio as score, at a specificity over both entities."""
    parts = list(ordered(likelihood, outcomes))
    benign = np.cumsum(sum(share[:, None] * b for share, _, b in parts), axis=1)
    malignant = np.cumsum(sum(share[:, None] * m for share, m, _ in parts), axis=1)
    return np.array([1 - np.interp(specificity, below, m) for below, m in zip(benign, malignant, strict=True)])


def _estimate_row(figure: Figure, estimate: Estimate, value: float) -> ValidityRow:
    fits = estimate.low <= value <= estimate.high
    return judged(figure, f"{estimate.value:g} ({estimate.low:g}–{estimate.high:g})", f"{value:.3f}", fits)
