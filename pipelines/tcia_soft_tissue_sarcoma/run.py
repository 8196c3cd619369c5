"""Measure and score the sarcomas of the TCIA Soft-tissue-Sarcoma collection: one table, one row a lesion.

python run.py DATA --out out              # or with PNST_DATA set: python run.py --out out
python run.py DATA --out out --markdown   # also writes the results section of README.md

A case that fails is a row with its error. Sarcomas are no nerve sheath tumours: the probabilities show that the chain
runs, and nothing about a diagnosis. Not a medical device.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import pnst

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- begin results -->", "<!-- end results -->"
RAW, PREPARED = "sts001_raw/dicom", "sts_t1/nifti"


@dataclass(frozen=True)
class Drawn:
    """One case as it was read."""

    study: pnst.Study
    lesion: pnst.Lesion
    edema: pnst.Mask | None = None
    """The expert's oedema on the grid of the fat-suppressed T2; it may include the mass."""


@dataclass(frozen=True)
class Case:
    """One case of the collection: its name, which part it is of, and how to read it."""

    name: str
    part: str
    read: Callable[[], Drawn]


def find_cases(data: Path) -> list[Case]:
    """The raw case and the prepared ones that lie under `data`; `InputError` when there is neither."""
    raw, prepared = data / RAW, sorted((data / PREPARED).glob("STS_*"))
    cases = [Case("STS_001", "raw", lambda: read_raw(raw))] if raw.is_dir() else []
    cases += [Case(folder.name, "prepared", lambda folder=folder: read_prepared(folder)) for folder in prepared]
    if not cases:
        raise pnst.InputError(
            f"no case of the collection in {data.name!r}",
            got=f"neither {RAW} nor {PREPARED}/STS_*",
            expected="the folders that README.md describes",
            remedy="give the folder that holds them, or set PNST_DATA to it",
        )
    return cases


def read_raw(folder: Path) -> Drawn:
    """T1 and fat-suppressed T2 as DICOM; mass and oedema as the RTSTRUCT drawn on the T2."""
    study = pnst.read_study(folder, case_id="STS_001")
    contours = next(iter(sorted((folder / "MR_T2" / "mask").glob("*.dcm"))), folder / "MR_T2" / "mask")
    mass = pnst.read_lesion(contours, study, label="GTV_Mass")
    edema = pnst.read_lesion(contours, study, label="GTV_Edema")
    return Drawn(study, mass, edema.mask_on(study.series[pnst.Role.T2_FS].volume.grid))


def read_prepared(folder: Path) -> Drawn:
    """T1 and mass as NIfTI, prepared for the IBSI; the files are not named by role."""
    study = pnst.read_study(folder, roles={"t1": "MR_T1_image.nii.gz"})
    return Drawn(study, pnst.read_lesion(folder / "MR_T1_mask.nii.gz", study))


def run_case(case: Case) -> dict[str, Any]:
    """One row: every column, why families were skipped, the probability; or the error."""
    start = time.perf_counter()
    row: dict[str, Any] = {"case": case.name, "part": case.part, "error": None}
    try:
        row |= measure_case(case.read())
    except pnst.PnstError as error:
        row["error"] = str(error)
    except Exception as error:  # a bug costs its own case only; its message may hold a path, so it is not shown
        row["error"] = f"unexpected {type(error).__name__} in {traceback.extract_tb(error.__traceback__)[-1].name}"
    return row | {"seconds": round(time.perf_counter() - start, 2)}


def measure_case(drawn: Drawn) -> dict[str, Any]:
    """Measurements, assessment and, where an expert drew the oedema, how the two compare."""
    m = pnst.measure(drawn.study, drawn.lesion)
    a = pnst.assess(m)
    low, high = a.interval or (None, None)
    row = m.to_frame().drop(columns="case_id").iloc[0].to_dict()
    row |= {"odds_factor": a.odds_factor, "probability": a.probability, "interval_low": low, "interval_high": high}
    row |= {"abstained": a.abstained}
    return row if drawn.edema is None else row | compare_edema(drawn, m)


def compare_edema(drawn: Drawn, m: pnst.Measurements) -> dict[str, float]:
    """The expert's oedema without the mass, measured in the same way, and its overlap with the zone that was found."""
    expert = pnst.measure(
        replace(drawn.study, masks={"edema": drawn.edema}), drawn.lesion, pnst.MeasureSettings.without_intervals()
    )
    row = {
        "expert_edema.volume_ml": expert.edema.volume_ml,
        "expert_edema.max_extent_mm": expert.edema.max_extent_mm,
    }
    if "edema" in m.regions and "edema" in expert.regions:
        row["expert_edema.dice"] = dice(m.regions["edema"], expert.regions["edema"])
    return row


def dice(a: pnst.Mask, b: pnst.Mask) -> float:
    """2 |A ∩ B| ÷ (|A| + |B|) of two masks on one grid, not both empty."""
    return float(2 * np.count_nonzero(a.data & b.data) / (np.count_nonzero(a.data) + np.count_nonzero(b.data)))


def run(data: Path, tell: Callable[[str], None] = print) -> pd.DataFrame:
    """Every case under `data`: one row each, in the order of the collection."""
    return pd.DataFrame(list(_rows(find_cases(data), tell)))


