"""What is asked of each lesion, and which model answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pnst.classification.abstention import abstentions
from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.intradural.model import intradural_model
from pnst.classification.lesion_table import LesionTable
from pnst.classification.place import Place
from pnst.classification.prediction import Model
from pnst.classification.settings import AssessSettings
from pnst.evidence.body import Evidence
from pnst.evidence.population import Patient
from pnst.evidence.question import MALIGNANT, question_in

if TYPE_CHECKING:
    import pandas as pd

ANSWER = ("question", "class", "probability", "low", "high", "odds_factor", "abstained", "warnings")
"""The columns of a table of answers."""


@dataclass(frozen=True, eq=False)
class Asked:
    """The model that was given, or the evidence whose question the place of a lesion picks."""

    trained: Model | None
    evidence: Evidence
    settings: AssessSettings
    prior: float | None

    @property
    def any_model(self) -> Model:
        """The one that checks the columns, which all have in common."""
        return self.trained or evidence_model(self.evidence, self.settings.draws, self.settings.seed)

    def model_for(self, patient: Patient) -> Model | None:
        """The model that answers for this patient's lesion; None where no published row speaks."""
        if self.trained is not None:
            return self.trained
        question = question_in(patient.location)
        if question is None:
            return None
        if question is MALIGNANT:
            return self.any_model
        return intradural_model(self.settings.draws, self.settings.seed)


def no_question(patient: Patient) -> str:
    """Why there is no probability."""
    return f"no published row speaks of {patient.location} lesions: measurements stand, a probability would be invented"


def _joined(place: Place, warnings: Sequence[str]) -> str:
    return "; ".join(text for text in (place.why, *warnings) if text)


def assess_table(asked: Asked, lesions: LesionTable, facts: Patient, places: Sequence[Place]) -> pd.DataFrame:
    """One answer a row; `facts` hold for all patients, and lesions of one place are answered together."""
    import pandas as pd

    answers = {column: np.full(lesions.count, None, dtype=object) for column in ANSWER}
    locations = [place.patient.location for place in places]
    for location in dict.fromkeys(locations):
        rows = [row for row, own in enumerate(locations) if own == location]
        of_place = replace(facts, location=location)
        model, part = asked.model_for(of_place), lesions.take(rows)
        if model is None:
            answers["abstained"][rows] = no_question(of_place)
            answers["warnings"][rows] = [places[row].why for row in rows]
            continue
        prediction = model.predict(part, of_place, asked.prior)
        answers["question"][rows] = prediction.question.name
        answers["class"][rows] = prediction.question.of_class
        for column, values in (
            ("probability", prediction.probability),
            ("low", prediction.interval[:, 0]),
            ("high", prediction.interval[:, 1]),
            ("odds_factor", prediction.odds_factor),
            ("abstained", abstentions(prediction, part, asked.settings.decision_probability)),
            ("warnings", [_joined(places[row], texts) for row, texts in zip(rows, prediction.warnings, strict=True)]),
        ):
            answers[column][rows] = values
    kinds = dict.fromkeys(("probability", "low", "high", "odds_factor"), float)
    columns = {
        column: pd.Series(values, index=lesions.index, dtype=kinds.get(column, object))
        for column, values in answers.items()
    }
    return pd.DataFrame(columns, index=lesions.index)
