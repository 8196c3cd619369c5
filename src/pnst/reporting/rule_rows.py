"""The published rules as rows of a table, and what is to be said of all of them once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pnst.evidence.rule import HOLDS, Result, RuleResult
from pnst.measurement.measurements import Measurements

UNEVALUATED: Result = "cannot be evaluated"


@dataclass(frozen=True)
class RuleSentence:
    """One rule as a page shows it."""

    rule: RuleResult
    result: str
    """"holds", "does not hold", "undecided"."""
    sentence: str
    """What was seen, and what that means."""
    used: tuple[str, ...]
    """The columns that were read, with their values."""
    warnings: tuple[str, ...]

    @property
    def title(self) -> str:
        """The rule as a condition."""
        condition = self.rule.positive_when
        return condition[:1].upper() + condition[1:]

    @property
    def if_it_holds(self) -> str:
        """What the rule would say."""
        return "malignancy" if self.rule.speaks_for == "malignant" else self.rule.speaks_for


@dataclass(frozen=True)
class RuleTable:
    """The rules that could be applied and those that could not; the warnings that hold for each of them."""

    evaluated: tuple[RuleSentence, ...]
    unevaluated: tuple[RuleSentence, ...]
    warnings: tuple[str, ...]


def rule_table(rules: Sequence[RuleResult], m: Measurements) -> RuleTable:
    """A warning that all rules share stands once, not with each."""
    first, *others = rules or (None,)
    shared = tuple(w for w in first.warnings if all(w in rule.warnings for rule in others)) if first and others else ()
    rows = [_row(rule, m, shared) for rule in rules]
    return RuleTable(
        evaluated=tuple(row for row in rows if row.rule.result != UNEVALUATED),
        unevaluated=tuple(row for row in rows if row.rule.result == UNEVALUATED),
        warnings=shared,
    )


def _row(rule: RuleResult, m: Measurements, shared: tuple[str, ...]) -> RuleSentence:
    result = HOLDS[rule.result]
    return RuleSentence(
        rule=rule,
        result=result,
        sentence=rule.reason.removeprefix(f"{result}: "),
        used=tuple(_used(column, value, m) for column, value in rule.inputs.items()),
        warnings=tuple(warning for warning in rule.warnings if warning not in shared),
    )


def _used(column: str, value: object, m: Measurements) -> str:
    shown = {True: "yes", False: "no"}[value] if isinstance(value, bool) else _number(value)
    return f"{column} = {shown}" + (" (a reader's word)" if column in m.overrides else "")


def _number(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, int | float) else str(value)