def _rows(cases: list[Case], tell: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    for number, case in enumerate(cases, start=1):
        row = run_case(case)
        found = row["error"] or f"{row['size.volume_ml']:.0f} ml, {answer(row)}"
        tell(f"[{number}/{len(cases)}] {case.name} ({case.part}, {row['seconds']:.1f} s): {found}")
        yield row


def answer(row: dict[str, Any]) -> str:
    """The odds and the probability in words, or why there is none."""
    if row["probability"] is None:
        return f"no probability: {row['abstained']}"
    return f"odds × {row['odds_factor']:.2g}, probability {row['probability']:.2f}"


COLUMNS = {
    "case": ("case", "{}"),
    "part": ("images", "{}"),
    "size.volume_ml": ("volume (ml)", "{:.0f}"),
    "size.longest_diameter_mm": ("longest (mm)", "{:.1f}"),
    "margin.sphericity": ("sphericity", "{:.2f}"),
    "margin.irregularity": ("irregularity", "{:.3f}"),
    "margin.deep_lobulations_count": ("deep lobulations", "{:.0f}"),
    "margin.ill_defined_fraction": ("ill-defined edge", "{:.0%}"),
    "edema.max_extent_mm": ("oedema (mm)", "{:.0f}"),
    "split_fat.coverage_fraction": ("fat coverage", "{:.0%}"),
    "split_fat.compartment": ("compartment", "{}"),
    "odds_factor": ("odds ×", "{:.2g}"),
    "probability": ("probability", "{:.2f}"),
    "interval_low": ("from", "{:.2f}"),
    "interval_high": ("to", "{:.2f}"),
}
"""What the README shows of the table: column → heading and form."""


def markdown(table: pd.DataFrame) -> str:
    """The results section: what was run, the raw case beside its expert, and the chosen columns of every case."""
    failed = table["error"].notna()
    lines = [
        f"pnst {pnst_version()}: {len(table)} cases, {int((~failed).sum())} measured, {int(failed.sum())} failed.",
        "",
        *_expert_lines(table),
        *_distribution_lines(table[~failed]),
        *_table_lines(table[~failed]),
        "",
        *_reason_lines(table),
    ]
    return "\n".join(lines).strip() + "\n"


def pnst_version() -> str:
    """The version that is installed."""
    from importlib.metadata import version

    return version("pnst")


def _expert_lines(table: pd.DataFrame) -> list[str]:
    if "expert_edema.volume_ml" not in table:
        return []
    lines = ["| oedema zone | found | expert (`GTV_Edema` less `GTV_Mass`) |", "|---|---|---|"]
    for _, row in table[table["expert_edema.volume_ml"].notna()].iterrows():
        for name, unit in (("volume_ml", "ml"), ("max_extent_mm", "mm")):
            title = f"{row['case']}, {name.split('_')[-2]} ({unit})"
            lines.append(f"| {title} | {row[f'edema.{name}']:.1f} | {row[f'expert_edema.{name}']:.1f} |")
        lines.append(f"| {row['case']}, Dice | {row.get('expert_edema.dice', 0.0):.3f} | |")
    return [*lines, ""]


DISTRIBUTIONS = {"margin.sphericity": "sphericity", "split_fat.coverage_fraction": "fat coverage"}
"""Columns whose distribution over the cases is shown → heading."""


def _distribution_lines(table: pd.DataFrame) -> list[str]:
    """Cases, least, quartiles and greatest of each column."""
    lines = [
        "| over the cases | cases | least | lower quartile | median | upper quartile | greatest |",
        "|" + "---|" * 7,
    ]
    for column, title in DISTRIBUTIONS.items():
        values = table[column].dropna() if column in table else table.iloc[:0, 0]
        if len(values):
            cells = [f"{value:.2f}" for value in np.percentile(values, (0, 25, 50, 75, 100))]
            lines.append("| " + " | ".join([title, str(len(values)), *cells]) + " |")
    return [*lines, ""]


def _table_lines(table: pd.DataFrame) -> list[str]:
    shown = {column: form for column, form in COLUMNS.items() if column in table}
    lines = ["| " + " | ".join(title for title, _ in shown.values()) + " |", "|" + "---|" * len(shown)]
    for _, row in table.iterrows():
        cells = ["–" if pd.isna(row[column]) else form.format(row[column]) for column, (_, form) in shown.items()]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _reason_lines(table: pd.DataFrame) -> list[str]:
    """Each reason why something is missing or doubtful, once, with its cases."""
    named = {c: f"{c.removeprefix('skipped.')} skipped" for c in table if c.startswith("skipped.")}
    named |= {c: f"{c.removesuffix('.quality')} doubtful" for c in table if c.endswith(".quality")}
    named |= {"abstained": "abstained", "error": "failed"}
    lines = []
    for column, name in named.items():
        for reason, rows in table.groupby(column) if column in table else ():
            who = ", ".join(rows["case"]) if len(rows) <= 3 else f"{len(rows)} cases"
            lines.append(f"- {name}, {who}: {reason}.")
    return lines


def write_section(readme: Path, text: str) -> None:
    """Put the text between the markers of a README that has them once."""
    pattern = re.compile(f"({BEGIN}\n).*?({END})", re.DOTALL)
    page, found = pattern.subn(lambda match: f"{match[1]}\n{text}\n{match[2]}", readme.read_text(encoding="utf-8"))
    if found != 1:
        raise ValueError(f"{readme.name} has {found} places for results")
    readme.write_text(page, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 some cases failed, 2 nothing to run on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "data", nargs="?", type=Path, default=os.environ.get("PNST_DATA") or None, help="default: $PNST_DATA"
    )
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder of results.csv")
    parser.add_argument("--markdown", action="store_true", help="write the results section of README.md")
    options = parser.parse_args(arguments)
    if options.data is None:
        parser.error("no folder of data: give it, or set PNST_DATA")
    try:
        table = run(Path(options.data))
    except pnst.PnstError as error:
        print(error, file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(options.out / "results.csv", index=False)
    if options.markdown:
        write_section(README, markdown(table))
    return 1 if table["error"].notna().any() else 0


if __name__ == "__main__":
    sys.exit(main())
