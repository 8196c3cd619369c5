"""3D Slicer's markups. Witness: positions by hand in both coordinate systems, and files made wrong."""

from __future__ import annotations

import json

import pytest

from pnst.io.prompts.prompt_file import PromptFile
from pnst.io.prompts.read import read_prompt
from pnst.segmentation.prompt import Box, Line, Point

SCHEMA = "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/"
SCHEMA += "markups-schema-v1.0.3.json#"
P, Q = [-1.0, -2.0, 3.0], [-31.0, -2.5, 3.0]
"""LPS."""
UPRIGHT = [-1, 0, 0, 0, -1, 0, 0, 0, 1]


def markup(kind, *positions, system="LPS", **more):
    points = [{"id": str(n), "label": "F", "position": p, "positionStatus": "defined"} for n, p in enumerate(positions)]
    display = {"visibility": True, "color": [0.4, 1.0, 1.0]}
    return (
        {"type": kind, "coordinateSystem": system, "coordinateUnits": "mm", "controlPoints": points}
        | {"display": display}
        | more
    )


def roi(**more):
    box = {"roiType": "Box", "center": [-5, -10, 15], "size": [10, 20, 30], "orientation": UPRIGHT, "insideOut": False}
    return markup("ROI", [-5, -10, 15], **(box | more))


def text(*markups, schema=SCHEMA):
    return json.dumps({"@schema": schema, "markups": list(markups)})


def read(tmp_path, study, *markups):
    file = tmp_path / "L.mrk.json"
    file.write_text(text(*markups))
    return read_prompt(PromptFile(file), study).prompt


def test_a_line_counts_as_its_markup_says(tmp_path, study):
    assert read(tmp_path, study, markup("Line", P, Q)) == Line((1, 2, 3), (31, 2.5, 3))
    assert read(tmp_path, study, markup("Line", P, Q, system="RAS")) == Line((-1, -2, 3), (-31, -2.5, 3))


def test_each_markup_counts_for_itself(tmp_path, study):
    prompt = read(tmp_path, study, markup("Line", P, Q), markup("Fiducial", [15, 2, 20], system="RAS"))
    assert prompt == (Line((1, 2, 3), (31, 2.5, 3)), Point((15, 2, 20)))


def test_several_lines_are_a_list(tmp_path, study):
    other = markup("Line", [-1, -2, 9], [-20, -2, 9])
    assert len(read(tmp_path, study, markup("Line", P, Q), other)) == 2


def test_a_point(tmp_path, study):
    assert read(tmp_path, study, markup("Fiducial", P)) == Point((1, 2, 3))


def test_a_box(tmp_path, study):
    assert read(tmp_path, study, roi()) == Box((0, 0, 0), (10, 20, 30))


def test_a_box_whose_sides_are_named_in_another_order(tmp_path, study):
    turned = roi(size=[20, 10, 30], orientation=[0, 1, 0, -1, 0, 0, 0, 0, 1])
    assert read(tmp_path, study, turned) == Box((0, 0, 0), (10, 20, 30))


@pytest.mark.parametrize(
    ("markups", "got"),
    [
        ([markup("Line", P)], "a line of 1 points"),
        ([markup("Line", P, [1, 2])], "a position of markup 1"),
        ([markup("Line", P, None)], "a position of markup 1"),
        ([markup("Line", P, Q, system="SPL")], "LPS or RAS"),
        ([markup("Line", P, Q, system=0)], "LPS or RAS"),
        ([markup("Line", P, Q, coordinateUnits="cm")], "another unit"),
        ([markup("Angle", P, Q, P)], "of the kind Angle"),
        ([markup("Doe^Jane", P, Q, P)], "of the kind another"),
        ([markup("Fiducial", P, Q)], "2 points without a line"),
        ([markup("Line", P, Q, controlPoints=[{"position": P}, {"positionStatus": "undefined"}])], "not placed"),
        ([markup("Line", P, Q, controlPoints="x")], "without control points"),
        ([roi(orientation=[0.8, -0.6, 0, 0.6, 0.8, 0, 0, 0, 1])], "a box turned"),
        ([roi(orientation=[1, 0, 0, 1, 0, 0, 0, 0, 1])], "a box turned"),
        ([roi(orientation=None)], "the orientation"),
        ([roi(insideOut=True)], "no plain box"),
        ([roi(roiType="Sphere")], "no plain box"),
        ([roi(), markup("Line", P, Q)], "a box beside"),
        ([], "no line, point or box"),
        (["x"], "no list of objects"),
    ],
)
def test_what_is_refused(refused, markups, got):
    error = refused(text(*markups), "L.mrk.json")
    assert got in error.got
    assert "Doe" not in str(error)


@pytest.mark.parametrize("schema", [SCHEMA.replace("v1.0.3", "v2.0.0"), "", None, 3])
def test_another_version(refused, schema):
    assert "version" in refused(text(markup("Line", P, Q), schema=schema), "L.mrk.json").got


def test_a_markup_that_does_not_say_how_it_counts(refused):
    silent = markup("Line", P, Q)
    del silent["coordinateSystem"]
    assert "LPS or RAS" in refused(text(silent)).got
