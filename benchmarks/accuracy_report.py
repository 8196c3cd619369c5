"""Tables of how far the measurements of simulated studies are off."""

from __future__ import annotations

import numpy as np
import pandas as pd
from demands import DEMANDS, RELATIVE, SIGNS
from tables import markdown

NUMBERS = (
    "column",
    "error in",
    "bias",
    "SD",
    "median",
    "95th percentile",
    "maximum",
    "within",
    "within, thin",
    "measured",
)
WORST = ("column", "error", "limit", "measured", "true", "where")
SIGN = ("sign", "right", "truth", "wrong in")
CALLED = {"True": "yes", "False": "no", "None": "open"}


def summary(rows: pd.DataFrame) -> str:
    """Distribution of the errors of numbers, the worst of each, and signs."""
    numbers = rows[rows["column"].isin(DEMANDS)]
    of_column = {column: _errors(numbers[numbers["column"] == column]) for column in DEMANDS}
    of_column = {column: found for column, found in of_column.items() if len(found)}
    distribution = [_number_line(column, found) for column, found in of_column.items()]
    worst = [_worst_line(column, found) for column, found in of_column.items()]
    signs = [_sign_line(sign, rows[rows["column"] == sign]) for sign in SIGNS]
    return (
        f"{markdown(NUMBERS, distribution)}\n\n"
        "Median, 95th percentile and maximum are of the error without its sign. "
        f"The worst measurement of each column, by error ÷ limit:\n\n{markdown(WORST, worst)}\n\n"
        f"{markdown(SIGN, signs)}"
    )


def _errors(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of a column with the error of each; NaN where nothing was measured."""
    numbers = {name: rows[name].astype(float) for name in ("measured", "true", "limit")}
    return rows.assign(**numbers, error=numbers["measured"] - numbers["true"], thin=rows["thin"].astype(bool))


def _number_line(column: str, rows: pd.DataFrame) -> tuple[str, ...]:
    found = rows[rows["error"].notna()]
    within = found["error"].abs() <= found["limit"]
    scaled = found["error"] / found["true"] * 100 if column in RELATIVE else found["error"]
    scaled = scaled[np.isfinite(scaled)]  # a share of nothing is no error; `within` still counts it
    form = "{:+.1f}" if column in RELATIVE else "{:+.3f}"
    size = scaled.abs()
    numbers = scaled.mean(), scaled.std(ddof=0), size.median(), size.quantile(0.95), size.max()
    bias, *others = (form.format(number) for number in numbers)
    return (
        f"`{column}`",
        "%" if column in RELATIVE else "its unit",
        bias,
        *(text.lstrip("+") for text in others),
        _share(within[~found["thin"]]),
        _share(within[found["thin"]]),
        f"{len(found)}/{len(rows)}",
    )


def _worst_line(column: str, rows: pd.DataFrame) -> tuple[str, ...]:
    found = rows[rows["error"].notna()]
    if found.empty:
        return (f"`{column}`", *["–"] * (len(WORST) - 1))
    worst = found.loc[(found["error"].abs() / found["limit"].clip(lower=1e-12)).idxmax()]
    numbers = (f"{worst[name]:.3g}" for name in ("limit", "measured", "true"))
    return (f"`{column}`", f"{worst['error']:+.3g}", *numbers, _where(worst))


def _where(row: pd.Series) -> str:
    """Which study it was."""
    thin = ", thin" if row["thin"] else ""
    return f"{row['kind']} {row['size_mm']:g} mm{thin}; {row['grid']} {row['spacing_mm']}; SNR {row['snr']:g}"


def _sign_line(sign: str, rows: pd.DataFrame) -> tuple[str, ...]:
    wrong = rows[rows["measured"] != rows["true"]]
    names = [f"{row.kind} {row.size_mm:g} mm: {CALLED.get(row.measured, row.measured)}" for row in wrong.itertuples()]
    times = pd.Series(names, dtype=str).value_counts().sort_index()
    counts = rows["true"].map(lambda value: CALLED.get(value, value)).value_counts().sort_index()
    return (
        f"`{sign}`",
        f"{len(rows) - len(wrong)}/{len(rows)}",
        ", ".join(f"{value} {count}" for value, count in counts.items()),
        "; ".join(f"{name} × {count}" for name, count in times.items()) or "–",
    )


def _share(within: pd.Series) -> str:
    return f"{int(within.sum())}/{len(within)}" if len(within) else "–"
