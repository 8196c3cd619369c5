"""The place of a lesion of the spine. Witness: the rules of the module, case by case."""

from __future__ import annotations

import pytest

from pnst.classification.lesion_table import LesionTable
from pnst.classification.place import COMPARTMENT, IN_CANAL, IN_FORAMEN, places_of
from pnst.evidence.population import Patient


def place(patient: Patient | None = None, **columns: object):
    given = {name: columns[short] for short, name in NAMES.items() if short in columns}
    return places_of(LesionTable.of(given), (patient or Patient(),))[0]


NAMES = {"compartment": COMPARTMENT, "canal": IN_CANAL, "foramen": IN_FORAMEN}


@pytest.mark.parametrize(
    ("columns", "location"),
    [
        ({"compartment": "intramedullary", "canal": 1.0}, "intramedullary"),
        ({"compartment": "mixed", "canal": 1.0}, "intramedullary"),
        ({"compartment": "extramedullary", "canal": 0.97, "foramen": 0.02}, "intradural"),
        ({"compartment": "extramedullary", "canal": 0.6, "foramen": 0.3}, "paraspinal"),
        ({"compartment": "extramedullary", "canal": 0.0}, None),
        ({"compartment": "extramedullary"}, None),
        ({}, None),
    ],
)
def test_cord_canal_and_foramen_tell_the_place(columns, location):
    found = place(**columns)
    assert found.patient.location == location
    assert bool(found.why) == (location is not None)


def test_what_was_given_stands():
    found = place(Patient(location="limb"), compartment="intramedullary")
    assert (found.patient.location, found.why) == ("limb", "")
