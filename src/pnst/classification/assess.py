"""`assess`: from measurements to a probability."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from pnst.classification.abstention import abstentions
from pnst.classification.assessment import Assessment
from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.lesion_table import LesionTable
from pnst.classification.prediction import Model, Prediction
from pnst.classification.settings import AT_PRIORS, AssessSettings
from pnst.errors import SettingError
from pnst.evidence.cells import name
from pnst.evidence.columns import IDENTITY
from pnst.evidence.population import Patient
from pnst.evidence.rule import RuleResult
from pnst.evidence.rules import evaluate_rules, rule_columns
from pnst.measurement.measurements import Measurements

if TYPE_CHECKING:
    import pandas as pd

    from pnst.classification.training.trained_model import TrainedModel


@overload
def assess(
    m: Measurements | Mapping[str, Any],
    prior: float | None = None,
    model: TrainedModel | str | PathLike[str] | None = None,
    patient: Mapping[str, object] | None = None,
    settings: AssessSettings | None = None,
) -> Assessment: ...


@overload
def assess(
    m: pd.DataFrame,
    prior: float | None = None,
    model: TrainedModel | str | PathLike[str] | None = None,
    patient: Mapping[str, object] | None = None,
    settings: AssessSettings | None = None,
) -> pd.DataFrame: ...


def assess(
    m: Any,
    prior: float | None = None,
    model: TrainedModel | str | PathLike[str] | None = None,
    patient: Mapping[str, object] | None = None,
    settings: AssessSettings | None = None,
) -> Assessment | pd.DataFrame:
    """Probability of malignancy, from the published evidence or by a trained model. Not a medical device.

    Parameters
    ----------
    m : `Measurements`; or a mapping of columns (`{"adc.mean_um2_per_ms": 1.1}`, `override.<column>` for a reader's
        judgement); or a DataFrame of such columns, one row a lesion. An empty cell (None, NaN, an empty text) is not
        measured, and under `override.` no word: that a sign does not apply is said by `override.split_fat.applicable`.
        A reader's word replaces what was measured in its group, and what stood beside it (the sign of a number, the
        number of a sign, the other statistics of a mean ADC): a rule that needs those cannot be evaluated
    prior : probability of malignancy before anything is measured; the settings' where None, and the model's own where
        they have none
    model : None, the evidence model; or a model of `pnst train`, as its folder or as `read_model` gives it. Its own
        prior is the share of malignant lesions that it was trained on, its interval the spread over models refitted on
        resampled patients
    patient : facts `{"nf1": True, "age": 34, "location": "limb"}`: they decide warnings and no number of the evidence
        model; a trained model may have them among its features, where they fill cells that are empty
    settings : `AssessSettings`; `draws` and `seed` are the evidence model's, a trained model has none

    Returns
    -------
    Assessment, or for a table a table with its index and the columns probability, low, high, abstained, warnings.

    Raises
    ------
    SettingError : an unknown column or fact, a value that its unit does not allow, a fact that contradicts a cell, or a
        prior outside (0, 1)
    InputError : a trained model that cannot be read, or a table that lacks its features

    Examples
    --------
    What each predictor adds and the log-odds of the prior sum to the log-odds of the probability:

    >>> from scipy.special import logit
    >>> a = assess({"adc.mean_um2_per_ms": 1.1, "size.longest_diameter_mm": 90.0}, prior=0.1)
    >>> round(float(logit(a.probability) - logit(0.1) - sum(a.contributions.values())), 9)
    0.0
    """
    settings = settings or AssessSettings()
    prior = settings.prior if prior is None else _checked_prior(prior)
    chosen, facts, lesions = _model(model, settings), Patient.from_mapping(patient), LesionTable.of(m)
    chosen.refuse_unknown_columns(lesions)
    prediction = chosen.predict(lesions, facts, prior)
    abstained = abstentions(prediction, lesions, settings.decision_probability)
    if lesions.index is not None:
        return _table(prediction, abstained, lesions.index)
    named = (m.case_id, m.label) if isinstance(m, Measurements) else (name(part, m.get(part)) for part in IDENTITY)
    rules = evaluate_rules(lesions.row(0, rule_columns()), facts, settings.wasa_size_cutoff_mm)
    return _assessment(prediction, abstained[0], rules, *named)


def _model(model: TrainedModel | str | PathLike[str] | None, settings: AssessSettings) -> Model:
    if model is None:
        return evidence_model(settings.draws, settings.seed)
    if isinstance(model, str | PathLike):
        from pnst.classification.training.model_folder import read_model

        return read_model(model)
    if hasattr(model, "predict"):
        return model
    raise SettingError(
        "there is no such model",
        got=type(model).__name__,
        expected="None, the evidence model; or the folder of a trained one",
        remedy="leave `model` out, or give the folder that pnst train wrote",
    )


def _assessment(
    prediction: Prediction, abstained: str | None, rules: tuple[RuleResult, ...], case_id: str, label: str
) -> Assessment:
    low, high = prediction.interval[0]
    return Assessment(
        case_id=case_id,
        label=label,
        probability=float(prediction.probability[0]),
        interval=(float(low), float(high)),
        prior=prediction.prior,
        contributions=prediction.contributions(0),
        at_priors={prior: float(prediction.at_prior(prior)[0]) for prior in AT_PRIORS},
        rules=rules,
        warnings=prediction.warnings[0],
        abstained=abstained,
        model=prediction.model,
        inputs=prediction.inputs(0),
    )


def _table(prediction: Prediction, abstained: list[str | None], index: pd.Index) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "probability": prediction.probability,
            "low": prediction.interval[:, 0],
            "high": prediction.interval[:, 1],
            "abstained": pd.Series(abstained, index=index, dtype=object),
            "warnings": ["; ".join(texts) for texts in prediction.warnings],
        },
        index=index,
    )


def _checked_prior(prior: float) -> float:
    if isinstance(prior, bool) or not isinstance(prior, int | float | np.number) or not 0 < prior < 1:
        raise SettingError(
            "the prior is not a probability",
            got=repr(prior),
            expected="a number above 0 and below 1",
            remedy="pass the probability of malignancy in your own population, for instance 0.05",
        )
    return float(prior)
