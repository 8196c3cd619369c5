"""Label maps of other programs as masks. Witness: small maps made by hand, box by box, on tilted anisotropic grids."""

from __future__ import annotations

from collections.abc import Mapping

import nibabel as nib
import numpy as np
import pytest

from pnst.errors import GeometryError, InputError
from pnst.image import Grid
from pnst.io.masks.file import LabelMapFile
from pnst.io.masks.read import read_mask
from pnst.io.masks.schemes.names import STRUCTURES
from pnst.io.masks.structures import read_structures
from pnst.io.study import read_study
from pnst.measurement.measurements import MASK_NAMES

LEVELS = tuple(f"{part}{n}" for part, count in (("C", 7), ("T", 12), ("L", 6), ("S", 1)) for n in range(1, count + 1))
EVERY = (*STRUCTURES, *(f"vertebra_{level}" for level in LEVELS))

BOXES = {
    "a": (slice(2, 7), slice(3, 9), slice(1, 4)),
    "b": (slice(2, 7), slice(9, 12), slice(1, 4)),
    "c": (slice(8, 12), slice(3, 9), slice(5, 7)),
    "d": (slice(13, 21), slice(4, 7), slice(5, 9)),
    "e": (slice(13, 21), slice(10, 17), slice(2, 3)),
}
"""Five boxes of five sizes that do not touch in every direction alike."""

MAPS: Mapping[str, tuple[Mapping[str, int], Mapping[str, str]]] = {
    "totalspineseg": (
        {"a": 1, "b": 2, "c": 43, "d": 50, "e": 94},
        {"cord": "a", "canal": "ab", "vertebra_L3": "c", "vertebra_S1": "d", "vertebrae": "cd"},
    ),
    "spineps": (
        {"a": 60, "b": 61, "c": 49, "d": 41, "e": 100},
        {"cord": "a", "canal": "ab", "vertebrae": "cd"},
    ),
    "spineps_vertebrae": (
        {"a": 19, "b": 20, "c": 28, "d": 26, "e": 120},
        {"vertebra_T12": "a", "vertebra_L1": "b", "vertebra_S1": "d", "vertebrae": "abcd"},
    ),
    "totalsegmentator_mr": (
        {"a": 21, "b": 19, "c": 46, "d": 40, "e": 5},
        {"cord": "a", "vertebrae": "b", "muscle": "cd"},
    ),
    "totalsegmentator_vertebrae_mr": (
        {"a": 1, "b": 2, "c": 8, "d": 25, "e": 24},
        {
            "vertebra_S1": "a",
            "vertebra_L5": "b",
            "vertebra_T11": "c",
            "vertebra_C1": "d",
            "vertebra_C2": "e",
            "vertebrae": "abcde",
        },
    ),
    "sct_spinalcord": ({"a": 1}, {"cord": "a"}),
    "sct_canal": ({"b": 1}, {"canal": "b"}),
    "sct_vertebrae": ({"a": 2, "b": 3, "c": 4}, {"cord": "abc"}),
}
"""Scheme → the number of each box, and the boxes of each mask: written by hand from the programs' own pages."""


@pytest.fixture
def grid(oblique) -> Grid:
    return oblique()


@pytest.fixture
def study(grid, study_of):
    return study_of(t2=grid)


@pytest.fixture
def save(tmp_path, grid):
    def saved(numbers: Mapping[str, int], name: str = "labels.nii.gz", extension: str = "", on: Grid = grid):
        data = np.zeros(grid.shape, np.int16)
        for box, number in numbers.items():
            data[BOXES[box]] = number
        image = nib.Nifti1Image(data, on.affine)
        if extension:
            image.header.extensions.append(nib.nifti1.Nifti1Extension(0, extension.encode()))
        nib.save(image, tmp_path / name)
        return tmp_path / name

    return saved


def boxes(names: str, grid: Grid) -> np.ndarray:
    inside = np.zeros(grid.shape, bool)
    for name in names:
        inside[BOXES[name]] = True
    return inside


@pytest.mark.parametrize("scheme", list(MAPS))
def test_a_map_made_by_hand_is_the_masks_it_was_made_of(scheme, save, study, grid):
    numbers, expected = MAPS[scheme]
    structures = read_structures(LabelMapFile(save(numbers), scheme), study, EVERY)
    assert set(structures.masks) == set(expected)
    for name, parts in expected.items():
        assert np.array_equal(structures.masks[name].data, boxes(parts, grid)), name
        assert structures.masks[name].grid.matches(grid)


def test_a_map_on_voxels_of_its_own_lies_where_its_affine_says(oblique, study_of, save, grid):
    """Witness: the centre of each mask in RAS mm, from the box's corners by the map's affine."""
    study = study_of(t2=oblique((31, 29, 17), (0.55, 0.61, 2.9), turns=(0.15, -0.25, 0.45)))
    numbers, expected = MAPS["totalspineseg"]
    structures = read_structures(LabelMapFile(save(numbers), "totalspineseg"), study, EVERY)
    for name, parts in expected.items():
        mask = structures.masks[name]
        centre = mask.grid.to_world(np.argwhere(mask.data)).mean(axis=0)
        assert centre == pytest.approx(grid.to_world(np.argwhere(boxes(parts, grid))).mean(axis=0), abs=1e-3)


