"""What a trial found, in words: printed, and written to `results.md` beside tables and a figure.

python results.py out [--markdown]      # --markdown: into README.md
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from score import Found, Loss, dice, loss, signs, values
from trial import WAYS, Trial

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
from tables import markdown, write_section

README = Path(__file__).with_name("README.md")
WORDS = {"expert": "expert's masks", "own": "own, from one line"}


def report(trial: Trial, ways: Sequence[str]) -> str:
    """Every table, in Markdown."""
    found = {way: Found.of(trial, way) for way in ways}
    parts = [_areas({way: loss(of) for way, of in found.items()})]
    for way, of in found.items():
        parts += [f"**Signs, {WORDS[way]}.**", _signs(signs(of)), f"**Values, {WORDS[way]}.**", _values(values(of))]
    if "own" in ways:
        parts.append(_dice(dice(trial, "own"), trial))
    return "\n\n".join(parts)


def _areas(losses: Mapping[str, Loss]) -> str:
    def cell(area: tuple[float, tuple[float, float]]) -> str:
        return f"{area[0]:.3f} ({area[1][0]:.3f}–{area[1][1]:.3f})"

    rows = [
        [
            WORDS[way],
            cell(of.true),
            cell(of.images),
            f"{of.lost:+.3f} ({of.interval[0]:+.3f} to {of.interval[1]:+.3f})",
            of.unscored,
        ]
        for way, of in losses.items()
    ]
    return markdown(["lesions", "AUC, true values", "AUC, images", "lost (95 %)", "without a score"], rows)


def _signs(rows: Iterable[Mapping[str, Any]]) -> str:
    header = ["sign", "present", "absent", "right", "missed", "invented", "near its threshold", "not told"]
    return markdown(header, (_sign_cells(row) for row in rows))


def _sign_cells(row: Mapping[str, Any]) -> list[object]:
    share = f"{100 * row['share']:.0f} %"
    counts = (row[name] for name in ("missed", "invented", "close", "not told"))
    return [row["sign"], row["present"], row["absent"], share, *counts]


def _values(rows: Iterable[Mapping[str, Any]]) -> str:
    header = ["value", "n", "mean error", "95 % of the errors", "median size of the error"]
    return markdown(header, (_value_cells(row) for row in rows))


def _value_cells(row: Mapping[str, Any]) -> Iterator[object]:
    unit = f" {row['unit']}" if row["unit"] else ""
    yield from (row["value"], row["n"], f"{row['bias']:+.3g}{unit}")
    yield f"{row['low']:+.3g} to {row['high']:+.3g}{unit}"
    yield f"{row['median']:.2g}{unit}"


def _dice(shares: pd.Series, trial: Trial) -> str:
    low = ", ".join(f"{case} {value:.2f}" for case, value in shares.nsmallest(5).items())
    return (
        f"Dice of {len(shares)} lesions segmented from one line with the expert's masks: mean {shares.mean():.3f}, "
        f"median {shares.median():.3f}, tenth {shares.quantile(0.1):.3f}; lowest {low}."
    )


def main(arguments: list[str] | None = None) -> None:
    """Print the report, and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--markdown", action="store_true")
    asked = parser.parse_args(arguments)
    ways = [way for way in WAYS if (asked.out / way / "lesions.parquet").exists()]
    text = report(Trial(asked.out, 0, 0), ways)
    print(text)
    (asked.out / "results.md").write_text(text + "\n", encoding="utf-8")
    if asked.markdown:
        write_section("results", text, README)


if __name__ == "__main__":
    main()
