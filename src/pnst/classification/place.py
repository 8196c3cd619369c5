"""The place of a lesion of the spine, from what was measured, where nobody gave it: it picks the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pnst.classification.lesion_table import LesionTable
from pnst.evidence.population import Patient
from pnst.evidence.question import Location
from pnst.typing import FloatArray

MIN_IN_CANAL = 0.5
"""A lesion with this share of its volume in the canal is a lesion of the canal (ours) …"""
MAX_IN_FORAMEN = 0.1
"""… unless more of it than this lies in a foramen: then it goes through it (ours)."""
COMPARTMENT, IN_CANAL, IN_FORAMEN = "cord.compartment", "canal.inside_fraction", "bone.foraminal_fraction"


@dataclass(frozen=True)
class Place:
    """A patient with the lesion's place, and why it is that one; an empty text where it was given, or is not known."""

    patient: Patient
    why: str = ""


def places_of(lesions: LesionTable, patients: Sequence[Patient]) -> tuple[Place, ...]:
    """The place of each lesion (n,): what was given, else what cord, canal and foramen tell."""
    compartments = lesions.texts(COMPARTMENT)
    in_canal, in_foramen = (lesions.numbers(column)[0] for column in (IN_CANAL, IN_FORAMEN))
    return tuple(
        Place(patient)
        if patient.location is not None
        else _measured(patient, compartments[row], in_canal, in_foramen, row)
        for row, patient in enumerate(patients)
    )


def _measured(
    patient: Patient, compartment: str | None, in_canal: FloatArray, in_foramen: FloatArray, row: int
) -> Place:
    location = _location(compartment, float(in_canal[row]), float(in_foramen[row]))
    if location is None:
        return Place(patient)
    read = [f"{compartment} by the cord's outline"] if compartment else []
    read += [
        f"{values[row]:.0%} of it in {where}"
        for where, values in (("the canal", in_canal), ("a foramen", in_foramen))
        if values[row] == values[row]  # not NaN
    ]
    why = f"the place is taken as {location}, as measured ({', '.join(read)}); give the patient's location to overrule"
    return Place(replace(patient, location=location), why)


def _location(compartment: str | None, in_canal: float, in_foramen: float) -> Location | None:
    """NaN is not measured. What leaves the canal through a foramen is a dumbbell, whatever lies in the canal."""
    if compartment in ("intramedullary", "mixed"):
        return "intramedullary"
    if in_foramen > MAX_IN_FORAMEN:
        return "paraspinal"
    return "intradural" if in_canal >= MIN_IN_CANAL else None
