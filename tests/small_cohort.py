"""A cohort of small simulated studies, measured without intervals in about a second each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

import pnst
from pnst.study import Source

SETTINGS = "[measure.uncertainty]\nrepetitions = 0\n"
RADII = (7.0, 9.0, 11.0)


def study_of(radius: float, name: str) -> tuple[pnst.Study, pnst.Lesion]:
    """A bright ball in muscle beside fat, on T1, in thick oblique slices."""
    c, s = np.cos(0.2), np.sin(0.2)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, c, s], [0, -s, c]])
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = turn * (0.9, 1.0, 3.0), (-20, -18, -16)
    grid = pnst.Grid((44, 40, 11), affine)
    places = np.moveaxis(np.indices(grid.shape), 0, -1).reshape(-1, 3)
    away = np.linalg.norm(grid.to_world(places) - grid.to_world(np.array([[21.5, 19.5, 5.0]])), axis=1)
    ball = (away < radius).reshape(grid.shape)
    fat = places[:, 0].reshape(grid.shape) < 8
    rng = np.random.default_rng(int(radius * 10))
    voxels = 300 + 60 * ball + 500 * fat + rng.normal(0, 8, grid.shape)
    series = pnst.Series(pnst.Role.T1, pnst.Volume(voxels.astype(np.float32), grid), Source("simulated", ""))
    return pnst.Study(name, {pnst.Role.T1: series}), pnst.Lesion("1", pnst.Mask(ball, grid), "simulation")


def write_cohort(folder: Path, radii: Mapping[str, float] | None = None) -> Path:
    """`cohort.csv` with a study a row, each with its lesion and a diagnosis; and the settings."""
    radii = radii or {f"c{number}": radius for number, radius in enumerate(RADII, start=1)}
    lines = ["case,study,lesion,diagnosis,age,truth.size.volume_ml"]
    for number, (name, radius) in enumerate(radii.items()):
        study, lesion = study_of(radius, name)
        pnst.write_study(study, folder / "data" / name, lesions=[lesion])
        volume_ml = 4 / 3 * np.pi * radius**3 / 1000
        kind = ("neurofibroma", "MPNST")[number % 2]
        lines.append(f"{name},data/{name},data/{name}/lesion.nii.gz,{kind},{30 + number},{volume_ml:.4f}")
    (folder / "fast.toml").write_text(SETTINGS)
    (folder / "cohort.csv").write_text("\n".join(lines) + "\n")
    return folder / "cohort.csv"
