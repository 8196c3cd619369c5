"""Error of every column against the exact answer, on simulated studies.

python benchmarks/accuracy.py --quick                          # six scenes, under 3 minutes of a core
python benchmarks/accuracy.py --csv rows.csv [--processes 2]   # the whole design; goes on where rows.csv ends
python benchmarks/accuracy.py … --markdown                     # also writes the section of README.md

Every scene is rendered once and measured at SNR 20, 40 and 60 (quick: 20 and 40), each with noise of its own; the
scenes of the whole design have a seed each. A thin lesion spans under six slices.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tables import machine, markdown, write_section

import pnst
from pnst.image import Mask, embed
from pnst.measurement.adc_map import fit_diffusion
from pnst.phantom import GridSpec, Inclusion, LesionSpec, Simulated, Spec, SurroundSpec, Tissue, simulate

SNRS: tuple[float, ...] = (20.0, 40.0, 60.0)
QUICK_SNRS = SNRS[:2]
SIZES_MM = (15.0, 30.0, 60.0, 90.0, 120.0)
"""Longest semi-axis × 2; lobes and roughness move the surface a little."""
GRIDS = (
    GridSpec(spacing_mm=(0.6, 0.6, 4.0), plane="axial"),
    GridSpec(spacing_mm=(0.6, 0.6, 4.0), plane="coronal", turn_deg=(-7.0, 4.0, 11.0)),
    GridSpec(spacing_mm=(0.7, 0.8, 3.0), plane="sagittal", turn_deg=(5.0, 9.0, -6.0)),
    GridSpec(spacing_mm=(0.9, 0.8, 5.0), plane="axial", turn_deg=(12.0, -10.0, 20.0)),
    GridSpec(spacing_mm=(0.9, 1.0, 1.1), plane="coronal", turn_deg=(25.0, 15.0, -30.0)),
)
FINE = GridSpec(spacing_mm=(0.5, 0.5, 0.5), plane="axial", turn_deg=(10.0, 20.0, 30.0))
FINE_UP_TO_MM = 30.0
"""Voxels of 0.5 mm on all sides would fill the memory round larger lesions."""
QUICK = (
    ("smooth", 15.0, GRIDS[2]),
    ("smooth", 30.0, GRIDS[0]),
    ("smooth", 60.0, GRIDS[4]),
    ("infiltrating", 30.0, GRIDS[4]),
    ("infiltrating", 60.0, GRIDS[1]),
    ("infiltrating", 100.0, GRIDS[3]),
)
ROLES = (pnst.Role.T1, pnst.Role.T1_POST, pnst.Role.T2_FS)


def smooth(size_mm: float) -> tuple[LesionSpec, SurroundSpec]:
    """Sharp, fusiform, fat on both poles, no oedema."""
    radii = (0.25 * size_mm, 0.3 * size_mm, 0.5 * size_mm)
    lesion = LesionSpec(radii_mm=radii, tilt_deg=(8, -6, 0), rim_cap_deg=65, roughness=0.01, d_um2_per_ms=1.9)
    return lesion, SurroundSpec()


def infiltrating(size_mm: float) -> tuple[LesionSpec, SurroundSpec]:
    """Irregular, two thirds of the edge blurred, oedema, a fascial plane near and no rim."""
    lesion = LesionSpec(
        radii_mm=(0.36 * size_mm, 0.32 * size_mm, 0.5 * size_mm),
        tilt_deg=(-10, 12, 0),
        roughness=0.07,
        roughness_degrees=(3, 7),
        edge_sigma_mm=2.2,
        indistinct_cap_deg=100,
        edema_mm=12,
        edema_irregularity=0.6,
        d_um2_per_ms=1.0,
    )
    return lesion, SurroundSpec(fat_plane_mm=8, fat_plane_axis=(0.6, 1.0, 0.0))


def lobulated(size_mm: float) -> tuple[LesionSpec, SurroundSpec]:
    """Four lobes, sharp, a little oedema, fat on one pole."""
    radii = (0.34 * size_mm, 0.34 * size_mm, 0.45 * size_mm)
    lesion = LesionSpec(
        radii_mm=radii, tilt_deg=(15, 10, 0), lobes=4, lobe_depth=0.12, rim_cap_deg=50, rim_poles="one", edema_mm=6
    )
    return lesion, SurroundSpec()


def cavernous(size_mm: float) -> tuple[LesionSpec, SurroundSpec]:
    """A cyst, a necrosis and a bleed apart from each other in a round tumour."""
    inclusions = (
        Inclusion(tissue=Tissue.CYST, radius_mm=0.18 * size_mm, centre_mm=(0.0, 0.03 * size_mm, 0.24 * size_mm)),
        Inclusion(tissue=Tissue.NECROSIS, radius_mm=0.12 * size_mm, centre_mm=(0.12 * size_mm, 0.0, -0.2 * size_mm)),
        Inclusion(tissue=Tissue.BLOOD, radius_mm=0.08 * size_mm, centre_mm=(-0.2 * size_mm, 0.0, -0.1 * size_mm)),
    )
    radii = (0.4 * size_mm, 0.42 * size_mm, 0.5 * size_mm)
    return LesionSpec(radii_mm=radii, tilt_deg=(12, -7, 0), roughness=0.02, inclusions=inclusions), SurroundSpec()


def layered(size_mm: float) -> tuple[LesionSpec, SurroundSpec]:
    """The target sign: a dark fibrous core in a bright rim; a capsule, and fat on both poles."""
    radii = (0.35 * size_mm, 0.38 * size_mm, 0.5 * size_mm)
    return LesionSpec(radii_mm=radii, tilt_deg=(-9, 5, 0), target_core=0.6, rim_cap_deg=70), SurroundSpec()


def peripheral(size_mm: float) -> tuple[LesionSpec, SurroundSpec]:
    """Enhances in its outer part, with an ill-defined border on one side."""
    lesion = LesionSpec(
        radii_mm=(0.38 * size_mm, 0.36 * size_mm, 0.5 * size_mm),
        roughness=0.04,
        hypovascular_core=0.7,
        edge_sigma_mm=2.0,
        indistinct_cap_deg=50,
        edema_mm=8,
    )
    return lesion, SurroundSpec(fat_plane_mm=10)


KINDS: dict[str, Callable[[float], tuple[LesionSpec, SurroundSpec]]] = {
    "smooth": smooth,
    "infiltrating": infiltrating,
    "lobulated": lobulated,
}
INTERIORS = {"cavernous": cavernous, "layered": layered, "peripheral": peripheral}
INTERIOR_SIZES_MM = (30.0, 60.0, 90.0)
"""Half of a smaller lesion's voxels lie at its edge, where nothing of its interior is measured."""
STRIDE = 37
"""Scenes are taken in leaps, so that a part of the design is a fair part of it."""
Case = tuple[str, float, GridSpec]
WHOLE: tuple[Case, ...] = tuple(product(KINDS, SIZES_MM, GRIDS)) + tuple(
    (kind, size, FINE) for kind in KINDS for size in SIZES_MM if size <= FINE_UP_TO_MM
)
WHOLE += tuple(product(INTERIORS, INTERIOR_SIZES_MM, GRIDS))


