"""Why a case has no result. Witness: the words that each leaves, and that none repeats a message or a path."""

from __future__ import annotations

from pnst.cohort.failures import died, late, too_large, unforeseen


def test_a_signal_goes_by_its_name_and_a_status_by_its_number():
    assert died(-11).got == "signal 11 (SIGSEGV)"
    assert died(3).got == "exit status 3"


def test_what_nobody_foresaw_is_told_without_its_message():
    try:
        raise OSError(28, "No space left on device", "/home/somebody/secret")
    except OSError as error:
        said = unforeseen(error)
    assert said.got.startswith("OSError (No space left on device) in test_failures.py")
    assert "secret" not in str(said)


def test_limits_are_told_with_what_to_do():
    assert late(2.5).got == "no result after 2.5 s"
    assert "--memory-limit" in too_large().expected
