"""The group level: one table, one list of failures and one page from what the participant level left."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pnst.cohort.bids import derivatives
from pnst.cohort.bids.derivatives import WORK
from pnst.cohort.bids.participants import NOT_MEASURED
from pnst.cohort.bids.session import BidsSession
from pnst.cohort.run import kept
from pnst.cohort.run_cohort import INDEX
from pnst.cohort.tables import Failure
from pnst.errors import InputError
from pnst.io.output_folder import output_folder

if TYPE_CHECKING:
    import pandas as pd

GROUP = "group"
FAILURES_TSV = "group_failures.tsv"


@dataclass(frozen=True)
class GroupLevel:
    """What the sessions of a dataset came to."""

    lesions: tuple[Mapping[str, str | None], ...]
    failures: tuple[Mapping[str, Any], ...]
    """Sessions without a table, or lesions without a row."""


def collect_group(sessions: Sequence[BidsSession], dataset: Path, out: Path) -> GroupLevel:
    """Write `group_desc-pnst_measurements.tsv` with its sidecar, `group_failures.tsv` and `index.html`.

    Rows stand in the order of the dataset, whoever measured them when. A session that nobody measured is a failure.
    Raises `InputError` where there is nothing to collect, or a participant level is running.
    """
    if not os.path.isdir(out / WORK):
        raise InputError(
            f"{out.name!r} holds no participant",
            got="no folder that the participant level made" if os.path.exists(out) else "no such folder",
            expected="the OUT of `pnst-bids DATASET OUT participant`",
            remedy="run that first, or correct OUT",
        )
    derivatives.begin(out, dataset)
    with kept(out / WORK), output_folder(out) as folder:
        lesions = [row for one in sessions for row in _rows(out, one, derivatives.table_name(one.name))]
        failures = [row for one in sessions for row in _failures(out, one)]
        derivatives.write_table(folder.new, GROUP, lesions)
        if failures:
            derivatives.write_tsv(folder.new / FAILURES_TSV, NOT_MEASURED, failures)
        table = _frame(folder.new / derivatives.table_name(GROUP))
        (folder.new / INDEX).write_text(_page(table, out, len(sessions), failures), encoding="utf-8")
        folder.publish([FAILURES_TSV])
    return GroupLevel(tuple(lesions), tuple(failures))


def _rows(out: Path, session: BidsSession, file: str) -> list[dict[str, str | None]]:
    place = out / session.folder / "anat" / file
    return derivatives.read_tsv(place) if os.path.isfile(place) else []


def _failures(out: Path, session: BidsSession) -> list[Mapping[str, Any]]:
    folder = out / session.folder / "anat"
    files = (derivatives.table_name(session.name), derivatives.failures_name(session.name))
    if any(os.path.isfile(folder / file) for file in files):
        return list(_rows(out, session, files[1]))
    never = InputError(
        f"{session.name} was not measured",
        got="nothing of it in the folder of the derivatives",
        expected="what the participant level leaves",
        remedy=f"pnst-bids DATASET OUT participant --participant-label {session.subject.removeprefix('sub-')}",
    )
    ids = {"participant_id": session.subject, "session_id": session.session}
    return [{**ids, **Failure("participant level", never).row(session.name)}]


def _page(table: pd.DataFrame, out: Path, count: int, failures: Sequence[Mapping[str, Any]]) -> str:
    from pnst.reporting.cohort import cohort_page

    named = [{**{name: cell or "" for name, cell in row.items()}, "case": _case(row)} for row in failures]
    failed = sum(not row["lesion"] for row in named)
    links = {
        case: f"{case}.html" for case in dict.fromkeys(table.get("case", ())) if os.path.isfile(out / f"{case}.html")
    }
    return cohort_page(table, {"there": count - failed, "failed": failed}, named, links)


def _frame(file: Path) -> pd.DataFrame:
    """The group's table with its types, and the column `case` that its page goes by."""
    import pandas as pd

    if not derivatives.read_tsv(file):
        return pd.DataFrame()
    table = pd.read_csv(file, sep="\t", na_values=[derivatives.MISSING], keep_default_na=False, quoting=3)
    table.insert(0, "case", [_case(row) for row in table.to_dict("records")])
    return table.astype({"label": str})


def _case(row: Mapping[Any, Any]) -> str:
    parts = (row.get("participant_id"), row.get("session_id"))
    return "_".join(part for part in parts if isinstance(part, str) and part)
