"""What `pnst inspect` prints. Witnesses: the guesses that were handed in, and 80 columns."""

from __future__ import annotations

from pnst.cli.inspecting import WIDTH, print_lesion_files, print_series
from pnst.io.lesion_files import LesionFile
from pnst.io.series_guess import SeriesGuess
from pnst.study import Role

LONG = SeriesGuess(
    key="s12",
    description="a description " * 12,
    role=Role.DWI,
    reason="a reason of many words " * 9,
    rivals=("s4 is also dwi",),
    shape=(256, 256, 30, 4),
    spacing_mm=(0.90001, 1.25, 4.4),
    b_values=(0.0, 0.0, 50.0, 800.0),
    notes=("a remark " * 20,),
    problem="it ends too early",
)


def test_every_line_fits_80_columns_and_nothing_is_lost(capsys):
    print_series([LONG, SeriesGuess(key="unread-1", description="", role=None, reason="not read: " + "x" * 200)])
    print_lesion_files([LesionFile("a folder/" * 15 + "1.dcm", "RTSTRUCT", ("GTV_Mass", "GTV_Other"))])
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= WIDTH
    flat = " ".join(out.split())
    for words in ("dwi s12 256×256×30×4 0.9 × 1.25 × 4.4 mm b 0, 50, 800", "! s4 is also dwi", "! it ends too early"):
        assert words in flat
    assert flat.count("a description") == 12
    assert flat.count("a remark") == 20
    assert flat.startswith("dwi")
    assert "– unread-1" in flat


def test_each_region_is_shown_as_it_is_given(capsys):
    print_lesion_files([LesionFile("m.dcm", "DICOM SEG", ("one", "two")), LesionFile("l.nii.gz", "NIfTI", ())])
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert lines[-3:] == ["m.dcm:one   (DICOM SEG)", "m.dcm:two", "l.nii.gz   (NIfTI)"]


def test_nothing_is_said_without_lesion_files(capsys):
    print_lesion_files([])
    assert capsys.readouterr().out == ""


def test_what_a_terminal_would_obey_is_escaped(capsys):
    print_series([SeriesGuess(key="s1", description="T1 \x1b[31m", role=Role.T1, reason="its name")])
    assert "\x1b" not in capsys.readouterr().out
