"""From the lesions of a cohort to rows that may be told: counts of signs, moments, agreement with a reader.

A count under five, or whose complement is, is told as a range; of fewer than nine lesions none is, of fewer than five
no moments either. How well a measured sign agrees with a reader's is told only of signs whose counts are told exactly:
its totals would tell what was kept back.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pnst.classification.evidence_model.observation import Observation, observe_each
from pnst.classification.lesion_table import LesionTable
from pnst.evidence.csv_rows import LEAST_TOTAL, SMALL_CELL, Censored, Count, count, told
from pnst.evidence.sign_rows import MEASURED, AgreementCounts, SignCounts
from pnst.evidence.site_files import COUNTED, READER, UNITS
from pnst.evidence.value_rows import SampleMoments
from pnst.measurement.overrides import READER_COLUMNS
from pnst.typing import BoolArray

_ROUNDING = 1e-9  # a value at its threshold is on the other side
NOT_TOLD = "fewer than {least} {of_class} lesions: not told"


def sign_rows(lesions: LesionTable, malignant: BoolArray, study: str) -> tuple[SignCounts, ...]:
    """One row for a reader's signs and one for measured ones: the model takes the one for the other by chance only."""
    return tuple(
        row
        for observation in observe_each(lesions)
        if observation.predictor.kind != "lognormal"
        for row in _sign_rows(observation, malignant, study)
    )


def moment_rows(lesions: LesionTable, malignant: BoolArray, study: str) -> tuple[SampleMoments, ...]:
    """One row of each number; of ADC of each statistic that was measured, though the model takes one of them."""
    rows = (
        _moments(observation, malignant, study)
        for observation in observe_each(lesions)
        if observation.predictor.kind == "lognormal"
    )
    return tuple(row for row in rows if row.n_malignant or row.n_benign)


def agreement_rows(lesions: LesionTable, signs: tuple[SignCounts, ...], study: str) -> tuple[AgreementCounts, ...]:
    """One row of each sign that a reader judged and that was measured in the same lesions."""
    alone = LesionTable(lesions.measured, {}, lesions.count, lesions.index)
    exact = {row.predictor for row in signs if row.mark == READER and _is_exact(row)}
    rows = []
    for judged, measured in zip(observe_each(lesions), observe_each(alone), strict=True):
        if judged.predictor.name in exact:
            row = _agreement(judged, measured, study)
            rows += [row] if row.reader_positive or row.reader_negative else []
    return tuple(rows)


def present(observation: Observation) -> BoolArray:
    """Where (n,) the sign lies on the malignant side of its threshold, softness aside."""
    shown: BoolArray = observation.enters & (observation.entry[:, 0] < 0.5 - _ROUNDING)
    return shown


def _sign_rows(observation: Observation, malignant: BoolArray, study: str) -> Iterator[SignCounts]:
    by_reader = observation.by_reader | (observation.predictor.column in READER_COLUMNS)
    for mark, judged in ((READER, by_reader), (MEASURED, ~by_reader)):
        known = observation.enters & judged
        (k_malignant, n_malignant), (k_benign, n_benign) = (
            _told(int((known & side & present(observation)).sum()), int((known & side).sum()))
            for side in (malignant, ~malignant)
        )
        if n_malignant or n_benign:
            note = _note(n_malignant, n_benign, LEAST_TOTAL)
            yield SignCounts(
                observation.predictor.name, study, k_malignant, n_malignant, k_benign, n_benign, mark, note
            )


def _moments(observation: Observation, malignant: BoolArray, study: str) -> SampleMoments:
    parts: list[tuple[float, float, int]] = []
    for side in (malignant, ~malignant):
        values = np.exp(observation.entry[observation.enters & side])
        enough = len(values) >= SMALL_CELL and values.std() > 0
        parts.append((float(values.mean()), float(values.std(ddof=1)), len(values)) if enough else (0.0, 0.0, 0))
    predictor = observation.predictor
    note = _note(parts[0][2], parts[1][2], SMALL_CELL)
    return SampleMoments(predictor.name, UNITS[predictor.axis], study, *parts[0], *parts[1], COUNTED, note)


def _agreement(judged: Observation, measured: Observation, study: str) -> AgreementCounts:
    both = judged.by_reader & judged.enters & measured.enters
    seen, shown = present(judged), present(measured)
    yes, n_yes = _told(int((both & seen & shown).sum()), int((both & seen).sum()))
    no, n_no = _told(int((both & ~seen & ~shown).sum()), int((both & ~seen).sum()))
    return AgreementCounts(judged.predictor.name, study, yes, n_yes, no, n_no, COUNTED, "")


def _told(k: int, n: int) -> tuple[Count, int]:
    """A count and its total as they may be told; 0 of 0 where they may not."""
    return (count(told(k, n), n), n) if n >= LEAST_TOTAL else (0, 0)


def _is_exact(row: SignCounts) -> bool:
    counts = (row.malignant_positive, row.benign_positive)
    return bool(row.n_malignant and row.n_benign) and not any(isinstance(k, Censored) for k in counts)


def _note(n_malignant: int, n_benign: int, least: int) -> str:
    missing = [name for name, n in (("malignant", n_malignant), ("benign", n_benign)) if not n]
    return "; ".join(NOT_TOLD.format(least=least, of_class=name) for name in missing)
