"""The unit of an ADC map: as written, else by the order of magnitude, else refused."""

from __future__ import annotations

import re

import numpy as np

from pnst.errors import AmbiguityError
from pnst.typing import AnyArray, Float32Array

_TISSUE = (0.2, 4.0)
"""um2_per_ms between which the median of a map of tissue lies: free water at 37 °C is 3.0."""

_SCALES = {1.0: "um2_per_ms", 1e-3: "1e-6 mm²/s", 1e3: "mm²/s"}
"""Factor to um2_per_ms → the unit's name in messages."""

_PLAIN = str.maketrans({"²": "2", "³": "3", "⁶": "6", "¹": "1", "⁻": "-", "−": "-", "µ": "u", "μ": "u"})
_WRITTEN = re.compile(
    r"(?:1?[x*×]?(?:10|1e)(?P<power>[+-]?\d{1,2})[x*×]?)?(?P<length>mm|um)2[/*·]?(?P<time>ms|s|sec)(?:-1)?"
)

_SILENT = frozenset({"", "1", "us", "unspecified", "normalized", "nounits", "n/a"})
"""What files write that say nothing of a unit: DICOM's "unspecified", Philips' "normalized", UCUM's 1, BIDS' n/a."""
_REPEATABLE = re.compile(
    r"(?:(?<![0-9])[0-9]{1,2}(?![0-9])|(?<![a-z])(?:[cmuµμn]?m|m?s|sec|min|e|x|per|arbitrary|units?)(?![a-z])"
    r"|[²³⁶¹⁻−*×·./^+\-()\s_])+",
    re.IGNORECASE,
)
"""Signs and words of units: only these are repeated in a message, for a free text could be a patient's name."""


def is_unit(text: str | None) -> bool:
    """Whether a text is meant as a unit, be it one of diffusivity or not: "", None and "unspecified" are not."""
    return text is not None and re.sub(r"\s", "", text.lower()) not in _SILENT


def scale_of(text: str) -> float | None:
    """Factor from a written unit to um2_per_ms, None for words that are no unit of diffusivity.

    >>> scale_of("x10^-6 mm^2/s"), scale_of("µm²/ms"), scale_of("10*-6.mm2/s"), scale_of("Created with a tool")
    (0.001, 1.0, 0.001, None)
    """
    text = text.replace("10*", "10^").replace(".", " ")  # UCUM's power of ten, and its sign of multiplication
    plain = re.sub(r"[\s^{}()\[\]]", "", text.lower().translate(_PLAIN)).replace("_per_", "/")
    match = _WRITTEN.fullmatch(plain)
    if match is None:
        return None
    power = int(match["power"] or 0) + {"mm": 0, "um": -6}[match["length"]] + {"ms": 3}.get(match["time"], 0)
    return float(f"1e{power + 3}")


def to_um2_per_ms(values: AnyArray, unit: str | None) -> tuple[Float32Array, str]:
    """Bring an ADC map of any shape to um2_per_ms (float32), and report how in a sentence.

    `unit` is what the file writes, None where it writes nothing: then the median of the positive values decides,
    which must lie where tissue does (0.2–4) in exactly one unit.

    Raises `AmbiguityError` when no unit fits, or when the written unit is none of diffusivity, or would make the map
    implausible.
    """
    written = _written_scale(unit) if unit is not None and is_unit(unit) else None
    positive = values[np.isfinite(values) & (values > 0)]
    median = float(np.median(positive)) if positive.size else 0.0
    fitting = [scale for scale in _SCALES if _TISSUE[0] <= median * scale <= _TISSUE[1]]
    if written is not None:
        # A factor of 5 to either side: a map masked to fluid or to a dense tumour is still a map.
        if not _TISSUE[0] / 5 <= median * written <= _TISSUE[1] * 5:
            raise _unit_error(f"the unit {_name(written)} is written, but the median is {median:.3g}")
        return _scaled(values, written), f"ADC unit as written: {_name(written)}"
    if len(fitting) != 1:
        raise _unit_error(f"no unit is written and the median of its positive values is {median:.3g}")
    (scale,) = fitting
    return _scaled(values, scale), f"ADC unit not written; inferred {_name(scale)} from the median value {median:.3g}"


def _written_scale(unit: str) -> float:
    scale = scale_of(unit)
    if scale is None:
        named = f"the unit {unit.strip()!r}" if _REPEATABLE.fullmatch(unit.strip()) else "a unit"
        raise _unit_error(f"{named} is written, which is none of diffusivity that is known")
    return scale


def _name(scale: float) -> str:
    return _SCALES.get(scale, f"{scale:g} um2_per_ms")


def _scaled(values: AnyArray, scale: float) -> Float32Array:
    return np.asarray(values * np.float32(scale), dtype=np.float32)


def _unit_error(got: str) -> AmbiguityError:
    return AmbiguityError(
        "the unit of the ADC map cannot be told",
        got=got,
        expected="a written unit, or values whose median is that of tissue in um2_per_ms, 1e-6 mm²/s or mm²/s",
        remedy='write "Units" in the map\'s JSON sidecar (um2/ms, 1e-6 mm2/s or mm2/s), or leave the map out',
    )
