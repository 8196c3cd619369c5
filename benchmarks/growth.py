"""What `pnst compare` makes of a known growth under a known re-positioning (8 mm, 5°), simulated and real.

python benchmarks/growth.py [--data ../shared/data] [--cases 4] [--factors 1.2,0.75] [--markdown]

Simulated patients are rendered anew; real sarcomas are grown by a field whose volume factor is known in closed form
(`tests/grown_patient.py`). Percentages are of the true factor. Where a lesion lies is known too: "off" is how far the
alignment lays the later lesion's middle from where it was.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from tables import machine, markdown, write_section

import pnst
from pnst.measurement.settings import MeasureSettings
from pnst.phantom import benign, malignant
from pnst.settings import GrowthSettings
from pnst.study import Lesion, Role, Study

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from grown_patient import motion_matrix, simulated, study_of, warped

HEADER = ("patient", "true factor", "measured", "error %", "interval holds it", "off mm", "there and back mm", "s")
ROLES = (Role.T1, Role.T2_FS)


def rows(data: Path, cases: int, factors: list[float]) -> Iterator[tuple[object, ...]]:
    for factor in factors:
        for preset in (benign, malignant):
            spec = replace(preset(), roles=ROLES, snr=20.0)
            first, later = simulated(spec, 1.0, 1, moved=False), simulated(spec, factor, 1)
            study = later.redraw(2)
            yield row(
                spec.case_id, factor, (first.study, first.lesion), (study, later.lesion), first.scene.shape.centre
            )
        for name, study, lesion in real(data, cases):
            series = next(iter(study.series.values()))
            image, grown = warped(series, lesion, factor, noise=0.01 * float(series.volume.data.max()))
            yield row(name, factor, (study, lesion), (study_of(image), grown), lesion.mesh.centroid)


def real(data: Path, cases: int) -> Iterator[tuple[str, Study, Lesion]]:
    folder = data / "sts001_raw" / "dicom" / "MR_T2"
    study = pnst.read_study(folder / "image")
    contours = next(file for file in sorted((folder / "mask").iterdir()))
    yield "STS_001 (fat-suppressed T2)", study, pnst.read_lesion(contours, study, "GTV_Mass")
    for place in sorted((data / "sts_t1" / "nifti").iterdir())[: max(cases - 1, 0)]:
        study = pnst.read_study(place, roles={"t1": "MR_T1_image.nii.gz"})
        yield f"{place.name} (T1)", study, pnst.read_lesion(place / "MR_T1_mask.nii.gz", study)


def row(
    name: str, factor: float, first: tuple[Study, Lesion], later: tuple[Study, Lesion], middle: np.ndarray
) -> tuple[object, ...]:
    start = time.perf_counter()
    growth = pnst.compare([("2020-01-01", *first), ("2020-12-31", *later)], settings=SETTINGS)
    seconds = time.perf_counter() - start
    last, way = growth.lesions[0].last, growth.dates[1].alignment
    measured, ends = 1 + last.volume_change_fraction, last.volume_change_fraction_interval
    holds = "–" if ends is None else "yes" if 1 + ends[0] <= factor <= 1 + ends[1] else "no"
    now = np.append(motion_matrix(middle)[:3] @ np.append(middle, 1), 1)
    off = np.linalg.norm((way.matrix @ now)[:3] - middle) if way.accepted else np.nan
    return (
        name,
        f"{factor:g}",
        f"{measured:.4f}",
        f"{100 * (measured / factor - 1):+.2f}",
        holds,
        f"{off:.1f}",
        f"{way.disagreement_mm:.1f}" if way.disagreement_mm is not None else way.reason,
        f"{seconds:.1f}",
    )


SETTINGS = GrowthSettings(measure=MeasureSettings())

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("PNST_DATA", "../shared/data")))
    parser.add_argument("--cases", type=int, default=4)
    parser.add_argument("--factors", default="1.2,0.75")
    parser.add_argument("--markdown", action="store_true")
    given = parser.parse_args()
    lines = []
    for line in rows(given.data, given.cases, [float(factor) for factor in given.factors.split(",")]):
        lines.append(line)
        print(*line, sep="  ", flush=True)
    if given.markdown:
        write_section("growth", f"{machine()}.\n\n{markdown(HEADER, lines)}")
