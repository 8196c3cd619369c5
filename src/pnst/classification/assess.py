"""`assess`: from measurements to a probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from pnst.classification.abstention import abstentions
from pnst.classification.asked import Asked, assess_table, no_question
from pnst.classification.assessment import Assessment
from pnst.classification.lesion_table import LesionTable
from pnst.classification.patients import patients_of
from pnst.classification.place import Place, places_of
from pnst.classification.prediction import Model
from pnst.classification.settings import AT_PRIORS, AssessSettings
from pnst.errors import SettingError
from pnst.evidence.body import SiteEvidence
from pnst.evidence.cells import name
from pnst.evidence.columns import IDENTITY
from pnst.evidence.population import Patient
from pnst.evidence.rule import RuleResult
from pnst.evidence.rules import evaluate_rules, rule_columns
from pnst.evidence.site import body_of_evidence
from pnst.measurement.measurements import Measurements
from pnst.typing import FloatArray

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
    evidence: Sequence[SiteEvidence | str | PathLike[str]] = (),
    own_evidence: SiteEvidence | str | PathLike[str] | None = None,
) -> Assessment: ...


@overload
def assess(
    m: pd.DataFrame,
    prior: float | None = None,
    model: TrainedModel | str | PathLike[str] | None = None,
    patient: Mapping[str, object] | None = None,
    settings: AssessSettings | None = None,
    evidence: Sequence[SiteEvidence | str | PathLike[str]] = (),
    own_evidence: SiteEvidence | str | PathLike[str] | None = None,
) -> pd.DataFrame: ...


def assess(
    m: Any,
    prior: float | None = None,
    model: TrainedModel | str | PathLike[str] | None = None,
    patient: Mapping[str, object] | None = None,
    settings: AssessSettings | None = None,
    evidence: Sequence[SiteEvidence | str | PathLike[str]] = (),
    own_evidence: SiteEvidence | str | PathLike[str] | None = None,
) -> Assessment | pd.DataFrame:
    """Probability of malignancy, from the published evidence or by a trained model. Not a medical device.

    The lesion's place picks the question: malignant or benign for a peripheral or extradural one, schwannoma or
    meningioma for an intradural one; of intramedullary and intracranial ones no published row speaks, and there is no
    probability. A place that is not given is read off the cord, the canal and the foramina where they were measured,
    and the answer says so.

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
    patient : facts `{"nf1": True, "age": 34, "location": "limb"}`, and `level` of the spine for an intradural lesion;
        a table may hold them in columns of these names. The location picks the question, NF1 the mixture of
        schwannoma and neurofibroma, age only warns; a trained model may have them among its features
    settings : `AssessSettings`; `draws` and `seed` are the evidence model's, a trained model has none
    evidence : folders of `pnst evidence` of other sites, whose counts are further studies
    own_evidence : such a folder of one's own site: the literature is the prior of its counts

    Returns
    -------
    Assessment, or for a table a table with its index and the columns question, class, probability, low, high,
    odds_factor, abstained, warnings.

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
    >>> bool(abs(logit(a.probability) - logit(0.1) - sum(a.contributions.values())) < 1e-9)
    True
    """
    settings = settings or AssessSettings()
    prior = settings.prior if prior is None else _checked_prior(prior)
    facts, lesions = Patient.from_mapping(patient), LesionTable.of(m)
    _refuse_evidence_for(model, evidence, own_evidence)
    asked = Asked(_trained(model), body_of_evidence(evidence, own_evidence), settings, prior)
    asked.any_model.refuse_unknown_columns(lesions)
    if asked.trained is None:
        places = places_of(lesions, patients_of(lesions, facts))
    else:
        places = (Place(facts),) * lesions.count
    if lesions.index is not None:
        return assess_table(asked, lesions, facts, places)
    named = (m.case_id, m.label) if isinstance(m, Measurements) else (name(part, m.get(part)) for part in IDENTITY)
    rules = evaluate_rules(lesions.row(0, rule_columns()), places[0].patient, settings.wasa_size_cutoff_mm)
    return _assessment(asked, lesions, places[0], rules, *named)


def _refuse_evidence_for(model: object, evidence: Sequence[object], own_evidence: object) -> None:
    """A trained model keeps what it learnt: sites' counts would be passed over in silence."""
    if model is not None and (evidence or own_evidence is not None):
        raise SettingError(
            "a trained model takes no evidence of sites",
            got="a model, and evidence beside it",
            expected="one of them",
            remedy="leave the model out, so that the evidence model answers, or leave the evidence out",
        )


def _trained(model: TrainedModel | str | PathLike[str] | None) -> Model | None:
    if model is None:
        return None
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
    asked: Asked, lesions: LesionTable, place: Place, rules: tuple[RuleResult, ...], case_id: str, label: str
) -> Assessment:
    patient, placed = place.patient, (place.why,) if place.why else ()
    model = asked.model_for(patient)
    if model is None:
        return Assessment(
            case_id=case_id,
            label=label,
            question=None,
            of_class=None,
            probability=None,
            interval=None,
            odds_factor=None,
            odds_factor_interval=None,
            prior=None,
            findings={},
            at_priors={},
            rules=rules,
            warnings=placed,
            abstained=no_question(patient),
        )
    prediction = model.predict(lesions, patient, asked.prior)
    return Assessment(
        case_id=case_id,
        label=label,
        question=prediction.question.name,
        of_class=prediction.question.of_class,
        probability=float(prediction.probability[0]),
        interval=_pair(prediction.interval[0]),
        odds_factor=float(prediction.odds_factor[0]),
        odds_factor_interval=_finite_pair(prediction.odds_factor_interval[0]),
        prior=prediction.prior,
        findings=prediction.findings(0),
        at_priors={prior: float(prediction.at_prior(prior)[0]) for prior in AT_PRIORS},
        rules=rules,
        warnings=(*placed, *prediction.warnings[0]),
        abstained=abstentions(prediction, lesions, asked.settings.decision_probability)[0],
        model=prediction.model,
        inputs=prediction.inputs(0),
        evidence=prediction.evidence,
    )


def _finite_pair(ends: FloatArray) -> tuple[float, float] | None:
    """None where a model has no interval that holds."""
    return _pair(ends) if np.isfinite(ends).all() else None


def _pair(ends: FloatArray) -> tuple[float, float]:
    low, high = ends
    return float(low), float(high)


def _checked_prior(prior: float) -> float:
    if isinstance(prior, bool) or not isinstance(prior, int | float | np.number) or not 0 < prior < 1:
        raise SettingError(
            "the prior is not a probability",
            got=repr(prior),
            expected="a number above 0 and below 1",
            remedy="pass the probability of malignancy in your own population, for instance 0.05",
        )
    return float(prior)
