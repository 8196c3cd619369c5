"""The rules that are one sign; each reproduces its row of `signs_2x2.csv`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pnst.evidence.csv_rows import bounds
from pnst.evidence.published import SignCounts, sign_counts
from pnst.evidence.rule import Columns, Rule, RulePerformance, Verdict
from pnst.evidence.rule_words import RELATIONS, against, condition

Decide = Callable[[Columns], Verdict]

_LARGE_MM = 50.0
_LOBULATIONS = 2


def sign_rules() -> tuple[Rule, ...]:
    """In the order of their sources."""
    lobulation, t1_high = "reader.intratumoral_lobulation", "t1_high.present"
    margin, invasion, osteolysis = "margin.ill_defined", "reader.invasion", "reader.osteolysis"
    ill_defined = ("ill-defined margin", "the margin is ill-defined", "the margin is not ill-defined")
    return (
        _yes_no(
            ("Matsumine2009", "intratumoral_lobulation"),
            lobulation,
            ("lobulation inside the tumour", "the tumour is lobulated inside", "the tumour is not lobulated inside"),
        ),
        _yes_no(
            ("Matsumine2009", "t1_high_signal_area"),
            t1_high,
            ("T1-bright area", "there is a T1-bright area", "there is no T1-bright area"),
        ),
        _yes_no(
            ("Matsumine2009", "target_sign_absent"),
            "target.present",
            ("no target sign", "there is no target sign", "there is a target sign"),
            malignant=False,
        ),
        _yes_no(("Chhabra2011", "margin_ill_defined"), margin, ill_defined),
        _yes_no(
            ("Chhabra2011", "invasion"),
            invasion,
            ("invasion", "the tumour invades what is round it", "the tumour does not invade what is round it"),
        ),
        _number(("Matsumoto2015", "size_gt_50mm"), "size.longest_diameter_mm", ">", _LARGE_MM),
        _number(("Matsumoto2015", "contour_lobulation"), "margin.deep_lobulations_count", ">=", _LOBULATIONS),
        _yes_no(("Matsumoto2015", "margin_ill_defined"), margin, ill_defined),
        _yes_no(
            ("Matsumoto2015", "osteolysis"),
            osteolysis,
            ("destroyed bone (osteolysis)", "bone is destroyed", "no bone is destroyed"),
        ),
    )


def _yes_no(row: tuple[str, str], column: str, words: tuple[str, str, str], malignant: bool = True) -> Rule:
    """A sign: what it is called, what is said where the rule holds, and where it does not."""
    title, holds, fails = words

    def decide(columns: Columns) -> Verdict:
        positive = bool(columns[column]) == malignant
        used = {column: columns[column]}
        return Verdict("positive", holds, used) if positive else Verdict("negative", fails, used)

    return _rule(row, column, title, decide)


def _number(row: tuple[str, str], column: str, operator: str, cutoff: float) -> Rule:
    return _rule(row, column, condition(column, operator, cutoff), partial(_decide_number, column, operator, cutoff))


def _decide_number(column: str, operator: str, cutoff: float, columns: Columns) -> Verdict:
    positive = RELATIONS[operator].compare(columns[column], cutoff)
    seen = against(column, columns[column], operator, cutoff)
    return Verdict("positive" if positive else "negative", seen, {column: columns[column]})


def _rule(row: tuple[str, str], column: str, positive_when: str, decide: Decide) -> Rule:
    study, predictor = row
    performance = _performance(_counts(study, predictor))
    return Rule(
        name=f"{study}_{predictor}",
        source=study,
        positive_when=positive_when,
        inputs=(column,),
        decide=decide,
        consequences=performance.consequences,
        performance=performance,
    )


def _performance(row: SignCounts) -> RulePerformance:
    (positive, _), (others, _) = bounds(row.malignant_positive), bounds(row.benign_positive)
    return RulePerformance(positive, row.n_malignant, row.n_benign - others, row.n_benign)


def _counts(study: str, predictor: str) -> SignCounts:
    return next(row for row in sign_counts() if (row.study, row.predictor) == (study, predictor))
