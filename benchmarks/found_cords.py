"""What is measured on a cord and canal that were found along a line, against the geometry of simulated spines.

`python benchmarks/found_cords.py [--markdown]`: four places of a tumour on voxels of three obliquities, on
fat-suppressed T2, on T2 beside T1, and on T2 alone, where the canal is not told from the fat round it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from tables import publish

from pnst.errors import PnstError
from pnst.measurement.context import Context
from pnst.measurement.families.canal import measure_canal
from pnst.measurement.families.cord import measure_cord
from pnst.measurement.settings import MeasureSettings
from pnst.segmentation.cord import segment_cord
from pnst.study import Role
from spines import AXIAL, DUMBBELL, INTRADURAL, INTRAMEDULLARY, OBLIQUE, SAGITTAL, SpineCase, spine_case, spine_of

BEFORE_THE_CORD = (
    {"radii_mm": (4.0, 3.0, 8.0), "centre_mm": (12.0, -40.0, 70.0)},
    {"level": "C5", "canal_offset_mm": (0.0, 4.5), "cord_shift_mm": (0.0, -3.0), "cord_squeeze": 0.3},
)
PLACES = {
    "in the cord": INTRAMEDULLARY,
    "beside the cord": INTRADURAL,
    "before the cord": BEFORE_THE_CORD,
    "through a foramen": DUMBBELL,
}
VOXELS = {"oblique, 1 mm": OBLIQUE, "axial, 4 mm": AXIAL, "sagittal, 3.3 mm": SAGITTAL}
SERIES = {"t2_fs": (Role.T2_FS,), "t2 and t1": (Role.T2, Role.T1), "t2": (Role.T2,)}


def line_of(case: SpineCase) -> np.ndarray:
    """Nine points in the middle of the cord."""
    along = np.linspace(-34, 34, 9)
    spine = spine_of(case.scene)
    return spine.to_world(np.column_stack([spine.cord_section(along)[0], along]))


def measured(case: SpineCase) -> list[str]:
    """Compartment, share in the canal, share of the canal: found (true)."""
    masks = segment_cord(case.study, line_of(case), near=case.lesion)
    context = Context(replace(case.study, masks=masks), case.lesion, MeasureSettings.without_intervals())
    cord, canal, truth = measure_cord(context).family, measure_canal(context).family, case.truth
    filled = "skipped" if canal.occupancy_fraction is None else f"{canal.occupancy_fraction:.2f}"
    return [
        f"{cord.compartment} ({truth['cord.compartment']})",
        f"{canal.inside_fraction:.2f} ({truth['canal.inside_fraction']:.2f})",
        f"{filled} ({truth['canal.occupancy_fraction']:.2f})",
    ]


def rows() -> Iterator[list[str]]:
    for place, spec in PLACES.items():
        for name, voxels in VOXELS.items():
            for series, roles in SERIES.items():
                try:
                    yield [place, name, series, *measured(spine_case(*spec, voxels, roles))]
                except PnstError as error:
                    yield [place, name, series, f"refused: {error.got}", "", ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--markdown", action="store_true", help="write the table into README.md")
    asked = parser.parse_args()
    head = ["tumour", "voxels", "series", "compartment", "share in the canal", "share of the canal"]
    lines = [" | ".join(row) for row in (head, ["---"] * len(head), *rows())]
    publish("found_cords", "\n".join(f"| {line} |" for line in lines), asked.markdown)


if __name__ == "__main__":
    main()
