"""The parameters of a simulated study in plain words: what TOML and the cells of a table can hold.

Everything here follows the fields of the dataclasses; a field that is added there can be read and written here.
Vectors are lists ("11;13;22" in a cell), enumerations go by name, and "none" switches off what can be switched off.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from enum import Enum
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from pnst.errors import SettingError
from pnst.phantom.spec import Spec
from pnst.study import Role

OFF = "none"
"""What is written for a value that is None."""
SEPARATOR = ";"
"""Between the numbers of a vector in one cell."""

_NUMBERS = ConfigDict(allow_inf_nan=False)


_BY_ROLE: Mapping[str, Callable[[Role], Any]] = MappingProxyType({"grids": Spec().grid, "sequences": Spec().sequence})
"""What a role's entry starts from where the description has none: what `simulate` takes without it."""


def changed(base: Any, words: object, name: str = "") -> Any:
    """A dataclass with some of its fields changed; given a class instead of an instance, a new one of it.

    Raises `SettingError` that names the parameter, for a name that is no field and a value that is not of its type.
    """
    kind = base if isinstance(base, type) else type(base)
    if not isinstance(words, Mapping):
        raise refused(name, repr(words), "a table of parameters")
    kinds = _kinds(kind)
    for key in words:
        if key not in kinds:
            raise _unknown(_dotted(name, str(key)), kinds, name)
    values = {
        key: read(kinds[key], value, _dotted(name, key), None if base is kind else getattr(base, key))
        for key, value in words.items()
    }
    if base is not kind:
        return replace(base, **values)
    lacking = [field.name for field in fields(kind) if _required(field) and field.name not in values]
    if lacking:
        raise refused(name, f"no {', '.join(lacking)}", f"{', '.join(kinds)}")
    return kind(**values)


def read(kind: Any, value: object, name: str, base: object = None) -> Any:
    """A plain value as the type that a field declares; `base` is what it changes, None where there is nothing."""
    inner = _inner(kind)
    if inner is not kind:
        off = isinstance(value, str) and value.strip().lower() == OFF
        return None if off else read(inner, value, name, base)
    origin, parts = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return changed(kind if base is None else base, value, name)
    if origin is tuple:
        return _tuple(parts, value, name)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(parts, value, name, base)
    members = parts if origin is Literal else kind if isinstance(kind, type) and issubclass(kind, Enum) else ()
    if any(isinstance(member, Enum) for member in members):
        return _member(members, value, name)
    return _leaf(kind, value, name)


def kind_of(kind: Any, name: str, table: str = "") -> Any:
    """The type of the parameter with this dotted name below a type. Raises `SettingError` where there is none."""
    kind = _inner(kind)
    if not name:
        return kind
    key, _, rest = name.partition(".")
    origin, parts, place = get_origin(kind), get_args(kind), _dotted(table, key)
    if is_dataclass(kind) and isinstance(kind, type):
        if key not in _kinds(kind):
            raise _unknown(place, _kinds(kind), table)
        return kind_of(_kinds(kind)[key], rest, place)
    if origin is tuple and key.isdecimal():
        return kind_of(parts[0], rest, place)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        read(parts[0], key, table)
        return kind_of(parts[1], rest, place)
    raise refused(place, f"something below {table!r}", f"{table} alone")


def _inner(kind: Any) -> Any:
    """X of `X | None`; any other type as it is."""
    parts = get_args(kind)
    if get_origin(kind) not in (Union, UnionType) or NoneType not in parts:
        return kind
    (inner,) = [part for part in parts if part is not NoneType]
    return inner


