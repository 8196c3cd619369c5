"""Balls of known size pasted into a real cervical cord: compartment and share of the canal against their geometry.

The sample's own mask of the cord; the canal is a tube of 8.5 mm round its line, so that the share that a ball fills is
that of a circle and a disc. Five heights; in the cord, in the canal beside it, and through the canal's side.
`python benchmarks/spine_lesions.py DATA` prints the table, and Dice of the cord that is found without a mask.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np

from pnst.errors import PnstError
from pnst.image import Grid, Mask, Volume
from pnst.kernels.centre_line import CentreLine, line_of_tube
from pnst.measurement.context import Context
from pnst.measurement.families.canal import measure_canal
from pnst.measurement.families.cord import measure_cord
from pnst.measurement.settings import MeasureSettings
from pnst.segmentation.cord import segment_cord
from pnst.study import Lesion, Role, Series, Source, Study

CANAL_MM = 8.5
HEIGHTS = (0.3, 0.4, 0.5, 0.6, 0.7)
"""Shares of the cord's length."""
BALLS = {
    "in the cord": (3.0, 0.0, 0.0),
    "in the canal beside it": (1.8, 0.0, 6.5),
    "through the canal's side": (5.0, 11.0, 0.0),
}
"""Position → radius of the ball in mm, and where its middle lies from the cord's line: to the right, and forward."""
EXPECTED = {
    "in the cord": "intramedullary",
    "in the canal beside it": "extramedullary",
    "through the canal's side": "extramedullary",
}


@dataclass(frozen=True)
class Pasted:
    """One ball in the sample, and what is true of it."""

    position: str
    height: float
    study: Study
    lesion: Lesion
    occupancy: float


def read(file: Path) -> Volume:
    image = nibabel.load(file)
    return Volume(np.asarray(image.dataobj, dtype=np.float32), Grid(image.shape[:3], image.affine))


def sample(data: Path, name: str = "t2/t2") -> tuple[Volume, Mask]:
    """A sample's T2 and its mask of the cord."""
    folder = data / "spine_cord" / "sct_testing_data"
    mask = {"t2/t2": "t2/t2_seg-manual", "t2/t2_fake_lesion": "t2/t2_fake_lesion_sc_seg"}[name]
    image, cord = (read(folder / f"{file}.nii.gz") for file in (name, mask))
    return image, Mask(cord.data > 0.5, cord.grid)


def with_t2(image: Volume, masks: dict[str, Mask]) -> Study:
    return Study("sample", {Role.T2: Series(Role.T2, image, Source("nifti", ""))}, masks)


def pasted(data: Path) -> Iterator[Pasted]:
    """Each ball, brighter than the cord, in the sample's image and masks."""
    image, cord = sample(data)
    line = line_of_tube(cord.data, cord.grid.affine)
    points = image.grid.to_world(np.moveaxis(np.indices(image.grid.shape), 0, -1))
    _, beside = line.project(points)
    canal = Mask(np.linalg.norm(beside, axis=-1) < CANAL_MM, image.grid)
    for position, (radius, *aside) in BALLS.items():
        for height in HEIGHTS:
            middle = line.to_world(np.array(height * line.length_mm), np.array(aside))
            ball = np.linalg.norm(points - middle, axis=-1) < radius
            bright = np.where(ball, np.float32(1.4 * np.median(image.data[cord.data])), image.data)
            masks = {"cord": Mask(cord.data & ~ball, cord.grid), "canal": canal}
            study = with_t2(Volume(bright, image.grid), masks)
            yield Pasted(
                position,
                height,
                study,
                Lesion("ball", Mask(ball, image.grid), "pasted"),
                filled(radius, float(np.hypot(*aside))),
            )


def filled(radius: float, aside: float) -> float:
    """Share of a disc of `CANAL_MM` that a circle covers whose middle lies `aside` of its own: the lens of the two."""
    if aside + radius <= CANAL_MM:
        return radius**2 / CANAL_MM**2
    a, b, d = CANAL_MM, radius, aside
    one = b * b * np.arccos((d * d + b * b - a * a) / (2 * d * b))
    two = a * a * np.arccos((d * d + a * a - b * b) / (2 * d * a))
    kite = np.sqrt((-d + b + a) * (d + b - a) * (d - b + a) * (d + b + a)) / 2
    return float((one + two - kite) / (np.pi * a * a))


def measured(case: Pasted) -> tuple[str, float, float]:
    """Compartment, share inside the cord, and share of the canal."""
    context = Context(case.study, case.lesion, MeasureSettings.without_intervals())
    cord, canal = measure_cord(context).family, measure_canal(context).family
    return cord.compartment, cord.inside_fraction, canal.occupancy_fraction


def dice(one: np.ndarray, other: np.ndarray) -> float:
    return float(2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other)))


def course(cord: Mask) -> CentreLine:
    return line_of_tube(cord.data, cord.grid.affine)


def main(data: Path) -> None:
    print("| position | height | compartment | inside | share of the canal | its truth |\n|---|---|---|---|---|---|")
    right, errors = 0, []
    for case in pasted(data):
        compartment, inside, share = measured(case)
        right += compartment == EXPECTED[case.position]
        errors.append(abs(share - case.occupancy))
        print(
            f"| {case.position} | {case.height} | {compartment} | {inside:.2f} | {share:.3f} | {case.occupancy:.3f} |"
        )
    print(f"compartment right in {right} of {len(errors)}; share of the canal at most {max(errors):.3f} off")
    for name in ("t2/t2", "t2/t2_fake_lesion"):
        image, cord = sample(data, name)
        points = course(cord).points
        given = points[np.linspace(0, len(points) - 1, 5).astype(int)]
        for way, line in (("found", None), ("along a given line", given)):
            try:
                masks = segment_cord(with_t2(image, {}), centre_line=line)
                print(f"cord of {name} {way}: Dice {dice(masks['cord'].data, cord.data):.3f}")
            except PnstError as error:
                print(f"cord of {name} {way}: refused ({error.got})")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
