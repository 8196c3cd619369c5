"""Which columns of a table become features, and their cells as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np
from scipy.special import logit

from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.evidence_model.observation import observe
from pnst.classification.lesion_table import LesionTable
from pnst.classification.prediction import Prediction
from pnst.classification.settings import AssessSettings
from pnst.classification.training.labelled import refuse_unknown
from pnst.errors import InputError, SettingError
from pnst.evidence.body import literature
from pnst.evidence.cells import check_cells, is_empty
from pnst.evidence.columns import COMPARED, IDENTITY, OVERRIDE, check_names, column_kinds, known_columns
from pnst.evidence.population import Patient
from pnst.evidence.question import MALIGNANT, Location
from pnst.measurement.measurements import FAMILY_TYPES
from pnst.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd


EVIDENCE = "evidence.log_odds"
"""The evidence model's log-odds of malignancy at its default prior, as a feature or an offset."""
LOCATION = "location"
"""The one column of words that becomes features, one a place that occurs: `location=limb`."""
PATIENT = ("nf1", "age", LOCATION)
"""Facts about the patient, which come from `patient=` where no table has them."""
_IDENTITY = (*IDENTITY, "lesion", "model", "warnings", "abstained", EVIDENCE)
_ANSWERS = frozenset({"question", "class", "probability", "low", "high", "odds_factor", "prior"})
"""Of an assessment, which stands beside the measurements in a cohort's table: answers, and nothing measured. A table
that has not all of them has a column of its own by such a name."""
_BOOKKEEPING = (
    *("_interval", "_threshold", "_uniform_um2_per_ms"),
    *(".quality", ".b_values", ".measured_fraction", ".censored"),
)
"""How columns end that say how another was measured …"""
_OF_MEASURING = ("adc.removed_", "adc.vendor_", "adc.fit_rms_", "adc.noise_floor_")
"""… and how they begin: scanner and protocol, which may part the classes for no reason of the tumour's."""
_MAX_VALUE = 1e100
"""Above every quantity in any unit; the square of a greater number may not be one."""
_FLAGS = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}


@dataclass(frozen=True)
class FeatureChoice:
    """The features in order, and why other columns are none."""

    names: tuple[str, ...]
    excluded: Mapping[str, str]
    """Column → reason."""


def choose_features(
    frame: pd.DataFrame,
    reserved: Sequence[str],
    wanted: Sequence[str] | None = None,
    evidence: bool = False,
    leave_out_constant: bool = False,
) -> FeatureChoice:
    """The columns to learn from: those that are wanted, else every column of numbers or signs.

    Names, notes, intervals and thresholds of a measurement are set aside, and so is text; each with its reason.

    Raises
    ------
    InputError : a column is not there, bears a family's name and is none of its columns, holds text among numbers or
        although it is wanted, is the label, a group or a fold, or is the same in every row (unless those are to be
        left out)
    """
    excluded: dict[str, str] = {}
    if wanted is None:
        columns = [str(name) for name in frame.columns if str(name) not in reserved]
        refuse_unknown(frame, columns)
        check_names(family_columns(columns))
        columns = list(dict.fromkeys(name.removeprefix(OVERRIDE) for name in columns))
        excluded = {name: reason for name in columns if (reason := _no_feature(frame, name))}
        columns = [name for name in columns if name not in excluded]
    else:
        columns = [name for name in dict.fromkeys(wanted) if name != EVIDENCE]
        refuse_unknown(frame, [name for name in columns if not has_column(frame, name)])
        _refuse_reserved(columns, reserved)
    names = [name for column in columns for name in _names(frame, column)]
    constant = [name for name, x in zip(names, feature_matrix(frame, names).T, strict=True) if _is_constant(x)]
    if constant and not leave_out_constant:
        raise _constant(constant)
    excluded |= dict.fromkeys(constant, "the same in every row")
    names = [name for name in names if name not in constant]
    if evidence or (wanted is not None and EVIDENCE in wanted):
        _refuse_no_evidence(frame)
        names.append(EVIDENCE)
    if not names:
        raise InputError(
            "the table has nothing to learn from",
            got=f"{len(excluded)} columns, none of them a feature",
            expected="at least one column of numbers or of true and false",
            remedy="add measured columns, or name them with --features",
        )
    return FeatureChoice(tuple(names), excluded)


