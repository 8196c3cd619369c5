"""One region of several by name or number; every refusal lists those present."""

from __future__ import annotations

import pytest

from pnst.errors import AmbiguityError, InputError
from pnst.io.masks.region import NamedRegion, method_of, select


def region(number: int, name: str, *, empty: bool = False) -> NamedRegion:
    def draw():
        raise AssertionError("a region is not drawn to be chosen")

    return NamedRegion(number, name, "a test", draw, empty=empty)


MASS, EDEMA, BARE = region(1, "mass"), region(2, "edema"), region(3, "3", empty=True)


@pytest.mark.parametrize(
    ("label", "chosen"),
    [("mass", MASS), ("2", EDEMA), (2, EDEMA), ("3", BARE)],
    ids=["name", "text", "number", "empty"],
)
def test_a_region_is_chosen_by_its_name_else_its_number(label, chosen):
    assert select([MASS, EDEMA, BARE], label, "m.dcm") is chosen


def test_a_name_beats_a_number():
    misleading = region(7, "1")
    assert select([MASS, misleading], "1", "m.dcm") is misleading


def test_without_a_label_the_only_one_with_voxels_is_taken():
    assert select([MASS, BARE], None, "m.dcm") is MASS
    with pytest.raises(AmbiguityError, match=r"several regions; got: mass \(1\); edema \(2\); 3, empty"):
        select([MASS, EDEMA, BARE], None, "m.dcm")
    with pytest.raises(InputError, match=r"'m\.dcm' is empty; got: 3, empty"):
        select([BARE], None, "m.dcm")


def test_a_label_of_none_or_of_two_is_refused():
    with pytest.raises(InputError, match=r"no region 'cord'; got: mass \(1\)"):
        select([MASS], "cord", "m.dcm")
    with pytest.raises(AmbiguityError, match="several regions called 'mass'"):
        select([MASS, region(4, "mass")], "mass", "m.dcm")


@pytest.mark.parametrize(
    ("word", "method"),
    [
        ("MANUAL", "manual"),
        ("SEMIAUTOMATIC", "semiautomatic"),
        ("AUTOMATIC", "automatic"),
        ("", None),
        ("manual", None),
        ("ROBOT", None),
    ],
)
def test_who_drew_it_in_dicoms_words(word, method):
    assert method_of(word) == method
