"""The 22 thigh and limb sarcomas on T1 of the IBSI's validation: from a bare folder to one table and one page.

python run.py FOLDER --out out     # FOLDER: nifti/ with a folder a patient; the table is written first, then measured
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pnst
from pnst.cohort.source import write_listing

CONFIG = Path(__file__).with_name("config.toml")


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 some cases failed, 2 nothing to run on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=Path("out"))
    asked = parser.parse_args(arguments)
    cohort = asked.out / "cohort.csv"
    try:
        if not cohort.exists():  # a person may have corrected it
            asked.out.mkdir(parents=True, exist_ok=True)
            write_listing(asked.folder, cohort)
        table = pnst.run_cohort(cohort, asked.out / "results", settings=CONFIG)
    except pnst.PnstError as error:
        print(error, file=sys.stderr)
        return 2
    print(table[["case", "size.volume_ml", "margin.irregularity", "split_fat.coverage_fraction"]].to_string())
    for case, why in table.attrs["failures"].items():
        print(f"{case}: {why}", file=sys.stderr)
    return 1 if table.attrs["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
