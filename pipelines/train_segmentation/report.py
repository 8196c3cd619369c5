"""What cross-validation found, as tables: python pipelines/train_segmentation/report.py rows.csv [--markdown]

--markdown writes them into docs/segmentation.md. --calibrate prints the least squares that predict a Dice.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "segmentation.md"
BEGIN, END = "<!-- begin cross_validation -->\n", "<!-- end cross_validation -->"
WORDS = {
    "line": "one line, its short axis and the extent",
    "clicks": "the same and two clicks on the middle, at 15 and 85 % of the extent",
    "two axes": "one line and its short axis, the extent assumed",
    "line alone": "one line alone, both assumed",
    "lines": "three lines, at 15, 50 and 85 %",
    "shaky lines": "three lines, the ends of the outer two off by up to 5 mm (three draws)",
    "box": "a box",
    "point": "a point",
}
HEADER = (
    "prompt",
    "Dice: mean",
    "median",
    "worst",
    "the prompt's own body",
    "gain (95 % interval over cases)",
    "cases below it",
    "by at most",
)
RESAMPLES = 4000
SIGNS = ("expected", "from_body", "assumed")
JUDGED = [kind for kind in WORDS if kind != "point"]
"""Whose Dice is predicted."""


def dice_table(rows: pd.DataFrame) -> str:
    """A row a kind of prompt."""
    lines = [" | ".join(["", *HEADER, ""]).strip(), "| --- " * len(HEADER) + "|"]
    for kind in (kind for kind in WORDS if (rows["kind"] == kind).any()):
        words, cases = WORDS[kind], rows[rows["kind"] == kind].groupby("case")[["dice", "body_dice"]].mean()
        found = cases["dice"].dropna()
        dice = [f"{value:.3f}" for value in (found.mean(), found.median(), found.min())]
        cells = [words, *(dice if len(found) else ["–"] * 3)]
        if kind == "point":
            refused = int(cases["dice"].isna().sum())
            cells[0] += f" ({refused} of {len(cases)} refused)"
            cells += ["–"] * 4
        else:
            gain = cases["dice"] - cases["body_dice"]
            low, high = _bootstrap(gain.to_numpy())
            cells += [
                f"{cases['body_dice'].mean():.3f}",
                f"{gain.mean():+.3f} ({low:+.3f} to {high:+.3f})",
                f"{int((gain < 0).sum())} of {len(gain)}",
                f"{max(0.0, -gain.min()):.3f}",
            ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _bootstrap(values: np.ndarray) -> tuple[float, float]:
    """95 % interval of the mean, over cases."""
    drawn = np.random.default_rng(0).choice(values, (RESAMPLES, len(values))).mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def confidence_words(rows: pd.DataFrame) -> str:
    """How well the Dice was predicted, with coefficients from the other cases."""
    seen = rows[rows["kind"].isin(JUDGED)].dropna(subset=["dice"])
    predicted = left_out_prediction(seen)
    bias = float((predicted - seen["dice"]).mean())
    line = seen["kind"] == "line"
    rank = float(predicted[line].corr(seen.loc[line, "dice"], method="spearman"))
    everything = float(predicted.corr(seen["dice"], method="spearman"))
    worst = seen.loc[line].nsmallest(5, "dice")["case"]
    doubted = seen.loc[line].assign(p=predicted[line]).nsmallest(10, "p")["case"]
    caught = int(worst.isin(doubted).sum())
    return (
        f"Predicted against true Dice: rank correlation {rank:.2f} for one line, {everything:.2f} for all prompts; "
        f"bias {bias:+.3f}; of the five worst from one line {caught} are among the ten with the lowest prediction. "
        "The coefficients that predict a case come from the others."
    )


def left_out_prediction(rows: pd.DataFrame) -> pd.Series:
    """Each row's Dice by the least squares of the other cases."""
    predicted = pd.Series(0.0, index=rows.index)
    for case in rows["case"].unique():
        here = rows["case"] == case
        predicted[here] = _design(rows[here]) @ coefficients(rows[~here])
    return predicted.clip(0.3, 0.97)


def coefficients(rows: pd.DataFrame) -> np.ndarray:
    """Least squares of the Dice on a constant and the signs, every case with the same weight."""
    weight = np.sqrt(1 / rows.groupby("case")["case"].transform("count"))
    return np.linalg.lstsq(_design(rows) * weight.to_numpy()[:, None], rows["dice"] * weight, rcond=None)[0]


def _design(rows: pd.DataFrame) -> np.ndarray:
    return np.column_stack([np.ones(len(rows)), rows[list(SIGNS)]])


def moved_words(rows: pd.DataFrame) -> str:
    """How much the volume changes when every end of the line is moved."""
    moved = rows[rows["kind"] == "moved line"]
    if moved.empty:
        return ""
    still = rows[rows["kind"] == "line"].set_index("case")
    parts = []
    for name, column in (("segmentation", "ml"), ("prompt's own body", "body_ml")):
        change = (moved[column].to_numpy() / still.loc[moved["case"], column].to_numpy() - 1).astype(float)
        middle, most = np.percentile(np.abs(change), [50, 90])
        parts.append(f"{100 * middle:.1f} % (median) and {100 * most:.1f} % (90th percentile) for the {name}")
    draws = int(moved.groupby("case").size().max())
    return f"Every end of the line moved by up to 5 mm ({draws} draws a case) changes the volume by {', '.join(parts)}."


def main(arguments: Sequence[str]) -> None:
    """Print, or write into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--calibrate", action="store_true")
    asked = parser.parse_args(arguments)
    rows = pd.read_csv(asked.rows)
    if asked.calibrate:
        seen = rows[rows["kind"].isin(JUDGED)].dropna(subset=["dice"])
        print("CALIBRATION =", tuple(round(float(value), 3) for value in coefficients(seen)))
        return
    text = "\n\n".join(part for part in (dice_table(rows), confidence_words(rows), moved_words(rows)) if part)
    if not asked.markdown:
        print(text)
        return
    page = PAGE.read_text()
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n\n{END}{after}")


if __name__ == "__main__":
    main(sys.argv[1:])
