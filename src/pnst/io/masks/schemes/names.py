"""Which mask a structure is by its written name: our own names, a vertebra by its level, the field's words."""

from __future__ import annotations

import re

from pnst.io.masks.region_names import tissue

STRUCTURES = ("cord", "canal", "csf", "vertebrae", "nerve", "nerve_other_side", "bone", "vessels", "muscle", "edema")
"""Masks of a study by name; besides them `vertebra_<LEVEL>`."""

_LEVEL = r"(C[1-7]|T1[0-2]|T[1-9]|L[1-6]|S1)"
_VERTEBRA = re.compile(rf"(?:vertebra[e]?[ _-]*{_LEVEL}|{_LEVEL}[ _-]*vertebra[e]?)", re.IGNORECASE)


def mask_of_name(name: str, meaning: str = "") -> str | None:
    """The mask that a name means; None for what is no structure of ours, and for a lesion.

    >>> [mask_of_name(name) for name in ("vertebrae_L3", "spinal_cord", "gluteus_maximus_left", "sacrum", "liver")]
    ['vertebra_L3', 'cord', 'muscle', 'vertebra_S1', None]
    """
    plain = name.strip()
    if plain.lower() in STRUCTURES:
        return plain.lower()
    vertebra = _VERTEBRA.fullmatch(plain)
    if vertebra is not None:
        return f"vertebra_{(vertebra[1] or vertebra[2]).upper()}"
    if plain.lower() == "sacrum":
        return "vertebra_S1"
    word = tissue(plain, meaning)
    return word if word in STRUCTURES else None
