"""A model learnt from a cohort: its probabilities and their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from scipy.special import expit, logit

from pnst.classification.assessment import TRAINED
from pnst.classification.lesion_table import LesionTable
from pnst.classification.metrics.roc import Z975
from pnst.classification.prediction import Prediction
from pnst.classification.training import prediction
from pnst.classification.training.model_card import ModelCard
from pnst.classification.training.scorer import Scorer
from pnst.evidence.population import Patient
from pnst.evidence.question import MALIGNANT, Question
from pnst.typing import FloatArray


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """A calibrated pipeline, the same refitted and calibrated on resampled groups, and its card."""

    card: ModelCard
    scorer: Scorer
    replicates: tuple[Scorer, ...]
    held_out: Mapping[str, float] = field(default_factory=dict)
    """Digest of a training lesion's features → its probability by a model that had not seen its group."""
    notes: tuple[str, ...] = ()
    """What is to be said of this model wherever it is used."""

    @property
    def question(self) -> Question:
        """What it was trained to answer."""
        return MALIGNANT

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the features, in order."""
        return tuple(feature.name for feature in self.card.features)

    @property
    def name(self) -> str:
        """As in `Assessment.model`."""
        data = self.card.data
        return f"{TRAINED}, {self.card.settings.model}, {data.lesions} lesions, data {data.digest[:12]}"

    def log_odds(self, matrix: FloatArray) -> FloatArray:
        """Calibrated log-odds (n,) of malignancy at the share of malignant lesions in training; features (n, p)."""
        return self.scorer.log_odds(matrix)

    def spread(self, matrix: FloatArray) -> FloatArray:
        """SD (n,) of the log-odds over the replicates: the uncertainty that the choice of patients leaves."""
        spread: FloatArray = np.std([replicate.log_odds(matrix) for replicate in self.replicates], axis=0, ddof=1)
        return spread

    def refuse_unknown_columns(self, lesions: LesionTable) -> None:
        """Raise `SettingError` where no column of a single lesion is a feature, or one is a family's, misspelt."""
        if lesions.index is None:
            prediction.refuse_unknown_columns(lesions, self.features)

    def predict(
        self, lesions: LesionTable, patient: Patient, prior: float | None = None, *, cross_validated: bool = False
    ) -> Prediction:
        """Probability and 95 % interval by the spread over the replicates. Another prior than the share of malignant
        lesions in training shifts the log-odds from that share to it.

        Raises `InputError` where a table lacks a feature, `SettingError` where a fact contradicts a cell.
        """
        prior = self.card.prevalence if prior is None else prior
        matrix = prediction.feature_rows(lesions, self.features, patient)
        log_odds = self.log_odds(matrix)
        held_out = np.zeros(lesions.count, dtype=bool)
        if cross_validated:
            known = [self.held_out.get(digest) for digest in prediction.row_digests(matrix)]
            held_out = np.array([p is not None for p in known], dtype=bool)
            log_odds = np.where(held_out, logit([0.5 if p is None else p for p in known]), log_odds)
        shifted = self._shifted(log_odds, prior)
        half = Z975 * self.spread(matrix)
        notes = (*self.notes, *prediction.unused_facts(patient, self.features))
        ends = np.column_stack([shifted - half, shifted + half])
        return Prediction(
            question=self.question,
            model=self.name,
            prior=prior,
            probability=expit(shifted),
            interval=expit(ends),
            odds_factor=np.exp(shifted - logit(prior)),
            odds_factor_interval=np.exp(ends - logit(prior)),
            held_out=held_out,
            reasons=prediction.reasons_against(matrix, self.features),
            warnings=tuple(tuple(prediction.warnings(self.card, notes, row)) for row in matrix),
            inputs=partial(prediction.inputs, self.features, matrix, lesions),
            findings=partial(prediction.findings, self.scorer, self.card, matrix, log_odds),
            at_prior=lambda other: expit(self._shifted(log_odds, other)),
        )

    def _shifted(self, log_odds: FloatArray, prior: float) -> FloatArray:
        shifted: FloatArray = log_odds + logit(prior) - logit(self.card.prevalence)
        return shifted