def test_the_canal_alone_is_not_made_of_the_cord(save, study):
    """Without a label of the canal there is none: the cord's voxels are no canal."""
    structures = read_structures(LabelMapFile(save({"a": 1, "c": 43}), "totalspineseg"), study, EVERY)
    assert set(structures.masks) == {"cord", "vertebra_L3", "vertebrae"}


def test_what_no_measurement_reads_is_left_out_and_named(save, study):
    structures = read_structures(LabelMapFile(save(MAPS["totalspineseg"][0]), "totalspineseg"), study, ("muscle",))
    assert structures.masks == {}
    title = "label map of TotalSpineSeg (totalspineseg)"
    assert f"{title}: left out, as no measurement reads it: canal, cord, vertebra_L3, vertebra_S1, vertebrae" in (
        structures.notes
    )
    assert f"{title}: 1 label is no mask of pnst and left out" in structures.notes


def test_only_what_some_family_reads_is_drawn(save, study):
    structures = read_structures(LabelMapFile(save(MAPS["totalsegmentator_mr"][0]), "totalsegmentator_mr"), study)
    assert set(structures.masks) == {"cord", "vertebrae", "muscle"} & set(MASK_NAMES)
    assert any("read as" in note and "muscle" in note for note in structures.notes)
    assert any("same grid as t2" in note for note in structures.notes)


def test_numbers_that_the_table_lacks_are_refused_with_the_schemes_that_have_them(save, study):
    old = save({"a": 200, "b": 201, "c": 20})  # TotalSpineSeg's numbers before the present table
    with pytest.raises(InputError, match=r"not of the scheme totalspineseg; got: labels 20, 200, 201; .*NAME=FILE"):
        read_structures(LabelMapFile(old, "totalspineseg"), study, EVERY)
    with pytest.raises(InputError, match=r"got: label 19; .*: spineps_vertebrae, totalsegmentator_mr, "):
        read_structures(LabelMapFile(save({"a": 19, "b": 21}), "totalspineseg"), study, EVERY)


def test_names_in_the_header_that_are_not_the_tables_are_refused(save, study):
    """TotalSegmentator before 2.5 calls 38 and 39 gluteus maximus, and since then hip."""
    rows = '<Label Key="38" Alpha="1"><![CDATA[gluteus_maximus_left]]></Label>'
    rows += '<Label Key="21" Alpha="1"><![CDATA[spinal_cord]]></Label>'
    old = save({"a": 21, "b": 38}, extension=rows)
    with pytest.raises(
        InputError, match=r"label 38 called 'gluteus_maximus_left'.*hip_left.*totalsegmentator_mr_before"
    ):
        read_structures(LabelMapFile(old, "totalsegmentator_mr"), study, EVERY)
    right = read_structures(LabelMapFile(old, "totalsegmentator_mr_before_2_5"), study, EVERY)
    assert set(right.masks) == {"cord", "muscle"}


def test_without_a_scheme_the_files_own_names_count(save, study, grid):
    rows = '<Label Key="38" Alpha="1"><![CDATA[gluteus_maximus_left]]></Label>'
    rows += '<Label Key="21" Alpha="1"><![CDATA[spinal_cord]]></Label>'
    rows += '<Label Key="5" Alpha="1"><![CDATA[liver]]></Label>'
    structures = read_structures(LabelMapFile(save({"a": 21, "b": 38, "c": 5}, extension=rows)), study, EVERY)
    assert set(structures.masks) == {"cord", "muscle"}
    assert np.array_equal(structures.masks["muscle"].data, boxes("b", grid))
    assert "label map: 1 label is no mask of pnst and left out" in structures.notes


def test_numbers_without_names_need_a_scheme(save, study):
    with pytest.raises(InputError, match=r"does not say what its numbers are.*--mask-scheme totalspineseg"):
        read_structures(LabelMapFile(save({"a": 21, "b": 38})), study, EVERY)


@pytest.mark.parametrize(("scheme", "numbers"), [("sct_rootlets", {"a": 3, "b": 4}), ("totalspineseg", {"a": 63})])
def test_a_map_without_any_mask_of_ours_is_refused(save, study, scheme, numbers):
    with pytest.raises(InputError, match=r"holds no mask of pnst; got: \d labels.*--mask NAME=FILE:LABEL"):
        read_structures(LabelMapFile(save(numbers), scheme), study, EVERY)


def test_a_map_beside_the_images_is_refused(save, study, oblique):
    away = save({"a": 1, "b": 2}, on=oblique(origin=(500.0, 0.0, 0.0)))
    with pytest.raises(GeometryError, match=r"label map of TotalSpineSeg .* does not overlap any series"):
        read_structures(LabelMapFile(away, "totalspineseg"), study, EVERY)


def test_levels_of_the_spinal_cord_toolbox_on_a_real_neck(shared_data):
    """Witness: the cord's own mask of the same image, from the toolbox's sample data: the labelled cord lies in it."""
    folder = shared_data / "spine_cord/sct_testing_data/t2"
    study = read_study(folder / "t2.nii.gz", roles={"t2": "t2.nii.gz"})
    labelled = read_structures(LabelMapFile(folder / "t2_seg-manual_labeled.nii.gz", "sct_vertebrae"), study, EVERY)
    cord = read_mask(folder / "t2_seg-manual.nii.gz", study)
    assert set(labelled.masks) == {"cord"}
    assert labelled.masks["cord"].count > 1000
    assert not (labelled.masks["cord"].data & ~cord.data).any()
