"""A BIDS dataset of simulated patients: what `pnst phantom --bids` made of each, laid together with `participants.tsv`.

python simulate.py DATASET      # patients.csv and scanner.toml beside this file say what is simulated
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
TABLE, SCANNER = HERE / "patients.csv", HERE / "scanner.toml"


def main(arguments: list[str] | None = None, table: Path = TABLE, scanner: Path = SCANNER) -> int:
    """Exit status: 0 done, 1 a patient could not be simulated, 2 bad usage."""
    words = sys.argv[1:] if arguments is None else arguments
    if len(words) != 1 or words[0].startswith("-") or Path(words[0]).exists():
        print(f"{__doc__}\nDATASET must not be there yet.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "phantom",
            "--table",
            str(table),
            "--spec",
            str(scanner),
            "--bids",
            "--out",
            folder,
            "--workers",
            "1",
        ]
        status = subprocess.run([sys.executable, "-m", "pnst", *command], check=False).returncode
        if status == 0:
            lay_together(Path(folder), table, Path(words[0]))
    return status


def lay_together(cohort: Path, table: Path, dataset: Path) -> None:
    """Every patient's subject in one dataset, raw images and derivatives, with what the table calls them."""
    lines = ["participant_id\tdiagnosis"]
    with table.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            shutil.copytree(
                cohort / row["patient"], dataset, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.toml")
            )
            lines.append(f"sub-{row['patient']}\t{row['label']}")
    (dataset / "participants.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
