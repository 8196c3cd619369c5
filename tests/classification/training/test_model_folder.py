"""A model's files: what was written is read, and nothing else is. Witnesses: the bytes, and files spoilt on purpose."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from skops.io import dumps, loads

from classification.simulated_cohorts import QUICK, cohort
from pnst.classification.settings import TrainSettings
from pnst.classification.training import model_folder
from pnst.classification.training.model_folder import (
    CARD_FILE,
    CARD_TEXT,
    HELD_OUT_FILE,
    LOADERS,
    MAX_BYTES,
    MODEL_FILE,
    TYPES,
    digests,
    model_files,
    read_model,
)
from pnst.classification.training.prediction import row_digests, standing_notes
from pnst.classification.training.train import train
from pnst.errors import InputError


def write(folder: Path, files, forged: bool = True) -> Path:
    """A model's folder; `forged`: its card is made to name the digests of the files, whatever they hold."""
    folder.mkdir()
    with suppress(ValueError):
        card = json.loads(files[CARD_FILE])
        if forged and card:
            card["files"] = digests({name: files[name] for name in card["files"]})
            files = {**files, CARD_FILE: json.dumps(card).encode()}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module", params=["logistic", "boosting", "evidence-offset", "recalibrated"])
def trained(request):
    settings = QUICK.model_copy(update={"model": request.param, "tree_counts": (5,)})
    return train(cohort(), "malignant", "patient", settings=settings)


@pytest.fixture(scope="module")
def files():
    return model_files(train(cohort(), "malignant", "patient", settings=QUICK))


def test_what_was_written_is_read(trained, tmp_path):
    again = read_model(write(tmp_path / "model", model_files(trained)))
    matrix = np.random.default_rng(2).random((6, len(trained.features)))
    if matrix.shape[1] > 1:
        matrix[2, 1] = np.nan
    assert (again.log_odds(matrix) == trained.log_odds(matrix)).all()
    assert (again.spread(matrix) == trained.spread(matrix)).all()
    assert again.card.model_copy(update={"files": {}}) == trained.card
    assert again.card.files.keys() == {MODEL_FILE, HELD_OUT_FILE}
    assert again.held_out == trained.held_out
    assert again.notes == trained.notes == tuple(standing_notes(trained.card))
    assert model_files(again) == model_files(trained) or again.features == trained.features  # skops files carry times


def test_the_content_is_no_pickle(files):
    names = zipfile.ZipFile(io.BytesIO(files[MODEL_FILE])).namelist()
    assert "schema.json" in names
    assert all(Path(name).suffix in (".json", ".npy") for name in names)


def with_text(files, schema: str) -> bytes:
    """The model file with another schema."""
    archive = zipfile.ZipFile(io.BytesIO(files[MODEL_FILE]))
    spoilt = io.BytesIO()
    with zipfile.ZipFile(spoilt, "w", zipfile.ZIP_DEFLATED) as out:
        for name in archive.namelist():
            out.writestr(name, schema if name == "schema.json" else archive.read(name))
    return spoilt.getvalue()


def with_schema(files, change) -> bytes:
    """The model file with its schema changed."""
    archive = zipfile.ZipFile(io.BytesIO(files[MODEL_FILE]))
    return with_text(files, json.dumps(change(json.loads(archive.read("schema.json")))))


