"""The words of a question: what it tells apart, and what its two sides are called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pnst.classification.assessment import Assessment


@dataclass(frozen=True)
class QuestionWords:
    """How a page speaks of one question."""

    title: str
    asks: str
    """The two classes, and which lesions count as asked about."""
    odds_of: str
    """What the odds and the probability are of."""
    towards: str
    """What a finding that raises the odds speaks for."""
    away: str
    """What one that lowers them speaks for."""
    why_they_differ: str
    """Why a finding says one thing beside the others and another alone."""
    ends: tuple[str, str]
    """The ends of the axis of findings, lower odds first."""
    rests_on: str
    """What the probability combines the measurements by."""


MALIGNANT = QuestionWords(
    title="Malignant or benign?",
    asks="Two classes are told apart. Malignant: a malignant peripheral nerve sheath tumour (MPNST). Benign: a "
    "schwannoma or a neurofibroma, mixed in shares that depend on whether the patient has NF1. No other tumour is "
    "considered. A lesion whose place was not given counts as a peripheral or extradural one.",
    odds_of="malignancy",
    towards="malignancy",
    away="a benign tumour",
    why_they_differ="The two differ, and may even point to opposite sides: alone, a finding is compared with malignant "
    "and benign lesions at large; beside the others, with what they lead one to expect. A middling size among "
    "malignant signs speaks for benign beside them, and for malignant alone.",
    ends=("benign", "malignant"),
    rests_on="figures published for malignant and benign peripheral nerve sheath tumours",
)
TRAINED = replace(
    MALIGNANT,
    asks="The model was trained to tell malignant lesions from others. Its model card says which lesions these were; "
    "of any others it knows nothing.",
)
INTRADURAL = QuestionWords(
    title="Schwannoma or meningioma?",
    asks="The lesion was said to lie inside the dura, outside the cord. Two classes are told apart there: schwannoma "
    "and meningioma. No other tumour is considered.",
    odds_of="schwannoma rather than meningioma",
    towards="schwannoma",
    away="meningioma",
    why_they_differ="The findings count as independent of each other, so that the two differ little.",
    ends=("meningioma", "schwannoma"),
    rests_on="figures published for intradural schwannomas and meningiomas",
)
WORDS = {"malignant": MALIGNANT, "intradural": INTRADURAL}


def question_words(a: Assessment) -> QuestionWords | None:
    """The words of the question that was asked; None where none was."""
    if a.question is None:
        return None
    return TRAINED if a.is_trained else WORDS[a.question]
