"""`assess`: from measurements to a probability."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from pnst.classification import limits
from pnst.classification.assessment import Assessment, Input
from pnst.classification.contributions import Contributions, shapley_values
from pnst.classification.evidence_model import credible_interval, evidence_model, probability
from pnst.classification.lesions import Lesions
from pnst.classification.observation import Reading, observed, read
from pnst.classification.settings import AT_PRIORS, AssessSettings
from pnst.errors import SettingError
from pnst.evidence.population import Patient
from pnst.evidence.rules import evaluate_rules, rule_columns
from pnst.measurement.measurements import Measurements
from pnst.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd

    from pnst.classification.trained_model import TrainedModel


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
        judgement); or a DataFrame of such columns, one row a lesion
    prior : probability of malignancy before anything is measured; the settings' where None
    model : None, the evidence model; or a model of `pnst train`, as its folder or as `read_model` gives it. Its prior
        is the share of malignant lesions that it was trained on, unless one is given here or in the settings; its
        interval is the spread over models refitted on resampled patients
    patient : facts `{"nf1": True, "age": 34, "location": "limb"}`: they decide warnings and no number of the evidence
        model; a trained model may have them among its features
    settings : `AssessSettings`

    Returns
    -------
    Assessment, or for a table a table with its index and the columns probability, low, high, abstained, warnings.

    Raises
    ------
    SettingError : an unknown column or fact, a value that its unit does not allow, or a prior outside (0, 1)
    InputError : a trained model that cannot be read, or a table that lacks its features
    """
    settings = _with_prior(settings or AssessSettings(), prior)
    facts = Patient.from_mapping(patient)
    if model is not None:
        from pnst.classification.trained_assessment import assess_trained  # scikit-learn takes a second to import

        return assess_trained(m, model, facts, settings)
    if isinstance(m, Measurements):
        return _assess_one(Lesions.from_measurements(m), m.case_id, m.label, facts, settings)
    if isinstance(m, Mapping):
        case_id, label = (str(m.get(name, "")) for name in ("case_id", "label"))
        return _assess_one(Lesions.from_mapping(m), case_id, label, facts, settings)
    if hasattr(m, "iloc") and hasattr(m, "columns"):
        return _assess_table(m, facts, settings)
    raise not_measurements(m)


def _assess_one(lesions: Lesions, case_id: str, label: str, patient: Patient, settings: AssessSettings) -> Assessment:
    model = evidence_model(settings.draws, settings.seed)
    readings = read(lesions)
    seen = observed(readings, lesions.count)
    log_ratio = model.log_ratio(seen)
    interval = credible_interval(log_ratio, settings.prior)
    compute = partial(shapley_values, seen, settings.prior, settings.draws, settings.seed)
    return Assessment(
        case_id=case_id,
        label=label,
        probability=float(probability(log_ratio, settings.prior)[0]),
        interval=(float(interval[0, 0]), float(interval[0, 1])),
        prior=settings.prior,
        contributions=Contributions(tuple(reading.predictor.name for reading in readings), compute),
        at_priors={prior: float(probability(log_ratio, prior)[0]) for prior in AT_PRIORS},
        rules=evaluate_rules(lesions.row(0, rule_columns()), patient, settings.wasa_size_cutoff_mm),
        warnings=limits.warnings(readings, lesions, patient)[0],
        abstained=_abstentions(readings, interval, settings)[0],
        model=model.name,
        inputs=tuple(_input(reading) for reading in readings),
    )


def _assess_table(table: pd.DataFrame, patient: Patient, settings: AssessSettings) -> pd.DataFrame:
    import pandas as pd

    lesions = Lesions.from_frame(table)
    readings = read(lesions)
    model = evidence_model(settings.draws, settings.seed)
    chance, interval = model.answers(observed(readings, lesions.count), settings.prior)
    return pd.DataFrame(
        {
            "probability": chance,
            "low": interval[:, 0],
            "high": interval[:, 1],
            "abstained": pd.Series(_abstentions(readings, interval, settings), index=table.index, dtype=object),
            "warnings": ["; ".join(found) for found in limits.warnings(readings, lesions, patient)],
        },
        index=table.index,
    )


def _abstentions(readings: tuple[Reading, ...], interval: FloatArray, settings: AssessSettings) -> list[str | None]:
    parameters = evidence_model(settings.draws, settings.seed).likelihood.parameters
    return limits.abstentions(readings, interval, parameters, settings.decision_probability)


def _input(reading: Reading) -> Input:
    sign = reading.predictor.kind == "sign"
    return Input(
        predictor=reading.predictor.name,
        value=float(reading.values[0]),
        weight=float(reading.entry[0]) if sign else None,
        by_reader=bool(reading.by_reader[0]),
    )


def _with_prior(settings: AssessSettings, prior: float | None) -> AssessSettings:
    if prior is None:
        return settings
    if isinstance(prior, bool) or not isinstance(prior, int | float | np.number) or not 0 < prior < 1:
        raise SettingError(
            "the prior is not a probability",
            got=repr(prior),
            expected="a number above 0 and below 1",
            remedy="pass the probability of malignancy in your own population, for instance 0.05",
        )
    return settings.model_copy(update={"prior": float(prior)})


def not_measurements(m: object) -> SettingError:
    """What `assess` says of anything else."""
    return SettingError(
        "what is to be assessed is not measurements",
        got=type(m).__name__,
        expected="Measurements, a mapping of columns, or a pandas DataFrame",
        remedy="pass the result of pnst.measure, or a dictionary such as {'size.longest_diameter_mm': 60.0}",
    )