@dataclass(frozen=True)
class Demand:
    """How far a column may be off: a share of the truth, or an amount in its own unit, whichever is more."""

    share: float = 0.0
    amount: float = 0.0
    thin_share: float | None = None
    thin_amount: float | None = None
    thin_slices: float = 0.0
    """… or a share of the slice spacing."""
    standard_errors: float = 0.0
    """… and this many standard errors of the mean of noisy voxels on top."""

    def limit(self, truth: float, thin: bool, slice_mm: float, standard_error: float) -> float:
        """In the column's unit."""
        if self.standard_errors:
            return self.share * abs(truth) + self.standard_errors * standard_error
        if not thin:
            return max(self.share * abs(truth), self.amount)
        share = self.share if self.thin_share is None else self.thin_share
        amount = self.amount if self.thin_amount is None else self.thin_amount
        return max(share * abs(truth), amount, self.thin_slices * slice_mm)


DEMANDS = {
    "size.longest_diameter_mm": Demand(share=0.03, thin_share=0.0, thin_slices=0.25),
    "size.volume_ml": Demand(share=0.03, thin_share=0.05),
    "margin.irregularity": Demand(amount=0.01),
    "margin.sphericity": Demand(amount=0.03),
    "margin.edge_width_mm": Demand(share=0.15, amount=1.0, thin_share=0.0, thin_amount=1.5),
    "margin.ill_defined_fraction": Demand(amount=0.05, thin_amount=0.10),
    "edema.max_extent_mm": Demand(amount=1.5),
    "edema.volume_ml": Demand(share=0.08),
    "split_fat.coverage_fraction": Demand(amount=0.05),
    "enhancement.enhancing_fraction": Demand(amount=0.03),
    "enhancement.rim_core_ratio": Demand(share=0.10),
    "cyst.fraction": Demand(amount=0.03),
    "cyst.necrosis_fraction": Demand(amount=0.03),
    "t1_high.fraction": Demand(amount=0.03),
    "target.rim_core_ratio": Demand(share=0.10),
    "adc.mean_um2_per_ms": Demand(share=0.01, standard_errors=2.0),
}
"""The accuracy that the project demands of its measurements on simulated studies; of the lesion's interior, ours."""
RELATIVE = {column for column, demand in DEMANDS.items() if demand.share and not demand.amount}
SIGNS = {
    "margin.ill_defined": ("margin.ill_defined_fraction",),
    "edema.present": (),
    "split_fat.applicable": (),
    "split_fat.present": ("split_fat.coverage_fraction", "split_fat.pole_coverage_fraction"),
    "enhancement.peripheral": ("enhancement.rim_core_ratio",),
    "cyst.present": ("cyst.fraction",),
    "t1_high.present": (),
    "target.present": ("target.rim_core_ratio",),
}
"""Each sign and the columns that decide it; a truth within 10 % of the threshold is left out."""