def feature_matrix(frame: pd.DataFrame, names: Sequence[str]) -> FloatArray:
    """The features (n, p) as numbers; NaN where a cell is empty.

    Raises `InputError` for a cell that is no number, `SettingError` for one that its measured column cannot hold.
    """
    columns = {name: _numbers(frame, name) for name in dict.fromkeys(names)}
    return np.column_stack([columns[name] for name in names]) if names else np.empty((len(frame), 0))


def column_of(feature: str) -> str:
    """The table's column that a feature is read off."""
    return feature.partition("=")[0]


def has_column(frame: pd.DataFrame, column: str) -> bool:
    """Whether a table has a column, or a reader's word on it."""
    return column in frame.columns or OVERRIDE + column in frame.columns


def _cells(frame: pd.DataFrame, column: str) -> list[object]:
    """A column's cells; a reader's word, where there is one, replaces what was measured."""
    measured = frame[column].tolist() if column in frame.columns else [None] * len(frame)
    if OVERRIDE + column not in frame.columns:
        return measured
    given = frame[OVERRIDE + column].tolist()
    return [m if is_empty(word) else word for m, word in zip(measured, given, strict=True)]


def with_fact(frame: pd.DataFrame, column: str, fact: bool | float | str) -> list[object]:
    """A column's cells with a fact about the patient in those that are empty.

    Raises `SettingError` where a cell that is not empty says otherwise.
    """
    cells = _cells(frame, column) if has_column(frame, column) else [None] * len(frame)
    for row, cell in enumerate(cells, start=1):
        if not is_empty(cell) and _comparable(column, cell) != _comparable(column, fact):
            raise SettingError(
                f"the patient's {column} is not the one among the measurements",
                got=f"{fact} for the patient, {str(cell)[:40]!r} in row {row}",
                expected="one answer, or an empty cell",
                remedy=f"leave {column} out of the facts about the patient, or correct the cell",
            )
    return [fact if is_empty(cell) else cell for cell in cells]


def _comparable(column: str, cell: object) -> float | str:
    return str(cell).strip() if column == LOCATION else _number(column, cell)


def _names(frame: pd.DataFrame, column: str) -> list[str]:
    if column != LOCATION:
        return [column]
    known = get_args(Location)
    places = {str(cell) for cell in _cells(frame, column) if not is_empty(cell)}
    unknown_places = sorted(places - set(known))
    if unknown_places:
        raise _bad_cell(column, unknown_places[0], f"one of {', '.join(known)}, or nothing")
    return [f"{LOCATION}={place}" for place in known if place in places]


def _numbers(frame: pd.DataFrame, feature: str) -> FloatArray:
    if feature == EVIDENCE:
        return evidence_log_odds(frame)
    column, equals, place = feature.partition("=")
    cells = _cells(frame, column)
    if equals:
        return np.array([np.nan if is_empty(cell) else float(str(cell) == place) for cell in cells])
    values = np.array([_number(column, cell) for cell in cells])
    if column_kinds().get(column) in (int, float):
        check_cells(column, values.tolist())
    return values


def _number(column: str, cell: object) -> float:
    if is_empty(cell):
        return np.nan
    if isinstance(cell, bool | np.bool_ | int | float | np.number):
        value = float(cell)
    else:
        word = str(cell).strip().lower()
        if word in _FLAGS:
            return _FLAGS[word]
        try:
            value = float(word)
        except ValueError:
            raise _bad_cell(column, str(cell), "a number, true, false, or nothing") from None
    if not abs(value) < _MAX_VALUE:
        raise _bad_cell(column, str(cell), f"a finite number below {_MAX_VALUE:g}, true, false, or nothing")
    return value


