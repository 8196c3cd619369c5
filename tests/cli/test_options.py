"""The options that several commands share: one spelling each, and a default that is None where it says nothing."""

from __future__ import annotations

from pnst.cli import options
from pnst.cli.commands import app


def spellings() -> dict[str, set[str]]:
    """Spelling → the names of the options that have it."""
    by_spelling: dict[str, set[str]] = {}
    for name, kind in vars(options).items():
        for information in getattr(kind, "__metadata__", ()):
            # In an annotation typer holds the first spelling as the default.
            for spelling in (information.default, *(information.param_decls or ())):
                if str(spelling).startswith("--"):
                    by_spelling.setdefault(spelling, set()).add(name)
    return by_spelling


def test_no_spelling_means_two_things():
    assert {spelling: names for spelling, names in spellings().items() if len(names) > 1} == {}
    assert {"--prior", "--model", "--settings", "--lesion"} <= spellings().keys()


def test_every_shared_option_is_used_by_a_command():
    used = {kind for command in app.registered_commands for kind in command.callback.__annotations__.values()}
    unused = [name for name in vars(options) if name.endswith("Option") and name not in used]
    assert unused == []
