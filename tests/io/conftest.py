"""Grids that hide no axis bug, studies made of them, and DICOM series from a formula."""

from __future__ import annotations

import faulthandler
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

import dicom_series
from pnst.image import Grid, Mask, Volume
from pnst.io.digest import digest
from pnst.study import Acquisition, Lesion, Role, Series, Source, Study

GridMaker = Callable[..., Grid]
StudyMaker = Callable[..., Study]


@pytest.fixture(scope="session")
def oblique() -> GridMaker:
    """Make a grid with unequal sides and spacings, turned about all three axes."""

    def make(
        shape: tuple[int, int, int] = (23, 19, 11),
        spacing: tuple[float, float, float] = (0.7, 0.9, 4.0),
        turns: tuple[float, float, float] = (0.2, -0.3, 0.4),
        origin: tuple[float, float, float] = (-12.0, 34.0, -56.0),
        flips: tuple[int, int, int] = (1, 1, 1),
    ) -> Grid:
        a, b, c = turns
        about_z = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
        about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
        about_y = np.array([[np.cos(c), 0, np.sin(c)], [0, 1, 0], [-np.sin(c), 0, np.cos(c)]])
        affine = np.eye(4)
        affine[:3, :3] = about_z @ about_x @ about_y * np.multiply(spacing, flips)
        affine[:3, 3] = origin
        return Grid(shape, affine)

    return make


@pytest.fixture(scope="session")
def study_of() -> StudyMaker:
    """Make a study of empty series on the given grids, one a role: `study_of(t1=grid, t2_fs=other)`."""

    def make(**grids: Grid) -> Study:
        return Study("case", {Role(r): _series(Role(r), np.zeros(g.shape, np.float32), g) for r, g in grids.items()})

    return make


@pytest.fixture
def full_study(oblique: GridMaker) -> Study:
    """A study with every kind of series: T1, post, STIR, DWI with directions, ADC, Dixon."""
    rng = np.random.default_rng(20)
    fine, coarse = oblique(), oblique((13, 17, 9), (1.8, 1.6, 5.0), flips=(-1, -1, 1))

    def signal(grid: Grid, *measurements: int) -> np.ndarray:
        return rng.gamma(3.0, 100.0, (*grid.shape, *measurements)).astype(np.float32)

    directions = rng.normal(size=(5, 3))
    directions[0] = 0
    directions[1:] /= np.linalg.norm(directions[1:], axis=1, keepdims=True)
    spin_echo = Acquisition(500.0, 10.0, None, 90.0, 1.5, False, False, "pnst phantom")
    series = [
        _series(Role.T1, np.rint(signal(fine)), fine, spin_echo),
        _series(Role.T1_POST, signal(fine), fine, Acquisition(500.0, 10.0, contrast_agent=True)),
        _series(Role.T2_FS, signal(fine), fine, Acquisition(4000.0, 60.0, 160.0, fat_suppressed=True)),
        _series(
            Role.DWI, signal(coarse, 5), coarse, Acquisition(5000.0, 70.0), (0.0, 50.0, 400.0, 800.0, 800.0), directions
        ),
        _series(Role.ADC, (signal(coarse) / 200).astype(np.float32), coarse),
        _series(Role.FAT, signal(fine), fine),
    ]
    return Study("case 7", {s.role: s for s in series if s.role})


@pytest.fixture
def study(full_study: Study) -> Study:
    """The full study with a mask of muscle on the grid of its T1."""
    grid = full_study.series[Role.T1].volume.grid
    return replace(full_study, masks={"muscle": Mask(np.indices(grid.shape).sum(axis=0) % 3 == 0, grid)})


@pytest.fixture
def lesion(full_study: Study) -> Lesion:
    """A ragged lesion on the grid of the full study's T1."""
    grid = full_study.series[Role.T1].volume.grid
    inside = np.zeros(grid.shape, bool)
    inside[5:12, 4:10, 3:7] = np.random.default_rng(12).random((7, 6, 4)) > 0.3
    return Lesion("tumour", Mask(inside, grid), "simulation")


@pytest.fixture(scope="session")
def formula() -> type[dicom_series.Formula]:
    """The series that a formula makes."""
    return dicom_series.Formula


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Sequence[Dataset]], Path]:
    """Write instances, shuffled, to a folder of their own."""
    return lambda instances: dicom_series.save(instances, tmp_path / "study")


@pytest.fixture(scope="session")
def as_enhanced() -> Callable[[Sequence[Dataset]], Dataset]:
    """Make one enhanced multi-frame image of classic instances, a frame each, in the order given."""
    return dicom_series.as_enhanced


@pytest.fixture(scope="session")
def uih_mosaics() -> Callable[..., tuple[dicom_series.Formula, list[Dataset]]]:
    """Make the formula's volumes as United Imaging writes mosaics, tiles in a given order."""
    return dicom_series.uih_mosaics


def _series(
    role: Role,
    data: np.ndarray,
    grid: Grid,
    acquisition: Acquisition | None = None,
    b_values: tuple[float, ...] | None = None,
    b_vectors: np.ndarray | None = None,
) -> Series:
    volume = Volume(data, grid, "um2_per_ms" if role is Role.ADC else "")
    source = Source("simulated", digest(volume))
    return Series(role, volume, source, b_values, b_vectors, acquisition or Acquisition())


SECONDS, GIGABYTES = 10.0, 2.0
"""What a reading may take at most, however damaged its file; seconds of the processor: another's load is no hang."""


class _Hangs(BaseException):
    """Not an `Exception`: a reader that takes any of those for damage must not swallow it."""


@contextmanager
def _bounded(seconds: float = SECONDS, gigabytes: float = GIGABYTES) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise _Hangs

    before = {number: signal.signal(number, stop) for number in (signal.SIGPROF, signal.SIGALRM)}
    faulthandler.dump_traceback_later(12 * seconds, exit=True)  # a loop in C hears no signal
    start, held = time.process_time(), _memory("VmRSS", reset_peak=True)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, 6 * seconds)  # for one that waits
    try:
        yield
    except _Hangs:
        pytest.fail(f"still reading after {seconds:g} s")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
        faulthandler.cancel_dump_traceback_later()
    grown, took = (_memory("VmHWM") - held) / 2**20, time.process_time() - start
    assert took <= seconds, f"the reading took {took:.1f} s"
    assert grown <= gigabytes, f"the reading took {grown:.2f} GB of memory"


def _memory(field: str, *, reset_peak: bool = False) -> int:
    """kB of this process now (VmRSS) or at most since the last reset (VmHWM), as Linux counts them; 0 elsewhere."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    if reset_peak:
        Path("/proc/self/clear_refs").write_text("5")
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith(field))


@pytest.fixture(scope="session")
def bounded() -> Callable[..., AbstractContextManager[None]]:
    """Fail what runs inside `with bounded():` for more than 10 s or with more than 2 GB of memory."""
    return _bounded


@pytest.fixture(scope="session")
def dciodvfy() -> str:
    """The validator's program; without it the test is skipped."""
    program = shutil.which("dciodvfy")
    if program is None:
        pytest.skip("dciodvfy is not installed (Debian: dicom3tools)")
    return program
