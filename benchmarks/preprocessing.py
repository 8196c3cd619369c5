"""What alignment and the correction of shading recover, on simulated studies and on real legs.

python benchmarks/preprocessing.py motions|legs|fields [--count 2] [--data ../shared/data] [--markdown]

Motions (8 mm, 5°, in random directions) and fields (40 %) are planted; the legs have no truth, so that only the
spread over starting points and the similarity are reported.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation
from tables import machine, markdown, write_section

from pnst.image import FloatArray, Grid, Volume
from pnst.phantom import GridSpec, LesionSpec, PatientMotion, Simulated, Spec, SurroundSpec, benign, malignant, simulate
from pnst.phantom.artefacts import REALISTIC
from pnst.phantom.tissue import Tissue
from pnst.phantom.vector import rotation
from pnst.phantom.view import View
from pnst.preprocessing.align import align
from pnst.preprocessing.bias import correct_bias
from pnst.preprocessing.motion import RigidMotion, estimate_motion, shift_and_rotation
from pnst.preprocessing.settings import AlignmentSettings
from pnst.study import Role

SHIFT_MM, TURN_DEG = 8.0, 5.0
START_MM, START_DEG = 5.0, 3.0
SNR = 20.0
PLANES = ("axial", "coronal", "sagittal")
ECHOES, SLICES = 17, 13
"""Of the legs' T2 file, whose images are stored echo by echo within each slice."""


def steps(rng: np.random.Generator, *sizes: float) -> list[FloatArray]:
    """A vector of each size, in a random direction."""
    return [size * v / np.linalg.norm(v) for size, v in zip(sizes, rng.normal(size=(len(sizes), 3)), strict=True)]


# --- simulated motions -----------------------------------------------------------------------------------------------


def motions(count: int) -> Iterator[dict[str, Any]]:
    """One row a study: how far the diffusion series lies from the truth after alignment."""
    rng = np.random.default_rng(11)
    for (name, preset), reference, number in product(
        (("benign", benign), ("malignant", malignant)), (Role.T2_FS, Role.T1), range(count)
    ):
        shift, turn = steps(rng, SHIFT_MM, TURN_DEG)
        angles = Rotation.from_rotvec(turn, degrees=True).as_euler("xyz", degrees=True)
        moved = PatientMotion(shift_mm=tuple(shift.tolist()), turn_deg=tuple(angles.tolist()))
        plane = PLANES[number % len(PLANES)]
        spec = replace(preset(), snr=SNR, roles=(reference, Role.DWI), grids={reference: GridSpec(plane=plane)})
        yield motion_row(simulate(replace(spec, motion={Role.DWI: moved}), seed=number), name, reference)
        if number == 0:
            spec = replace(spec, artefacts=REALISTIC)
            yield motion_row(simulate(spec, seed=number), f"{name}, distorted, still", reference)


def motion_row(made: Simulated, name: str, reference: Role) -> dict[str, Any]:
    """The error of the motion, and how far the tumour's voxels lie from where they belong, before and after."""
    before = made.study.series[Role.DWI].volume.grid
    began = time.process_time()
    series = align(made.study, reference=reference).series[Role.DWI]
    seconds = time.process_time() - began
    found = series.volume.grid.affine @ before.inverse
    motion, centre = made.spec.motion.get(Role.DWI, PatientMotion()), made.scene.shape.centre
    true = np.eye(4)
    true[:3, :3] = rotation(motion.turn_deg).T
    true[:3, 3] = centre - true[:3, :3] @ (centre + motion.shift_mm)
    shift, turn = shift_and_rotation(np.linalg.inv(true) @ found, before)
    view = View.of(Role.DWI, made.spec, made.scene)
    points = before.to_world(np.stack(np.meshgrid(*map(np.arange, before.shape), indexing="ij"), axis=-1))
    there = view.to_patient(points)
    tumour = made.scene.inside(there)
    off = [
        float(np.linalg.norm(points[tumour] @ m[:3, :3].T + m[:3, 3] - there[tumour], axis=1).mean())
        for m in (np.eye(4), found)
    ]
    result = series.alignment
    return {
        "study": name,
        "reference": reference,
        "shift": shift,
        "turn": turn,
        "off": off,
        "alike": (result.similarity_before, result.similarity_after),
        "moved": result.accepted,
        "seconds": seconds,
    }


