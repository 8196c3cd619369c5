"""Every family, column, role and predictor has its words."""

from __future__ import annotations

from pnst.classification.predictor_titles import PREDICTORS
from pnst.evidence.question import QUESTIONS
from pnst.measurement.measurements import FAMILY_TYPES
from pnst.reporting.question_words import WORDS
from pnst.reporting.reportlets import PICTURES
from pnst.reporting.vocabulary import COLUMNS, FAMILIES, ROLES, family_words, part_title
from pnst.study import Role


def test_every_family_column_and_role_has_its_words():
    """A new family without words, key numbers or painter is noticed here."""
    assert set(FAMILY_TYPES) <= set(FAMILIES)
    assert set(FAMILY_TYPES) <= set(PICTURES)
    assert set(Role) == set(ROLES)
    for name, kind in FAMILY_TYPES.items():
        columns = set(kind.column_names())
        own = {c for c in columns if c != "quality" and not c.endswith(("_threshold", "_interval"))}
        assert own <= set(COLUMNS), name
        for key in family_words(name).keys:
            assert key.column in columns
            assert key.sign is None or key.sign in columns


def test_every_predictor_of_the_model_has_its_words():
    from pnst.classification.intradural.observation import DIAMETER, LEVEL, SIGNS
    from pnst.evidence.published import predictors

    assert {p.name for p in predictors()} <= set(PREDICTORS)
    assert {*SIGNS, DIAMETER, LEVEL} <= set(PREDICTORS)


def test_every_question_has_its_words():
    assert {question.name for question in QUESTIONS} == set(WORDS)
    for question in QUESTIONS:
        assert WORDS[question.name].odds_of == question.names_of


def test_a_part_of_a_family_is_called_by_its_words():
    titles = [part_title(part) for part in ("heterogeneity.t2", "margin.edge", "adc")]
    assert titles == ["Heterogeneity, T2", "Margin, edge", "Diffusion"]
