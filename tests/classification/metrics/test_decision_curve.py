"""Net benefit. Witnesses: closed forms and tables made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.classification.metrics.decision_curve import TREAT_ALL, TREAT_NONE, decision_curve, net_benefit


class TestDecisionCurve:
    def test_net_benefit_by_hand(self):
        """10 lesions, 3 true and 2 false positives, threshold .2: .3 − .2 · .25."""
        called, malignant = np.arange(10) < 5, np.isin(np.arange(10), [0, 1, 2, 8])
        assert net_benefit(called, malignant, np.array(0.2)) == pytest.approx(0.3 - 0.2 * 0.25)

    def test_treating_all_and_none_are_the_closed_forms(self):
        malignant = np.arange(20) < 6
        thresholds = np.array([0.1, 0.3, 0.7])
        curves = decision_curve({}, {}, malignant, thresholds)
        assert curves.net_benefit[TREAT_ALL] == pytest.approx(0.3 - 0.7 * thresholds / (1 - thresholds))
        assert np.all(curves.net_benefit[TREAT_NONE] == 0)

    def test_a_model_changes_its_calls_with_the_threshold_and_a_rule_does_not(self):
        malignant = np.array([True, True, False, False])
        probability, rule = np.array([0.9, 0.4, 0.3, 0.1]), np.array([True, False, True, False])
        curves = decision_curve({"model": probability}, {"rule": rule}, malignant, np.array([0.2, 0.5])).net_benefit
        assert curves["model"] == pytest.approx([0.5 - 0.25 * 0.25, 0.25])
        assert curves["rule"] == pytest.approx([0.25 - 0.25 * 0.25, 0.25 - 0.25])

    def test_a_probability_at_the_threshold_is_called(self):
        curves = decision_curve({"model": np.array([0.5])}, {}, np.array([True]), np.array([0.5])).net_benefit
        assert curves["model"] == [1.0]
