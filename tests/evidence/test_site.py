"""Folders of sites' evidence, and the body that they make. Witnesses: folders written by hand."""

from __future__ import annotations

import pytest

from evidence.test_site_files import FILES
from pnst.errors import InputError
from pnst.evidence.body import literature
from pnst.evidence.site import body_of_evidence, read_site


@pytest.fixture
def folder(tmp_path):
    """name → the folder of a site of that name."""

    def make(name, place=None):
        there = tmp_path / (place or name)
        there.mkdir()
        for file, text in FILES.items():
            (there / file).write_text(text.replace("north", name), encoding="utf-8")
        return there

    return make


def test_nothing_added_is_the_literature():
    assert body_of_evidence() is literature()


def test_sites_stand_in_one_order_whatever_order_they_come_in(folder):
    north, south, west = (folder(name) for name in ("north", "south", "west"))
    one, other = body_of_evidence([north, south], own=west), body_of_evidence([south, str(north)], own=read_site(west))
    assert one == other
    assert {site.name for site in one.sites} == {"north", "south"}
    assert [one.own and one.own.name, other.own and other.own.name] == ["west", "west"]
    assert one.publication("south").in_martin2021 == one.publication("west").in_martin2021 == "no"
    assert one.publication("Yu2016").study == "Yu2016"


@pytest.mark.parametrize("own", [True, False])
def test_a_site_given_twice_is_refused(folder, own):
    here, copy = folder("north"), folder("north", "copy")
    sites = ([here], copy) if own else ([here, copy], None)
    with pytest.raises(InputError, match="2 folders of one content"):
        body_of_evidence(*sites)


def test_another_count_of_the_same_site_is_refused(folder):
    here, later = folder("north"), folder("north", "later")
    (later / "continuous.csv").write_text(FILES["continuous.csv"].replace("7.1", "7.3"))
    with pytest.raises(InputError, match="2 folders of one name, north"):
        body_of_evidence([here, later])


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_missing_file_is_named(folder, name):
    there = folder("north")
    (there / name).unlink()
    with pytest.raises(InputError, match=f"got: {name}: No such file"):
        read_site(there)


def test_a_folder_in_the_place_of_a_file_is_refused(folder):
    there = folder("north")
    (there / "studies.csv").unlink()
    (there / "studies.csv").mkdir()
    with pytest.raises(InputError, match="a folder, not a plain file"):
        read_site(there)
