"""Each stage of the main job beside its physical limit: the bytes it must read, decode or touch at memory's bandwidth.

python benchmarks/limits.py [DATA] [--markdown]     # DATA holds sts001_raw; default: $PNST_DATA

The limit is what nothing on this machine can beat: every byte of input read once and every byte of output written once,
at the speed of a copy in memory. What decoding, fitting and interpolating cost comes on top.
"""

from __future__ import annotations

import os
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from diffusion import B_VALUES, body
from tables import machine, markdown, publish, section_parser
from timing import ROUNDS, least_wall

import pnst
from pnst.kernels.diffusion import fit_decay, group_by_b_value
from pnst.kernels.surface import level_set
from pnst.settings import RunSettings
from pnst.study import Lesion
from pnst.workflow.case import assess_case, preprocess_case, read_case, report_case, write_case
from pnst.workflow.case import measure_case as measure_lesions
from pnst.workflow.inputs import CaseInputs

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
COPIED = 64 * 2**20


def bandwidth() -> float:
    """Bytes a second that a copy reads and writes, on one core."""
    source = np.ones(COPIED // 4, dtype=np.float32)
    target = np.empty_like(source)
    return 2 * COPIED / least_wall(lambda: np.copyto(target, source))


def stages(data: Path) -> list[tuple[str, str, int, float]]:
    """Stage, what must be touched, how many bytes that is, and its wall seconds."""
    folder = data / "sts001_raw" / "dicom"
    contours = next((folder / "MR_T2" / "mask").glob("*.dcm"))
    inputs, settings = CaseInputs(folder, contours, "GTV_Mass"), RunSettings()
    files = sum(file.stat().st_size for file in folder.rglob("*.dcm"))
    case = preprocess_case(read_case(inputs), settings)
    decoded = sum(series.volume.data.nbytes for series in case.study.series.values())
    (lesion,) = case.lesions
    crop = lesion.mask.crop(lesion.mask.box(5.0) or (slice(None),) * 3)
    near = sum(_near(lesion, series.volume) for series in case.study.series.values())
    surface = partial(level_set, crop.data, crop.grid.spacing)
    rows = [
        ("read the study", "files read, voxels written", files + decoded, least_wall(partial(read_case, inputs))),
        (
            "level set",
            "the lesion's voxels",
            crop.data.nbytes,
            least_wall(surface),
        ),
        ("measure, no intervals", "series within 30 mm, once", near, least_wall(partial(_measured, case, lesion))),
    ]
    scored = assess_case(measure_lesions(case, inputs, settings), inputs, settings)
    page = report_case(scored)
    rows.append(("report", "the page written", len(page.encode()), least_wall(partial(report_case, scored))))
    with tempfile.TemporaryDirectory() as out:
        write_case(scored, page, settings, Path(out) / "0")
        written = sum(file.stat().st_size for file in (Path(out) / "0").rglob("*") if file.is_file())
        counter = iter(range(1, 1000))
        seconds = least_wall(lambda: write_case(scored, page, settings, Path(out) / str(next(counter))))
    rows.append(("write", "files written", written, seconds))
    signal, shells = body(B_VALUES).volume.data.reshape(-1, len(B_VALUES), order="F"), group_by_b_value(B_VALUES, 10)
    touched = signal.nbytes * 7 // 4  # three maps of float32 beside four b-values
    fit = partial(fit_decay, signal, shells, iterations=0)
    rows.append(("ADC fit, ordinary, 256×256×64×4", "signal read, three maps written", touched, least_wall(fit)))
    return rows


def _near(lesion: Lesion, image: pnst.Volume) -> int:
    box = lesion.mask_on(image.grid).box(30.0)
    return 0 if box is None else image.crop(box).data.nbytes


def _measured(case: Any, lesion: Lesion) -> pnst.Measurements:
    fresh = Lesion(lesion.label, lesion.mask, lesion.made_by)
    return pnst.measure(case.study, fresh, pnst.MeasureSettings.without_intervals())


def report(data: Path) -> str:
    """The table."""
    speed = bandwidth()
    lines = [
        (
            name,
            what,
            f"{size / 2**20:.1f}",
            f"{1000 * size / speed:.2f}",
            f"{1000 * wall:.0f}",
            f"{wall * speed / size:.0f} ×",
        )
        for name, what, size, wall in stages(data)
    ]
    head = ("stage", "what must be touched", "MiB", "limit (ms)", "wall (ms)", "÷ limit")
    return (
        f"The real sarcoma. A copy in memory moves {speed / 1e9:.1f} GB/s on one core; the least of {ROUNDS} calls, "
        f"files in the system's cache. {machine()}.\n\n{markdown(head, lines)}"
    )


def main() -> None:
    parser = section_parser(__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=Path(os.environ.get("PNST_DATA", BESIDE)))
    options = parser.parse_args()
    publish("limits", report(options.data), options.markdown)


if __name__ == "__main__":
    main()
