"""From the folder of `download.py` to one table and one page: list, choose the contours, measure.

python measure.py DATA --out out     # out/cohort.csv is written first, for a person to look over; then out/results/

Each MR study has two RTSTRUCTs with the same contours, drawn on T1 and on fat-suppressed T2 or STIR. The second one is
taken, as that is where the tumour shows best. Sarcomas are no nerve sheath tumours. Not a medical device.
"""

from __future__ import annotations

import argparse
import os.path
import sys
from pathlib import Path

import pandas as pd

import pnst
from pnst.cohort.source import listed_rows
from pnst.io.table_rows import write_csv_rows

SERIES, MASS = "series.csv", "GTV_Mass"
SHOWN = ("case", "size.volume_ml", "margin.irregularity", "edema.max_extent_mm", "probability")


def contours_on_t2(data: Path) -> dict[str, Path]:
    """Patient → the file of the contours that were drawn on T2, where there is exactly one."""
    series = pd.read_csv(data / SERIES)
    drawn = series[(series["modality"] == "RTSTRUCT") & series["description"].str.contains("T2|STIR", case=False)]
    files = {patient: [file for f in own["folder"] for file in (data / f).iterdir()] for patient, own in _by(drawn)}
    return {patient: own[0] for patient, own in files.items() if len(own) == 1}


def _by(drawn: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(str(patient), own) for patient, own in drawn.groupby("patient")]


def write_cohort(data: Path, file: Path) -> None:
    """What `pnst cohort init` lists, each case with the contours that were chosen."""
    base, contours = file.absolute().parent, contours_on_t2(data)
    rows = listed_rows(data, base)
    for row in rows:
        if row["case"] in contours:
            lesion = os.path.relpath(contours[row["case"]].absolute(), base)
            row |= {"lesion": Path(lesion).as_posix(), "label": MASS, "check": ""}
    write_csv_rows(file, list(dict.fromkeys(name for row in rows for name in row)), rows)


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 some cases failed, 2 nothing to run on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--settings", type=Path, help="TOML, as for pnst cohort (default: the defaults)")
    parser.add_argument("--workers", type=int, help="processes (default: one a core)")
    asked = parser.parse_args(arguments)
    cohort = asked.out / "cohort.csv"
    try:
        if not cohort.exists():  # a person may have corrected it
            asked.out.mkdir(parents=True, exist_ok=True)
            write_cohort(asked.data, cohort)
        table = pnst.run_cohort(cohort, asked.out / "results", settings=asked.settings, workers=asked.workers)
    except (pnst.PnstError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(table.reindex(columns=list(SHOWN)).to_string())
    for case, why in table.attrs["failures"].items():
        print(f"{case}: {why}", file=sys.stderr)
    return 1 if table.attrs["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
