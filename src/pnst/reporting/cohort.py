"""`cohort_page`: what a cohort came to, as one self-contained HTML file with links to its cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pnst.reporting.report import environment

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 1000
"""Cases and failures that are listed; the tables have them all."""


def cohort_page(
    table: pd.DataFrame, counts: Mapping[str, int], failures: Sequence[Mapping[str, Any]], links: Mapping[str, str]
) -> str:
    """The page over the lesions in `table` (one row each, as in lesions.parquet), and over the cases that failed.

    `counts` says how many cases are there and failed; `links` names each case's own page, relative to this one.
    """
    from pnst.reporting import cohort_summary as summary
    from pnst.reporting.cohort_figures import distribution_picture

    shown = summary.distributions(table) if len(table) else []
    return (
        environment()
        .get_template("cohort.html.j2")
        .render(
            counts=counts,
            lesions=len(table),
            distributions=[(d, distribution_picture(d)) for d in shown],
            by_diagnosis=summary.GROUP in table,
            missing=summary.missing(table),
            flags=summary.quality_flags(table),
            agreements=summary.agreements(table),
            look_first=summary.look_first(table) if len(table) else [],
            cases=_cases(table),
            failures=list(failures)[:SHOWN],
            shown=SHOWN,
            links={case: quote(link) for case, link in links.items()},
        )
    )


def _cases(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A row a lesion: its case, and the numbers that the list shows."""
    wanted = {
        "diagnosis": "diagnosis",
        "size.longest_diameter_mm": "longest",
        "size.volume_ml": "volume",
        "class": "of_class",
        "probability": "probability",
        "low": "low",
        "high": "high",
    }
    rows = []
    for row in table.head(SHOWN).to_dict("records"):
        shown = {short: _present(row.get(name)) for name, short in wanted.items()}
        rows.append({"case": row["case"], "label": row["label"], **shown})
    return rows


def _present(value: Any) -> Any:
    return None if value is None or value != value else value  # NaN is what no number equals
