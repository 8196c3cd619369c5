"""`pnst cohort`, as its users call it. Witness: what lies on disk, and what the terminal says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from command_line import done, pnst
from small_cohort import write_cohort


def test_from_a_bare_folder_to_one_table_and_one_page(tmp_path):
    write_cohort(tmp_path, {"c1": 8.0, "c2": 10.0})
    (tmp_path / "cohort.csv").unlink()
    said = done("cohort", "init", tmp_path / "data", "--out", tmp_path / "cohort.csv")
    assert "2 cases, 0 to look at" in said.out
    again = ("cohort", tmp_path / "cohort.csv", "--out", tmp_path / "out", "--settings", tmp_path / "fast.toml")
    said = done(*again, "--workers", "2")
    assert said.out.startswith("2 made, 0 kept, 0 failed: ")
    assert pd.read_csv(tmp_path / "out" / "lesions.csv")["case"].tolist() == ["c1", "c2"]
    page = (tmp_path / "out" / "index.html").read_text()
    assert 'href="parts/c1/report.html"' in page
    assert (tmp_path / "out" / "parts" / "c1" / "report.html").exists()
    assert done(*again).out.startswith("0 made, 2 kept, 0 failed: ")
    refused = pnst("evaluate", tmp_path / "out", "--label", "case", "--out", tmp_path / "e")
    assert "the label 'case' is not binary" in refused.err  # the folder's table was read


def test_a_case_that_fails_is_status_1_and_a_row(tmp_path):
    (tmp_path / "c.csv").write_text("case,study\na,nowhere\n")
    said = pnst("cohort", "run", tmp_path / "c.csv", "--out", tmp_path / "out")
    assert said.code == 1
    assert "0 made, 0 kept, 1 failed" in said.out
    assert "failures.csv" in said.out


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--workers", "0"), "--workers is not usable"),
        (("--workers", "2", "--scheduler", "tcp://x:1"), "--workers is not usable"),
        (("--time-limit", "0"), "--time-limit is not usable"),
        (("--memory-limit", "-5"), "--memory-limit is not usable"),
        (("--out", "-"), "this cannot be printed"),
    ],
)
def test_refusals(tmp_path, words, what):
    (tmp_path / "c.csv").write_text("case,study\na,nowhere\n")
    out = () if "--out" in words else ("--out", tmp_path / "out")
    said = pnst("cohort", tmp_path / "c.csv", *out, *words)
    assert said.code == 2
    assert what in said.err
    assert not (tmp_path / "out").exists()


def test_help_teaches():
    for word in ("init", "run"):
        assert "Example: pnst cohort" in " ".join(done("cohort", word, "--help").out.split())
    assert "not a medical device" in done("cohort", "--help").out.lower()
    assert pnst("cohort", "init", Path("nowhere")).code == 2


def test_an_interrupt_keeps_what_is_done_and_says_how_to_go_on(tmp_path):
    write_cohort(tmp_path, {f"c{number}": 8.0 + number / 10 for number in range(12)})
    words = ["cohort", tmp_path / "cohort.csv", "--out", tmp_path / "out", "--settings", tmp_path / "fast.toml"]
    command = [sys.executable, "-m", "pnst", *words, "--workers", "1", "--no-pages"]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while run.poll() is None and not (tmp_path / "out" / "parts" / "c0").exists():
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=120)
    assert (run.returncode, err) == (
        130,
        "pnst: stopped; finished cases are kept: run the same command again to go on\n",
    )
    parts = {path.name for path in (tmp_path / "out" / "parts").iterdir()}
    assert "c0" in parts
    assert len(parts) < 12
    assert not any(name.startswith(".") for name in parts)


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of its own is made by POSIX")
def test_init_shows_on_a_terminal_what_it_looks_at_and_is_quiet_in_a_pipe(tmp_path):
    import pty

    for name in ("P1", "P2"):
        (tmp_path / "data" / name).mkdir(parents=True)
        (tmp_path / "data" / name / "t1.nii.gz").touch()
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "pnst", "cohort", "init", tmp_path / "data", "--out", tmp_path / "shown.csv"]
    subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=end)
    os.close(end)
    assert b"of 2" in os.read(terminal, 1 << 16)
    os.close(terminal)
    assert done("cohort", "init", tmp_path / "data", "--out", tmp_path / "quiet.csv").err == ""