class Stranger:
    """What no model holds."""

    def __init__(self) -> None:
        self.word = "x"


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "named"),
        [
            ({"model": Stranger(), "replicates": []}, "Stranger"),
            ({"model": print, "replicates": []}, "builtins.print"),
            ({"model": np.add, "replicates": []}, "add"),
            (__import__("sklearn.svm", fromlist=["SVC"]).SVC(), "sklearn.svm._classes.SVC"),
        ],
        ids=["class", "function", "ufunc", "another estimator that skops trusts"],
    )
    def test_a_type_that_is_not_listed(self, files, tmp_path, content, named):
        folder = write(tmp_path / "model", {**files, MODEL_FILE: dumps(content)})
        with pytest.raises(InputError, match=f"holds what a model of pnst does not; got: objects of type .*{named}"):
            read_model(folder)

    def test_a_type_hidden_deep_in_the_file(self, files, tmp_path):
        """A listed object whose attribute's type was exchanged."""
        spoilt = with_schema(files, lambda s: json.loads(json.dumps(s).replace("sklearn.preprocessing._data", "os", 1)))
        folder = write(tmp_path / "model", {**files, MODEL_FILE: spoilt})
        with pytest.raises(InputError, match=r"objects of type os\."):
            read_model(folder)

    @pytest.mark.parametrize(
        ("name", "content", "says"),
        [
            (MODEL_FILE, b"PK no archive", "no skops file"),
            (MODEL_FILE, {"model": {"slope": 1.0}, "replicates": []}, "a damaged model.skops"),
            (MODEL_FILE, [1, 2], "a damaged model.skops"),
            (CARD_FILE, b"{}", "a card or list of another form"),
            (CARD_FILE, b"\xff\xfe", "a card or list of another form"),
            (HELD_OUT_FILE, b"lesion,probability\nabc,much\n", "a card or list of another form"),
            (HELD_OUT_FILE, b"", "a card or list of another form"),
            (HELD_OUT_FILE, b"lesion,probability\nabc,7\n", "a number that is no probability"),
            (HELD_OUT_FILE, b"lesion,probability\nabc,nan\n", "a number that is no probability"),
        ],
        ids=[
            "no archive",
            "a model that is a number",
            "no model",
            "an empty card",
            "a card that is no text",
            "a word for a probability",
            "an empty list",
            "a probability of 7",
            "a probability that is NaN",
        ],
    )
    def test_a_damaged_file(self, files, tmp_path, name, content, says):
        packed = content if isinstance(content, bytes) else dumps(content)  # skops files carry times
        with pytest.raises(InputError, match=says):
            read_model(write(tmp_path / "model", {**files, name: packed}))

    @pytest.mark.parametrize("loader", ["FunctionNode", "MethodNode", "OperatorFuncNode", "PartialNode"])
    def test_a_way_of_making_that_is_not_listed(self, files, tmp_path, loader):
        """A listed type, made by what fetches functions."""
        folder = write(
            tmp_path / "model", {**files, MODEL_FILE: with_schema(files, lambda s: s | {"__loader__": loader})}
        )
        with pytest.raises(InputError, match=f"objects of type {loader}"):
            read_model(folder)

    def test_a_schema_as_deep_as_a_well(self, files, tmp_path):
        deep = '{"a":' * 100_000 + "1" + "}" * 100_000
        folder = write(tmp_path / "model", {**files, MODEL_FILE: with_text(files, deep)})
        with pytest.raises(InputError, match="no skops file"):
            read_model(folder)

    def test_a_schema_that_is_too_long_is_not_parsed(self, files, tmp_path):
        content = with_text(files, "[" + "[]," * 11_000_000 + "[]]")
        with pytest.raises(InputError, match="whose schema has over 32 MB"):
            read_model(write(tmp_path / "model", {**files, MODEL_FILE: content}))

    @pytest.mark.parametrize("kind", ["pipe", "folder", "/dev/zero", "itself"])
    @pytest.mark.parametrize("name", [MODEL_FILE, CARD_FILE, HELD_OUT_FILE])
    def test_what_is_no_plain_file_is_not_read(self, files, tmp_path, name, kind):
        folder = write(tmp_path / "model", files)
        (folder / name).unlink()
        if kind == "pipe":
            os.mkfifo(folder / name)
        elif kind == "folder":
            (folder / name).mkdir()
        else:
            (folder / name).symlink_to(name if kind == "itself" else kind)
        with pytest.raises(InputError, match=f"no {name}: "):
            read_model(folder)

    def test_a_list_with_a_cell_beyond_what_csv_takes(self, files, tmp_path):
        spoilt = b"lesion,probability\n" + b"a" * 200_000 + b",0.5\n"
        with pytest.raises(InputError, match="a card or list of another form"):
            read_model(write(tmp_path / "model", {**files, HELD_OUT_FILE: spoilt}))

    def test_a_file_that_unpacks_to_far_more(self, files, tmp_path, monkeypatch):
        monkeypatch.setattr(model_folder, "MAX_BYTES", 2_000_000)
        content = with_text(files, json.dumps({"a": "0" * 3_000_000}))
        assert len(content) < MAX_BYTES / 1000
        with pytest.raises(InputError, match="unpacks to more than 2 MB"):
            read_model(write(tmp_path / "model", {**files, MODEL_FILE: content}))

    @pytest.mark.parametrize(
        "change",
        [
            lambda card: card["features"].reverse(),
            lambda card: card["features"].pop(),
            lambda card: card["features"][0].update(name="other"),
            lambda card: card["data"].update(malignant=card["data"]["malignant"] + 1),
        ],
        ids=["features in another order", "one less", "another name", "another share of malignant lesions"],
    )
    def test_a_card_of_another_model(self, files, tmp_path, change):
        card = json.loads(files[CARD_FILE])
        change(card)
        folder = write(tmp_path / "model", {**files, CARD_FILE: json.dumps(card).encode()})
        with pytest.raises(InputError, match=r"not those of model\.skops"):
            read_model(folder)

    @pytest.mark.parametrize("name", [MODEL_FILE, CARD_FILE, HELD_OUT_FILE])
    def test_a_missing_file(self, files, tmp_path, name):
        folder = write(tmp_path / "model", files)
        (folder / name).unlink()
        with pytest.raises(InputError, match=f"no {name}") as refusal:
            read_model(folder)
        assert str(tmp_path) not in str(refusal.value)


