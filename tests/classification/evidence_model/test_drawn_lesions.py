"""Witnesses: the published frequencies and medians that the model itself is made from, and its own areas."""

import numpy as np
import pytest
from scipy.special import ndtr

from pnst.classification.evidence_model.calibration import CALIBRATED_ON, curve_auc
from pnst.classification.evidence_model.drawn_lesions import DrawnLesion, draw_lesions
from pnst.classification.evidence_model.model import EvidenceModel, evidence_model
from pnst.classification.evidence_model.observed import ObservedData
from pnst.classification.evidence_model.sign_curves import sign_curve
from pnst.classification.metrics.roc import delong
from pnst.evidence.body import literature
from pnst.evidence.sign_rows import ENTITIES

COUNT = 6000


@pytest.fixture(scope="module")
def model() -> EvidenceModel:
    return evidence_model(literature(), 256, 3)


@pytest.fixture(scope="module")
def lesions(model: EvidenceModel) -> list[DrawnLesion]:
    return draw_lesions(model.likelihood, COUNT, COUNT, seed=5)


def test_a_sign_is_as_frequent_in_malignant_lesions_as_the_model_expects(
    model: EvidenceModel, lesions: list[DrawnLesion]
) -> None:
    """The probit curve Φ(a + b·s) over a normal s of mean δ/2 is Φ((a + b·δ/2) ÷ √(1 + b²)).

    That is the drawn frequency itself, but where a sign tells more, or the other way, than the severity can carry.
    """
    likelihood, unknown = model.likelihood, np.array([np.nan])
    for name in ("margin_ill_defined", "edema_present", "split_fat_absent", "target_sign_absent"):
        p, expected = likelihood.parameters.predictors[name], 0.0
        for entity in ENTITIES:
            a, b = sign_curve(p.malignant, p.benign[entity], likelihood.delta)
            present = ndtr((a + b * likelihood.delta / 2) / np.sqrt(1 + b**2))
            expected += float((likelihood.parameters.entity_share(entity, unknown)[0] * present).mean())
        shown = np.mean([lesion.levels[name] > 0 for lesion in lesions[:COUNT]])
        assert shown == pytest.approx(expected, abs=0.02), name  # three standard errors
        assert expected == pytest.approx(p.malignant.mean(), abs=0.06), name


def test_benign_lesions_are_of_both_entities_in_their_drawn_share(
    model: EvidenceModel, lesions: list[DrawnLesion]
) -> None:
    share = np.mean([lesion.entity == ENTITIES[0] for lesion in lesions[COUNT:]])
    unknown = model.likelihood.parameters.entity_share(ENTITIES[0], np.array([np.nan]))
    assert share == pytest.approx(unknown.mean(), abs=0.02)
    assert {lesion.entity for lesion in lesions[:COUNT]} == {None}


def test_values_lie_about_the_medians_of_their_class(model: EvidenceModel, lesions: list[DrawnLesion]) -> None:
    p = model.likelihood.parameters.predictors["adc_mean"]
    malignant = np.median([lesion.values["adc_mean"] for lesion in lesions[:COUNT]])
    assert malignant == pytest.approx(np.exp(p.malignant.mean()), rel=0.03)
    size = [np.median([one.values["longest_diameter"] for one in part]) for part in (lesions[:COUNT], lesions[COUNT:])]
    assert 30 < size[1] < size[0] < 120  # mm, not cm


def test_their_scores_have_the_area_that_the_model_was_calibrated_to(
    model: EvidenceModel, lesions: list[DrawnLesion]
) -> None:
    # Wilson2021 pools an AUC of the conventional features; each lesion is drawn from a draw of that area.
    rows = np.array([[lesion.levels[name] for name in CALIBRATED_ON[1:]] for lesion in lesions])
    levels = {"margin_ill_defined": 2, "edema_present": 3, "split_fat_absent": 2}
    observed = ObservedData(
        signs={name: np.eye(n)[rows[:, i]] for i, (name, n) in enumerate(levels.items())},
        by_reader={name: np.ones(len(lesions), dtype=bool) for name in levels},
        logs={"longest_diameter": np.log([lesion.values["longest_diameter"] / 10 for lesion in lesions])},
        count=len(lesions),
        nf1=np.full(len(lesions), np.nan),
    )
    scores = model.log_ratio(observed).mean(axis=1)
    area = delong(scores[None], np.array([lesion.malignant for lesion in lesions])).area()
    assert area == pytest.approx(model.likelihood.parameters.conventional_auc.mean(), abs=0.02)
    assert abs(curve_auc(model.likelihood.parameters, 0.6) - area) > 0.05  # a weak severity would show


def test_the_seed_decides_everything(model: EvidenceModel) -> None:
    first, again, other = (draw_lesions(model.likelihood, 4, 5, seed=s) for s in (1, 1, 2))
    assert first == again
    assert first != other
    assert [lesion.malignant for lesion in first] == [True] * 4 + [False] * 5
