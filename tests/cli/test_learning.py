"""`pnst train`, `pnst evaluate` and `--model`, as typed. Witnesses: the files that they leave, one line of refusal."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
import zipfile

import numpy as np
import pandas as pd
import pytest

from classification.matching.confounded import cohort as confounded
from classification.simulated_cohorts import cohort
from command_line import bytes_of, content, done, only, outputs, refused, validator
from pnst.io.write import write_study
from pnst.settings import RunSettings
from scenes import Scene
from small_cohort import SETTINGS as WITHOUT_INTERVALS

MODEL = {"model.skops", "model_card.json", "model_card.md", "held_out.csv"}
EVALUATION = {"evaluation.json", "evaluation.html", "predictions.csv"}
MATCHED = {"matched_pairs.csv", "matched_balance.csv", "matched_outcomes.csv", "matched_balance.png"}
SETTINGS = """
[train]
folds = 3
inner_folds = 3
replicates = 10
inverse_penalties = [0.01, 1.0]
bootstrap = 100
[evaluate]
bootstrap = 100
"""


@pytest.fixture
def folder(tmp_path):
    cohort().to_csv(tmp_path / "table.csv", index=False)
    cohort(60, seed=8).to_csv(tmp_path / "other.csv", index=False)
    (tmp_path / "quick.toml").write_text(SETTINGS)
    return tmp_path


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A model of the first table, learnt once."""
    folder = tmp_path_factory.mktemp("trained")
    cohort().to_csv(folder / "table.csv", index=False)
    (folder / "quick.toml").write_text(SETTINGS)
    done(*train_words(folder))
    return folder / "model"


@pytest.fixture
def model(folder, trained):
    """A copy of it, where `train` would leave it."""
    return shutil.copytree(trained, folder / "model")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """T1 and lesion of a small scene, quick to run."""
    place = tmp_path_factory.mktemp("study")
    scene = Scene(radius=11, halo=5, plane=6, limb=28, reach=39, spacing=(1.1, 1.3, 3.0))
    write_study(scene.study(), place / "whole", "nifti", [scene.lesion()])
    (place / "thigh").mkdir()
    for name in ("t1.nii.gz", "lesion.nii.gz"):
        shutil.copy(place / "whole" / name, place / "thigh" / name)
    return place / "thigh"


@pytest.fixture
def quick(tmp_path):
    """The words for a run without intervals."""
    (tmp_path / "without.toml").write_text(WITHOUT_INTERVALS)
    return "--settings", tmp_path / "without.toml"


def train_words(folder, *more, table="table.csv", label="malignant"):
    words = ["train", folder / table, "--label", label, "--groups", "patient", "--out", folder / "model"]
    return [*words, "--settings", folder / "quick.toml", *more]