class TestDigests:
    """The card names the files that it was written with. Witness: `hashlib`, and a model turned round."""

    def test_they_are_those_of_the_files(self, files):
        card = json.loads(files[CARD_FILE])
        assert card["files"] == {name: hashlib.sha256(files[name]).hexdigest() for name in (MODEL_FILE, HELD_OUT_FILE)}
        assert card["files"][MODEL_FILE] in files[CARD_TEXT].decode()

    def test_a_model_turned_round_is_refused(self, files, tmp_path):
        """All slopes times −3: a model file as good as any, but not the one that the card describes."""
        content = loads(files[MODEL_FILE], trusted=sorted(TYPES))
        for scorer in (content["model"], *content["replicates"]):
            scorer["slope"] *= -3
        spoilt = {**files, MODEL_FILE: dumps(content)}
        with pytest.raises(InputError, match=r"a model\.skops with another SHA-256"):
            read_model(write(tmp_path / "model", spoilt, forged=False))

    def test_a_list_cut_short_is_refused(self, files, tmp_path):
        rows = files[HELD_OUT_FILE].decode().splitlines(keepends=True)
        assert len(list(csv.reader(rows))) > 10
        spoilt = {**files, HELD_OUT_FILE: "".join(rows[:10]).encode()}
        with pytest.raises(InputError, match=r"a held_out\.csv with another SHA-256"):
            read_model(write(tmp_path / "model", spoilt, forged=False))

    def test_a_card_that_names_one_file_is_refused(self, files, tmp_path):
        card = json.loads(files[CARD_FILE])
        del card["files"][HELD_OUT_FILE]
        with pytest.raises(InputError, match="another SHA-256"):
            read_model(write(tmp_path / "model", {**files, CARD_FILE: json.dumps(card).encode()}, forged=False))

    def test_a_card_of_before_is_read_with_a_note(self, files, tmp_path):
        card = json.loads(files[CARD_FILE])
        del card["files"]
        card["settings"]["folds"] = 5  # as such cards have it
        model = read_model(write(tmp_path / "model", {**files, CARD_FILE: json.dumps(card).encode()}, forged=False))
        assert "holds no digests" in model.notes[0]


def test_other_versions_are_said(files, tmp_path):
    card = json.loads(files[CARD_FILE])
    card["versions"]["scikit-learn"] = "1.4.0"
    model = read_model(write(tmp_path / "model", {**files, CARD_FILE: json.dumps(card).encode()}))
    assert "scikit-learn 1.4.0, now" in model.notes[0]


def test_a_lesion_is_recognised_after_a_csv_file(tmp_path):
    from pnst.io.table import read_frame

    table = cohort(400)[["size.longest_diameter_mm", "adc.mean_um2_per_ms"]] * 1234.5
    table.to_csv(tmp_path / "t.csv", index=False)
    assert row_digests(read_frame(tmp_path / "t.csv").to_numpy()) == row_digests(table.to_numpy())


def test_every_listed_type_is_written_by_some_model():
    """The lists are no longer than they must be."""
    used, made = set(), set()
    for kind in get_args(TrainSettings.model_fields["model"].annotation):
        settings = QUICK.model_copy(update={"model": kind, "tree_counts": (5,)})
        content = model_files(train(cohort(), "malignant", "patient", settings=settings))[MODEL_FILE]
        schema = json.loads(zipfile.ZipFile(io.BytesIO(content)).read("schema.json"))
        used |= set(model_folder._types(schema))
        made |= set(model_folder._loaders(schema))
    assert used == TYPES
    assert made == LOADERS
