"""A request to end that a library drops is still carried out. Witnesses: the system's signals, the disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from pnst.ending import SIGNALS, asked_to_end, ended_by_signals, held_back, refuse_to_go_on
from pnst.io.atomic import atomic_file, atomic_folder
from pnst.io.file_set import write_file_set
from pnst.io.output_folder import output_folder


def ask_and_drop(number: int) -> None:
    """Send a signal to this process where somebody drops what it raises, as compiled libraries do."""
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_request_is_kept_while_it_counts(number):
    before = signal.getsignal(number)
    refuse_to_go_on()
    with ended_by_signals():
        assert asked_to_end() is None
        ask_and_drop(number)
        assert asked_to_end() == number
        with pytest.raises(KeyboardInterrupt):
            refuse_to_go_on()
    assert asked_to_end() is None
    assert signal.getsignal(number) == before
    refuse_to_go_on()


def test_the_first_of_several_counts():
    with ended_by_signals():
        ask_and_drop(signal.SIGTERM)
        ask_and_drop(signal.SIGINT)
        assert asked_to_end() == signal.SIGTERM


def test_what_was_ignored_stays_ignored():
    """As `nohup` and a shell's background jobs have it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_by_signals():
            signal.raise_signal(signal.SIGHUP)
            assert asked_to_end() is None
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_another_thread_hears_nothing_and_fails_at_nothing():
    entered = []

    def enter() -> None:
        with ended_by_signals():
            entered.append(asked_to_end())

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert entered == [None]


def test_nothing_gets_its_place_after_a_request_that_was_dropped(tmp_path):
    write_file_set(tmp_path / "set", {"a": b"old"})
    (tmp_path / "file").write_bytes(b"old")
    with ended_by_signals():
        ask_and_drop(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            write_file_set(tmp_path / "set", {"a": b"new"})
        with output_folder(tmp_path / "set") as output, pytest.raises(KeyboardInterrupt):
            output.publish()
        with pytest.raises(KeyboardInterrupt), atomic_file(tmp_path / "file") as temporary:
            temporary.write_bytes(b"new")
        with pytest.raises(KeyboardInterrupt), atomic_folder(tmp_path / "folder") as made:
            (made / "a").write_bytes(b"new")
    files = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {"set/a": b"old", "file": b"old"}


SCRIPT = """
import signal, sys
import pnst.cli.entry as entry

def drop(*_: object) -> int:
    try:
        signal.raise_signal(signal.{name})
    except KeyboardInterrupt:
        {then}
    return 0

entry._status_of_command = drop
entry.main()
"""


@pytest.mark.parametrize("then", ["pass", "raise ImportError('initialization failed')", "sys.exit(1)", "raise"])
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_the_exit_status_is_the_signals_whatever_is_made_of_it(name, status, then):
    words = [sys.executable, "-c", SCRIPT.format(name=name, then=then)]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (status, "", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_held_back_until_the_block_is_done(number):
    done = []
    with ended_by_signals():
        with pytest.raises(KeyboardInterrupt), held_back():  # noqa: PT012
            os.kill(os.getpid(), number)
            time.sleep(0.05)
            done.append("whole")
        assert asked_to_end() == number
    assert done == ["whole"]


def test_what_was_ignored_stays_so_while_it_is_held_back():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with held_back():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_without_a_signal_nothing_is_changed():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with held_back():
        pass
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