def scene(kind: str, size_mm: float, grid: GridSpec, seed: int = 7) -> Simulated:
    """One rendered study."""
    lesion, surround = (KINDS | INTERIORS)[kind](size_mm)
    grids = dict.fromkeys(ROLES, grid)
    return simulate(Spec(lesion=lesion, surround=surround, roles=(*ROLES, pnst.Role.DWI), grids=grids), seed=seed)


def rows_of(
    kind: str, size_mm: float, grid: GridSpec, seed: int = 7, snrs: Sequence[float] = QUICK_SNRS
) -> Iterator[dict[str, Any]]:
    """One row a column and noise level: measured, true, and how far it may be off."""
    made = scene(kind, size_mm, grid, seed)
    through = int(np.argmax(grid.spacing_mm))
    others = tuple(axis for axis in range(3) if axis != through)
    thin = int(made.lesion.mask.data.any(axis=others).sum()) < 6
    for snr in snrs:
        study = replace(made, spec=replace(made.spec, snr=snr)).redraw(seed=seed + int(snr))
        m = pnst.measure(study, made.lesion, pnst.MeasureSettings.without_intervals())
        about = {
            "kind": kind,
            "size_mm": size_mm,
            "grid": grid.plane,
            "spacing_mm": str(grid.spacing_mm),
            "seed": seed,
            "snr": snr,
        }
        limits = thin, grid.spacing_mm[through], standard_error(m, study)
        yield from ({**about, "thin": thin, **row} for row in _compared(m, made, *limits))


def standard_error(m: pnst.Measurements, study: pnst.Study) -> float:
    """SD by noise of the mean ADC: of the voxels that were averaged, from the fit's own covariance."""
    solid = m.regions.get("solid")
    if not isinstance(solid, Mask):
        return 0.0
    fit = fit_diffusion(study)
    sd = fit.sd[embed(solid, fit.adc.grid).data]
    return float(np.sqrt(np.square(sd).sum()) / len(sd))


def _compared(
    m: pnst.Measurements, made: Simulated, thin: bool, slice_mm: float, error: float
) -> Iterator[dict[str, Any]]:
    measured, truth = m.columns(), made.truth
    for column, demand in DEMANDS.items():
        true = truth.get(column)
        if true is None:
            continue
        limit = demand.limit(float(true), thin, slice_mm, error)
        yield {"column": column, "measured": measured.get(column), "true": float(true), "limit": limit}
    for sign, deciding in SIGNS.items():
        threshold = measured.get(f"{sign}_threshold")
        if any(truth.get(c) is not None and threshold and abs(truth[c] / threshold - 1) < 0.1 for c in deciding):
            continue
        if sign not in truth:
            continue
        found = measured.get(sign, "skipped")
        yield {"column": sign, "measured": str(found), "true": str(truth[sign]), "limit": None}


