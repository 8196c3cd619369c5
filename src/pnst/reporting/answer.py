"""The answer of an assessment as a page says it: the odds first, then the probability at several priors."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose
from typing import TYPE_CHECKING

from pnst.evidence.question import question_named
from pnst.reporting.numbers import significant
from pnst.reporting.question_words import QuestionWords, question_words

if TYPE_CHECKING:
    from pnst.classification.assessment import Assessment

Ends = tuple[float, float]


@dataclass(frozen=True)
class AtPrior:
    """The probability at one prior."""

    prior: float
    probability: float
    interval: Ends | None = None
    chosen: bool = False


@dataclass(frozen=True)
class Answer:
    """What the findings do to the odds, and the probability that this gives."""

    words: QuestionWords
    odds_factor: float
    odds_interval: Ends | None
    probability: float
    interval: Ends
    prior: float
    prior_from: str
    """What the prior is the share of, where it is the default one."""
    at_priors: tuple[AtPrior, ...]
    """The strip: other priors and the chosen one, lowest first."""

    @property
    def inverse(self) -> str:
        """By what the odds are divided, where the factor lowers them; else empty."""
        return significant(1 / self.odds_factor) if 0 < self.odds_factor < 0.95 else ""


def answer_of(a: Assessment) -> Answer | None:
    """None where there is no probability."""
    words = question_words(a)
    if words is None or a.probability is None or a.interval is None or a.prior is None or a.odds_factor is None:
        return None
    chosen = AtPrior(a.prior, a.probability, a.interval, chosen=True)
    others = [AtPrior(*pair) for pair in a.at_priors.items() if not isclose(pair[0], a.prior)]
    return Answer(
        words=words,
        odds_factor=a.odds_factor,
        odds_interval=a.odds_factor_interval,
        probability=a.probability,
        interval=a.interval,
        prior=a.prior,
        prior_from=_prior_from(a),
        at_priors=tuple(sorted([chosen, *others], key=lambda at: at.prior)),
    )


def _prior_from(a: Assessment) -> str:
    asked = question_named(a.question or "")
    is_default = asked is not None and a.prior is not None and isclose(a.prior, asked.prior)
    return asked.prior_from if asked is not None and is_default and not a.is_trained else ""
