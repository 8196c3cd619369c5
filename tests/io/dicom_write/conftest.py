"""A study of every kind of series, and the study in any style of DICOM, written once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pnst.image import Mask, Volume
from pnst.io.dicom_write.style import DicomStyle
from pnst.io.digest import digest
from pnst.io.simulation_mark import PHANTOM
from pnst.io.write import write_study
from pnst.study import Acquisition, Lesion, Role, Series, Source, Study


@pytest.fixture(scope="session")
def scanned(oblique) -> Study:
    """T1 in whole numbers, STIR, diffusion of three directions and an ADC map on a turned grid of unequal sides."""
    grid = oblique((24, 20, 7), (1.7, 1.9, 5.0))
    rng = np.random.default_rng(31)
    i, j, k = np.indices(grid.shape)
    base = 100 + 10 * i + 3 * j + 40 * k + 50 * rng.random(grid.shape)
    b_values = (0.0, 400.0, 800.0, 800.0)
    directions = rng.normal(size=(4, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    directions[0] = 0

    def series(role, data, facts, b_values=None, b_vectors=None):
        volume = Volume(data.astype(np.float32), grid, "um2_per_ms" if role is Role.ADC else "")
        return Series(role, volume, Source("simulated", digest(volume)), b_values, b_vectors, facts)

    echo_planar = Acquisition(4000, 65, None, 90, 3.0, True, False, PHANTOM)
    made = [
        series(Role.T1, np.rint(base), Acquisition(600, 10, None, 90, 3.0, False, False, PHANTOM)),
        series(Role.T1_POST, 1.3 * base, Acquisition(600, 10, None, 90, 3.0, False, True, PHANTOM)),
        series(Role.T2_FS, 1.7 * base, Acquisition(4000, 60, 160, 90, 3.0, True, False, PHANTOM)),
        series(Role.DWI, base[..., None] * np.exp(-1e-3 * np.array(b_values)), echo_planar, b_values, directions),
        series(Role.ADC, base / 1000, echo_planar),
    ]
    return Study("case7", {s.role: s for s in made})


@pytest.fixture(scope="session")
def lesion(scanned) -> Lesion:
    grid = scanned.series[Role.T1].volume.grid
    inside = np.zeros(grid.shape, bool)
    inside[5:12, 4:10, 2:5] = np.random.default_rng(12).random((7, 6, 3)) > 0.3
    return Lesion("tumour", Mask(inside, grid), "simulation")


@pytest.fixture(scope="session")
def written(scanned, lesion, tmp_path_factory) -> Callable[[DicomStyle], Path]:
    """The study in a style, written once."""
    made: dict[DicomStyle, Path] = {}

    def write(style: DicomStyle) -> Path:
        if style not in made:
            made[style] = tmp_path_factory.mktemp("style") / "study"
            write_study(scanned, made[style], "dicom", [lesion], dicom=style)
        return made[style]

    return write
