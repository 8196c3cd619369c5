"""Witness: FSL's rule for directions worked by hand, and the invariant that writing undoes reading."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pnst.errors import InputError
from pnst.image import Grid
from pnst.io.nifti.sidecar import acquisition_of, from_fsl, read_b_values, read_b_vectors, read_json, sidecar_of, to_fsl
from pnst.study import Acquisition

FILE = Path("a.json")


def test_directions_of_a_radiological_image_are_those_of_its_axes():
    """Negative determinant: no flip. Axis i points to the left, so FSL's +x is RAS −x."""
    grid = Grid((5, 6, 7), np.diag([-2.0, 1.5, 4.0, 1.0]))
    assert from_fsl(np.eye(3), grid) == pytest.approx(np.diag([-1.0, 1.0, 1.0]))


def test_directions_of_a_neurological_image_have_the_first_axis_flipped():
    grid = Grid((5, 6, 7), np.diag([2.0, 1.5, 4.0, 1.0]))
    assert from_fsl(np.eye(3), grid) == pytest.approx(np.diag([-1.0, 1.0, 1.0]))


def test_directions_turn_with_the_image():
    """Axes i, j, k along S, R, A (determinant > 0): FSL's x is RAS −S, y is R, z is A."""
    affine = np.array([[0, 1.5, 0, 0], [0, 0, 4.0, 0], [2.0, 0, 0, 0], [0, 0, 0, 1]])
    assert from_fsl(np.eye(3), Grid((5, 6, 7), affine)) == pytest.approx(np.array([[0, 0, -1], [1, 0, 0], [0, 1, 0]]))


@pytest.mark.parametrize("flips", [(1, 1, 1), (-1, 1, 1), (1, -1, -1)])
def test_writing_directions_undoes_reading_them(oblique, flips):
    grid = oblique(flips=flips)
    vectors = np.random.default_rng(3).normal(size=(9, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[4] = 0
    assert to_fsl(from_fsl(vectors, grid), grid) == pytest.approx(vectors)


def test_b_values_and_vectors_of_files(tmp_path, oblique):
    grid = oblique()
    (tmp_path / "a.bval").write_text("0 50.5\t928.3  0.001\n")
    assert read_b_values(tmp_path / "a.bval", 4) == (0.0, 50.5, 928.3, 0.001)
    (tmp_path / "a.bvec").write_text("0 1 0 0.6\n0 0 2 0.8\n0 0 0 0\n")
    vectors = read_b_vectors(tmp_path / "a.bvec", grid, 4)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([0, 1, 1, 1])
    (tmp_path / "b.bvec").write_text("0 0 0\n1 0 0\n0 2 0\n0.6 0.8 0\n")
    assert read_b_vectors(tmp_path / "b.bvec", grid, 4) == pytest.approx(vectors)


@pytest.mark.parametrize("text", ["0 50", "0 50 400 800 1000", "0 50 -400 800", "0 50 b400 800", "", "0 50 nan 800"])
def test_b_values_that_do_not_fit_are_refused(tmp_path, text):
    (tmp_path / "a.bval").write_text(text)
    with pytest.raises(InputError, match=r"a\.bval"):
        read_b_values(tmp_path / "a.bval", 4)


def test_absent_b_values_and_ragged_vectors_are_refused(tmp_path, oblique):
    with pytest.raises(InputError, match="no such file"):
        read_b_values(tmp_path / "a.bval", 4)
    (tmp_path / "a.bvec").write_text("0 1 0\n0 0\n0 0 0\n")
    with pytest.raises(InputError, match=r"a\.bvec"):
        read_b_vectors(tmp_path / "a.bvec", oblique(), 3)
    (tmp_path / "a.bvec").write_text("0 1 0\n0 0 1\n0 0 0\n")
    with pytest.raises(InputError, match="3 × 4"):
        read_b_vectors(tmp_path / "a.bvec", oblique(), 4)


@pytest.mark.parametrize(
    "facts",
    [
        Acquisition(),
        Acquisition(500.0, 10.5, 160.0, 90.0, 1.5, True, True, "a maker"),
        Acquisition(fat_suppressed=False, contrast_agent=False),
    ],
)
def test_acquisitions_survive_their_sidecar(facts):
    assert acquisition_of(sidecar_of(facts), FILE) == facts


def test_a_converter_s_sidecar_is_understood():
    """Keys as dcm2niix writes them: seconds, and ScanOptions with underscores."""
    facts = {"RepetitionTime": 4.5, "EchoTime": 0.082, "ScanOptions": "PFP_FS", "Manufacturer": "Siemens", "X": [1]}
    assert acquisition_of(facts, FILE) == Acquisition(4500.0, 82.0, fat_suppressed=True, manufacturer="Siemens")


def test_damaged_sidecars_are_refused_and_absent_ones_are_empty(tmp_path):
    assert read_json(tmp_path / "a.json") == {}
    for text in ("{", json.dumps([1]), "[" * 100000):
        (tmp_path / "a.json").write_text(text)
        with pytest.raises(InputError, match=r"a\.json"):
            read_json(tmp_path / "a.json")
