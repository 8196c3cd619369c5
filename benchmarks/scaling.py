"""How time and memory of measuring grow: with the image, the lesion, the number of lesions and the number of series.

python benchmarks/scaling.py [--markdown]

Balls in noise, on a tilted grid; the exponent is the slope of the logarithms over the whole range of a line.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from tables import machine, markdown, publish, section_parser
from timing import processor_seconds

import pnst
from pnst.image import Grid, Mask, Volume
from pnst.phantom.vector import rotation
from pnst.study import Lesion, Role, Series, Source, Study

SPACING_MM = (0.8, 0.9, 3.0)
ROLES = (Role.T1, Role.T2_FS, Role.T1_POST, Role.T2)
APART_MM = 60.0
BACKGROUND, LESION, NOISE = 200.0, 320.0, 12.0


@dataclass(frozen=True)
class Scene:
    """Equal balls in a row along the first axis."""

    shape: tuple[int, int, int] = (256, 192, 40)
    diameter_mm: float = 40.0
    lesions: int = 1
    series: int = 2

    def made(self) -> tuple[Study, list[Lesion]]:
        """The study and its lesions."""
        grid = _grid(self.shape)
        index = np.stack(np.meshgrid(*[np.arange(n) for n in self.shape], indexing="ij"), axis=-1)
        place = (index - (np.array(self.shape) - 1) / 2) * SPACING_MM
        first = -(self.lesions - 1) / 2 * APART_MM
        balls = [
            ((place - (first + n * APART_MM, 0.0, 0.0)) ** 2).sum(axis=-1) < (self.diameter_mm / 2) ** 2
            for n in range(self.lesions)
        ]
        rng = np.random.default_rng(4)
        clean = np.where(np.any(balls, axis=0), LESION, BACKGROUND)
        series = {
            role: Series(role, Volume((clean + rng.normal(0, NOISE, self.shape)).astype(np.float32), grid), SOURCE)
            for role in ROLES[: self.series]
        }
        lesions = [Lesion(str(n + 1), Mask(ball, grid), "benchmark") for n, ball in enumerate(balls)]
        return Study("scaling", series), lesions


SOURCE = Source("simulated", "0" * 64)
PLAIN = Scene()
LINES: dict[str, tuple[str, Sequence[float], Sequence[Scene]]] = {
    "image": (
        "million voxels a series",
        [np.prod(shape) / 1e6 for shape in ((128, 128, 30), (256, 192, 40), (384, 384, 60), (512, 512, 100))],
        [replace(PLAIN, shape=shape) for shape in ((128, 128, 30), (256, 192, 40), (384, 384, 60), (512, 512, 100))],
    ),
    "lesion": (
        "millilitres",
        [4 / 3 * np.pi * (mm / 20) ** 3 for mm in (20, 40, 60, 80, 110)],
        [replace(PLAIN, shape=(256, 224, 60), diameter_mm=mm) for mm in (20, 40, 60, 80, 110)],
    ),
    "lesions": (
        "number",
        [1, 2, 4, 8],
        [replace(PLAIN, shape=(640, 128, 30), diameter_mm=30.0, lesions=n) for n in (1, 2, 4, 8)],
    ),
    "series": ("number", [1, 2, 3, 4], [replace(PLAIN, series=n) for n in (1, 2, 3, 4)]),
}
"""What grows → its unit, its sizes, and a scene of each size."""


def _grid(shape: tuple[int, int, int]) -> Grid:
    affine = np.eye(4)
    affine[:3, :3] = rotation((12.0, -7.0, 20.0)) * SPACING_MM
    affine[:3, 3] = -affine[:3, :3] @ (np.array(shape) - 1) / 2
    return Grid(shape, affine)


def measured(scene: Scene, settings: pnst.MeasureSettings) -> tuple[float, float]:
    """Processor seconds, the least of three, and peak MiB above the images, of measuring every lesion of a scene."""
    study, lesions = scene.made()

    def call() -> None:
        for lesion in lesions:
            fresh = Lesion(lesion.label, lesion.mask, lesion.made_by)
            pnst.measure(study, fresh, settings, others=[other for other in lesions if other is not lesion])

    seconds = min(processor_seconds(call) for _ in range(3))
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return seconds, peak


def report() -> str:
    """A row a size, and the exponents."""
    rows: list[tuple[str, ...]] = []
    exponents: list[tuple[str, ...]] = []
    quick = pnst.MeasureSettings.without_intervals()
    for name, (unit, sizes, scenes) in LINES.items():
        results = [measured(scene, quick) for scene in scenes]
        rows += [
            (name, f"{size:.3g} {unit}", f"{1000 * seconds:.0f}", f"{peak:.0f}")
            for size, (seconds, peak) in zip(sizes, results, strict=True)
        ]
        slopes = (np.polyfit(np.log(sizes), np.log(column), 1)[0] for column in zip(*results, strict=True))
        exponents.append((name, *(f"{slope:.2f}" for slope in slopes)))
    return (
        f"Processor time and peak memory, above the images, of `measure` without intervals. {machine()}.\n\n"
        f"{markdown(('what grows', 'exponent of time', 'exponent of memory'), exponents)}\n\n"
        f"{markdown(('what grows', 'size', 'processor (ms)', 'peak (MiB)'), rows)}"
    )


def main() -> None:
    options = section_parser(__doc__).parse_args()
    publish("scaling", report(), options.markdown)


if __name__ == "__main__":
    main()
