"""A simulated study's description: TOML, the cells of a table's row, a preset and what differs from it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pnst.errors import SettingError
from pnst.phantom.check import at_least
from pnst.phantom.plain import changed, differences, read, refused
from pnst.phantom.presets import PRESETS
from pnst.phantom.study import Spec

Layer = Mapping[str, Any]
"""Changes in plain words: parameters by name, nested; and `like` (a preset) and `seed` at the top."""


@dataclass(frozen=True, kw_only=True)
class Description:
    """All that a simulated study is made from: the same description gives the same bits."""

    spec: Spec
    seed: int = 0

    def to_toml(self) -> str:
        """What differs from the defaults, as a file that `describe` reads back to the same description."""
        import tomli_w

        return tomli_w.dumps({"seed": self.seed, **differences(self.spec, Spec())})


def describe(*layers: Layer) -> Description:
    """The description that the layers make together: a later word beats an earlier one, parameter by parameter.

    It starts from the last preset that a layer names with `like`, else from the defaults of `Spec`. Raises
    `SettingError` that names the parameter.
    """
    like: str | None = None
    seed = 0
    for layer in layers:
        if "like" in layer:
            like = read(str, layer["like"], "like")
        if "seed" in layer:
            seed = read(int, layer["seed"], "seed")
            at_least("seed", seed, 0)
    spec = Spec() if like is None else preset(like)
    for layer in layers:
        spec = changed(spec, {name: value for name, value in layer.items() if name not in ("like", "seed")})
    return Description(spec=spec, seed=seed)


def preset(name: str) -> Spec:
    """The preset of this name; `SettingError` names those there are."""
    if name not in PRESETS:
        raise SettingError(
            "there is no such preset to simulate",
            got=str(name),
            expected=", ".join(PRESETS),
            remedy="choose one of these",
        )
    return PRESETS[name]()


def from_toml(text: str) -> dict[str, Any]:
    """The layer that a TOML text holds. Raises `SettingError` for a text that is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingError(
            "cannot read the description of a simulated study",
            got=str(error),
            expected="valid TOML",
            remedy="start from the description.toml that lies beside a simulated study",
        ) from error


def nested(cells: Mapping[str, str]) -> dict[str, Any]:
    """Dotted names as nested tables: {"lesion.edema_mm": "12"} → {"lesion": {"edema_mm": "12"}}.

    Raises `SettingError` for a name that is both a value and a table.
    """
    tree: dict[str, Any] = {}
    for name, value in cells.items():
        *groups, last = name.split(".")
        place = tree
        for group in groups:
            place = place.setdefault(group, {})
            if not isinstance(place, dict):
                raise refused(name, f"a value for {group!r} too", "one or the other")
        if last in place:
            raise refused(name, f"parameters below {name!r} too", "one or the other")
        place[last] = value
    return tree
