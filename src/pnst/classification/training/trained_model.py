"""A model learnt from a cohort: its probabilities and their intervals."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from scipy.special import expit, logit

from pnst.classification.assessment import TRAINED
from pnst.classification.lesion_table import LesionTable
from pnst.classification.metrics.roc import Z975
from pnst.classification.prediction import Prediction
from pnst.classification.training import prediction
from pnst.classification.training.features import EVIDENCE, evidence_prediction
from pnst.classification.training.held_out import NOT_HELD_OUT, HeldOutList, look_up
from pnst.classification.training.model_card import ModelCard
from pnst.classification.training.question import QUESTION, one_question, refuse_other_question
from pnst.classification.training.replicates import WITHOUT_INTERVAL
from pnst.classification.training.scorer import Scorer
from pnst.evidence.population import Patient
from pnst.evidence.question import MALIGNANT, Question, question_named
from pnst.typing import FloatArray


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """A calibrated pipeline, others about it whose spread is its interval, and its card."""

    card: ModelCard
    scorer: Scorer
    replicates: tuple[Scorer, ...]
    """None where a kind of model has no interval that holds."""
    held_out: HeldOutList = field(default_factory=dict)
    """What models that had not seen their groups said of the training lesions."""
    notes: tuple[str, ...] = ()
    """What is to be said of this model wherever it is used."""

    def __repr__(self) -> str:
        return f"TrainedModel({self.name}, {len(self.features)} features)"

    @property
    def question(self) -> Question:
        """What it was trained to answer."""
        return question_named(self.card.data.question or "") or MALIGNANT

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
        """Error (n,) of the log-odds: their SD over the replicates, which the choice of patients leaves, and how far
        they lean to the middle, by the square root of the sum of squares.

        Infinite where it is not known: the interval is then all of 0–1.
        """
        if not self.replicates or self.card.settings.model in WITHOUT_INTERVAL:
            return np.full(len(matrix), np.inf)
        drawn = np.std([replicate.log_odds(matrix) for replicate in self.replicates], axis=0, ddof=1)
        error: FloatArray = np.hypot(drawn, self.card.leaning * (self.log_odds(matrix) - logit(self.card.prevalence)))
        return error

    def refuse_unknown_columns(self, lesions: LesionTable) -> None:
        """Raise `SettingError` where no column of a single lesion is a feature, or one is a family's, misspelt."""
        if lesions.index is None:
            prediction.refuse_unknown_columns(lesions, self.features)

    def predict(
        self, lesions: LesionTable, patient: Patient, prior: float | None = None, *, cross_validated: bool = False
    ) -> Prediction:
        """Probability and 95 % interval by the `spread`. Another prior than the share of malignant lesions in training
        shifts the log-odds from that share to it.

        Raises `InputError` where a table lacks a feature or asks another question, `SettingError` where a fact
        contradicts a cell.
        """
        refuse_other_question(one_question(lesions.texts(QUESTION)), self.card.data.question, self.name)
        prior = self.card.prevalence if prior is None else prior
        matrix = prediction.feature_rows(lesions, self.features, patient)
        log_odds = self.log_odds(matrix)
        answers = self.held_out if cross_validated else {}
        known, folds = look_up(answers, prediction.row_digests(matrix))
        held_out = folds != NOT_HELD_OUT
        log_odds = np.where(held_out, logit(known), log_odds)
        shifted = self._shifted(log_odds, prior)
        half = Z975 * self.spread(matrix)
        notes = (*self.notes, *prediction.unused_facts(patient, self.features))
        ends = np.column_stack([shifted - half, shifted + half])
        answer = Prediction(
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
            folds=folds,
        )
        return self._with_evidence(answer, lesions, patient) if self.features == (EVIDENCE,) else answer

    def _with_evidence(self, answer: Prediction, lesions: LesionTable, patient: Patient) -> Prediction:
        """A prediction by the evidence score alone, with what the evidence model has to say of its predictors."""
        evidence = evidence_prediction(lesions, patient)
        return replace(
            answer,
            reasons=evidence.reasons,
            warnings=tuple((*own, *theirs) for own, theirs in zip(answer.warnings, evidence.warnings, strict=True)),
            inputs=evidence.inputs,
            findings=partial(prediction.recalibrated_findings, evidence, self.scorer, self.card),
        )

    def _shifted(self, log_odds: FloatArray, prior: float) -> FloatArray:
        shifted: FloatArray = log_odds + logit(prior) - logit(self.card.prevalence)
        return shifted
