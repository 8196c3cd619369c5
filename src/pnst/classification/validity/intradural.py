"""Every published row of the intradural question against its model."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pnst.classification.evidence_model.quasi_random import Variates
from pnst.classification.evidence_model.value_draws import log_variance
from pnst.classification.intradural.likelihood import counted_rows, frequencies, intradural_likelihood
from pnst.classification.validity.row import Figure, ValidityRow, count_row, not_modelled, value_row
from pnst.evidence.intradural_rows import IntraduralMoments, intradural_counts, intradural_moments
from pnst.evidence.question import INTRADURAL


def intradural_rows(draws: int, seed: int) -> Iterator[ValidityRow]:
    """Counts and medians against the drawn ones; what counts one class alone validates nothing."""
    for row in intradural_counts():
        if row not in counted_rows(row.predictor):
            yield not_modelled("intradural.csv", row.study, row.predictor, "one class alone is counted")
            continue
        drawn = frequencies(row.predictor, Variates(draws, seed))
        counts = (row.schwannoma_positive, row.n_schwannoma), (row.meningioma_positive, row.n_meningioma)
        for of_class, (positive, total), frequency in zip(INTRADURAL.classes, counts, drawn, strict=True):
            figure = Figure("intradural.csv", row.study, row.predictor, f"{of_class} positive")
            yield count_row(figure, float(positive or 0), float(np.floor(total or 0)), frequency)
    for moments in intradural_moments():
        yield from _median_rows(moments, draws, seed)


def _median_rows(row: IntraduralMoments, draws: int, seed: int) -> Iterator[ValidityRow]:
    if row.n_schwannoma is None or row.n_meningioma is None:
        yield not_modelled("intradural_continuous.csv", row.study, row.predictor, "no SD and no number")
        return
    drawn, noise = intradural_likelihood(draws, seed), np.random.default_rng(seed)
    half = drawn.slope * drawn.sd**2 / 2
    for of_class, mean, spread, n, median in (
        (INTRADURAL.classes[0], row.mean_schwannoma, row.sd_schwannoma, row.n_schwannoma, drawn.middle + half),
        (INTRADURAL.classes[1], row.mean_meningioma, row.sd_meningioma, row.n_meningioma, drawn.middle - half),
    ):
        centre = float(np.log(mean) - log_variance(np.array(mean), np.array(spread or 0.0)) / 2)
        figure = Figure("intradural_continuous.csv", row.study, row.predictor, f"{of_class} log-median")
        yield value_row(figure, centre, median + drawn.sd / np.sqrt(n) * noise.standard_normal(draws))
