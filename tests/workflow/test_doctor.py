"""What is installed here. Witness: the requirements that this package's own metadata declares."""

from __future__ import annotations

from importlib.metadata import requires

from pnst.workflow.doctor import Installation, OutsideProgram, examine


def test_every_requirement_is_told_once():
    """Witness: the lines of the package's metadata, counted."""
    installation = examine()
    names = [*installation.libraries, *(name for packages in installation.extras.values() for name in packages)]
    assert len(names) == len(set(names)) == len(requires("pnst") or [])


def test_a_missing_part_says_how_it_is_installed():
    programs = (OutsideProgram("SPINEPS", "spineps", False, None, "finds"), OutsideProgram("X", "x", True, "1.2", "is"))
    here = Installation(
        "1", "3.12", "Linux", {"numpy": "2.0"}, {"dicomweb": {"requests": None, "retrying": "1"}}, programs
    )
    rows = here.rows()
    assert ("requests", "missing", "optional: dicomweb pip install 'pnst[dicomweb]'") in rows
    assert rows[-2:] == [("spineps", "not on the path", "finds"), ("x", "1.2", "is")]
    assert here.to_dict()["programs"][1] == {
        "name": "X",
        "program": "x",
        "installed": True,
        "version": "1.2",
        "used_for": "is",
    }