def evidence_log_odds(frame: pd.DataFrame) -> FloatArray:
    """Log-odds (n,) of malignancy from published evidence, at its default prior; other columns are passed over."""
    lesions = LesionTable.from_frame(evidence_frame(frame))
    settings = AssessSettings()
    model = evidence_model(literature(), settings.draws, settings.seed)
    log_odds: FloatArray = logit(model.predict(lesions, Patient(), MALIGNANT.prior).probability)
    return log_odds


def evidence_prediction(lesions: LesionTable, patient: Patient) -> Prediction:
    """What the evidence model itself says of lesions, by the draws and at the prior of `evidence_log_odds`."""
    settings = AssessSettings()
    return evidence_model(literature(), settings.draws, settings.seed).predict(
        lesions.only(evidence_columns()), patient
    )


def evidence_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns of a table that the evidence model knows, without those that name a case."""
    known = evidence_columns()
    return frame[[name for name in frame.columns if str(name).removeprefix(OVERRIDE) in known]]


def evidence_columns() -> frozenset[str]:
    """The columns that the evidence model knows, less those that name a case."""
    return known_columns() - set(_IDENTITY)


def family_columns(names: Iterable[object]) -> list[str]:
    """The columns that carry the name of a family: a misspelt one must not be passed over."""
    families = {*FAMILY_TYPES, "reader"}
    return [str(name) for name in names if str(name).removeprefix(OVERRIDE).partition(".")[0] in families]


def _no_feature(frame: pd.DataFrame, name: str) -> str:
    """Why a column is no feature, empty where it may be one. Raises `InputError` for a few words among numbers."""
    if name in _IDENTITY or name.startswith("skipped."):
        return "names or notes of a case"
    if name.startswith(COMPARED) or (name in _ANSWERS and set(frame.columns) >= _ANSWERS):
        return "an answer, and nothing measured"
    if name.endswith(_BOOKKEEPING) or name.startswith(_OF_MEASURING):
        return "goes with a measurement, and is none"
    if name == LOCATION:
        return ""
    try:
        _numbers(frame, name)
    except InputError:
        cells = [cell for cell in _cells(frame, name) if not is_empty(cell)]
        if sum(map(_looks_numeric, cells)) > len(cells) / 2:
            raise
        return "text"
    return ""


def _looks_numeric(cell: object) -> bool:
    """Whether a cell is a number, be it infinite."""
    try:
        float(str(cell))
    except ValueError:
        return False
    return True


def _is_constant(x: FloatArray) -> bool:
    known = x[~np.isnan(x)]
    return known.size == 0 or bool(np.ptp(known) == 0)


def _constant(names: list[str]) -> InputError:
    return InputError(
        "a feature is the same in every row, so nothing can be learnt from it",
        got=", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else ""),
        expected="columns with at least two different values",
        remedy="leave them out with --leave-out-constant, or name the others with --features",
    )


def _refuse_reserved(columns: Sequence[str], reserved: Sequence[str]) -> None:
    for name in columns:
        if name in reserved:
            raise InputError(
                "a feature is what is to be predicted, or how the table is split",
                got=name,
                expected="features that are neither the label, nor the group, nor the fold",
                remedy="leave it out of --features",
            )


def _refuse_no_evidence(frame: pd.DataFrame) -> None:
    if not observe(LesionTable.from_frame(evidence_frame(frame))):
        raise InputError(
            "the evidence model finds nothing to score",
            got=f"{frame.shape[1]} columns, none of them one of its predictors with a value",
            expected="measured columns such as size.longest_diameter_mm or adc.mean_um2_per_ms",
            remedy="use a model without the evidence score, or add the columns",
        )


def _bad_cell(column: str, cell: str, expected: str) -> InputError:
    return InputError(
        f"the feature {column!r} holds what it cannot",
        got=repr(cell[:40]),
        expected=expected,
        remedy="correct the cell, or leave the column out",
    )
