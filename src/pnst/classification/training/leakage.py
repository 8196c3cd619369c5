"""Columns and rows that give the diagnosis away."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, lgamma, log

import numpy as np

from pnst.errors import InputError
from pnst.typing import BoolArray, FloatArray, IntArray


def separating_features(matrix: FloatArray, names: Sequence[str], malignant: BoolArray) -> dict[str, float]:
    """Feature → the chance that any of so many would separate the classes as it does, in those (n, p) that do.

    A feature separates when all its values in one class lie above all those in the other, or when it is empty in one
    class and never in the other.

    Two of 4! ÷ (2! 2!) = 6 orders of two malignant and two benign lesions separate them:

    >>> separating = separating_features(np.array([[1.0], [2.0], [3.0], [4.0]]), ["grade"], np.arange(4) > 1)
    >>> {name: round(probability, 4) for name, probability in separating.items()}
    {'grade': 0.3333}
    """
    separating = {}
    for name, x in zip(names, matrix.T, strict=True):
        measured = ~np.isnan(x)
        probabilities = []
        if _separates(x[measured], malignant[measured]):
            probabilities.append(
                _separation_probability(int(malignant[measured].sum()), int((~malignant[measured]).sum()))
            )
        if not measured.all() and _separates(measured.astype(float), malignant):
            probabilities.append(_separation_probability(int(malignant.sum()), int((~malignant).sum())))
        if probabilities:
            separating[name] = min(1.0, len(names) * min(probabilities))
    return separating


def refuse_separating(separating: dict[str, float], accepted: Sequence[str], min_probability: float) -> list[str]:
    """Raise `InputError` for a column that gives the diagnosis away; what chance does at least so often is a warning.

    `accepted` are columns whose separation the user answers for.
    """
    leaking = [
        name for name, probability in separating.items() if probability < min_probability and name not in accepted
    ]
    if leaking:
        raise InputError(
            "a feature separates the classes without a single error, as a copy of the diagnosis would",
            got=", ".join(leaking[:5]) + (f" and {len(leaking) - 5} more" if len(leaking) > 5 else ""),
            expected="features that were known before the diagnosis, none of which decides it alone",
            remedy="leave it out; if it is a real finding, say so with --accept-separating COLUMN",
        )
    return [
        f"{name} alone separates the classes without an error"
        + (" (accepted by the user)" if name in accepted else f" (by chance: {probability:.2g})")
        for name, probability in separating.items()
    ]


def refuse_unused(accepted: Sequence[str], names: Sequence[str]) -> None:
    """Raise `InputError` for a column that the user answers for and that is no feature."""
    unknown_names = [name for name in accepted if name not in names]
    if unknown_names:
        raise InputError(
            "a column that may separate the classes is no feature",
            got=unknown_names[0],
            expected=f"one of the {len(names)} features",
            remedy="correct the name given to --accept-separating",
        )


def naming_features(matrix: FloatArray, names: Sequence[str], groups: IntArray) -> list[str]:
    """Features (n, p) that name the groups (n,), as a second number of the patient would.

    Each is equal in all lesions of a group and differs between any two groups; where every group has one lesion, this
    cannot be told from a measurement.

    Three lesions of two patients; the first feature has one value a patient:

    >>> naming_features(np.array([[7.0, 1.0], [7.0, 2.0], [9.0, 3.0]]), ["number", "size"], np.array([0, 0, 1]))
    ['number']
    """
    _, first = np.unique(groups, return_index=True)
    if len(first) == len(groups):
        return []
    ordered = matrix[first][groups]  # groups are 0, 1, …: each lesion is given its group's first value
    alike = (ordered == matrix).all(axis=0)
    return [
        name for name, x, same in zip(names, matrix.T, alike, strict=True) if same and np.unique(x).size == len(first)
    ]


def repeated_rows(matrix: FloatArray, groups: IntArray) -> list[tuple[int, int]]:
    """Pairs of rows of different groups with the same features, so detailed that chance does not make them.

    Every feature must be equal, and one of those whose values mostly stand alone must have a value that no other row
    has: equal signs, or two tumours without oedema, are no repetition.

    >>> repeated_rows(np.array([[1.25, 0.0], [3.5, 1.0], [1.25, 0.0]]), np.array([0, 1, 2]))
    [(0, 2)]
    """
    detailed = np.array([_is_detailed(x) for x in matrix.T], dtype=bool)
    alike: dict[bytes, list[int]] = {}
    for row, values in enumerate(matrix):
        alike.setdefault((values + 0.0).tobytes(), []).append(row)  # −0.0 and 0.0 are one value
    pairs = []
    for first, *others in alike.values():
        shared = (matrix[:, detailed] == matrix[first, detailed]).sum(axis=0)
        if (shared == 1 + len(others)).any():
            pairs += [(first, other) for other in others if groups[other] != groups[first]]
    return pairs


def refuse_repeated_rows(matrix: FloatArray, groups: IntArray) -> None:
    """Raise `InputError` where one lesion stands under two groups: it would be learnt from and tested on."""
    pairs = repeated_rows(matrix, groups)
    if pairs:
        one, other = pairs[0]
        raise InputError(
            "lesions of different groups have the same features: one lesion under two names",
            got=f"{len(pairs)} such rows, the first are {one + 1} and {other + 1}",
            expected="each lesion once, or all its rows in one group",
            remedy="leave the repeated rows out, or give them the same group",
        )


def _separates(x: FloatArray, malignant: BoolArray) -> bool:
    one, other = x[malignant], x[~malignant]
    return bool(one.size and other.size and (one.max() < other.min() or other.max() < one.min()))


def _separation_probability(m: int, n: int) -> float:
    """The chance that m of m + n values in random order are all above or all below the others."""
    return exp(log(2) + lgamma(m + 1) + lgamma(n + 1) - lgamma(m + n + 1))


def _is_detailed(x: FloatArray) -> bool:
    """Whether most of a feature's values stand alone."""
    measured = x[~np.isnan(x)]
    return measured.size > 0 and np.unique(measured).size > measured.size / 2