class TestTrain:
    def test_it_leaves_a_model_and_says_how_it_did(self, folder):
        out = done(*train_words(folder, "--evidence-score")).out
        assert outputs(folder / "model") == MODEL
        card = content(folder / "model" / "model_card.json")
        assert f"AUC {card['performance']['auc']:.3f}" in out
        assert "not a medical device" in out
        assert card["features"][-1]["name"] == "evidence.log_odds"
        assert card["settings"]["folds"] == 3

    def test_the_command_line_beats_the_settings(self, folder):
        done(*train_words(folder, "--folds", 2, "--model", "evidence-offset", "--features", "age, edema.max_extent_mm"))
        card = content(folder / "model" / "model_card.json")
        assert (card["settings"]["folds"], card["settings"]["model"]) == (2, "evidence-offset")
        assert [feature["name"] for feature in card["features"]] == ["age", "edema.max_extent_mm", "evidence.log_odds"]

    def test_a_recalibrated_evidence_score(self, folder):
        done(*train_words(folder, "--model", "recalibrated"))
        card = content(folder / "model" / "model_card.json")
        assert [feature["name"] for feature in card["features"]] == ["evidence.log_odds"]
        assert 0 < card["chosen"]["slope"] < 2
        assert "reads the evidence score alone" in refused(
            *train_words(folder, "--model", "recalibrated", "--features", "age")
        )

    def test_a_compressed_table(self, folder):
        cohort().to_csv(folder / "table.csv.gz", index=False)
        done(*train_words(folder, table="table.csv.gz"))

    @pytest.mark.parametrize(
        ("change", "more", "says"),
        [
            ({}, ["--features", "adc.mean"], r"no 'adc\.mean'"),
            ({}, ["--features", "age,,nf1"], "leave no name empty"),
            ({"same": 3}, [], "the same in every row"),
            ({"malignant": 1}, [], "one class"),
            ({"malignant": "maybe"}, [], "not binary"),
            ({"malignant": None}, [], "empty cells"),
            ({"grade": lambda t: t["malignant"] * 2.0}, [], "separates the classes"),
            ({}, ["--model", "forest"], "train.model"),
            ({"question": lambda t: np.where(t["age"] > 40, "malignant", "intradural")}, [], "more than one question"),
            ({}, ["--folds", "1"], "train.folds"),
            ({"fold": lambda t: t["patient"].str[1:].astype(int) % 4}, ["--split", "fold"], "folds are given twice"),
        ],
    )
    def test_bad_input_is_one_line_and_leaves_nothing(self, folder, change, more, says):
        cohort().assign(**change).to_csv(folder / "table.csv", index=False)
        before = outputs(folder)
        assert re.search(says, refused(*train_words(folder, *more)))
        assert outputs(folder) == before

    def test_folds_of_the_table(self, folder):
        (folder / "quick.toml").write_text(SETTINGS.replace("folds = 3\ninner", "inner"))
        cohort().assign(fold=lambda t: t["patient"].str[1:].astype(int) % 4).to_csv(folder / "table.csv", index=False)
        done(*train_words(folder, "--split", "fold"))
        assert content(folder / "model" / "model_card.json")["performance"]["folds"] == 4
        assert "folds are given twice" in refused(*train_words(folder, "--split", "fold", "--folds", 4))
        cohort().assign(fold=range(90)).to_csv(folder / "table.csv", index=False)
        assert "more than one fold" in refused(*train_words(folder, "--split", "fold"))

    @pytest.mark.parametrize(
        "words",
        [
            ["--evidence-score"],
            ["--model", "evidence-offset"],
            ["--model", "recalibrated"],
            ["--features", "age, evidence.log_odds"],
        ],
    )
    def test_settings_of_assessing_are_none_of_the_evidence_score(self, folder, words):
        (folder / "quick.toml").write_text(SETTINGS + "[assess]\ndraws = 800\n")
        assert re.search("evidence score has no settings.*draws", refused(*train_words(folder, *words)))
        assert not (folder / "model").exists()

    def test_settings_of_assessing_are_of_evaluate(self, folder):
        """One file for both commands, where no score is learnt from."""
        (folder / "quick.toml").write_text(SETTINGS + "[assess]\ndraws = 800\n")
        done(*train_words(folder))

    def test_a_runs_settings_are_none_of_training(self, folder):
        (folder / "quick.toml").write_text(RunSettings().to_toml())
        message = refused(*train_words(folder))
        assert "leaves beside" not in message
        assert "write the tables [train], [evaluate] and [assess]" in message

    def test_a_failure_leaves_the_model_that_was_there(self, folder, model):
        before = bytes_of(model)
        refused(*train_words(folder, label="patient"))
        assert bytes_of(model) == before

    @pytest.mark.parametrize("table", ["nowhere.csv", "quick.toml"])
    def test_a_table_that_is_none(self, folder, table):
        message = refused(*train_words(folder, table=table))
        assert table in message
        assert str(folder) not in message


class TestEvaluate:
    def test_two_models_on_other_patients(self, folder, model):
        words = ["evaluate", folder / "other.csv", "--label", "malignant", "--groups", "patient", "--model", "evidence"]
        words += ["--model", model, "--threshold", "0.4", "--subgroup", "nf1", "--out", folder / "evaluation"]
        out = done(*words, "--settings", folder / "quick.toml").out
        assert outputs(folder / "evaluation") == EVALUATION
        evaluation = content(folder / "evaluation" / "evaluation.json")
        assert [one["name"] for one in evaluation["models"]] == ["evidence model", "model"]
        assert f"{evaluation['models'][1]['auc']:.3f}" in out
        predictions = pd.read_csv(folder / "evaluation" / "predictions.csv")
        assert len(predictions) == 120
        assert predictions["probability"].between(0, 1).all()
        page = (folder / "evaluation" / "evaluation.html").read_text()
        assert page.count("data:image/png;base64,") == 3

    def test_the_training_table_is_noticed(self, folder, model):
        words = ["evaluate", folder / "table.csv", "--label", "malignant", "--groups", "patient", "--model", model]
        out = done(*words, "--out", folder / "evaluation").out
        card = content(model / "model_card.json")
        assert "this is no test on other patients" in out
        assert content(folder / "evaluation" / "evaluation.json")["models"][0]["auc"] == card["performance"]["auc"]

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (["--label", "diagnosis"], "no 'diagnosis'"),
            (["--label", "malignant", "--threshold", "1.5"], "threshold"),
            (["--label", "malignant", "--model", "nowhere"], r"no model\.skops"),
            (["--label", "malignant", "--subgroup", "age"], "does not divide"),
            (["--label", "malignant", "--prior", "2"], "assess.prior"),
        ],
    )
    def test_bad_input_is_one_line_and_leaves_nothing(self, folder, words, says):
        assert re.search(says, refused("evaluate", folder / "table.csv", *words, "--out", folder / "evaluation"))
        assert not (folder / "evaluation").exists()

    def test_an_output_never_replaces_the_table(self, folder):
        (folder / "table.csv").rename(folder / "predictions.csv")
        before = (folder / "predictions.csv").read_bytes()
        message = refused("evaluate", folder / "predictions.csv", "--label", "malignant", "--out", folder)
        assert "would replace the input" in message
        assert (folder / "predictions.csv").read_bytes() == before


