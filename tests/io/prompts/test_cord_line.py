"""Files of a cord's line. Witness: positions by hand in both coordinate systems, and files made wrong."""

from __future__ import annotations

import json

import pytest

from pnst.errors import InputError
from pnst.io.prompts.cord_line import read_cord_line

SCHEMA = "https://raw.githubusercontent.com/slicer/slicer/master/markups-schema-v1.0.3.json#"
P, Q = [-1.0, 2.5, 3.0], [-2.0, 2.0, 40.0]


def markup(kind, *positions, system="LPS"):
    points = [{"position": position, "positionStatus": "defined"} for position in positions]
    return {"type": kind, "coordinateSystem": system, "coordinateUnits": "mm", "controlPoints": points}


def saved(tmp_path, *markups, schema=SCHEMA):
    file = tmp_path / "cord.mrk.json"
    file.write_text(json.dumps({"@schema": schema, "markups": list(markups)}))
    return file


@pytest.mark.parametrize("kind", ["Line", "Curve", "Fiducial"])
def test_a_markup_counts_in_the_system_that_it_names(tmp_path, kind):
    assert read_cord_line(saved(tmp_path, markup(kind, P, Q))) == ((1, -2.5, 3), (2, -2, 40))
    assert read_cord_line(saved(tmp_path, markup(kind, P, Q, system="RAS"))) == ((-1, 2.5, 3), (-2, 2, 40))


def test_rows_of_positions(tmp_path):
    file = tmp_path / "cord.csv"
    file.write_text("0, -3.5,10\n\n1,-3,40\n2,-2,71.5\n")
    assert read_cord_line(file) == ((0, -3.5, 10), (1, -3, 40), (2, -2, 71.5))


@pytest.mark.parametrize(
    ("words", "got"),
    [
        ("0,1,2\n", "1 positions"),
        ("", "0 positions"),
        ("x,y,z\n0,1,2\n1,2,3\n", "line 1 without three numbers"),
        ("0,1\n1,2\n", "line 1 without three numbers"),
        ("0,1,2\n0,nan,2\n", "line 2 without three numbers"),
        ('{"a": 1', "JSON that cannot be read"),
        ('{"a": 1}', "JSON of another kind"),
    ],
)
def test_a_file_without_a_line_is_refused(tmp_path, words, got):
    file = tmp_path / "cord.txt"
    file.write_text(words)
    with pytest.raises(InputError) as refusal:
        read_cord_line(file)
    assert refusal.value.got == got


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot read the cord's line"):
        read_cord_line(tmp_path / "none.csv")
    file = tmp_path / "image.bin"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="no text"):
        read_cord_line(file)


def test_other_markups_are_refused(tmp_path):
    for markups in ((), (markup("Line", P, Q), markup("Line", P, Q)), (markup("Plane", P, Q),)):
        with pytest.raises(InputError):
            read_cord_line(saved(tmp_path, *markups))
    with pytest.raises(InputError, match="version"):
        read_cord_line(saved(tmp_path, markup("Line", P, Q), schema="markups-schema-v3.0.0.json"))
