"""The bars of an answer. Witnesses: the law that they sum to its log-odds, and the answer itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

import pnst
from pnst.errors import InputError
from pnst.plot.contribution_bars import contributions

SIGNS = {
    "adc.mean_um2_per_ms": 1.02,
    "size.longest_diameter_mm": 71.0,
    "edema.present": True,
    "split_fat.present": True,
}


@pytest.fixture(scope="module")
def a():
    return pnst.assess(SIGNS)


def drawn(a):
    return contributions(a, Figure().add_subplot())


def test_bars_and_prior_sum_to_the_logit_of_the_answer(a):
    axes = drawn(a)
    widths = [bar.get_width() for bar in axes.patches]
    assert len(widths) == len(a.contributions) + 1
    assert sum(widths) == pytest.approx(np.log(a.probability / (1 - a.probability)), abs=1e-6)
    assert widths[-1] == pytest.approx(np.log(a.prior / (1 - a.prior)))
    answer = next(line for line in axes.lines if line.get_marker() == "D")
    assert answer.get_xdata()[0] == pytest.approx(sum(widths), abs=1e-6)


def test_the_heaviest_stands_on_top_under_its_own_name_on_the_side_it_speaks_for(a):
    axes = drawn(a)
    names = [text.get_text() for text in axes.get_yticklabels()]
    heaviest = max(a.contributions, key=lambda name: abs(a.contributions[name]))
    assert heaviest == "adc_mean"
    assert names[0] == "Mean ADC"
    assert names[-2:] == [f"Prior: {100 * a.prior:.0f} %", f"Answer: {100 * a.probability:.0f} %"]
    assert axes.patches[0].get_width() == a.contributions[heaviest]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    sides = {bar.get_facecolor() for bar in axes.patches[:-1] if bar.get_width() > 0}
    assert len(sides) == 1
    assert sides.isdisjoint(bar.get_facecolor() for bar in axes.patches[:-1] if bar.get_width() < 0)


def test_marks_name_factors_of_the_odds_at_their_logarithms(a):
    axes = drawn(a)
    for place, text in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True):
        assert float(text.get_text().removeprefix("× ")) == pytest.approx(np.exp(place))
    assert "odds of malignancy" in axes.get_xlabel()
    assert {"← benign", "malignant →"} <= {text.get_text() for text in axes.texts}


def test_an_answer_not_to_be_used_says_why(a):
    assert not drawn(a).get_title()
    assert drawn(replace(a, abstained="nothing but size")).get_title() == "Not to be used: nothing but size"


def test_without_a_probability_there_is_nothing_to_draw(a):
    silent = replace(a, probability=None, prior=None, interval=None, abstained="no published row speaks of it")
    with pytest.raises(InputError, match=r"no contributions.*no published row speaks of it"):
        drawn(silent)
