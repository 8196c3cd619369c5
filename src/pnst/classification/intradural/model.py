"""The model of the intradural question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from pnst.classification.evidence_model.posterior import Posterior
from pnst.classification.evidence_model.shapley import findings_of
from pnst.classification.findings import Finding, Findings
from pnst.classification.intradural.likelihood import IntraduralLikelihood, counted_rows, intradural_likelihood
from pnst.classification.intradural.observation import (
    DIAMETER,
    LEVEL,
    SIGNS,
    IntraduralData,
    observe_intradural,
)
from pnst.classification.lesion_table import LesionTable
from pnst.classification.patients import patients_of
from pnst.classification.prediction import Input, Prediction
from pnst.evidence.columns import check_names
from pnst.evidence.intradural_rows import intradural_moments
from pnst.evidence.population import Patient
from pnst.evidence.question import INTRADURAL, Question
from pnst.typing import FloatArray

NOTE = (
    "schwannoma and meningioma alone are told apart: neurofibroma, neuroendocrine tumour, myxopapillary ependymoma and "
    "haemangioblastoma are not counted"
)


@dataclass(frozen=True, eq=False)
class IntraduralModel:
    """Published counts, independent given the class."""

    draws: int
    seed: int
    notes: tuple[str, ...] = (NOTE,)

    @property
    def question(self) -> Question:
        """Schwannoma or meningioma."""
        return INTRADURAL

    @property
    def name(self) -> str:
        """As in `Assessment.model`."""
        return f"intradural evidence model, {self.draws} draws, seed {self.seed}"

    def refuse_unknown_columns(self, lesions: LesionTable) -> None:
        """Raise `SettingError` for a column that nobody knows, and for a cell that its column cannot hold."""
        check_names(lesions.names)
        lesions.check_cells()

    def predict(
        self, lesions: LesionTable, patient: Patient, prior: float | None = None, *, cross_validated: bool = False
    ) -> Prediction:
        """Probability of schwannoma and its 95 % credible interval."""
        prior = INTRADURAL.prior if prior is None else prior
        data = observe_intradural(lesions, patients_of(lesions, patient))
        likelihood = intradural_likelihood(self.draws, self.seed)
        ratios = [likelihood.log_ratios(data, row) for row in range(lesions.count)]
        total = np.stack([sum(of_row.values(), np.zeros(self.draws)) for of_row in ratios])
        posterior = Posterior.of(total, prior)
        return Prediction(
            question=INTRADURAL,
            model=self.name,
            prior=prior,
            probability=posterior.probability,
            interval=posterior.interval,
            odds_factor=posterior.odds_factor,
            odds_factor_interval=posterior.odds_factor_interval,
            held_out=np.zeros(lesions.count, dtype=bool),
            reasons=tuple(reasons_against(tuple(of_row)) for of_row in ratios),
            warnings=tuple(self.notes for _ in ratios),
            inputs=partial(_inputs, data, likelihood),
            findings=lambda row: Findings(tuple(ratios[row]), partial(_computed, ratios[row], prior)),
            at_prior=lambda other: Posterior.of(total, other).probability,
        )


@lru_cache(maxsize=4)
def intradural_model(draws: int, seed: int) -> IntraduralModel:
    """The model with this many draws from this seed."""
    return IntraduralModel(draws, seed)


def reasons_against(known: tuple[str, ...]) -> tuple[str, ...]:
    """Why an answer that rests on these predictors should not be used."""
    if not known:
        return ("nothing that tells schwannoma from meningioma was measured or given",)
    return ("nothing but the size was measured",) if known == (DIAMETER,) else ()


def intradural_sources(predictor: str) -> tuple[str, ...]:
    """The studies that a predictor rests on."""
    if predictor == DIAMETER:
        return tuple(row.study for row in intradural_moments() if row.predictor == DIAMETER and row.n_schwannoma)
    names = ("lumbar_level", "thoracic_level") if predictor == LEVEL else (predictor,)
    return tuple(dict.fromkeys(row.study for name in names for row in counted_rows(name)))


def _computed(ratios: Mapping[str, FloatArray], prior: float) -> dict[str, Finding]:
    subsets = np.zeros((1, next(iter(ratios.values())).size))
    for ratio in ratios.values():
        subsets = np.concatenate([subsets, subsets + ratio])
    return findings_of(tuple(ratios), subsets, prior)


def _inputs(data: IntraduralData, likelihood: IntraduralLikelihood, row: int) -> tuple[Input, ...]:
    inputs = []
    for name in data.names(row):
        if name in SIGNS:
            present = float(data.signs[name][row])
            inputs.append(Input(name, present, (1 - present, present), None, bool(data.by_reader[name][row])))
        elif name == DIAMETER:
            value = float(data.diameter_mm[row])
            counted = float(10 * np.exp(np.clip(np.log(value / 10), *likelihood.bounds)))
            inputs.append(Input(name, value, None, counted, False))
        else:
            inputs.append(Input(name, float(data.level[row]), None, None, True))
    return tuple(inputs)
