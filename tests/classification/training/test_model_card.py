"""The model card: what was learnt from, how well it did, and no patient in it."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from pydantic import ValidationError

from classification.simulated_cohorts import QUICK, cohort
from pnst.classification.training.held_out import look_up
from pnst.classification.training.model_card import ModelCard
from pnst.classification.training.model_folder import model_files
from pnst.classification.training.prediction import row_digests
from pnst.classification.training.train import train


def learn(table, settings=QUICK, **words):
    return train(table, "malignant", "patient", settings=settings, **words)


@pytest.fixture(scope="module")
def model():
    return learn(cohort())


class TestCard:
    def test_it_says_what_was_learnt_from(self, model):
        data = model.card.data
        table = cohort()
        assert (data.lesions, data.malignant) == (90, int(table["malignant"].sum()))
        assert (data.label, data.groups, data.group_count) == ("malignant", "patient", 72)
        assert model.card.prevalence == pytest.approx(table["malignant"].mean())
        assert model.features == (*table.columns[2:8], "location=limb", "location=trunk")
        by_name = {feature.name: feature for feature in model.card.features}
        adc = table["adc.mean_um2_per_ms"]
        assert by_name[adc.name].low == adc.min()
        assert by_name[adc.name].missing_fraction == pytest.approx(adc.isna().mean())

    def test_the_digest_is_of_the_data(self, model):
        assert learn(cohort()).card.data.digest == model.card.data.digest
        assert learn(cohort(seed=1)).card.data.digest != model.card.data.digest

    def test_performance_is_that_of_the_held_out_answers(self, model):
        """Witness: all pairs of the stored cross-validated answers that one model gave."""
        table = cohort()
        digests = row_digests(
            table[list(table.columns[2:8])]
            .assign(limb=table["location"] == "limb", trunk=table["location"] == "trunk")
            .to_numpy(dtype=float)
        )
        p, folds = look_up(model.held_out, digests)
        malignant = table["malignant"].to_numpy() == 1
        pairs = malignant[:, None] & ~malignant & (folds[:, None] == folds)
        assert model.card.performance.auc == pytest.approx(np.mean((p[:, None] > p)[pairs]))
        assert model.card.performance.brier == pytest.approx(np.mean((p - malignant) ** 2))
        low, high = model.card.performance.auc_bootstrap
        assert low < model.card.performance.auc < high

    def test_as_text_and_as_json(self, model):
        assert ModelCard.model_validate_json(model.card.to_json()) == model.card
        text = model.card.to_markdown()
        for part in ("not a medical device", model.card.data.digest, "scikit-learn", "`age`", "| AUC (DeLong) |"):
            assert part in text

    def test_no_patient_is_in_the_files(self, model):
        content = b"".join(model_files(model).values())
        assert not re.search(rb"P0\d\d", content)


class TestEarlierCards:
    """Until 0.3.0, as the field's docstring says."""

    def test_columns_that_were_set_aside_are_those_that_are_excluded_now(self, model):
        earlier = json.loads(model.card.to_json())
        earlier["set_aside"] = earlier.pop("excluded")
        assert ModelCard.model_validate(earlier) == model.card
        assert "set_aside" not in ModelCard.model_validate(earlier).to_json()

    def test_other_keys_are_refused_all_the_same(self, model):
        card = json.loads(model.card.to_json())
        for wrong in ({**card, "left_out": {}}, {**card, "set_aside": {}}):
            with pytest.raises(ValidationError, match="Extra inputs"):
                ModelCard.model_validate(wrong)

    def test_neither_name_is_missing(self, model):
        card = json.loads(model.card.to_json())
        del card["excluded"]
        with pytest.raises(ValidationError, match="Field required"):
            ModelCard.model_validate(card)
