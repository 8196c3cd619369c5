"""A matched comparison as plain numbers, lists and texts, for JSON and CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from pnst.classification.evaluation.evaluation import Evaluation
from pnst.classification.matching.matched import Matched


def matched_dict(matched: Matched, cases: Sequence[str] | None) -> dict[str, object]:
    """The entry `matched` of evaluation.json; rows are counted from 1."""
    with_label, without = matched.counts
    return {
        **asdict(matched.matching),
        "smaller_group": "with the label" if matched.cases_have_label else "without the label",
        "caliper_width_logit": matched.caliper_width,
        "sets": len(matched.sets),
        "matched_with_label": with_label,
        "matched_without_label": without,
        "unmatched": [_named(row, None, cases) for row in matched.unmatched],
        "left_out": [_named(row, why, cases) for row, why in matched.left_out.items()],
        "balance": [asdict(row) for row in matched.balance],
        "outcomes": [asdict(row) for row in matched.outcomes],
        "notes": list(matched.notes),
    }


def pair_rows(evaluation: Evaluation) -> list[dict[str, object]]:
    """One row a matched lesion: its set, its side, its score; empty without a matching."""
    matched = evaluation.matched
    if matched is None:
        return []
    return [
        {
            "set": number,
            **_named(row, None, evaluation.cases),
            evaluation.label: int(matched.labelled[row]),
            "role": "case" if row == one.case else "control",
            "propensity": float(matched.propensity[row]),
            "logit": float(matched.logit[row]),
        }
        for number, one in enumerate(matched.sets, start=1)
        for row in (one.case, *one.controls)
    ]


def balance_table(matched: Matched) -> list[dict[str, object]]:
    """One row a covariate: both groups and their standardised difference, before and after."""
    return [
        {
            "covariate": row.name,
            "kind": row.kind,
            **_sides("before", row.before, row.before_sd),
            "before_smd": row.smd_before,
            **_sides("after", row.after, row.after_sd),
            "after_smd": row.smd_after,
        }
        for row in matched.balance
    ]


def outcome_table(matched: Matched) -> list[dict[str, object]]:
    """One row a measured column: what differs between the matched groups."""
    return [
        {
            "column": row.name,
            "kind": row.kind,
            "sets": row.sets,
            "with_label": row.means[0],
            "without_label": row.means[1],
            "crude_difference": row.crude_difference,
            "difference": row.difference,
            "low": None if row.interval is None else row.interval[0],
            "high": None if row.interval is None else row.interval[1],
            "p": row.p_value,
            "wilcoxon_p": row.wilcoxon_p,
            "only_with_label": None if row.discordant is None else row.discordant[0],
            "only_without_label": None if row.discordant is None else row.discordant[1],
        }
        for row in matched.outcomes
    ]


def _sides(when: str, means: tuple[float, float], sds: tuple[float, float]) -> dict[str, object]:
    names = ("with_label", "without_label")
    return {
        f"{when}_{name}{what}": pair[place]
        for place, name in enumerate(names)
        for what, pair in (("", means), ("_sd", sds))
    }


def _named(row: int, why: str | None, cases: Sequence[str] | None) -> dict[str, object]:
    """A lesion by its row, and by its case where the table names cases."""
    named: dict[str, object] = {"row": row + 1}
    if cases is not None:
        named["case_id"] = cases[row]
    return named if why is None else named | {"reason": why}
