"""What the network learns from: sarcomas with their contours, bent into other shapes, under prompts of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
from reader import Reader, any_prompt
from scipy.ndimage import map_coordinates, zoom

from pnst.image import Grid
from pnst.segmentation.channels import channels, depth_in
from pnst.segmentation.frame import PromptFrame
from pnst.segmentation.prompt import Box
from pnst.segmentation.prompt_body import ball_about, body_of, drawn_levels
from pnst.typing import BoolArray, Float32Array

Rng = np.random.Generator
BOX, BALL = 0.06, 0.1
"""How often the prompt is a box, and a ball of a wrong size about a click; else lines and clicks."""


@dataclass(frozen=True)
class Readers:
    """How the prompts of one network's examples are drawn."""

    exact: bool
    """Lines and clicks alone, none of them off."""
    as_drawn: int
    """Prompts of each case as it is."""
    shapes: int
    """Bent copies of each …"""
    per_shape: int
    """… and prompts of each of these."""


READERS = {"any": Readers(False, 30, 10, 4), "exact": Readers(True, 16, 16, 3)}


@dataclass(frozen=True, eq=False)
class LabelledCase:
    """One sarcoma on T1."""

    name: str
    image: Float32Array
    mask: BoolArray
    grid: Grid

    @property
    def radius_mm(self) -> float:
        """Of the ball with the same volume."""
        return float((self.mask.sum() * self.grid.voxel_volume_mm3 * 3 / 4 / np.pi) ** (1 / 3))


def read_cases(data: Path) -> list[LabelledCase]:
    """The cases of DATA/sts_t1, in canonical order of their voxels."""
    found = []
    for folder in sorted((data / "sts_t1" / "nifti").iterdir()):
        image, mask = (
            nib.as_closest_canonical(nib.load(folder / f"MR_T1_{kind}.nii.gz")) for kind in ("image", "mask")
        )
        grid = Grid(image.shape, image.affine)
        inside = np.asarray(mask.dataobj) > 0.5
        found.append(LabelledCase(folder.name, np.asarray(image.dataobj, dtype=np.float32), inside, grid))
    return found


def examples(case: LabelledCase, readers: Readers) -> tuple[Float32Array, Float32Array]:
    """Channels (n, 4, ni, nj, nk) and targets (n, ni, nj, nk) in the prompts' frames."""
    rng = np.random.default_rng(int(case.name[-3:]))
    reader = Reader(case.mask, case.grid)
    pairs = [_example(rng, case, reader, readers.exact) for _ in range(readers.as_drawn)]
    for bent in _bent(rng, case, readers.shapes):
        reader = Reader(bent.mask, bent.grid)
        pairs += [_example(rng, bent, reader, readers.exact) for _ in range(readers.per_shape)]
    shown, targets = zip(*pairs, strict=True)
    return np.stack(shown), np.stack(targets)


def _example(rng: Rng, case: LabelledCase, reader: Reader, exact: bool) -> tuple[Float32Array, Float32Array]:
    frame = _any_frame(rng, case, reader, exact)
    shown = channels(frame.of(case.image, case.grid), depth_in(frame), frame)
    return shown, np.nan_to_num(frame.of(case.mask.astype(np.float32), case.grid))


def _any_frame(rng: Rng, case: LabelledCase, reader: Reader, exact: bool) -> PromptFrame:
    kind, where = 1.0 if exact else rng.uniform(), case.grid.to_world(np.argwhere(case.mask))
    if kind < BOX:
        low, high = where.min(axis=0) - 1.5 + rng.uniform(-2, 2, 3), where.max(axis=0) + 1.5 + rng.uniform(-2, 2, 3)
        return PromptFrame(body_of(Box(tuple(low), tuple(high))))
    if kind < BOX + BALL:
        centre = where.mean(axis=0) + rng.normal(0, 0.12 * case.radius_mm, 3)
        return PromptFrame(ball_about(centre, case.radius_mm * float(np.exp(rng.uniform(-0.7, 0.7)))))
    prompt = any_prompt(rng, reader, exact)
    body = body_of(prompt)
    return PromptFrame(body, drawn_levels(prompt, body))


def _bent(rng: Rng, case: LabelledCase, count: int) -> Iterator[LabelledCase]:
    """Copies whose anatomy is turned, sheared and bent smoothly; none that leave the image or fall apart."""
    made = 0
    while made < count:
        bent = _bend(rng, case)
        ratio = bent.mask.sum() / case.mask.sum()
        rows = [bent.mask.any(axis=tuple({0, 1, 2} - {axis})) for axis in range(3)]
        if 0.4 < ratio < 2.5 and rows[2].sum() >= 5 and not any(row[0] or row[-1] for row in rows[:2]):
            made += 1
            yield bent


def _bend(rng: Rng, case: LabelledCase) -> LabelledCase:
    import cc3d

    spacing, shape = np.array(case.grid.spacing), np.array(case.mask.shape)
    index = np.stack(np.meshgrid(*[np.arange(n, dtype=np.float32) for n in shape], indexing="ij"))
    middle = np.argwhere(case.mask).mean(axis=0)
    to_mm = spacing[:, None, None, None].astype(np.float32)
    offset = (index - middle[:, None, None, None].astype(np.float32)) * to_mm
    moved = np.einsum("ab,b...->a...", (np.eye(3) + rng.normal(0, 0.08, (3, 3))).astype(np.float32), offset)
    knots = [
        max(3, int(np.ceil(n * step / (1.2 * case.radius_mm))) + 1) for n, step in zip(shape, spacing, strict=True)
    ]
    for axis in range(3):
        amount = rng.uniform(0, 0.22) * case.radius_mm
        field = zoom(
            rng.normal(0, amount, knots).astype(np.float32), shape / knots, order=2, grid_mode=True, mode="nearest"
        )
        moved[axis] += field[: shape[0], : shape[1], : shape[2]]
    source = moved / to_mm + middle[:, None, None, None].astype(np.float32)
    image = map_coordinates(case.image, source, order=1, mode="constant", cval=np.nan)
    mask = map_coordinates(case.mask.astype(np.float32), source, order=1, mode="constant") > 0.5
    labels = cc3d.connected_components(mask.astype(np.uint8), connectivity=26)
    largest = labels == (np.bincount(labels.ravel())[1:].argmax() + 1)
    return LabelledCase(case.name, image, largest, case.grid)