class TestModelOption:
    def test_a_study_is_scored_by_the_model(self, folder, model, study, quick):
        done("run", study, *quick, "--model", model, "--out", folder / "run")
        validator("assessment").validate(content(folder / "run" / "assessment.json"))
        lesion = only(folder / "run" / "assessment.json")
        assert lesion["model"].startswith("trained model, logistic, 90 lesions")
        page = (folder / "run" / "report.html").read_text()
        assert "a model which" in page
        assert "published figures alone" not in page
        again = done("assess", folder / "run" / "measurements.json", "--model", model).out
        assert json.loads(again)["lesions"][0]["probability"] == lesion["probability"]
        assert (
            "trained model" in done("assess", folder / "run" / "measurements.json", "--model", model, "--explain").out
        )

    def test_the_published_case_mix_is_used_when_it_is_given(self, folder, model, study, quick):
        """252/798 is the evidence model's own prior, and no reason to take the trained model's."""
        done("measure", study, *quick, "--out", folder / "m")

        def entry(*words):
            (lesion,) = json.loads(done("assess", folder / "m", "--model", model, *words).out)["lesions"]
            return lesion

        given, own, below, above = (
            entry(*words) for words in (["--prior", 252 / 798], [], ["--prior", "0.31"], ["--prior", "0.32"])
        )
        assert given["prior"] == 252 / 798
        assert own["prior"] == content(model / "model_card.json")["data"]["malignant"] / 90
        assert below["probability"] < given["probability"] < above["probability"]
        assert given["probability"] != own["probability"]

    @pytest.mark.parametrize("which", ["evidence", "trained"])
    @pytest.mark.parametrize("prior", [[], ["--prior", "0.07"]], ids=["default", "given"])
    def test_the_settings_that_a_run_leaves_give_the_same_numbers(self, folder, model, study, quick, which, prior):
        """Invariant: a prior that was given stands in settings.toml and is used again; none that was not given."""
        words = ["--model", model] if which == "trained" else []
        done("run", study, *quick, *words, *prior, "--out", folder / "a")
        written = tomllib.loads((folder / "a" / "settings.toml").read_text(encoding="utf-8"))
        assert written["assess"].get("prior") == (float(prior[1]) if prior else None)
        done("run", study, *words, "--settings", folder / "a" / "settings.toml", "--out", folder / "b")
        assert bytes_of(folder / "a") == bytes_of(folder / "b")
        again = done("assess", folder / "a" / "measurements.json", *words, "--settings", folder / "a" / "settings.toml")
        assert json.loads(again.out) == content(folder / "a" / "assessment.json")

    def test_a_model_of_an_unlisted_type_is_refused_before_the_work(self, folder, model, study):
        with zipfile.ZipFile(model / "model.skops") as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        files["schema.json"] = files["schema.json"].replace(b"LogisticRegression", b"Dangerous")
        with zipfile.ZipFile(model / "model.skops", "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        assert "another SHA-256" in refused("run", study, "--model", model, "--out", folder / "run")
        card = content(model / "model_card.json")
        del card["files"]
        (model / "model_card.json").write_text(json.dumps(card))
        assert "Dangerous" in refused("run", study, "--model", model, "--out", folder / "run")
        assert not (folder / "run").exists()


class TestMatch:
    @pytest.fixture
    def table(self, tmp_path):
        confounded(1, 80).to_csv(tmp_path / "matched.csv", index=False)
        return tmp_path / "matched.csv"

    def words(self, table, *more):
        return ["evaluate", table, "--label", "intramedullary", "--out", table.parent / "out", *more]

    def test_it_leaves_tables_and_a_figure_and_says_how_balanced(self, table):
        out = done(*self.words(table, "--match", "age,sex,level", "--ratio", 1, "--caliper", 0.2)).out
        assert outputs(table.parent / "out") == (EVALUATION - {"predictions.csv"}) | MATCHED
        matched = content(table.parent / "out" / "evaluation.json")["matched"]
        assert f"matched: {matched['sets']} with the label" in out
        for text in ("SMD after", "level = T", "not corrected for their number"):
            assert text in out

    def test_without_it_an_earlier_ones_files_give_way(self, table, folder):
        done(*self.words(table, "--match", "age,sex,level"))
        done("evaluate", folder / "other.csv", "--label", "malignant", "--out", table.parent / "out")
        assert outputs(table.parent / "out") == EVALUATION

    @pytest.mark.parametrize(
        ("more", "says"),
        [
            (["--ratio", 2], "nothing is matched"),
            (["--match", "age,,sex"], "leave no name empty"),
            (["--match", "ages"], "no 'ages'"),
            (["--match", "age", "--caliper", 0], "caliper of a matching"),
            (["--match", "age", "--ratio", 9], "ratio of a matching"),
            (["--match", "intramedullary"], "cannot be matched by"),
        ],
    )
    def test_bad_words_are_one_line_and_leave_nothing(self, table, more, says):
        assert says in refused(*self.words(table, *more))
        assert not (table.parent / "out").exists()
