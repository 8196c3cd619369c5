"""The default classifier: published figures, their uncertainty, and Bayes' rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from pnst.classification.evidence_model.applicability import reasons_against, warnings
from pnst.classification.evidence_model.calibration import calibration
from pnst.classification.evidence_model.likelihood import Likelihood, Observed
from pnst.classification.evidence_model.observation import Reading, observed, read
from pnst.classification.evidence_model.parameters import draw_parameters
from pnst.classification.evidence_model.posterior import credible_interval, probability
from pnst.classification.evidence_model.shapley import Contributions, shapley_values
from pnst.classification.lesion_table import LesionTable
from pnst.classification.prediction import Input, Prediction
from pnst.classification.settings import REFERRED_PRIOR
from pnst.evidence.columns import check_names
from pnst.evidence.population import Patient
from pnst.typing import FloatArray

_LESIONS_AT_ONCE = 5_000


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

    def log_ratio(self, observed: Observed) -> FloatArray:
        """Log likelihood ratio, malignant to benign, (n, draws)."""
        return self.likelihood.log_ratio(observed)

    def refuse_unread(self, lesions: LesionTable) -> None:
        """Raise `SettingError` for a column that nobody knows."""
        check_names(lesions.names)

    def predict(
        self, lesions: LesionTable, patient: Patient, prior: float | None = None, *, unseen: bool = False
    ) -> Prediction:
        """Probability and 95 % credible interval; any number of lesions in little memory. None was learnt from."""
        prior = REFERRED_PRIOR if prior is None else prior
        readings = read(lesions)
        seen = observed(readings, lesions.count)
        mean, interval = self._posterior(seen, prior)
        return Prediction(
            model=self.name,
            prior=prior,
            probability=mean,
            interval=interval,
            held_out=np.zeros(lesions.count, dtype=bool),
            reasons=reasons_against(readings, lesions.count, self.likelihood.parameters),
            warnings=tuple(warnings(readings, lesions, patient)),
            inputs=partial(_inputs, readings),
            contributions=partial(self._contributions, seen, prior, _order(readings)),
            at_prior=lambda other: self._posterior(seen, other)[0],
        )

    def _posterior(self, seen: Observed, prior: float) -> tuple[FloatArray, FloatArray]:
        mean, interval = np.empty(seen.count), np.empty((seen.count, 2))
        for start in range(0, seen.count, _LESIONS_AT_ONCE):
            rows = slice(start, start + _LESIONS_AT_ONCE)
            log_ratio = self.log_ratio(seen.rows(rows.start, rows.stop))
            mean[rows], interval[rows] = probability(log_ratio, prior), credible_interval(log_ratio, prior)
        return mean, interval

    def _contributions(self, seen: Observed, prior: float, order: tuple[str, ...], row: int) -> Mapping[str, float]:
        one = seen.lesion(row)
        names = tuple(name for name in order if name in one.signs or name in one.logs)
        return Contributions(names, partial(_shapley_values, one, prior, self.draws, self.seed))


@lru_cache(maxsize=4)
def evidence_model(draws: int, seed: int) -> EvidenceModel:
    """The model with this many draws from this seed."""
    return EvidenceModel(Likelihood(draw_parameters(draws, seed), calibration().delta), draws, seed)


def _shapley_values(one: Observed, prior: float, draws: int, seed: int) -> dict[str, float]:
    # By draws and seed, not by the model itself: assessments travel between processes before this is called.
    return shapley_values(one, evidence_model(draws, seed).likelihood, prior)


def _order(readings: tuple[Reading, ...]) -> tuple[str, ...]:
    return tuple(reading.predictor.name for reading in readings)


def _inputs(readings: tuple[Reading, ...], row: int) -> tuple[Input, ...]:
    return tuple(
        Input(
            predictor=reading.predictor.name,
            value=float(reading.values[row]),
            weight=float(reading.entry[row]) if reading.predictor.kind == "sign" else None,
            by_reader=bool(reading.by_reader[row]),
        )
        for reading in readings
        if not np.isnan(reading.entry[row])
    )
