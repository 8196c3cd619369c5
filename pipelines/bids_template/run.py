"""A BIDS dataset measured whole, and its groups compared: a template to copy and change.

python run.py DATASET OUT     # DATASET: participants.tsv with a column `diagnosis`, and a lesion mask a subject
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

import pnst
from pnst.cohort.bids.group import collect_group
from pnst.cohort.bids.participants import measure_participants
from pnst.cohort.bids.session import find_sessions
from pnst.cohort.measuring import Chosen
from pnst.cohort.run import on_this_machine
from pnst.cohort.workers import cores
from pnst.settings import RunSettings

CONFIG = Path(__file__).with_name("config.toml")
COMPARED = ("size.volume_ml", "margin.irregularity", "edema.volume_ml", "probability")


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 some sessions failed, 2 nothing to run on."""
    words = sys.argv[1:] if arguments is None else arguments
    if len(words) != 2 or words[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    dataset, out = map(Path, words)
    try:
        sessions = find_sessions(dataset)
        chosen = Chosen(RunSettings.from_toml(CONFIG))
        measure_participants(sessions, dataset, out, on_this_machine(cores()), chosen)
        group = collect_group(sessions, dataset, out)
    except pnst.PnstError as error:
        print(error, file=sys.stderr)
        return 2
    for row in group.failures:
        print(f"{row['participant_id']}: {row['what']}", file=sys.stderr)
    table = pd.read_csv(out / "group_desc-pnst_measurements.tsv", sep="\t", na_values=["n/a"], keep_default_na=False)
    print(compared(table).to_string() if len(table) else "no lesion was measured")
    return 1 if group.failures else 0


def compared(table: pd.DataFrame) -> pd.DataFrame:
    """A row a measurement: how many lesions of each diagnosis have it, and their median with the least and greatest."""
    if "diagnosis" not in table:
        table = table.assign(diagnosis="all")
    rows = {}
    for column in (name for name in COMPARED if name in table):
        values = table.dropna(subset=[column]).groupby("diagnosis")[column]
        rows[column] = {name: f"{v.median():.3g} ({v.min():.3g} to {v.max():.3g}; n={len(v)})" for name, v in values}
    return pd.DataFrame(rows).T


if __name__ == "__main__":
    sys.exit(main())
