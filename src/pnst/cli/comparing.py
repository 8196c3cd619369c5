"""The command that compares studies of one patient on several dates."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pnst.cli.arguments import folder_of
from pnst.cli.commands import app
from pnst.cli.options import CaseOption, SettingsOption
from pnst.cli.terminal import print_json, print_rows, print_text, progress
from pnst.errors import SettingError

if TYPE_CHECKING:
    from pnst import Growth, workflow


@app.command()
def compare(
    visits: Annotated[
        list[str],
        typer.Argument(
            metavar="DATE=STUDY[:LESION]…",
            help="Two dates or more, as 2024-03-31=STUDY or 2024-03-31=STUDY:MASK[:LABEL]; without a mask, "
            "lesion.nii.gz in the study's folder.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for table, numbers and page; - prints.")],
    settings: SettingsOption = None,
    case_id: CaseOption = None,
    same_patient: Annotated[
        bool, typer.Option("--same-patient", help="The studies are of one patient although their IDs differ.")
    ] = False,
) -> None:
    """Compare the lesions of one patient between dates: growth, response, new and vanished ones. Not a medical device.

    What is written holds days since the first date, never a date.

    Example: pnst compare 2023-02-01=first/ 2024-01-15=second/:second/tumour.nii.gz --out growth/
    """
    from pnst import workflow

    dated = [visit_of(visit) for visit in visits]
    folder = folder_of(out)
    chosen = workflow.GrowthSettings.from_toml(settings) if settings else None
    with progress() as show_stage:
        growth = workflow.compare_step(dated, folder, chosen, case_id, same_patient, show_stage, settings)
    if folder is None:
        print_json(growth.to_dict())
        return
    _print_growth(growth, folder)


def visit_of(text: str) -> workflow.DatedInputs:
    """A word `DATE=STUDY[:LESION]`: the study is the longest beginning that lies on the disk.

    Raises `SettingError` for a word that is none, and for a date that cannot be read.
    """
    from pnst import workflow

    date, equals, rest = text.partition("=")
    if not (equals and rest):
        raise SettingError(
            "one of the dates to compare cannot be read",
            got=text,
            expected="DATE=STUDY or DATE=STUDY:LESION",
            remedy="write it as 2024-03-31=STUDY",
        )
    places = [len(rest), *(place for place, sign in reversed(list(enumerate(rest))) if sign == ":" and place > 0)]
    place = next((place for place in places if os.path.exists(rest[:place])), len(rest))
    return workflow.DatedInputs(workflow.read_date(date), rest[:place], rest[place + 1 :] or None)


def _print_growth(growth: Growth, out: Path) -> None:
    for lesion in growth.lesions:
        last = lesion.last
        rows: list[tuple[str, str, str]] = [("what became of it", lesion.status, "")]
        rows += [
            (f"volume, day {v.day}", v.state if v.volume_ml is None else f"{v.volume_ml:.1f} ml", v.quality or "")
            for v in lesion.visits
        ]
        if last.volume_change_fraction is not None:
            doubt = "" if last.category_certain else "the interval leaves another category open, or there is none"
            rows.append(("change of the volume", _percent(last.volume_change_fraction), ""))
            rows.append(("category (REiNS)", str(last.category), doubt))
        if last.doubling_time_days is not None:
            endless = (last.doubling_time_days_interval or (0.0, None))[1] is None
            rows.append(("doubling time", f"{last.doubling_time_days:.0f} days", "no upper end" if endless else ""))
        if last.adc_change_fraction is not None:
            within = "" if last.adc_changed else "within what repeating gives"
            rows.append(("change of the mean ADC", _percent(last.adc_change_fraction), within))
        print_rows(f"{growth.case_id}, lesion {lesion.label}", rows)
    for date in growth.dates[1:]:
        print_text(f"day {date.day}: {date.alignment}")
    for text in growth.warnings:
        print_text(f"note: {text}")
    print_text(f"report: {out / 'growth.html'}\nResearch software, not a medical device.")


def _percent(share: float) -> str:
    return f"{100 * share:+z.1f} %"
