"""The questions that a probability answers: two classes, the places in which they are asked, and a prior."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Location = Literal["limb", "trunk", "head_neck", "plexus", "paraspinal", "intradural", "intramedullary", "intracranial"]
QuestionName = Literal["malignant", "intradural"]


@dataclass(frozen=True)
class Question:
    """Two classes, the first of which is the one whose probability is given."""

    name: QuestionName
    classes: tuple[str, str]
    places: tuple[Location, ...]
    prior: float
    """The default."""
    prior_from: str
    """What the default prior is the share of."""
    names_of: str
    """What the probability is of, in a sentence."""

    @property
    def of_class(self) -> str:
        """The class whose probability is given."""
        return self.classes[0]


MALIGNANT = Question(
    name="malignant",
    classes=("MPNST", "benign PNST"),
    places=("limb", "trunk", "head_neck", "plexus", "paraspinal"),
    prior=252 / 798,
    prior_from="the case mix of the 15 studies in Wilson2021: referred, mostly histology-proven lesions; no prevalence",
    names_of="malignancy",
)
INTRADURAL = Question(
    name="intradural",
    classes=("schwannoma", "meningioma"),
    places=("intradural",),
    prior=73 / 91,
    prior_from="the shares 73 : 18 of schwannoma and meningioma among intradural extramedullary tumours",
    names_of="schwannoma rather than meningioma",
)
QUESTIONS = (MALIGNANT, INTRADURAL)


def question_in(location: Location | None) -> Question | None:
    """The question of a place; None where no published row speaks. An unknown place counts as a peripheral one.

    >>> question_in("plexus").name, question_in(None).name, question_in("intradural").name, question_in("intracranial")
    ('malignant', 'malignant', 'intradural', None)
    """
    if location is None:
        return MALIGNANT
    return next((question for question in QUESTIONS if location in question.places), None)


def question_named(name: str) -> Question | None:
    """A question by its name."""
    return next((question for question in QUESTIONS if question.name == name), None)
