"""Every published row of the intradural question against its model."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pnst.classification.evidence_model.quasi_random import Variates
from pnst.classification.intradural.likelihood import counted_rows, frequencies
from pnst.classification.validity.row import Figure, ValidityRow, count_row, not_modelled
from pnst.evidence.intradural_rows import intradural_counts, intradural_moments
from pnst.evidence.question import INTRADURAL


def intradural_rows(draws: int, seed: int) -> Iterator[ValidityRow]:
    """Counts against the drawn frequencies; what counts one class alone validates nothing."""
    for row in intradural_counts():
        if row not in counted_rows(row.predictor) or row.predictor == "fluid_signal_t2":
            yield not_modelled("intradural.csv", row.study, row.predictor, "one class alone is counted")
            continue
        drawn = frequencies(row.predictor, Variates(draws, seed))
        counts = (row.schwannoma_positive, row.n_schwannoma), (row.meningioma_positive, row.n_meningioma)
        for of_class, (positive, total), frequency in zip(INTRADURAL.classes, counts, drawn, strict=True):
            figure = Figure("intradural.csv", row.study, row.predictor, f"{of_class} positive")
            yield count_row(figure, float(positive or 0), float(np.floor(total or 0)), frequency)
    for moments in intradural_moments():
        if moments.n_schwannoma is None:
            yield not_modelled("intradural_continuous.csv", moments.study, moments.predictor, "no SD and no number")
