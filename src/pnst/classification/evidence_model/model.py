"""The default classifier: published figures, their uncertainty, and Bayes' rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from pnst.classification.evidence_model.applicability import reasons_against, warnings
from pnst.classification.evidence_model.calibration import calibration
from pnst.classification.evidence_model.likelihood import Likelihood, ObservedData
from pnst.classification.evidence_model.observation import Observation, observe, observed_data
from pnst.classification.evidence_model.parameters import draw_parameters
from pnst.classification.evidence_model.posterior import credible_interval, probability
from pnst.classification.evidence_model.shapley import Contributions, shapley_values
from pnst.classification.lesion_table import LesionTable
from pnst.classification.prediction import Input, Prediction
from pnst.classification.settings import REFERRED_PRIOR
from pnst.evidence.columns import check_names
from pnst.evidence.population import Patient
from pnst.typing import FloatArray

_BATCH = 5_000


@dataclass(frozen=True, eq=False)
class EvidenceModel:
    """The likelihood at the calibrated δ over a fixed set of draws."""

    likelihood: Likelihood
    draws: int
    seed: int
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As in `Assessment.model`."""
        return f"evidence model, δ = {self.likelihood.delta:.3f}, {self.draws} draws, seed {self.seed}"

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
        prior = REFERRED_PRIOR if prior is None else prior
        observations = observe(lesions)
        observed = observed_data(observations, lesions.count)
        mean, interval = self._posterior(observed, prior)
        return Prediction(
            model=self.name,
            prior=prior,
            probability=mean,
            interval=interval,
            held_out=np.zeros(lesions.count, dtype=bool),
            reasons=reasons_against(observations, lesions.count, self.likelihood.parameters),
            warnings=tuple(warnings(observations, lesions, patient)),
            inputs=partial(_inputs, observations),
            contributions=partial(self._contributions, observed, prior, _order(observations)),
            at_prior=lambda other: self._posterior(observed, other)[0],
        )

    def _posterior(self, observed: ObservedData, prior: float) -> tuple[FloatArray, FloatArray]:
        mean, interval = np.empty(observed.count), np.empty((observed.count, 2))
        for start in range(0, observed.count, _BATCH):
            rows = slice(start, start + _BATCH)
            log_ratio = self.log_ratio(observed.rows(rows.start, rows.stop))
            mean[rows], interval[rows] = probability(log_ratio, prior), credible_interval(log_ratio, prior)
        return mean, interval

    def _contributions(
        self, observed: ObservedData, prior: float, order: tuple[str, ...], row: int
    ) -> Mapping[str, float]:
        one = observed.lesion(row)
        names = tuple(name for name in order if name in one.signs or name in one.logs)
        return Contributions(names, partial(_shapley_values, one, prior, self.draws, self.seed))


@lru_cache(maxsize=4)
def evidence_model(draws: int, seed: int) -> EvidenceModel:
    """The model with this many draws from this seed."""
    return EvidenceModel(Likelihood(draw_parameters(draws, seed), calibration().delta), draws, seed)


def _shapley_values(one: ObservedData, prior: float, draws: int, seed: int) -> dict[str, float]:
    # By draws and seed, not by the model itself: assessments travel between processes before this is called.
    return shapley_values(one, evidence_model(draws, seed).likelihood, prior)


def _order(observations: tuple[Observation, ...]) -> tuple[str, ...]:
    return tuple(observation.predictor.name for observation in observations)


def _inputs(observations: tuple[Observation, ...], row: int) -> tuple[Input, ...]:
    return tuple(
        Input(
            predictor=observation.predictor.name,
            value=float(observation.values[row]),
            weight=float(observation.entry[row]) if observation.predictor.kind == "sign" else None,
            by_reader=bool(observation.by_reader[row]),
        )
        for observation in observations
        if not np.isnan(observation.entry[row])
    )