def motion_report(rows: list[dict[str, Any]]) -> str:
    """The worst of each kind of study."""
    table = []
    for name, reference in dict.fromkeys((row["study"], row["reference"]) for row in rows):
        some = [row for row in rows if (row["study"], row["reference"]) == (name, reference)]
        column = {key: [row[key] for row in some] for key in some[0]}
        off = np.array(column["off"])
        table.append(
            (
                name,
                f"`{reference}`",
                f"{sum(column['moved'])} of {len(some)}",
                f"{max(column['shift']):.2f}" if "still" not in name else "–",
                f"{max(column['turn']):.2f}" if "still" not in name else "–",
                f"{off[:, 0].mean():.1f} → {off[:, 1].mean():.2f}",
                " → ".join(f"{value:.2f}" for value in np.mean(column["alike"], axis=0)),
                f"{np.median(column['seconds']):.1f}",
            )
        )
    head = "study|aligned with|moved|worst shift, mm|worst turn, °|tumour's voxels off, mm|mutual information|CPU s"
    return markdown(head.split("|"), table)


# --- real legs -------------------------------------------------------------------------------------------------------


def legs(data: Path, starts: int) -> list[tuple[object, ...]]:
    """One row a reference: the motion found from the header's own place, and its spread over other starts."""
    import nibabel

    files = {
        name: nibabel.load(data / "leg_dwi_t2_dixon" / f"{name}.nii.gz") for name in ("DTIdata", "T2data", "water")
    }
    dwi, t2, water = files.values()
    moving = Volume(np.asarray(dwi.dataobj[..., 0], dtype=np.float32), Grid(dwi.shape[:3], dwi.affine))
    flat = np.moveaxis(np.asarray(t2.dataobj, dtype=np.float32), 3, 2).reshape(*t2.shape[:2], -1)
    ninth = flat[..., 8 : 8 + ECHOES * SLICES : ECHOES]
    references = {
        "Dixon water": Volume(np.asarray(water.dataobj, dtype=np.float32), Grid(water.shape, water.affine)),
        "T2, ninth echo": Volume(ninth, Grid(ninth.shape, t2.affine)),
    }
    rows = []
    for name, reference in references.items():
        began = time.process_time()
        found = estimate_motion(moving, reference, AlignmentSettings())
        seconds = time.process_time() - began
        spread = np.array([away(moving, reference, found, seed) for seed in range(starts)])
        rows.append(
            (
                name,
                f"{found.shift_mm:.1f} mm, {found.rotation_deg:.1f}°",
                f"{found.similarity_before:.3f} → {found.similarity_after:.3f}",
                f"{np.median(spread[:, 0]):.2f} / {spread[:, 0].max():.2f}",
                f"{np.median(spread[:, 1]):.2f} / {spread[:, 1].max():.2f}",
                f"{seconds:.1f}",
            )
        )
    return rows


def away(moving: Volume, reference: Volume, found: RigidMotion, seed: int) -> tuple[float, float]:
    """How far from `found` the motion lies that is found from another start."""
    shift, turn = steps(np.random.default_rng(seed), START_MM, START_DEG)
    middle = moving.grid.to_world((np.asarray(moving.grid.shape) - 1) / 2)
    start = np.eye(4)
    start[:3, :3] = Rotation.from_rotvec(turn, degrees=True).as_matrix()
    start[:3, 3] = middle + shift - start[:3, :3] @ middle
    other = estimate_motion(moving, reference, AlignmentSettings(), start)
    return shift_and_rotation(np.linalg.inv(found.matrix) @ other.matrix, moving.grid)


# --- planted fields --------------------------------------------------------------------------------------------------


