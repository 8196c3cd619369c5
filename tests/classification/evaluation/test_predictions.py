"""What models and rules give for every lesion of a table. Witnesses: cutoffs by hand, and `assess`."""

from __future__ import annotations

import pandas as pd
import pytest

from classification.simulated_cohorts import cohort
from pnst.classification.assess import assess
from pnst.classification.evaluation.predictions import predictions_of, refuse_no_predictors, rule_calls
from pnst.classification.lesion_table import LesionTable
from pnst.classification.settings import AssessSettings
from pnst.errors import InputError, SettingError


def test_a_rule_is_called_below_its_cutoff_and_not_where_it_cannot_be_evaluated():
    table = pd.DataFrame({"adc.mean_um2_per_ms": [1.2, 2.4, None]})
    rule = next(rule for rule in rule_calls(table, AssessSettings()) if rule.name == "Koike_adc_mean")
    assert rule.called.tolist() == [True, False, False]
    assert rule.evaluated.tolist() == [True, True, False]


def test_new_lesions_are_given_what_assess_gives(model):
    table = cohort(12, seed=3)
    predictions = predictions_of("m", model, LesionTable.from_frame(table), AssessSettings(prior=0.1))
    assert predictions.model == f"{model.name}, prior 0.100"
    assert predictions.probability == pytest.approx(assess(table, model=model, prior=0.1)["probability"].to_numpy())
    assert not predictions.held_out.any()
    assert predictions.notes == model.notes


def test_a_table_of_nothing_that_the_evidence_model_reads_is_refused():
    refuse_no_predictors(pd.DataFrame({"adc.mean_um2_per_ms": [1.2]}))
    with pytest.raises(InputError, match="got: 1 columns"):
        refuse_no_predictors(pd.DataFrame({"x": [1.2]}))
    with pytest.raises(SettingError, match=r"adc\.mean"):
        refuse_no_predictors(pd.DataFrame({"adc.mean": [1.2]}))
