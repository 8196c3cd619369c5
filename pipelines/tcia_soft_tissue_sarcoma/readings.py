"""Hold every measured sign against what people saw on the pictures of the same cases.

python readings.py DATA --table out/results.csv --out out             # after run.py; agreement.csv, disagreements.csv
python readings.py DATA --table out/results.csv --out out --pictures  # also a picture of each disagreement
python readings.py DATA --table out/results.csv --out out --markdown  # also the results section of docs/validation

A reading is the opinion of people who are no radiologists, given before the code that is judged was run.
"""

from __future__ import annotations

import argparse
import sys
from ast import literal_eval
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from left_out import agreement_left_out
from run import find_cases, write_section

import pnst
from pnst.classification.metrics.roc import delong
from pnst.evidence.rule import clopper_pearson_interval

PAGE = Path(__file__).parents[2] / "docs" / "validation" / "index.md"
READINGS = PAGE.with_name("readings.csv")
SURE = "sure"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Sign:
    """A sign as it is read, and the same word from the measured columns of a case."""

    name: str
    measured: Callable[[Row], str | None]
    """None: undetermined, or not measured."""
    positive: frozenset[str]
    """The words that count as yes, in sensitivity and specificity."""
    title: str
    same: Mapping[str, str] | None = None
    """Words of the reading that the measurement does not tell apart: word → the one that stands for it."""

    def read(self, word: str) -> str:
        """What the reading says in the measurement's words."""
        return (self.same or {}).get(word, word)


def given(row: Row, column: str) -> Any:
    """The cell, or None where it is missing or empty."""
    value = row.get(column)
    return None if value is None or pd.isna(value) else value


def yes_or_no(column: str, yes: str, no: str) -> Callable[[Row], str | None]:
    """A measured boolean in two words."""

    def word(row: Row) -> str | None:
        value = given(row, column)
        return None if value is None else yes if is_true(value) else no

    return word


def is_true(value: object) -> bool:
    """A boolean as pandas reads it from a table, where a column with gaps holds text."""
    return str(value).lower() in ("true", "1", "1.0")


def split_fat(row: Row) -> str | None:
    """present, absent, or not_applicable."""
    applicable = given(row, "split_fat.applicable")
    if applicable is not None and not is_true(applicable):
        return "not_applicable"
    return yes_or_no("split_fat.present", "present", "absent")(row)


def compartment(row: Row) -> str | None:
    """The compartment; None where it is unclear."""
    word = given(row, "split_fat.compartment")
    return None if word == "unclear" else word


LOBULATIONS = "margin.deep_lobulations_count"


def lobulations(row: Row) -> str | None:
    """The count, three and more as one."""
    count = given(row, LOBULATIONS)
    return None if count is None else str(int(count)) if count < 3 else "3+"


def shape(row: Row) -> str | None:
    """Smooth: round, oval, an egg, and so without a deep concavity; None where the interval of the count holds both."""
    count, interval = given(row, LOBULATIONS), given(row, f"{LOBULATIONS}_interval")
    low, high = literal_eval(str(interval)) if interval is not None else (count, count)
    if count is None or low < 1 <= high:
        return None
    return "lobulated" if count >= 1 else "smooth"


SIGNS = (
    Sign("compartment", compartment, frozenset({"fat"}), "compartment (yes: fat)"),
    Sign("split_fat", split_fat, frozenset({"present"}), "split fat"),
    Sign("t1_high", yes_or_no("t1_high.present", "present", "absent"), frozenset({"present"}), "T1-bright area"),
    Sign("lobulations", lobulations, frozenset({"2", "3+"}), "deep lobulations (yes: two or more)"),
    Sign(
        "shape",
        shape,
        frozenset({"lobulated"}),
        "shape (yes: not smooth; measured as a deep concavity)",
        {"irregular": "lobulated"},
    ),
    Sign("edema", yes_or_no("edema.present", "present", "absent"), frozenset({"present"}), "oedema"),
    Sign("edge", yes_or_no("margin.ill_defined", "ill_defined", "well_defined"), frozenset({"ill_defined"}), "edge"),
)


