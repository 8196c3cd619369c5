"""Train and test on a table of radiomics features in given cross-validation splits: WORC's, of the Lipo data set.

python run.py WORC-Lipo.csv.gz --splits crossvalidationsplits_Lipo.csv --out out              # a row a split and model
python run.py WORC-Lipo.csv.gz --splits crossvalidationsplits_Lipo.csv --out out --markdown   # also README's section
python run.py ANY.csv --label Target --id ID --out out                                        # without: own folds

Lipomas against well-differentiated liposarcomas: no nerve sheath tumours. The figures show what training does on real
features with a proven diagnosis, and nothing about nerve sheath tumours. Not a medical device.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

import pnst
from pnst.classification.metrics.proportions import at_threshold
from pnst.classification.metrics.reliability import reliability
from pnst.classification.metrics.roc import delong
from pnst.classification.settings import TrainSettings
from pnst.classification.training.features import choose_features, feature_matrix
from pnst.classification.training.fitting import fit_calibrated
from pnst.classification.training.labelled import LabelledTable
from pnst.io.table import read_frame

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- begin results -->", "<!-- end results -->"
MODELS = ("logistic", "boosting")
MEASURES = {"auc": "AUC", "sensitivity": "sensitivity", "specificity": "specificity", "brier": "Brier score"}
THRESHOLD = 0.5


def read_splits(file: Path) -> list[tuple[list[str], list[str]]]:
    """WORC's form, as pandas wrote it: a row's number, then for each split n `n_train` and `n_test` of identifiers."""
    try:
        table = pd.read_csv(file, index_col=0)
    except (OSError, ValueError) as error:
        raise pnst.InputError(
            f"cannot read the splits {file.name!r}",
            got=getattr(error, "strerror", None) or str(error).splitlines()[0],
            expected="WORC's CSV of cross-validation splits",
            remedy="give that file, or leave --splits out",
        ) from error
    numbers = sorted({int(found[1]) for name in table.columns if (found := re.fullmatch(r"(\d+)_train", name))})
    if not numbers or any(f"{number}_test" not in table for number in numbers):
        raise pnst.InputError(
            f"no splits in {file.name!r}",
            got=f"columns such as {', '.join(map(str, table.columns[:3]))}",
            expected="columns 0_train, 0_test, 1_train, … of identifiers",
            remedy="give WORC's file of cross-validation splits, or leave --splits out",
        )
    return [tuple(table[f"{n}_{part}"].dropna().astype(str).tolist() for part in ("train", "test")) for n in numbers]


def rows_of(names: list[str], place: dict[str, int]) -> np.ndarray:
    """Rows of the table with these identifiers; those that it lacks are left out (and counted by `absent`)."""
    return np.array(sorted(place[name] for name in names if name in place))


def absent(splits: list[tuple[list[str], list[str]]], identifiers: set[str]) -> list[str]:
    """Identifiers that the splits name and the table lacks."""
    return sorted({name for parts in splits for part in parts for name in part} - identifiers)


def run_splits(
    table: pd.DataFrame,
    splits: list[tuple[list[str], list[str]]],
    label: str,
    identifier: str,
    models: tuple[str, ...],
    tell: Callable[[str], None] = print,
) -> pd.DataFrame:
    """Tune, calibrate and fit within each training part, test on the other: one row a split and model."""
    labelled = LabelledTable.of(table, label, identifier)
    matrix = feature_matrix(table, choose_features(table, labelled.reserved).names)
    place = {str(name): row for row, name in enumerate(table[identifier])}
    rows = []
    for model in models:
        settings = TrainSettings(model=model)
        for number, parts in enumerate(splits):
            start = process_time()
            train, test = (rows_of(part, place) for part in parts)
            if set(train) & set(test):
                raise ValueError(f"split {number} has a lesion in both parts")
            fitted = fit_calibrated(matrix[train], labelled.malignant[train], labelled.groups[train], settings)
            measured = measures(fitted.log_odds(matrix[test]), labelled.malignant[test])
            rows.append(
                {"model": model, "split": number, "train": len(train), "test": len(test)}
                | measured
                | {"seconds": process_time() - start}
            )
            tell(f"{model} split {number}: AUC {measured['auc']:.3f}")
    return pd.DataFrame(rows)


def measures(log_odds: np.ndarray, malignant: np.ndarray) -> dict[str, float]:
    """AUC, Brier score, and what a threshold of ½ gets right."""
    probability = 1 / (1 + np.exp(-log_odds))
    called = at_threshold(probability >= THRESHOLD, malignant)
    return {
        "auc": float(delong(log_odds[None], malignant).areas[0]),
        "sensitivity": called.sensitivity.value,
        "specificity": called.specificity.value,
        "brier": reliability(probability, malignant).brier,
    }


def corrected_interval(values: np.ndarray, train: float, test: float) -> tuple[float, float]:
    """95 % interval of a mean over repeated splits that share lesions (Nadeau and Bengio 2003), as WORC gives it.

    The variance of the mean is (1/J + test/train) times that of the J values.
    """
    number = len(values)
    half = student.ppf(0.975, number - 1) * np.sqrt((1 / number + test / train) * values.var(ddof=1))
    return float(values.mean() - half), float(values.mean() + half)


def markdown(results: pd.DataFrame, lacking: list[str]) -> str:
    """The results section."""
    return "\n".join(_lines(results, lacking)) + "\n"


def _lines(results: pd.DataFrame, lacking: list[str]) -> Iterator[str]:
    first = results[results["model"] == results["model"].iloc[0]]
    yield (
        f"pnst {version('pnst')}, scikit-learn {version('scikit-learn')}: {len(first)} splits, {first['train'].min()}–"
        f"{first['train'].max()} lesions to learn from and {first['test'].min()}–{first['test'].max()} to test on."
    )
    if lacking:
        yield f"The splits name {len(lacking)} lesion(s) that the table lacks: {', '.join(lacking)}."
    yield "\n| model | " + " | ".join(MEASURES.values()) + " | processor seconds a split |\n" + "|---" * 6 + "|"
    for model, of_model in results.groupby("model", sort=False):
        cells = []
        for name in MEASURES:
            low, high = corrected_interval(of_model[name].to_numpy(), of_model["train"].mean(), of_model["test"].mean())
            cells.append(f"{of_model[name].mean():.3f} ({low:.3f}–{min(high, 1.0):.3f})")
        yield f"| {model} | " + " | ".join(cells) + f" | {of_model['seconds'].mean():.1f} |"


def write_section(readme: Path, text: str) -> None:
    """Put the text between the markers of a README that has them once."""
    pattern = re.compile(f"({BEGIN}\n).*?({END})", re.DOTALL)
    page, found = pattern.subn(lambda match: f"{match[1]}\n{text}\n{match[2]}", readme.read_text(encoding="utf-8"))
    if found != 1:
        raise ValueError(f"{readme.name} has {found} places for results")
    readme.write_text(page, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 2 nothing to run on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--splits", type=Path, help="WORC's splits; without them pnst train's own folds")
    parser.add_argument("--label", default="Target")
    parser.add_argument("--id", default="ID", help="column of identifiers, one a patient")
    parser.add_argument("--model", choices=MODELS, action="append", help="default: both")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder of results.csv")
    parser.add_argument("--markdown", action="store_true", help="write the results section of README.md")
    options = parser.parse_args(arguments)
    if options.markdown and options.splits is None:
        parser.error("--markdown needs --splits")
    try:
        return _run(options)
    except pnst.PnstError as error:
        print(error, file=sys.stderr)
        return 2


def _run(options: Any) -> int:
    models = tuple(options.model or MODELS)
    table = read_frame(options.table)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.splits is None:
        rows = [own_folds(table, options.label, options.id, model) for model in models]
        results = pd.DataFrame(rows)
        print(results.to_string(index=False))
    else:
        splits = read_splits(options.splits)
        results = run_splits(table, splits, options.label, options.id, models)
        text = markdown(results, absent(splits, set(table[options.id].astype(str))))
        print(text)
        if options.markdown:
            write_section(README, text)
    results.to_csv(options.out / "results.csv", index=False)
    return 0


def own_folds(table: pd.DataFrame, label: str, identifier: str, model: str) -> dict[str, object]:
    """Nested cross-validation as `pnst train` does it."""
    found = pnst.train(table, label, identifier, settings=TrainSettings(model=model)).card.performance
    low, high = found.auc_delong or (np.nan, np.nan)
    return {"model": model, "auc": found.auc, "low": low, "high": high, "brier": found.brier}


if __name__ == "__main__":
    sys.exit(main())
