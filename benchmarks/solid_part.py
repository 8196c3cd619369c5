"""Bias of mean ADC over draws of noise, by what of the lesion is averaged, on simulated studies.

python benchmarks/solid_part.py [--draws 50] [--markdown]      # minutes of a core

The regions are found once, at the SNR in question; then the diffusion series alone is drawn again.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
from accuracy import GRIDS, Case, scene
from tables import machine, markdown, write_section

import pnst
from pnst.image import BoolArray, FloatArray
from pnst.kernels.morphology import erode
from pnst.measurement.adc_map import decay_map
from pnst.measurement.context import Context
from pnst.measurement.diffusion import Diffusion
from pnst.measurement.settings import MeasureSettings
from pnst.phantom import Simulated

SNRS = (20.0, 40.0)
CASES: tuple[Case, ...] = (
    ("smooth", 15.0, GRIDS[0]),
    ("smooth", 30.0, GRIDS[2]),
    ("smooth", 120.0, GRIDS[3]),
    ("cavernous", 30.0, GRIDS[3]),
    ("cavernous", 60.0, GRIDS[0]),
    ("layered", 60.0, GRIDS[0]),
    ("infiltrating", 15.0, GRIDS[1]),
    ("infiltrating", 30.0, GRIDS[0]),
    ("infiltrating", 60.0, GRIDS[3]),
)
TRUE = "adc.mean_um2_per_ms"
HEADER = ("lesion", "SNR", "voxels", "whole lesion", "off one voxel", "solid part", "± of it", "SD of it", "within")


def rows_of(case: Case, seed: int, draws: int) -> list[tuple[str, ...]]:
    """One line an SNR: bias in % of the truth of each region's mean."""
    made, rows = scene(*case, seed), []
    for snr in SNRS:
        noisy = replace(made, spec=replace(made.spec, snr=snr))
        found = Context(noisy.redraw(seed), made.lesion, MeasureSettings()).diffusion
        solid, lesion = found.solid.mask.data, found.lesion.data
        error = 100 * (
            np.array([_means(found, one, solid) for one in _again(noisy, seed, draws)]) / made.truth[TRUE] - 1
        )
        noise = found.noise()[solid]
        standard = 100 * float(np.sqrt(np.square(noise).sum())) / len(noise) / made.truth[TRUE]
        whole, off, part = (f"{bias:+.2f}" if np.isfinite(bias) else "–" for bias in error.mean(axis=0))
        spread = error[:, 2].std(ddof=1)
        within = np.mean(np.abs(error[:, 2]) <= 1 + 2 * standard)
        about = f"{case[0]}, {case[1]:g} mm", f"{snr:g}", f"{np.count_nonzero(solid)} of {np.count_nonzero(lesion)}"
        rows.append((*about, whole, off, part, f"{spread / np.sqrt(draws):.2f}", f"{spread:.2f}", f"{within:.0%}"))
    return rows


def _again(made: Simulated, seed: int, draws: int) -> list[pnst.Series]:
    """The diffusion series with other noise."""
    role = pnst.Role.DWI
    alone = replace(made, spec=replace(made.spec, roles=(role,)), clean={role: made.clean[role]})
    return [alone.redraw(10_000 * seed + draw).series[role] for draw in range(draws)]


def _means(found: Diffusion, series: pnst.Series, solid: BoolArray) -> tuple[float, float, float]:
    volume = series.volume.canonical()
    box = volume.grid.box_of(found.part.grid)
    if box is None:
        raise ValueError("the diffusion series has kept its voxels")
    adc = decay_map(series, volume.crop(box), found.settings).adc.data
    return _mean(adc, found.lesion.data), _mean(adc, erode(found.lesion.data)), _mean(adc, solid)


def _mean(values: FloatArray, where: BoolArray) -> float:
    return float(values[where].mean(dtype=np.float64)) if where.any() else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=50)
    parser.add_argument("--markdown", action="store_true", help="write the section of README.md")
    options = parser.parse_args()
    rows = [row for seed, case in enumerate(CASES, start=3000) for row in rows_of(case, seed, options.draws)]
    text = (
        f"Bias of mean ADC in % of the solid part's truth over {options.draws} draws of noise, by what is averaged; "
        "SD is of one study, *within* the share of studies within 1 % and two standard errors. "
        f"{machine()}.\n\n{markdown(HEADER, rows)}"
    )
    print(text)
    if options.markdown:
        write_section("solid_part", text)


if __name__ == "__main__":
    main()
