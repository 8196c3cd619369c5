"""Even draws. Witness: SciPy's Sobol sequence, its distributions, and what makes a net of a sequence."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.stats import qmc

from pnst.classification.evidence_model.quasi_random import Variates, directions, sobol


def test_the_unscrambled_sequence_is_scipys():
    """In every dimension; ours never touches 0."""
    ours = sobol(1024, None)
    theirs = qmc.Sobol(len(ours), scramble=False).random_base2(10).T
    assert np.abs(ours - theirs).max() <= 2.0**-53


def test_there_are_dimensions_for_every_parameter():
    """What is asked of a sequence that is too short stops it; 64 are far more than the model asks for."""
    assert len(directions()) >= 64


@pytest.mark.parametrize("seed", [None, 0, 1, 12345])
@pytest.mark.parametrize("power", [6, 9, 11])
def test_each_dimension_has_one_point_in_each_of_its_bins(seed, power):
    """A scramble keeps the sequence a net: 2ᵐ points, one in each of 2ᵐ bins."""
    bins = np.floor(sobol(2**power, seed) * 2**power).astype(int)
    assert all(np.array_equal(np.sort(row), np.arange(2**power)) for row in bins)


def test_two_dimensions_have_one_point_in_each_box_of_the_first_pair():
    """A (0, m, 2)-net: the first two dimensions, however a box of area 2⁻ᵐ is cut."""
    points = sobol(256, 3)[:2]
    for k in range(9):
        boxes = {tuple(box) for box in np.floor(points.T * [2**k, 2 ** (8 - k)]).astype(int)}
        assert len(boxes) == 256


def test_seeds_differ_and_repeat():
    one, again, other = (sobol(512, seed) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert np.abs(one - other).mean() > 0.2
    assert np.all((one > 0) & (one < 1))


@pytest.mark.parametrize(
    ("draw", "law"),
    [
        (lambda v: v.uniform(0.13, 0.25), stats.uniform(0.13, 0.12)),
        (lambda v: v.normal(), stats.norm()),
        (lambda v: v.beta(53, 9), stats.beta(53, 9)),
        (lambda v: v.beta(1, 15), stats.beta(1, 15)),
        (lambda v: v.chi_square(160), stats.chi2(160)),
    ],
    ids=["uniform", "normal", "beta", "skew beta", "chi-square"],
)
def test_variates_have_their_distribution(draw, law):
    """Kolmogorov and Smirnov's distance of so many even draws is under 2/n, where chance would leave 1/√n."""
    assert stats.kstest(draw(Variates(2048, 5)), law.cdf).statistic < 2 / 2048


def test_variates_are_of_different_dimensions():
    v = Variates(2048, 1)
    drawn = np.stack([v.normal() for _ in range(20)])
    correlations = np.corrcoef(drawn) - np.eye(20)
    assert np.abs(correlations).max() < 0.1
