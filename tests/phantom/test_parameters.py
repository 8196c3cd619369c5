"""The parameters of a study in plain words: every value survives a file, and what cannot be read is refused."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from enum import Enum
from itertools import islice, product
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pnst.errors import SettingError
from pnst.phantom import GridSpec, Spec
from pnst.phantom.description import Description, describe
from pnst.phantom.spec import SEQUENCES
from pnst.study import Role

LEAVES: Mapping[Any, tuple[Any, ...]] = {
    float: (0.3, 1.5, 0.0, 12.25, 90.0, -7.125),
    int: (2, 1, 0, 5, 64),
    bool: (True, False),
    str: ("kidney", "Zwölf 12", "a;b", "none"),
}


def values(kind: Any) -> Iterator[Any]:
    """Values of a declared type; some may be refused where they are put."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        yield from (value for part in parts for value in ([None] if part is NoneType else values(part)))
    elif origin is Literal:
        yield from parts
    elif is_dataclass(kind):
        yield from records(kind)
    elif origin is tuple:
        few = list(islice(values(parts[0]), 6))
        lengths = (1, 2) if parts[1:] == (...,) else (len(parts),)
        yield from ((*few, *few)[start : start + n] for n in lengths for start in range(len(few)))
        yield from (((value,) * len(parts)) for value in few if ... not in parts)
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        for n, value in zip((0, 1, 2), values(parts[1]), strict=False):
            yield dict.fromkeys(list(parts[0])[:n], value)
    elif issubclass(kind, Enum):
        yield from reversed(kind)
    else:
        yield from LEAVES[kind]


def records(kind: Any) -> Iterator[Any]:
    """Instances of a dataclass that it does not refuse: one field changed at a time, required ones tried together."""
    hints = get_type_hints(kind)
    needed = [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]
    for chosen in product(*(list(islice(values(hints[name]), 6)) for name in needed)):
        base = dict(zip(needed, chosen, strict=True))
        for name, value in [(None, None), *((f.name, v) for f in fields(kind) for v in values(hints[f.name]))]:
            try:
                yield kind(**base | ({name: value} if name else {}))
            except SettingError:
                continue


def changes(kind: Any = Spec) -> Iterator[tuple[str, Spec]]:
    """For each parameter, to the last leaf: its name and descriptions in which it alone is not the default."""
    hints = get_type_hints(kind)
    for field in fields(kind):
        for value in values(hints[field.name]):
            try:
                changed = replace(kind(), **{field.name: value})
            except SettingError:
                continue
            if changed != kind():
                yield field.name, changed


SINGLE = list(changes())


def test_the_witness_knows_every_parameter():
    assert {name for name, _ in SINGLE} == {field.name for field in fields(Spec)}
    for name in ("lesion", "surround"):
        kind = get_type_hints(Spec)[name]
        seen = {
            field.name
            for parameter, spec in SINGLE
            for field in fields(kind)
            if parameter == name and getattr(getattr(spec, name), field.name) != getattr(kind(), field.name)
        }
        assert len({field.name for field in fields(kind)} - seen) <= 2, "values() has none that these fields take"


@pytest.mark.parametrize("name", [field.name for field in fields(Spec)])
def test_every_value_of_every_parameter_survives_the_file(name):
    """Round trip: each field of each dataclass, whatever is added to them."""
    for parameter, spec in SINGLE:
        if parameter == name:
            text = Description(spec=spec).to_toml()
            assert describe(tomllib.loads(text)).spec == spec, text


@given(st.data(), st.integers(0, 2**32))
def test_any_description_survives_the_file(data, seed):
    """Round trip, several parameters at a time."""
    chosen = data.draw(st.lists(st.sampled_from(SINGLE), max_size=6))
    try:
        spec = replace(Spec(), **{name: getattr(one, name) for name, one in chosen})
    except SettingError:
        assume(False)
    description = Description(spec=spec, seed=seed)
    assert describe(tomllib.loads(description.to_toml())) == description


def test_a_roles_entry_starts_from_what_the_role_has_by_default():
    spec = describe({"sequences": {"t1": {"echo_time_ms": 17}}, "grids": {"dwi": {"plane": "sagittal"}}}).spec
    assert spec.sequences == {Role.T1: replace(SEQUENCES[Role.T1], echo_time_ms=17.0)}
    assert spec.grids[Role.DWI].spacing_mm == (1.8, 1.8, 5.0)
    again = describe(
        {"like": "benign", "grids": {"t1": {"plane": "coronal"}}}, {"grids": {"t1": {"turn_deg": [1, 2, 3]}}}
    )
    assert again.spec.grids[Role.T1] == GridSpec(plane="coronal", turn_deg=(1.0, 2.0, 3.0))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lesion.edma_mm = 3", "'lesion.edma_mm'.*lesion.edema_mm"),
        ("lesions.edema_mm = 3", "'lesions'.*lesion"),
        ("grids.t1.spacing = [1, 1, 4]", "'grids.t1.spacing'.*grids.t1.spacing_mm"),
        ("speed = 3", "'speed'"),
        ("lesion = 3", "'lesion'.*a table"),
        ("grids = 3", "'grids'.*a table"),
        ("grids.t9.plane = 'axial'", "'grids'.*t9.*t1_post"),
        ("grids.t1.plane = 'axal'", "'grids.t1.plane'.*'axial'"),
        ("roles = ['t1', 't9']", "'roles.2'.*t9"),
        ("lesion.edema_mm = 'wide'", "'lesion.edema_mm'.*wide.*number"),
        ("lesion.edema_mm = -1", "lesion.edema_mm.*-1"),
        ("lesion.edema_mm = true", "'lesion.edema_mm'.*true"),
        ("lesion.edema_mm = nan", "'lesion.edema_mm'.*nan"),
        ("lesion.edema_mm = 'none'", "'lesion.edema_mm'.*none"),
        ("lesion.lobes = 2.5", "'lesion.lobes'.*2.5"),
        ("lesion.radii_mm = [1, 2]", "'lesion.radii_mm'.*2 values.*3 values"),
        ("lesion.radii_mm.1 = 3", "'lesion.radii_mm'.*1 values.*3 values"),
        ("lesion.inclusions = [{tissue = 'cyst'}]", "'lesion.inclusions.1'.*radius_mm"),
        ("lesion.inclusions = [{tissue = 'cist', radius_mm = 2}]", "'lesion.inclusions.1.tissue'.*cist"),
        ("lesion.inclusions.2 = {tissue = 'cyst', radius_mm = 2}", "'lesion.inclusions'.*from 1 on"),
        ("surround.bone = 'perhaps'", "'surround.bone'.*perhaps"),
        ("case_id = 3", "'case_id'"),
        ("like = 'bening'", "bening.*benign, malignant"),
        ("like = ['benign']", "'like'"),
        ("seed = -1", "seed.*-1"),
        ("realistic = 'very'", "'realistic'.*very"),
        ("seed = 'x'", "'seed'.*x"),
    ],
)
def test_words_that_no_study_can_be_made_from(text, message):
    with pytest.raises(SettingError, match=message):
        describe(tomllib.loads(text))
