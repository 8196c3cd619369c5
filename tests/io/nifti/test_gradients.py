"""Gradients. Witness: FSL's rule for directions worked by hand, that writing undoes reading, files made by hand."""

from __future__ import annotations

import os

import numpy as np
import pytest

from pnst.errors import InputError
from pnst.image import Grid
from pnst.io.nifti.gradients import from_fsl, read_b_values, read_b_vectors, to_fsl

B = (0.0, 400.0, 800.0, 800.0)


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
    vectors = read_b_vectors(tmp_path / "a.bvec", grid, B)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([0, 1, 1, 1])
    (tmp_path / "b.bvec").write_text("0 0 0\n1 0 0\n0 2 0\n0.6 0.8 0\n")
    assert read_b_vectors(tmp_path / "b.bvec", grid, B) == pytest.approx(vectors)


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
        read_b_vectors(tmp_path / "a.bvec", oblique(), B[:3])
    (tmp_path / "a.bvec").write_text("0 1 0\n0 0 1\n0 0 0\n")
    with pytest.raises(InputError, match="3 × 4"):
        read_b_vectors(tmp_path / "a.bvec", oblique(), B)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf0\t400\t800\t\r\n",
        "0 400 800\n".encode("utf-16"),
        "0 400 800\n".encode("utf-16-be").join((b"\xfe\xff", b"")),
        b"0,400,800",
        b"0, 400, 800,\n",
        b"0;400;800\r\n",
        b"0\n400\n800\n\n",
        b"0.0\r400.0\r800.0\r",
        b"[0, 400, 800]",
        b"  0   4e2 8.0E+02  \n   \n",
        "0\u00a0400\u00a0800".encode(),
    ],
    ids=[
        "mark",
        "UTF-16",
        "UTF-16 BE",
        "commas",
        "comma at the end",
        "semicolons",
        "column",
        "Mac",
        "list",
        "1e2",
        "nbsp",
    ],
)
def test_b_values_edited_by_hand(tmp_path, content):
    (tmp_path / "a.bval").write_bytes(content)
    assert read_b_values(tmp_path / "a.bval", 3) == (0.0, 400.0, 800.0)


UNFIT = [
    (b"0 400", "2 b-values for 3 volumes"),
    (b"0 400 800 1000", "4 b-values for 3 volumes"),
    (b"800", "1 b-value for 3 volumes"),
    (b"0 0,4 0,8", "5 b-values for 3 volumes"),
    (b"0 0.4 0.8", "b-values from 0 to 0.8"),
    (b"0 4e8 8e8", "b-values from 0 to 8e+08"),
    (b"0 400 -800", "b-values from -800 to 400"),
    (b"0 400 1e999", "not finite"),
    (b"0 400 " + b"9" * 400, "not finite"),
    (b"0 400 b800", "no numbers"),
    (b"0 400\0 800", "no numbers"),
    (b"\xff0 400 800", "no numbers"),
    (b" \n,\n", "no numbers"),
    (b"0 400 800\n0 400\n", "lines of different lengths"),
]


@pytest.mark.parametrize(("content", "got"), UNFIT, ids=[got for _, got in UNFIT])
def test_b_values_that_do_not_fit_are_told_with_their_counts(tmp_path, content, got):
    (tmp_path / "a.bval").write_bytes(content)
    with pytest.raises(InputError, match=r"cannot use 'a\.bval'") as refusal:
        read_b_values(tmp_path / "a.bval", 3)
    assert got in refusal.value.got


def test_numbers_that_no_direction_has_mean_none_where_none_is_needed(tmp_path, oblique):
    """A scanner's mark at b = 0; at another b it is refused, and so is a table in another unit."""
    (tmp_path / "a.bvec").write_text("\ufeff10, 1, 0, 0\n10, 0, 1, 0.6\n10, 0, 0, 0.8\n")
    assert np.linalg.norm(read_b_vectors(tmp_path / "a.bvec", oblique(), B), axis=1) == pytest.approx([0, 1, 1, 1])
    with pytest.raises(InputError, match="1 directions with numbers above 5"):
        read_b_vectors(tmp_path / "a.bvec", oblique(), (400.0, 400.0, 800.0, 800.0))
    with pytest.raises(InputError, match="3 × 4 numbers for 3 volumes"):
        read_b_vectors(tmp_path / "a.bvec", oblique(), B[:3])


def test_what_is_no_plain_file_is_refused_without_waiting(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "a.bval")
    with pytest.raises(InputError, match="a pipe, not a plain file"):
        read_b_values(tmp_path / "a.bval", 3)
    monkeypatch.setattr("pnst.io.nifti.gradients.MAX_BYTES", 8)
    (tmp_path / "b.bval").write_text("0 400 800")
    with pytest.raises(InputError, match="more than 8 bytes"):
        read_b_values(tmp_path / "b.bval", 3)
