"""Fixtures that every part of the suite shares."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from dicom_run import DicomRun

THOROUGH = os.environ.get("PNST_TESTS") == "thorough"
"""As `make slow` asks for: property tests are slow ones then, with all their examples."""

# A busy machine is no failure, and a red run can be run again: no deadlines, the same examples every time.
settings.register_profile(
    "suite",
    max_examples=100 if THOROUGH else 50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items if THOROUGH else ():
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session", autouse=True)
def signals_are_heard() -> Iterator[None]:
    """As in a terminal, here and in every process that a test starts: a shell's background job ignores SIGINT, and what
    `nohup` starts SIGHUP."""
    heard = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL, signal.SIGHUP: signal.SIG_DFL}
    before = {number: signal.signal(number, handler) for number, handler in heard.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real development data; a test that asks for it is skipped where it is absent."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("PNST_DATA", beside))
    if not (folder / "sts001_raw").is_dir():
        pytest.skip("the real data is not here: set PNST_DATA to its folder")
    return folder


@pytest.fixture(scope="session")
def dicom_run(tmp_path_factory: pytest.TempPathFactory) -> DicomRun:
    """`pnst run --dicom` on a DICOM study with two lesions, once."""
    from dicom_run import run_dicom

    return run_dicom(tmp_path_factory.mktemp("dicom_run"))