def _tuple(parts: tuple[Any, ...], value: object, name: str) -> tuple[Any, ...]:
    """A list, the cell "11;13;22", or a table numbered from 1 on."""
    if isinstance(value, Mapping):
        numbers = [str(n) for n in range(1, len(value) + 1)]
        if set(value) != set(numbers):
            raise refused(name, ", ".join(map(str, value)), f"numbers from 1 on: {', '.join(numbers)}")
        value = [value[n] for n in numbers]
    if isinstance(value, str):
        value = [cell.strip() for cell in value.split(SEPARATOR)]
    if not isinstance(value, list | tuple):
        value = [value]
    kinds = [parts[0]] * len(value) if parts[1:] == (...,) else list(parts)
    if len(kinds) != len(value):
        raise refused(name, f"{len(value)} values", f"{len(kinds)} values")
    names = [_dotted(name, str(n)) for n in range(1, len(value) + 1)]
    return tuple(read(*item) for item in zip(kinds, value, names, strict=True))


def _mapping(parts: tuple[Any, ...], value: object, name: str, base: object) -> dict[Any, Any]:
    """Entries by key, each changing what is there, else what the role has by default."""
    if not isinstance(value, Mapping):
        raise refused(name, repr(value), "a table")
    entries: dict[Any, Any] = dict(base) if isinstance(base, Mapping) else {}
    for word, item in value.items():
        key = read(parts[0], word, name)
        start = entries.get(key) or _start(name, key)
        entries[key] = read(parts[1], item, _dotted(name, str(word)), start)
    return entries


def _member(members: Iterable[Enum], value: object, name: str) -> Enum:
    known = {member.name.lower(): member for member in members}
    word = str(value).strip().lower()
    if word not in known:
        raise refused(name, str(value), ", ".join(known))
    return known[word]


def _leaf(kind: Any, value: object, name: str) -> Any:
    """A number, a word, yes or no."""
    try:
        if isinstance(value, bool) and kind is not bool:
            raise refused(name, str(value).lower(), "something else than yes or no")
        return _adapter(kind).validate_python(value.strip() if isinstance(value, str) else value)
    except ValidationError as error:
        message = error.errors()[0]["msg"]
        raise refused(name, repr(value), message[:1].lower() + message[1:]) from error


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind, config=_NUMBERS)


@cache
def _kinds(kind: type) -> dict[str, Any]:
    """Field → declared type."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind) if field.init}


def plain(value: Any) -> dict[str, Any]:
    """Every parameter of a dataclass as `changed` reads it: nothing is left to what it would be by default.

    >>> from pnst.phantom import GridSpec
    >>> plain(GridSpec())["spacing_mm"], plain(GridSpec())["thickness_mm"]
    ([0.6, 0.6, 4.0], 'none')
    """
    kind: type = type(value)
    return {name: _plain(getattr(value, name)) for name in _kinds(kind)}


def _plain(value: Any) -> Any:
    if value is None:
        return OFF
    if is_dataclass(value):
        return plain(value)
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.name.lower()
    return float(value) if isinstance(value, float) else value


def _start(name: str, key: Any) -> Any:
    return _BY_ROLE[name](key) if name in _BY_ROLE else None


def _default(field: Field[Any]) -> Any:
    """The default of a field; `MISSING`, which equals no value, where it has none."""
    return field.default if field.default_factory is MISSING else field.default_factory()


def _required(field: Field[Any]) -> bool:
    return _default(field) is MISSING


def _unknown(name: str, known: Mapping[str, Any], table: str) -> SettingError:
    last = name.rpartition(".")[2]
    near = difflib.get_close_matches(last, known, 3, 0.6)
    names = [_dotted(table, key) for key in near or known]
    return SettingError(
        f"a simulated study has no parameter {name!r}",
        got=name,
        expected=" or ".join(names) if near else ", ".join(names),
        remedy=f"write {names[0]}, or leave it out" if near else "choose one of these",
    )


def refused(name: str, got: str, expected: str) -> SettingError:
    """The refusal of one parameter's value."""
    return SettingError(
        f"cannot read the parameter {name!r} of a simulated study", got=got, expected=expected, remedy=f"correct {name}"
    )


def _dotted(table: str, name: str) -> str:
    return f"{table}.{name}" if table else name
