"""A simulated study's description: TOML, the cells of a table's row, a preset and what differs from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pnst.errors import InputError, SettingError
from pnst.phantom.artefacts import REALISTIC
from pnst.phantom.check import require_min
from pnst.phantom.parameters import changed, plain, read, refused
from pnst.phantom.presets import PRESETS
from pnst.phantom.spec import Spec
from pnst.toml_file import TomlError, read_toml

Changes = Mapping[str, Any]
"""In plain words: parameters by name, nested; and at the top `like` (a preset), `realistic` (yes: every
artefact in the size met in the clinic) and `seed`."""

TOP = ("like", "realistic", "seed")
"""What changes say besides parameters."""


@dataclass(frozen=True, kw_only=True)
class Description:
    """All that a simulated study is made from: the same description gives the same bits."""

    spec: Spec
    seed: int = 0

    def to_toml(self) -> str:
        """Every parameter, as a file that `describe` reads back to the same description, whatever preset is named."""
        import tomli_w

        return tomli_w.dumps({"seed": self.seed, **plain(self.spec)})


def describe(*changes: Changes | Path) -> Description:
    """The description that all changes make together: a later word beats an earlier one, parameter by parameter.

    Each is a mapping, or a TOML file that holds one. They start from the preset that is named with `like`, else from
    the defaults of `Spec`. A later `realistic` beats earlier `artefacts`.

    Raises
    ------
    InputError : a file that cannot be read
    SettingError : a parameter, which it names, that there is not or cannot be; a preset that has no say, as everything
        in which presets differ is given
    """
    words: Changes = {}
    for change in changes:
        later = _changes_of(change) if isinstance(change, Path) else change
        if "realistic" in later:
            words = {name: word for name, word in words.items() if name != "artefacts"}
        words = _over(words, later)
    seed = read(int, words.get("seed", 0), "seed")
    require_min("seed", seed, 0)
    if "like" not in words:
        return Description(spec=_changed(Spec(), words), seed=seed)
    like = read(str, words["like"], "like")
    spec = _changed(preset(like), words)
    others = [Spec(), *(PRESETS[name]() for name in PRESETS if name != like)]
    if not any(_differs(other, words, spec) for other in others):
        raise SettingError(
            "the preset has no say in this simulated study",
            got=f"like {like!r}, and every parameter in which presets differ",
            expected="a preset, or a whole description such as the description.toml of a study",
            remedy="leave the preset out (--like), or take out of the description what the preset is to say",
        )
    return Description(spec=spec, seed=seed)


def _changed(spec: Spec, words: Changes) -> Spec:
    """A description with all that the words say, `like` and `seed` aside."""
    if read(bool, words.get("realistic", False), "realistic"):
        spec = replace(spec, artefacts=REALISTIC)
    changed_spec: Spec = changed(spec, {name: words[name] for name in words if name not in TOP})
    return changed_spec


def _differs(start: Spec, words: Changes, spec: Spec) -> bool:
    """Whether the words would make another study of another start; also where they could make none."""
    try:
        return _changed(start, words) != spec
    except SettingError:
        return True


def _over(words: Changes, later: Changes) -> dict[str, Any]:
    """Both in one; the later one's word counts, table by table."""
    both = dict(words)
    for name, value in later.items():
        before = both.get(name)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            both[name] = _over(before, value)
        else:
            both[name] = value
    return both


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


def _changes_of(file: Path) -> dict[str, Any]:
    """The changes that a TOML file holds. Raises `InputError` for a file that cannot be read or is no TOML."""
    try:
        return read_toml(file)
    except TomlError as error:
        raise InputError(
            f"cannot read the description {file.name!r}",
            got=str(error),
            expected="a TOML file in UTF-8",
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
