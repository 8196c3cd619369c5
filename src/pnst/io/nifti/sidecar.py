"""What lies beside a NIfTI file in `.json`: facts of the acquisition, as BIDS names them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from os.path import lexists
from pathlib import Path
from typing import Any

from pnst.errors import InputError
from pnst.io.nifti.sidecar_words import contrast_agent_of, fat_suppression_of
from pnst.regular_file import read_regular
from pnst.study import Acquisition

MAX_BYTES = 1 << 24
MAX_NUMBER = 1e6
"""Of any fact: seconds, degrees, tesla. None of them comes near."""
_NUMBERS = ("RepetitionTime", "EchoTime", "InversionTime", "FlipAngle", "MagneticFieldStrength")
_NOT_GIVEN = (None, "", "n/a")
"""In place of a number; the last is BIDS's."""


def read_json(file: Path) -> Mapping[str, Any]:
    """The facts of a JSON sidecar, none where there is no such file.

    Raises `InputError` for a damaged one, and for a fact that is read and whose value is of another kind.
    """
    try:
        facts = json.loads(read_regular(file, MAX_BYTES), parse_constant=_no_number)
    except OSError as error:
        if not lexists(file):  # a link that leads nowhere is no absent file
            return {}
        raise _damaged(file, error.strerror or "a file that cannot be opened", "a JSON object") from error
    except (ValueError, RecursionError) as error:
        raise _damaged(file, f"no JSON that can be read ({_fault(error)})", "a JSON object") from error
    if not isinstance(facts, dict):
        raise _damaged(file, f"a JSON {type(facts).__name__}", "a JSON object")
    if not all(map(_is_text, facts.values())):
        raise _damaged(file, "half of a surrogate pair", "texts in Unicode")
    for key in _NUMBERS:
        if not _is_number(facts.get(key)):
            raise _damaged(file, f"{key}: {_shown(facts[key])}", f"a number from 0 to {MAX_NUMBER:g}")
    return facts


def acquisition_of(facts: Mapping[str, Any], file: Path) -> Acquisition:
    """The acquisition that the BIDS sidecar `file` describes (BIDS counts time in seconds); other keys are left alone.

    Raises `InputError` for words of fat suppression and contrast agents that cannot be understood.
    """
    return Acquisition(
        repetition_time_ms=_milliseconds(facts, "RepetitionTime"),
        echo_time_ms=_milliseconds(facts, "EchoTime"),
        inversion_time_ms=_milliseconds(facts, "InversionTime"),
        flip_angle_deg=_number(facts, "FlipAngle"),
        field_strength_t=_number(facts, "MagneticFieldStrength"),
        fat_suppressed=fat_suppression_of(facts, file),
        contrast_agent=contrast_agent_of(facts, file),
        manufacturer=_text(facts, "Manufacturer"),
    )


def sidecar_of(acquisition: Acquisition, unit: str = "") -> dict[str, Any]:
    """The BIDS sidecar of an acquisition: what `acquisition_of` reads back; facts that are None are left out."""
    facts = {
        "RepetitionTime": _seconds(acquisition.repetition_time_ms),
        "EchoTime": _seconds(acquisition.echo_time_ms),
        "InversionTime": _seconds(acquisition.inversion_time_ms),
        "FlipAngle": acquisition.flip_angle_deg,
        "MagneticFieldStrength": acquisition.field_strength_t,
        "FatSuppression": acquisition.fat_suppressed,
        "ContrastBolusIngredient": "GADOLINIUM" if acquisition.contrast_agent else None,
        "ContrastBolusAgent": "NONE"
        if acquisition.contrast_agent is False
        else None,  # BIDS has a term for agents only
        "Manufacturer": acquisition.manufacturer,
        "Units": unit or None,
    }
    return {key: value for key, value in facts.items() if value is not None}


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number in JSON")


def _fault(error: Exception) -> str:
    """One short clause of a parser's complaint."""
    return "nested too deep" if isinstance(error, RecursionError) else str(error).split(";")[0][:80]


def _shown(value: Any) -> str:
    """A value of the wrong kind, named by its kind where it is no number: texts may hold names."""
    return f"{value:g}" if isinstance(value, float) else f"a JSON {type(value).__name__}"


def _is_number(value: Any) -> bool:
    if value is None or isinstance(value, str):
        return value in _NOT_GIVEN
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MAX_NUMBER


def _is_text(value: Any) -> bool:
    """Whether a text can be written again; half of a surrogate pair cannot."""
    return not isinstance(value, str) or not any("\ud800" <= sign <= "\udfff" for sign in value)


def _number(facts: Mapping[str, Any], key: str) -> float | None:
    value = facts.get(key)
    return None if value in _NOT_GIVEN else float(value)


def _milliseconds(facts: Mapping[str, Any], key: str) -> float | None:
    seconds = _number(facts, key)
    return None if seconds is None else round(seconds * 1000, 6)


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds / 1000, 9)


def _text(facts: Mapping[str, Any], key: str) -> str | None:
    value = facts.get(key)
    return value if isinstance(value, str) else None


def _damaged(file: Path, got: str, expected: str) -> InputError:
    return InputError(
        f"cannot use {file.name!r}",
        got=got,
        expected=expected,
        remedy="convert the images again (dcm2niix writes these files), or correct the file",
    )
