"""The 199 soft tissue tumours of MSTT-199 on T1 and fat-suppressed T2; those of nerve in a table of their own.

python run.py FOLDER --out out     # FOLDER: images and masks by the names that README.md gives

Nothing here says how well a diagnosis is made. Not a medical device.
"""

from __future__ import annotations

import argparse
import os.path
import re
import sys
from collections import defaultdict
from pathlib import Path

import pnst
from pnst.io.table_rows import write_csv_rows

CONFIG = Path(__file__).with_name("config.toml")
NAME = re.compile(r"(?P<case>(?P<tissue>[A-Z])\d\d)_(?P<weight>T1|T2)(?P<joint>_J)?\.nii(\.gz)?")
TISSUES = {"F": "fibrous", "L": "fat", "M": "myxoid", "N": "nerve", "V": "vascular"}
ROLES = {"T1": "role.t1", "T2": "role.t2_fs"}
SHOWN = ["case", "size.volume_ml", "size.longest_diameter_mm", "margin.irregularity", "edema.present"]
SHOWN += ["split_fat.present", "heterogeneity.variation_t1", "probability", "low", "high", "abstained"]


def rows_of(folder: Path, base: Path) -> list[dict[str, str]]:
    """One row a patient. Raises `InputError` where no file has such a name."""
    cases: dict[str, dict[str, str]] = defaultdict(dict)
    for file in sorted(folder.rglob("*.nii*")):
        name = NAME.fullmatch(file.name)
        if name is None:
            continue
        row, place = cases[name["case"]], Path(os.path.relpath(file.absolute(), base)).as_posix()
        row["tissue"] = TISSUES.get(name["tissue"], "unknown")
        if "mask" not in file.parent.name.lower():
            row |= {"study": place, ROLES[name["weight"]]: file.name}
        elif name["joint"] or "lesion" not in row:  # the joint one is that of several readers
            row["lesion"] = place
    rows = [{"case": case, **row} for case, row in sorted(cases.items())]
    if not any("study" in row for row in rows):
        raise pnst.InputError(
            f"no patient of MSTT-199 in {folder.name!r}",
            got="no image called like N21_T1.nii.gz",
            expected="the names that README.md gives",
            remedy="give the folder that holds images and masks",
        )
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 some cases failed, 2 nothing to run on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--workers", type=int, help="processes (default: one a core)")
    asked = parser.parse_args(arguments)
    try:
        if not (asked.out / "cohort.csv").exists():  # a person may have corrected it
            rows = rows_of(asked.folder, asked.out.absolute())
            asked.out.mkdir(parents=True, exist_ok=True)
            write_csv_rows(asked.out / "cohort.csv", ["case", "study", "lesion", *ROLES.values(), "tissue"], rows)
        table = pnst.run_cohort(asked.out / "cohort.csv", asked.out / "results", settings=CONFIG, workers=asked.workers)
    except pnst.PnstError as error:
        print(error, file=sys.stderr)
        return 2
    table.loc[table["tissue"] == "nerve"].to_csv(asked.out / "nerve.csv", index=False)
    for tissue, part in table.groupby("tissue"):
        print(f"{tissue}\n{part.reindex(columns=SHOWN).to_string(index=False)}\n")
    for case, why in table.attrs["failures"].items():
        print(f"{case}: {why}", file=sys.stderr)
    return 1 if table.attrs["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