def compare(readings: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """One row a reading of a sign that is measured: case, sign, reading, measured, agree (None: undetermined)."""
    cases = {row["case"]: row for _, row in table.iterrows()}
    rows = []
    for sign in SIGNS:
        for _, reading in readings[readings["sign"] == sign.name].iterrows():
            word, measured = sign.read(str(reading["reading"])), sign.measured(cases.get(reading["case"], {}))
            agree = None if measured is None else word == measured
            rows.append({**reading.to_dict(), "reading": word, "measured": measured, "agree": agree})
    return pd.DataFrame(rows)


def agreement(compared: pd.DataFrame) -> pd.DataFrame:
    """One row a sign and level of sureness: counts, agreement, sensitivity and specificity with exact intervals."""
    return pd.DataFrame(list(_agreement_rows(compared)))


def _agreement_rows(compared: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for sign in SIGNS:
        for level in (SURE, "all"):
            rows = compared[compared["sign"] == sign.name]
            rows = rows[rows["sure"] == SURE] if level == SURE else rows[rows["reading"] != "unsure"]
            known = rows[rows["measured"].notna()]
            read, found = known["reading"].isin(sign.positive), known["measured"].isin(sign.positive)
            yield {
                "sign": sign.name,
                "readings": level,
                "read": len(rows),
                "undetermined": len(rows) - len(known),
                **_share("agreement", int((known["agree"] == True).sum()), len(known)),  # noqa: E712
                **_share("sensitivity", int((read & found).sum()), int(read.sum())),
                **_share("specificity", int((~read & ~found).sum()), int((~read).sum())),
            }


def _share(name: str, count: int, total: int) -> dict[str, Any]:
    """Counts, share and Clopper and Pearson's 95 % interval; no share of nothing."""
    low, high = clopper_pearson_interval(count, total) if total else (None, None)
    share = count / total if total else None
    return {name: share, f"{name}_count": count, f"{name}_total": total, f"{name}_low": low, f"{name}_high": high}


def markdown(readings: pd.DataFrame, table: pd.DataFrame, compared: pd.DataFrame) -> str:
    """The results section of the page: agreement by sign, what differs, and what was read."""
    rows = agreement(compared)
    titles = {sign.name: sign.title for sign in SIGNS}
    lines = ["| sign | readings | undetermined | agreement | sensitivity | specificity |", "|" + "---|" * 6]
    for _, row in rows[rows["read"] > 0].iterrows():
        shares = [_cell(row, name) for name in ("agreement", "sensitivity", "specificity")]
        cells = [titles[row["sign"]], f"{row['readings']}: {row['read']}", str(row["undetermined"]), *shares]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        *share_lines(readings, table),
        "",
        "What differs, where the reading is sure:",
        "",
        "| case | sign | read | measured | slice | seen |",
    ]
    lines.append("|" + "---|" * 6)
    for _, row in disagreements(compared).iterrows():
        cells = [row["case"], titles[row["sign"]], row["reading"], row["measured"], row["slice"], row["comment"]]
        lines.append(f"| {' | '.join(_plain(cell) for cell in cells)} |")
    counts = (
        f"{len(readings)} readings of {readings['case'].nunique()} cases, {len(compared)} of them of a measured sign."
    )
    return "\n".join([counts, "", *lines]).strip() + "\n"


def share_lines(readings: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    """What is a number in both: the share of the surface with a rim; and the shape's numbers against smooth or not."""
    measured = table.set_index("case")
    rim = readings[readings["sign"] == "rim_share"].set_index("case")["reading"].astype(float) / 100
    both = pd.DataFrame({"read": rim, "measured": measured["split_fat.coverage_fraction"]}).dropna()
    off = 100 * (both["measured"] - both["read"])
    rank = both.corr("spearman").iloc[0, 1]
    lines = [
        f"Share of the surface with a rim of fat, {len(both)} cases: measured less read, median {off.median():+.0f} "
        f"points (from {off.min():+.0f} to {off.max():+.0f}); rank correlation {rank:.2f}."
    ]
    shape = readings[(readings["sign"] == "shape") & (readings["sure"] == SURE)].set_index("case")["reading"]
    for column, sign in (("margin.irregularity", 1), ("margin.solidity", -1)):
        score = sign * measured[column].reindex(shape.index).to_numpy(dtype=float)
        areas = delong(score[None], (shape != "smooth").to_numpy())
        between = "–".join(f"{end:.2f}" for end in areas.interval() or ())
        right, total = agreement_left_out(score, (shape != "smooth").to_numpy()), len(shape)
        exact = "–".join(f"{end:.2f}" for end in clopper_pearson_interval(right, total))
        lines.append(
            f"`{column}` tells smooth from not smooth with an area of {areas.areas[0]:.2f} ({between}); at a threshold "
            f"set on the other cases it agrees in {right}/{total} ({exact})."
        )
    return lines


def disagreements(compared: pd.DataFrame) -> pd.DataFrame:
    """The sure readings that the measurement contradicts."""
    return compared[(compared["sure"] == SURE) & (compared["agree"] == False)]  # noqa: E712


def _cell(row: Row, name: str) -> str:
    if not row[f"{name}_total"]:
        return "–"
    return f"{row[f'{name}_count']}/{row[f'{name}_total']} ({row[f'{name}_low']:.2f}–{row[f'{name}_high']:.2f})"


def _plain(cell: object) -> str:
    return "" if pd.isna(cell) else str(cell).replace("|", "/")


def draw(data: Path, compared: pd.DataFrame, out: Path) -> None:
    """A picture of each disagreement: the slice that was read, with the outline and what was found there."""
    from disagreement_picture import draw_disagreement

    by_name = {case.name: case for case in find_cases(data)}
    for name, rows in disagreements(compared).groupby("case"):
        drawn = by_name[str(name)].read()
        m = pnst.measure(drawn.study, drawn.lesion, pnst.MeasureSettings.without_intervals())
        for _, row in rows.iterrows():
            draw_disagreement(drawn, m, row, out / f"{name}_{row['sign']}.png")


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 2 nothing to compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that run.py was given")
    parser.add_argument("--table", type=Path, default=Path("out/results.csv"), help="what run.py wrote")
    parser.add_argument("--readings", type=Path, default=READINGS, help="default: docs/validation/readings.csv")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder of agreement.csv and disagreements.csv")
    parser.add_argument("--pictures", action="store_true", help="draw each disagreement into the folder, too")
    parser.add_argument("--markdown", action="store_true", help="write the results section of docs/validation/index.md")
    options = parser.parse_args(arguments)
    missing = [file.name for file in (options.table, options.readings) if not file.is_file()]
    if missing:
        print(f"no file {missing[0]!r}: run.py makes the table, people the readings", file=sys.stderr)
        return 2
    readings = pd.read_csv(options.readings, dtype=str)
    table = pd.read_csv(options.table)
    compared = compare(readings, table)
    options.out.mkdir(parents=True, exist_ok=True)
    agreement(compared).to_csv(options.out / "agreement.csv", index=False)
    disagreements(compared).to_csv(options.out / "disagreements.csv", index=False)
    if options.pictures:
        draw(options.data, compared, options.out)
    if options.markdown:
        write_section(PAGE, markdown(readings, table, compared))
    return 0


if __name__ == "__main__":
    sys.exit(main())
