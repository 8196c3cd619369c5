"""The commands that learn from tables with a known diagnosis, and that compare models with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pnst.cli.arguments import only_folder
from pnst.cli.commands import app
from pnst.cli.options import EvidenceOption, OwnEvidenceOption, PriorOption, SettingsOption
from pnst.cli.terminal import console, escaped, print_text, progress
from pnst.errors import SettingError

if TYPE_CHECKING:
    from pnst import Evaluation, TrainedModel, workflow

TableFile = Annotated[
    Path,
    typer.Argument(help="CSV (also .csv.gz) or Parquet, one row a lesion; or the folder of `pnst cohort`'s results."),
]
LabelOption = Annotated[
    str, typer.Option("--label", metavar="COLUMN", help="The diagnosis: 1/0, true/false, yes/no, malignant/benign.")
]
EVIDENCE = "evidence.log_odds"
"""What --features calls the evidence model's score."""
_MAX_NAMED = 5
"""Columns that are named where there are many; the model card has them all."""

GroupsOption = Annotated[
    str | None, typer.Option("--groups", metavar="COLUMN", help="Equal in lesions of one patient.")
]


@app.command()
def train(
    table: TableFile,
    label: LabelOption,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the model.")],
    groups: GroupsOption = None,
    features: Annotated[
        str | None,
        typer.Option("--features", metavar="A,B,…", help="Columns to learn from (default: all numbers and signs)."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="KIND", help="logistic (default), boosting, evidence-offset, recalibrated."),
    ] = None,
    evidence_score: Annotated[
        bool, typer.Option("--evidence-score", help="Add the evidence model's log-odds as a feature.")
    ] = False,
    folds: Annotated[
        int | None, typer.Option("--folds", metavar="N", help="Outer folds (default 5, or those of --split).")
    ] = None,
    split: Annotated[
        str | None, typer.Option("--split", metavar="COLUMN", help="In which fold each lesion is held out.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="Of folds and resamples (default 1).")] = None,
    leave_out_constant: Annotated[
        bool, typer.Option("--leave-out-constant", help="Leave out columns that are the same in every row.")
    ] = False,
    accept_separating: Annotated[
        list[str] | None,
        typer.Option("--accept-separating", metavar="COLUMN", help="A feature that may decide the diagnosis alone."),
    ] = None,
    settings: SettingsOption = None,
) -> None:
    """Learn a model from a cohort with a known diagnosis, in nested cross-validation by patient. Not a medical device.

    Example: pnst train table.csv --label malignant --groups patient --out model/
    """
    from pnst import workflow

    from_file, names = _settings(settings), _names("--features", features)
    scored = (model or from_file.train.model) in ("evidence-offset", "recalibrated")
    if evidence_score or scored or EVIDENCE in (names or ()):
        _refuse_assess_settings(from_file)
    chosen = {"model": model, "folds": folds, "seed": seed}
    changes = {name: value for name, value in chosen.items() if value is not None}
    training = workflow.TrainingTable(
        table=table,
        label=label,
        groups=groups,
        split=split,
        features=names,
        evidence_score=evidence_score,
        leave_out_constant=leave_out_constant,
        accept_separating=accept_separating or (),
    )
    with progress() as show_stage:
        trained_model = workflow.train_model(
            training, only_folder(out), _settings(settings).changed(train=changes), show_stage
        )
    _print_trained(trained_model, out)


@app.command()
def evaluate(
    table: TableFile,
    label: LabelOption,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for figures, numbers and predictions.")],
    groups: GroupsOption = None,
    model: Annotated[
        list[str] | None,
        typer.Option("--model", metavar="DIR", help="A trained model, or `evidence` (default); repeat to compare."),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option("--threshold", metavar="P", help="Called malignant at or above this probability.")
    ] = None,
    subgroup: Annotated[
        list[str] | None, typer.Option("--subgroup", metavar="COLUMN", help="Also in the lesions of each value.")
    ] = None,
    match: Annotated[
        str | None,
        typer.Option("--match", metavar="A,B,…", help="Match the two classes by these columns, and compare the rest."),
    ] = None,
    ratio: Annotated[
        int | None,
        typer.Option("--ratio", metavar="N", help="Of the larger class for each of the smaller (default 1)."),
    ] = None,
    caliper: Annotated[
        float | None,
        typer.Option("--caliper", metavar="SD", help="Greatest distance of matched logits, in SDs (default 0.2)."),
    ] = None,
    prior: PriorOption = None,
    evidence: EvidenceOption = None,
    own_evidence: OwnEvidenceOption = None,
    settings: SettingsOption = None,
) -> None:
    """Compare models and published rules with a known diagnosis. Not a medical device.

    Example: pnst evaluate table.csv --label malignant --groups patient --threshold 0.3 --out evaluation/

    Example: pnst evaluate table.csv --label intramedullary --match age,sex,level --model none --out evaluation/
    """
    from pnst import workflow

    training = workflow.TrainingTable(table=table, label=label, groups=groups)
    changes = {} if prior is None else {"prior": prior}
    with progress() as show_stage:
        evaluation = workflow.evaluate_models(
            training,
            model or [],
            only_folder(out),
            _settings(settings).changed(assess=changes),
            threshold,
            subgroup or (),
            show_stage,
            evidence or (),
            own_evidence,
            _names("--match", match),
            ratio,
            caliper,
        )
    _print_evaluation(evaluation, out)


@app.command()
def evidence(
    table: TableFile,
    label: LabelOption,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the counts, which may travel.")],
    site: Annotated[
        str | None, typer.Option("--site", metavar="NAME", help="The site's name in the files (default: a digest).")
    ] = None,
) -> None:
    """Count a cohort so that other sites can pool it: no patient, no image, no cell under five. Not a medical device.

    Example: pnst evidence table.csv --label malignant --out counts/
    """
    from pnst import workflow

    with progress() as show_stage:
        show_stage("counting")
        counted = workflow.summarise_table(workflow.TrainingTable(table=table, label=label), only_folder(out), site)
    rows = {"signs": counted.sign_counts, "moments": counted.moments, "agreement with a reader": counted.agreements}
    told = ", ".join(f"{len(part)} of {what}" for what, part in rows.items())
    print_text(f"{counted.name} ({counted.digest}): rows told: {told}; {out}")


def _print_trained(model: TrainedModel, out: Path) -> None:
    performance = model.card.performance
    print_text(
        f"{model.name}: held-out AUC {performance.auc:.3f} ({_range(performance.auc_delong)} DeLong, "
        f"{_range(performance.auc_bootstrap)} bootstrap), Brier {performance.brier:.3f}"
    )
    for text in model.card.warnings:
        print_text(f"warning: {text}")
    for reason in dict.fromkeys(model.card.excluded.values()):
        names = [name for name, why in model.card.excluded.items() if why == reason]
        more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
        print_text(f"no features ({reason}): {', '.join(names[:_MAX_NAMED])}{more}")
    print_text(
        f"{len(model.features)} features; model card: {out / 'model_card.md'}\nResearch software, not a medical device."
    )


def _print_evaluation(evaluation: Evaluation, out: Path) -> None:
    from rich.table import Table

    shown = Table("model", "AUC", "DeLong", "bootstrap", "Brier", "slope", "sensitivity", "specificity")
    for result in evaluation.models:
        at, slope = result.at_threshold, result.reliability.slope
        shown.add_row(
            *escaped(result.predictions.name),
            "–" if result.area.value is None else f"{result.area.value:.3f}",
            _range(result.area.delong),
            _range(result.area.bootstrap),
            f"{result.reliability.brier:.3f}",
            "–" if slope is None else f"{slope:z.2f}",
            *(f"{part.count}/{part.total}" for part in ((at.sensitivity, at.specificity) if at else ())),
        )
    if evaluation.models:
        console().print(shown)
    _print_matched(evaluation)
    for text in evaluation.notes:
        print_text(f"note: {text}")
    print_text(f"report: {out / 'evaluation.html'}\nResearch software, not a medical device.")


def _print_matched(evaluation: Evaluation) -> None:
    from rich.table import Table

    matched = evaluation.matched
    if matched is None:
        return
    with_label, without = matched.counts
    print_text(
        f"matched: {with_label} with the label, {without} without, in {len(matched.sets)} sets; "
        f"{len(matched.unmatched)} without a partner, {len(matched.left_out)} without a score"
    )
    shown = Table("matched by", "SMD before", "SMD after")
    for row in matched.balance:
        shown.add_row(*escaped(row.name, _signed(row.smd_before), _signed(row.smd_after)))
    console().print(shown)
    for text in matched.notes:
        print_text(f"note: {text}")


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+z.3f}"


def _settings(file: Path | None) -> workflow.LearnSettings:
    from pnst import workflow

    return workflow.LearnSettings.from_toml(file) if file else workflow.LearnSettings()


def _refuse_assess_settings(settings: workflow.LearnSettings) -> None:
    """A model keeps no settings of its evidence score, which must be the same in every lesion that it will meet."""
    if "assess" in settings.model_fields_set:
        raise SettingError(
            "the evidence score has no settings",
            got=f"the table [assess] with {', '.join(sorted(settings.assess.model_fields_set)) or 'nothing'}",
            expected="its default draws, seed and prior, which every model's score has",
            remedy="leave [assess] out of the settings for training; it is of evaluate",
        )


def _names(option: str, text: str | None) -> list[str] | None:
    if text is None:
        return None
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise SettingError(
            f"cannot read {option}",
            got=text,
            expected="names of columns, separated by commas",
            remedy="leave no name empty",
        )
    return names


def _range(ends: tuple[float, float] | None) -> str:
    return "–" if ends is None else f"{ends[0]:.3f}–{ends[1]:.3f}"