def summary(rows: pd.DataFrame) -> str:
    """Two tables: errors of numbers, and signs."""
    numbers = rows[rows["column"].isin(DEMANDS)]
    header = ("column", "error in", "bias", "SD", "95th percentile", "within", "within, thin", "measured")
    lines = [_number_line(column, numbers[numbers["column"] == column]) for column in DEMANDS]
    signs = [_sign_line(sign, rows[rows["column"] == sign]) for sign in SIGNS]
    sign_header = ("sign", "right", "true yes", "true no", "not applicable or unclear", "wrong in")
    return f"{markdown(header, lines)}\n\n{markdown(sign_header, signs)}"


def _number_line(column: str, rows: pd.DataFrame) -> tuple[str, ...]:
    found = rows[rows["measured"].notna()]
    measured, true, limit = (found[name].astype(float) for name in ("measured", "true", "limit"))
    error = measured - true
    within = error.abs() <= limit
    scaled = error / true * 100 if column in RELATIVE else error
    scaled = scaled[np.isfinite(scaled)]  # a share of nothing is no error; `within` still counts it
    form = "{:+.1f}" if column in RELATIVE else "{:+.3f}"
    return (
        f"`{column}`",
        "%" if column in RELATIVE else "its unit",
        form.format(scaled.mean()),
        form.format(scaled.std(ddof=0)).lstrip("+"),
        form.format(np.percentile(scaled.abs(), 95)).lstrip("+"),
        _share(within[~found["thin"].astype(bool)]),
        _share(within[found["thin"].astype(bool)]),
        f"{len(found)}/{len(rows)}",
    )


def _sign_line(sign: str, rows: pd.DataFrame) -> tuple[str, ...]:
    wrong = rows[rows["measured"] != rows["true"]]
    names = {f"{row.kind} {row.size_mm:g} mm: {row.measured}" for row in wrong.itertuples()}
    counts = [str(int((rows["true"] == value).sum())) for value in ("True", "False", "None")]
    return (f"`{sign}`", f"{len(rows) - len(wrong)}/{len(rows)}", *counts, "; ".join(sorted(names)) or "–")


def _share(within: pd.Series) -> str:
    return f"{int(within.sum())}/{len(within)}" if len(within) else "–"


def whole_design(path: Path, processes: int) -> None:
    """Append the rows of every scene that the file does not hold yet; a scene is written whole."""
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    done = set() if not path.exists() else set(pd.read_csv(path, usecols=["seed"])["seed"])
    left = [(seed, case) for seed, case in enumerate(WHOLE, start=1000) if seed not in done]
    left.sort(key=lambda item: item[0] * STRIDE % len(WHOLE))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(_scene_rows, case, seed): (seed, case) for seed, case in left}
        for number, future in enumerate(as_completed(waiting), start=1):
            kind, size_mm, grid = waiting[future][1]
            pd.DataFrame(future.result()).to_csv(path, mode="a", header=not path.exists(), index=False)
            print(f"[{number}/{len(left)}] {kind}, {size_mm:g} mm, {grid.plane}", file=sys.stderr, flush=True)


def _scene_rows(case: Case, seed: int) -> list[dict[str, Any]]:
    start = time.process_time()
    rows = list(rows_of(*case, seed=seed, snrs=SNRS))
    return [{**row, "cpu_s": round(time.process_time() - start, 1)} for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--csv", type=Path, help="every single comparison; the whole design goes on where it ends")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--report-only", action="store_true", help="report what the file holds already")
    parser.add_argument("--markdown", action="store_true", help="write the section of README.md")
    options = parser.parse_args()
    if options.quick:
        found = [row for case in QUICK for row in rows_of(*case)]
        rows = pd.DataFrame(found)
        if options.csv:
            rows.to_csv(options.csv, index=False)
        spent, scenes, snrs = time.process_time(), len(QUICK), QUICK_SNRS
    else:
        if not options.csv:
            parser.error("the whole design needs --csv FILE")
        if not options.report_only:
            whole_design(options.csv, options.processes)
        rows = pd.read_csv(options.csv, keep_default_na=False, na_values=[""])
        spent, scenes, snrs = rows.groupby("seed")["cpu_s"].first().sum(), rows["seed"].nunique(), SNRS
    of = f" of {len(WHOLE)}" if not options.quick and scenes < len(WHOLE) else ""
    what = f"{scenes}{of} scenes × SNR {', '.join(f'{snr:g}' for snr in snrs)}; {spent:.0f} s of processor time"
    text = f"{what} ({'quick' if options.quick else 'whole'} design). {machine()}.\n\n{summary(rows)}"
    print(text)
    if options.markdown:
        write_section("accuracy", text)


if __name__ == "__main__":
    main()
