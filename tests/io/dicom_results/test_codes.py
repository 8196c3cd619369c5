"""The codes. Witness: the dictionaries of pydicom, which are made from the standard; and the report's own units."""

from __future__ import annotations

import pytest
from highdicom.sr import CodedConcept
from pydicom.sr._concepts_dict import concepts

from pnst.io.dicom_results import codes
from pnst.io.dicom_results.codes import SCHEME, concept_of, own_code, own_scheme, unit_code
from pnst.measurement.measurements import FAMILY_TYPES
from pnst.reporting.numbers import unit_of
from pnst.reporting.vocabulary import FAMILIES

NUMBERS = [
    f"{name}.{column}"
    for name, kind in FAMILY_TYPES.items()
    for column in kind.column_names()
    if kind.kind_of(column) in (int, float, tuple)
]
OWN_UCUM = {"mL": "ml and mL are both the litre's (UCUM §31)", "bit": "UCUM's unit of information"}
"""Valid in UCUM, and in no context group."""
IN_UCUM = {"ml": "mL", "mm²": "mm2", "10⁻³ mm²/s": "um2/ms", "s/mm²": "s/mm2", "": "1"}


def known() -> set[tuple[str, str]]:
    return {(scheme, code) for scheme, names in concepts.items() for meanings in names.values() for code in meanings}


def test_every_standard_code_is_in_the_standard():
    own = [value for value in vars(codes).values() if isinstance(value, CodedConcept)]
    used = [concept_of(column) for column in NUMBERS]
    every = [*own, *(c.name for c in used), *(c.derivation for c in used if c.derivation is not None)]
    every += [unit_code(column) for column in NUMBERS]
    table = known()
    for code in every:
        if code.scheme_designator != SCHEME and code.value not in OWN_UCUM:
            assert (code.scheme_designator, code.value) in table, code
        assert len(code.meaning) <= 64


def test_a_standard_name_means_one_column():
    names = [(c.name.value, c.derivation and c.derivation.value) for c in map(concept_of, NUMBERS)]
    assert len(set(names)) == len(NUMBERS)


@pytest.mark.parametrize("column", [column for column in NUMBERS if column != "bone.roughness_threshold"])
def test_units_are_those_of_the_report(column):
    family, _, name = column.partition(".")
    keys = [key for key in FAMILIES[family].keys if f"{key.sign}_threshold" == name] if family in FAMILIES else []
    unit = unit_of(keys[0].threshold_column if keys else name.removesuffix("_threshold"))
    assert unit_code(column).value == IN_UCUM.get(unit, unit), (column, unit)
    assert unit_code(column).scheme_designator == "UCUM"


def test_the_unit_of_roughness_is_its_threshold_s():
    assert unit_code("bone.roughness_threshold").value == "mm"
    assert unit_code("cord.border_roughness").value == "1"


def test_own_codes_are_the_columns_themselves():
    assert (own_code("rim.capsule_fraction").value, own_code("a").scheme_designator) == ("rim.capsule_fraction", SCHEME)
    assert len(own_code("x" * 90).meaning) == 64
    assert own_scheme().CodingSchemeDesignator == SCHEME