def fields(count: int) -> list[tuple[object, ...]]:
    """One row a role and body: what is left of a field of 40 % in pure voxels of tissue."""
    rows = []
    for number, region in enumerate(("limb", "paraspinal")):
        lesion = LesionSpec(radii_mm=(15.0 + 3 * number, 19.0, 24.0), rim_cap_deg=60.0, roughness=0.03, edema_mm=6.0)
        roles = (Role.T1, Role.T2_FS)
        grids = dict.fromkeys(roles, GridSpec(spacing_mm=(1.2, 1.1, 4.2), turn_deg=(-6.0, 4.0, 11.0)))
        surround = SurroundSpec(region=region)
        made = simulate(Spec(lesion=lesion, surround=surround, roles=roles, grids=grids), seed=31 + number)
        grid = made.study.series[Role.T1].volume.grid
        points = grid.to_world(np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1))
        shares = made.scene.fractions(points.reshape(-1, 3), 1.0)
        tissue = np.where(shares.max(axis=1) > 0.97, shares.argmax(axis=1), -1).reshape(grid.shape)
        body = np.isin(tissue, (Tissue.MUSCLE, Tissue.FAT, Tissue.TUMOUR, Tissue.EDEMA))
        for role in roles:
            rows.append((region, f"`{role}`", *field_row(made, role, tissue, body, count)))
    return rows


def field_row(made: Simulated, role: Role, tissue: FloatArray, body: FloatArray, count: int) -> tuple[str, ...]:
    """Left over: without correction and with it, the worst of all fields; and N4's own of an image without one."""
    found: list[tuple[float, ...]] = []
    for seed in range(100, 100 + count):
        field = smooth_field(tissue.shape, body, seed)
        series = made.study.series[role]
        shaded = replace(series, volume=Volume((series.volume.data * field).astype(np.float32), series.volume.grid))
        began = time.process_time()
        after = correct_bias(replace(made.study, series={role: shaded})).series[role].volume.data
        seconds = time.process_time() - began
        left = shaded.volume.data / after / field
        left = left / np.median(left[body]) - 1
        medians = max(abs(float(np.median(left[tissue == one]))) for one in (Tissue.MUSCLE, Tissue.FAT, Tissue.TUMOUR))
        before = field[body] / np.median(field[body]) - 1
        rms = [float(np.sqrt(np.mean(part**2))) for part in (before, left[body])]
        found.append((*rms, float(np.percentile(np.abs(left[body]), 95)), medians, seconds))
    before, rms, p95, medians, seconds = np.max(found, axis=0)
    return f"{before:.1%}", f"{rms:.1%}", f"{p95:.1%}", f"{medians:.1%}", f"{seconds:.1f}"


def smooth_field(shape: tuple[int, ...], body: FloatArray, seed: int) -> FloatArray:
    """A smooth field whose brightest place of the body is 40 % above its darkest."""
    index = np.stack(np.meshgrid(*[np.linspace(-1, 1, n) for n in shape], indexing="ij"), axis=-1)
    a, b, c, d = np.random.default_rng(seed).normal(size=(4, 3))
    wave = np.tanh(0.8 * (index @ a + 0.5 * (index @ b) * (index @ c)) + 0.3 * np.cos(2 * index @ d))
    low, high = wave[body].min(), wave[body].max()
    return np.asarray(1.4 ** ((wave - low) / (high - low)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("motions", "legs", "fields"))
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="the folder of real data, for the legs"
    )
    parser.add_argument("--count", type=int, default=2, help="motions a preset and reference, fields a row, or starts")
    parser.add_argument("--markdown", action="store_true", help="write the section of README.md")
    options = parser.parse_args()
    if options.part == "motions":
        text = motion_report(list(motions(options.count)))
    elif options.part == "legs":
        head = "aligned with|found|mutual information|shift over starts, median / worst, mm|turn over starts, °|CPU s"
        text = markdown(head.split("|"), legs(options.data, options.count))
    else:
        head = "body|series|RMS before|RMS after|95th percentile|worst tissue's median|CPU s"
        text = markdown(head.split("|"), fields(options.count))
    text += f"\n\n{options.count} {'starts' if options.part == 'legs' else options.part} each. {machine()}."
    print(text)
    if options.markdown:
        write_section(options.part, text)


if __name__ == "__main__":
    main()
