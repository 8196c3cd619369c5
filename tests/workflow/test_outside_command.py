"""A command run to its end. Witness: small programs that print, fail and stay."""

from __future__ import annotations

import sys
import time
from functools import partial

import pytest

from pnst.errors import InputError
from pnst.workflow.outside_command import last_words, run_command

REFUSAL = partial(lambda got, expected, remedy: InputError("it failed", got=got, expected=expected, remedy=remedy))


def run(source: str, errors, limit: float = 30.0, folder=None) -> None:
    run_command((sys.executable, "-c", source), errors, limit, "a.limit", REFUSAL, folder)


@pytest.fixture
def errors(tmp_path):
    with open(tmp_path / "errors", "w+b") as stream:
        yield stream


def test_it_runs_in_the_folder_and_both_outputs_are_kept_there(errors, tmp_path):
    run(
        "import os, sys; print(os.getcwd()); sys.stdout.flush(); print('loud', file=sys.stderr)",
        errors,
        folder=tmp_path,
    )
    assert last_words(errors) == f": {tmp_path} / loud"


def test_without_a_folder_standard_output_is_dropped(errors):
    run("import sys; print('out'); print('err', file=sys.stderr)", errors)
    assert last_words(errors) == ": err"


def test_only_the_last_lines_are_kept(errors):
    run("import sys\nfor n in range(99): print('line', n, file=sys.stderr)", errors)
    assert last_words(errors) == ": line 94 / line 95 / line 96 / line 97 / line 98"


def test_what_it_started_ends_with_it(errors, tmp_path):
    late = tmp_path / "late"
    child = f"import time, pathlib; time.sleep(3); pathlib.Path({str(late)!r}).touch()"
    source = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(60)"
    with pytest.raises(InputError, match=r"no answer within 1 s; .*remedy: raise a\.limit"):
        run(source, errors, limit=1.0)
    time.sleep(3.5)
    assert not late.exists()


@pytest.mark.parametrize("word", ["no-such-program", pytest.param("a\0b", id="nul")])
def test_what_cannot_be_started_is_refused(word, errors):
    with pytest.raises(InputError, match=r"it failed; .*expected: a program that is installed"):
        run_command((word,), errors, 5.0, "a.limit", REFUSAL)
