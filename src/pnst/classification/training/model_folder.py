"""The folder of a trained model, written and read.

It holds `model.skops` (pipelines of listed types only, never a pickle), `model_card.json` and `.md`, and `held_out.csv`
(the cross-validated probability of each training lesion and its fold, by the digest of its features).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pnst.classification.training import held_out
from pnst.classification.training.model_card import ModelCard, versions
from pnst.classification.training.prediction import standing_notes
from pnst.classification.training.scorer import Scorer
from pnst.classification.training.trained_model import TrainedModel
from pnst.errors import InputError
from pnst.regular_file import read_regular

MODEL_FILE, CARD_FILE, CARD_TEXT, HELD_OUT_FILE = "model.skops", "model_card.json", "model_card.md", "held_out.csv"
TYPES = frozenset(
    {
        "builtins.dict",
        "builtins.list",
        "builtins.slice",
        "builtins.str",
        "builtins.tuple",
        "numpy.dtype",
        "numpy.float64",
        "numpy.ndarray",
        "numpy.random._generator.Generator",
        "numpy.uint64",
        "pnst.classification.pipelines.GivenScore",
        "pnst.classification.pipelines.OffsetLogistic",
        "pnst.classification.pipelines.TopFeatures",
        "sklearn._loss._loss.CyHalfBinomialLoss",
        "sklearn._loss.link.Interval",
        "sklearn._loss.link.LogitLink",
        "sklearn._loss.loss.HalfBinomialLoss",
        "sklearn.compose._column_transformer.ColumnTransformer",
        "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
        "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.impute._base.SimpleImputer",
        "sklearn.linear_model._logistic.LogisticRegression",
        "sklearn.pipeline.Pipeline",
        "sklearn.preprocessing._data.StandardScaler",
        "sklearn.preprocessing._function_transformer.FunctionTransformer",
        "sklearn.preprocessing._label.LabelEncoder",
    }
)
"""What a model file may hold; nothing else is ever made from one."""
LOADERS = frozenset(
    f"{kind}Node"
    for kind in (
        *("Dict", "DType", "Json", "List", "Loss", "NdArray"),
        *("Object", "RandomGenerator", "Slice", "Tuple", "Type"),
    )
)
"""How skops may make them: it has ways to fetch functions and methods, too, whose names stand beside the type."""
MAX_BYTES = 500_000_000
"""Of an unpacked model file (ours): boosted trees on 100 features take about 20 million."""

MAX_SCHEMA_BYTES = 32_000_000
"""Of the part of it that is JSON (ours), which takes thirty times its size of memory when it is read."""


def model_files(model: TrainedModel) -> dict[str, bytes]:
    """The content of a model folder; the card names the SHA-256 of the files that the numbers come from."""
    from skops.io import dumps

    content = {
        "features": list(model.features),
        "prior": model.card.prevalence,
        "model": model.scorer.parts(),
        "replicates": [replicate.parts() for replicate in model.replicates],
    }
    files = {
        MODEL_FILE: dumps(content, compression=zipfile.ZIP_DEFLATED),
        HELD_OUT_FILE: held_out.to_csv(model.held_out).encode(),
    }
    card = model.card.model_copy(update={"files": digests(files)})
    return {**files, CARD_FILE: card.to_json().encode(), CARD_TEXT: card.to_markdown().encode()}


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """File → SHA-256 of its content.

    >>> digests({"empty": b""})["empty"][:8]
    'e3b0c442'
    """
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def read_model(folder: str | PathLike[str]) -> TrainedModel:
    """Read a model folder.

    Raises
    ------
    InputError : it is no model folder, a file in it is damaged or belongs to another model, or it holds an object of a
        type that is not listed

    Examples
    --------
    >>> import pnst
    >>> try:
    ...     pnst.read_model("sample_data")
    ... except pnst.InputError as error:
    ...     print(error.what, error.got, sep="; ")
    cannot read the model in 'sample_data'; no model.skops: No such file or directory
    """
    place = Path(folder)
    try:
        parts = [read_regular(place / name, MAX_BYTES) for name in (MODEL_FILE, CARD_FILE, HELD_OUT_FILE)]
    except OSError as error:
        raise _unreadable(place, f"no {Path(error.filename or '').name}: {error.strerror}") from error
    try:
        card = ModelCard.model_validate_json(parts[1])
        answers, with_folds = held_out.from_csv(parts[2].decode())
    except (ValidationError, ValueError, RecursionError, csv.Error) as error:
        raise _unreadable(place, f"a card or list of another form: {type(error).__name__}") from error
    _refuse_other_files(card, digests({MODEL_FILE: parts[0], HELD_OUT_FILE: parts[2]}), place)
    if not all(0 <= one.probability <= 1 for same in answers.values() for one in same):
        raise _unreadable(place, f"a {HELD_OUT_FILE} with a number that is no probability")
    content = _load(parts[0], place)
    try:
        own = tuple(content["features"]), float(content["prior"])
        scorer, replicates = Scorer(**content["model"]), tuple(Scorer(**one) for one in content["replicates"])
    except (TypeError, KeyError, ValueError) as error:
        raise _unreadable(place, f"a damaged {MODEL_FILE}: {type(error).__name__}") from error
    model = TrainedModel(card, scorer, replicates, answers, (*standing_notes(card), *_notes(card, with_folds)))
    if own != (model.features, card.prevalence):
        raise _unreadable(place, f"a {CARD_FILE} whose features or lesions are not those of {MODEL_FILE}")
    return model


def _load(content: bytes, place: Path) -> Any:
    """What model.skops holds, after every type in it was found in the list."""
    from skops.io import loads

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_BYTES:
                raise _unreadable(place, f"a {MODEL_FILE} that unpacks to more than {MAX_BYTES // 1_000_000} MB")
            if archive.getinfo("schema.json").file_size > MAX_SCHEMA_BYTES:
                raise _unreadable(place, f"a {MODEL_FILE} whose schema has over {MAX_SCHEMA_BYTES // 1_000_000} MB")
            schema = json.loads(archive.read("schema.json"))
            unlisted = sorted(set(_types(schema)) - TYPES) + sorted(set(_loaders(schema)) - LOADERS)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, KeyError, ValueError) as error:
        raise _unreadable(place, f"a {MODEL_FILE} that is no skops file") from error
    if unlisted:
        raise InputError(
            f"the model in {place.name!r} holds what a model of pnst does not",
            got=f"objects of type {', '.join(unlisted[:3])}",
            expected="the types that pnst train writes; nothing else is loaded, as it could run code",
            remedy="use a model that pnst train made, from someone you trust",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of another version: said in the notes
            return loads(content, trusted=sorted(TYPES))
    except Exception as error:  # whatever a damaged file makes skops raise
        raise _unreadable(place, f"a damaged {MODEL_FILE}: {type(error).__name__}") from error


def _types(schema: object) -> Iterator[str]:
    """Every type that a skops schema names, wherever it stands."""
    return (f"{node.get('__module__', '')}.{node['__class__']}" for node in _nodes(schema) if "__class__" in node)


def _loaders(schema: object) -> Iterator[str]:
    """Every way of making an object that a skops schema names."""
    return (str(node["__loader__"]) for node in _nodes(schema) if "__loader__" in node)


def _nodes(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from _nodes(part)


def _refuse_other_files(card: ModelCard, now: Mapping[str, str], place: Path) -> None:
    """Raise `InputError` where a file is not the one that the card was written with."""
    changed = [name for name, digest in now.items() if card.files and card.files.get(name) != digest]
    if changed:
        raise _unreadable(place, f"a {changed[0]} with another SHA-256 than the one in its {CARD_FILE}")


def _notes(card: ModelCard, with_folds: bool) -> Iterator[str]:
    if not with_folds:
        yield (
            f"the model's {HELD_OUT_FILE} is of before 0.1.0 and holds no folds: its AUC on the lesions of training "
            "compares answers of different models, which reads too low"
        )
    if not card.files:
        yield "the model's card is of before 0.1.0 and holds no digests: whether its files were changed is not checked"
    now = versions()
    other = [f"{name} {then}, now {now[name]}" for name, then in card.versions.items() if now.get(name, then) != then]
    if other:
        yield f"the model was trained with other versions: {'; '.join(other)}"


def _unreadable(place: Path, got: str) -> InputError:
    return InputError(
        f"cannot read the model in {place.name!r}",
        got=got,
        expected=f"a folder with {MODEL_FILE}, {CARD_FILE} and {HELD_OUT_FILE}, as pnst train writes it",
        remedy="give such a folder, or train the model again",
    )
