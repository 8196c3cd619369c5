"""Facts about a patient and the place of the lesion, and which published populations they do not match.

The place picks the question, NF1 the mixture of benign entities; age only warns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Literal, get_args

from pnst.errors import SettingError
from pnst.evidence.published import Publication, publications
from pnst.evidence.question import MALIGNANT, Location

Level = Literal["cervical", "thoracic", "lumbar"]
_PERIPHERAL: tuple[Location, ...] = MALIGNANT.places
_SITES: dict[str, tuple[Location, ...]] = {
    "": get_args(Location),
    "trunk or limb": ("limb", "trunk"),
    "extracranial": _PERIPHERAL,
    "extradural": _PERIPHERAL,
    "paraspinal": ("paraspinal",),
    "intradural": ("intradural",),
}
_SPINE = "paraspinal (dumbbell, extradural), intradural (extramedullary) or intramedullary"


@dataclass(frozen=True)
class Patient:
    """What is known of the patient; None where it is not."""

    nf1: bool | None = None
    """Neurofibromatosis type 1."""
    age: float | None = None
    """Years."""
    location: Location | None = None
    """Of the lesion."""
    level: Level | None = None
    """Of the spine, for an intradural lesion."""

    @classmethod
    def from_mapping(cls, facts: Mapping[str, object] | None) -> Patient:
        """From `{"nf1": True, "age": 34, "location": "limb"}`; every key may be absent.

        Raises
        ------
        SettingError : an unknown key, or a value that is not of its kind
        """
        facts = facts or {}
        names = [f.name for f in fields(cls)]
        for name in facts:
            if name not in names:
                near = get_close_matches(str(name), names, n=1)
                raise _wrong(f"patient fact {name!r} is unknown", name, f"one of {', '.join(names)}", near)
        nf1, age, location, level = (facts.get(name) for name in names)
        if nf1 is not None and not isinstance(nf1, bool):
            raise _wrong("NF1 must be yes or no", nf1, "True, False or None")
        if age is not None and (isinstance(age, bool) or not isinstance(age, int | float) or not 0 <= age <= 130):
            raise _wrong("age must be a number", age, "years, 0 to 130")
        if location == "spine":
            raise _wrong("the spine is three places, each with other tumours", location, _SPINE)
        place = next((name for name in get_args(Location) if name == location), None)
        if location is not None and place is None:
            raise _wrong("the lesion's location is unknown", location, f"one of {', '.join(get_args(Location))}")
        spinal_level = next((name for name in get_args(Level) if name == level), None)
        if level is not None and spinal_level is None:
            raise _wrong("the level of the spine is unknown", level, f"one of {', '.join(get_args(Level))}")
        return cls(nf1=nf1, age=None if age is None else float(age), location=place, level=spinal_level)


def mismatches(patient: Patient, study: str, source: Publication | None = None) -> tuple[str, ...]:
    """Why a study's population is not this patient's, in words; empty where nothing known speaks against it.

    `source` is the study where it is not a published one.
    """
    source = publications()[study] if source is None else source
    return tuple(
        reason
        for reason in (_nf1(patient, source), _age(patient, source), _site(patient, source))
        if reason is not None
    )


def mismatch_warnings(
    patient: Patient, studies: Iterable[str], publication: Callable[[str], Publication | None] = lambda _: None
) -> tuple[str, ...]:
    """One sentence a reason, naming every study that it concerns; `publication` gives those that are not published."""
    by_reason: dict[str, list[str]] = {}
    for study in dict.fromkeys(studies):
        for reason in mismatches(patient, study, publication(study)):
            by_reason.setdefault(reason, []).append(study)
    return tuple(f"outside the population of {', '.join(names)}: {reason}" for reason, names in by_reason.items())


def _nf1(patient: Patient, source: Publication) -> str | None:
    if patient.nf1 is False and source.nf1 == "all":
        return "all its patients have NF1, this one has not"
    if patient.nf1 is True and source.nf1 == "none":
        return "none of its patients has NF1, this one has"
    return None


def _age(patient: Patient, source: Publication) -> str | None:
    if patient.age is not None and source.age_max is not None and patient.age > source.age_max:
        return f"its patients are up to {source.age_max:g} years old, this one is {patient.age:g}"
    return None


def _site(patient: Patient, source: Publication) -> str | None:
    if patient.location is not None and patient.location not in _SITES[source.site]:
        return f"the place of its lesions is {source.site}, of this one {patient.location}"
    return None


def _wrong(what: str, got: object, expected: str, near: list[str] | None = None) -> SettingError:
    remedy = f"did you mean {near[0]!r}?" if near else "correct it or leave it out"
    return SettingError(what, got=repr(got), expected=expected, remedy=remedy)
