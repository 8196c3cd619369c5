"""The default classifier: published figures, their uncertainty, and Bayes' rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from pnst.classification.evidence_model.applicability import reasons_against, warnings
from pnst.classification.evidence_model.calibration import delta_of
from pnst.classification.evidence_model.draws import draw_parameters
from pnst.classification.evidence_model.likelihood import Likelihood
from pnst.classification.evidence_model.observation import Observation, observe, observed_data
from pnst.classification.evidence_model.observed import ObservedData
from pnst.classification.evidence_model.posterior import Posterior
from pnst.classification.evidence_model.shapley import findings
from pnst.classification.findings import Finding, Findings
from pnst.classification.lesion_table import LesionTable
from pnst.classification.patients import nf1_of, patients_of
from pnst.classification.prediction import Input, Prediction
from pnst.evidence.body import Evidence
from pnst.evidence.columns import check_names
from pnst.evidence.population import Patient
from pnst.evidence.question import MALIGNANT, Question
from pnst.typing import FloatArray

THREADS = 2
"""In which a table of lesions is worked on."""
_BATCH = 250  # lesions whose log ratios, one a draw, a thread holds at once


@dataclass(frozen=True, eq=False)
class EvidenceModel:
    """The likelihood at drawn δ over a fixed set of draws from a body of evidence."""

    evidence: Evidence
    likelihood: Likelihood
    seed: int
    notes: tuple[str, ...] = ()

    @property
    def question(self) -> Question:
        """Malignant or benign."""
        return MALIGNANT

    @property
    def name(self) -> str:
        """As in `Assessment.model`."""
        added = "".join(f", with {site.name} ({site.digest})" for site in self.evidence.sites)
        own = f", own {self.evidence.own.name} ({self.evidence.own.digest})" if self.evidence.own else ""
        return f"evidence model 2, {self.likelihood.draws} draws, seed {self.seed}{added}{own}"

    def log_ratio(self, observed: ObservedData) -> FloatArray:
        """Log likelihood ratio, malignant to benign, (n, draws)."""
        return self.likelihood.log_ratio(observed)

    def refuse_unknown_columns(self, lesions: LesionTable) -> None:
        """Raise `SettingError` for a column that nobody knows, and for a cell that its column cannot hold."""
        check_names(lesions.names)
        lesions.check_cells()

    def predict(
        self, lesions: LesionTable, patient: Patient, prior: float | None = None, *, cross_validated: bool = False
    ) -> Prediction:
        """Probability and 95 % credible interval; any number of lesions in little memory. None was learnt from."""
        prior = MALIGNANT.prior if prior is None else prior
        observations, patients = observe(lesions), patients_of(lesions, patient)
        observed = observed_data(observations, nf1_of(patients))
        posterior_at = self._posterior_at(observed)
        posterior = posterior_at(prior)
        return Prediction(
            question=MALIGNANT,
            model=self.name,
            prior=prior,
            probability=posterior.probability,
            interval=posterior.interval,
            odds_factor=posterior.odds_factor,
            odds_factor_interval=posterior.odds_factor_interval,
            held_out=np.zeros(lesions.count, dtype=bool),
            reasons=reasons_against(observations, lesions, self.likelihood.parameters),
            warnings=tuple(warnings(observations, lesions, patients, self.evidence)),
            inputs=partial(_inputs, observations, self.likelihood),
            findings=partial(self._findings, observed, prior, _order(observations)),
            at_prior=lambda other: posterior_at(other).probability,
            evidence=self.evidence,
        )

    def _posterior_at(self, observed: ObservedData) -> Callable[[float], Posterior]:
        """Prior → posterior: of one lesion from ratios that are kept, of many a batch at a time."""
        if observed.count == 1:
            ratios = self.log_ratio(observed)
            return lambda prior: Posterior.of(ratios, prior)
        starts = range(0, max(observed.count, 1), _BATCH)
        batches = [observed.rows(start, start + _BATCH) for start in starts]
        return lambda prior: Posterior.joined(self._posteriors(batches, prior))

    def _posteriors(self, batches: Sequence[ObservedData], prior: float) -> list[Posterior]:
        """One a batch; NumPy lets go of the interpreter, so that threads work at the same time."""
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(lambda batch: Posterior.of(self.log_ratio(batch), prior), batches))

    def _findings(
        self, observed: ObservedData, prior: float, order: tuple[str, ...], row: int
    ) -> Mapping[str, Finding]:
        one = observed.lesion(row)
        names = tuple(name for name in order if name in one.names)
        return Findings(names, partial(_computed, one, prior, self.evidence, self.likelihood.draws, self.seed))


@lru_cache(maxsize=4)
def evidence_model(evidence: Evidence, draws: int, seed: int) -> EvidenceModel:
    """The model of a body of evidence with this many draws from this seed."""
    parameters = draw_parameters(evidence, draws, seed)
    return EvidenceModel(evidence, Likelihood(parameters, delta_of(parameters.conventional_auc)), seed)


def _computed(one: ObservedData, prior: float, evidence: Evidence, draws: int, seed: int) -> dict[str, Finding]:
    # By evidence, draws and seed, not by the model itself: assessments travel between processes before this is called.
    return findings(one, evidence_model(evidence, draws, seed).likelihood, prior)


def _order(observations: tuple[Observation, ...]) -> tuple[str, ...]:
    return tuple(observation.predictor.name for observation in observations)


def _inputs(observations: tuple[Observation, ...], likelihood: Likelihood, row: int) -> tuple[Input, ...]:
    return tuple(
        Input(
            predictor=observation.predictor.name,
            value=float(observation.values[row]),
            weights=None if observation.entry.ndim == 1 else tuple(observation.entry[row].tolist()),
            counted=likelihood.counted(observation.predictor, float(observation.entry[row]))
            if observation.entry.ndim == 1
            else None,
            by_reader=bool(observation.by_reader[row]),
        )
        for observation in observations
        if observation.enters[row]
    )
