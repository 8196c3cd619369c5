"""What may be written of a series. Witness: names that were planted."""

from __future__ import annotations

import pytest

from pnst.io.series_guess import SeriesGuess
from pnst.io.series_identity import known_unit, known_words, without_identity
from pnst.study import Role

SERIES = [
    SeriesGuess(
        "smith_john_T1",
        "smith_john_T1.nii.gz",
        Role.T1,
        "its name says t1",
        rivals=("Doe, Jane is also t1",),
        manufacturer="Smith Imaging Clinic",
        unit="Smith^John",
        notes=("from 'smith_john_T1.json': no unit", "smith_john_T1 is short"),
        problem="cannot read 'smith_john_T1.nii.gz'; got: the text 'Smith^John 19430217'",
    ),
    SeriesGuess("s4", "Doe, Jane", None, "its name says nothing", manufacturer="SIEMENS"),
    SeriesGuess("t2_fs", "t2_fs.nii.gz", Role.T2_FS, "its name says t2_fs", unit="mm2/s"),
]


def test_no_name_is_left_and_what_is_no_name_is():
    first, second, third = without_identity(SERIES)
    text = repr((first, second, third)).lower()
    assert not [word for word in ("smith", "john", "doe", "jane", "1943", "clinic") if word in text]
    assert (first.key, second.key, third.key) == ("series-1", "s4", "t2_fs")
    assert (first.description, second.description, third.description) == ("T1.nii.gz", "", "t2_fs.nii.gz")
    assert (first.manufacturer, second.manufacturer, third.manufacturer) == ("another vendor", "Siemens", None)
    assert (first.role, first.reason, third.unit) == (Role.T1, "its name says t1", "mm2/s")
    assert first.notes[1] == "series-1 is short"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ep2d_diff_b50_400_800_tra", "ep2d_diff_b50_400_800_tra"),
        ("T1 TSE ax left thigh Smith", "T1 TSE ax left thigh"),
        ("Smith T2", "T2"),
        ("19430217", ""),
        ("sub-01_acq-fs_T2w", "sub-01_acq-fs_T2w"),
        ("", ""),
    ],
)
def test_a_description_is_cut_to_the_words_of_mri(text, words):
    assert known_words(text) == words


@pytest.mark.parametrize(
    ("unit", "known"), [("10^-6 mm^2/s", True), ("µm²/ms", True), ("um2_per_ms", True), ("Smith", False)]
)
def test_a_unit_is_no_sentence(unit, known):
    assert known_unit(unit) == (unit if known else "another unit")
