"""A refusal in four parts. Witness: its own sentence, and what comes back from another process."""

from __future__ import annotations

import pickle

import pytest

from pnst.errors import AmbiguityError, GeometryError, InputError, PnstError, SettingError

PARTS = {"what": "no study at 'x'", "got": "no such folder", "expected": "a folder", "remedy": "correct the path"}


@pytest.mark.parametrize("kind", [InputError, GeometryError, AmbiguityError, SettingError, PnstError])
def test_a_refusal_is_one_line_of_four_parts(kind):
    line = "no study at 'x'; got: no such folder; expected: a folder; remedy: correct the path"
    with pytest.raises(PnstError) as refusal:
        raise kind(**PARTS)
    assert str(refusal.value) == line


@pytest.mark.parametrize("kind", [InputError, GeometryError, AmbiguityError, SettingError])
def test_a_refusal_comes_back_from_another_process(kind):
    back = pickle.loads(pickle.dumps(kind(**PARTS)))
    assert type(back) is kind
    assert {name: getattr(back, name) for name in PARTS} == PARTS


@pytest.mark.parametrize("part", PARTS)
def test_a_refusal_without_one_of_its_parts_is_none(part):
    with pytest.raises(TypeError, match=part):
        PnstError(**{name: text for name, text in PARTS.items() if name != part})


def test_a_part_is_no_longer_than_a_person_reads():
    """What a header or a command line holds may be a million characters."""
    long = PnstError(what="a" * 400, got="b" * 401, expected="", remedy="c" * 1_000_000)
    assert (long.what, long.got, long.expected, len(long.remedy)) == ("a" * 400, "b" * 398 + " …", "", 400)
    assert str(pickle.loads(pickle.dumps(long))) == str(long)
