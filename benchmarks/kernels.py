"""Every kernel and family on one simulated study: time, memory and error against truth; and what got slower.

python benchmarks/kernels.py --markdown       # measures, writes the section of README.md and kernels.csv
python benchmarks/kernels.py --check          # measures again, says what got worse, exit status 1

Times are divided by those of a fixed piece of work that runs in turn with each (`yardstick.py`): that ratio, not the
seconds, is compared.
"""

from __future__ import annotations

import csv
import os
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from core import CASES, stages, whole
from diffusion import B_VALUES, body
from tables import machine, markdown, publish, section_parser
from yardstick import against_yardstick

import pnst
from pnst.classification.assess import assess
from pnst.kernels.diffusion import fit_decay, group_by_b_value
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable
from pnst.measurement.measure import FAMILIES
from pnst.measurement.settings import MeasureSettings
from pnst.phantom import simulate
from pnst.phantom.presets import malignant
from pnst.study import Lesion, Study

COMMITTED = Path(__file__).with_name("kernels.csv")
ROUNDS = 7
SLOWER = 1.3
"""A ratio this many times the committed one is worse; on a busy machine two readings of one state differ by less."""
TINY_YARDSTICKS = 0.05
"""What takes less than so many yardsticks is not compared: its ratio is the clock's."""
SHOWN_ERRORS = {
    "size": "volume_ml",
    "margin": "irregularity",
    "edema": "max_extent_mm",
    "split_fat": "coverage_fraction",
    "adc": "mean_um2_per_ms",
    "enhancement": "enhancing_fraction",
    "cyst": "fraction",
    "t1_high": "fraction",
    "target": "rim_core_ratio",
}
"""Family → the column whose error stands in the table."""


@dataclass(frozen=True)
class Row:
    """What one kernel, family or stage needs, and how far it is off."""

    name: str
    milliseconds: float
    yardsticks: float
    peak_mib: float
    """Allocated by NumPy and Python while it runs, above what it was given."""
    error: str = ""


def rows() -> Iterator[Row]:
    """Shape kernels, the ADC fit, families, the whole of measuring, and the answer."""
    for case in CASES:
        mask = case.mask()
        yield _row(f"size and shape, {case.name}", partial(whole, mask))
    for name, call in stages(CASES[0].mask()).items():
        yield _row(f"· {name}", call)
    signal, shells = body(B_VALUES).volume.data.reshape(-1, len(B_VALUES), order="F"), group_by_b_value(B_VALUES, 10)
    yield _row("ADC fit, ordinary, 256×256×64×4", partial(fit_decay, signal, shells, iterations=0))
    yield _row("ADC fit, weighted", partial(fit_decay, signal, shells))
    yield _row("ADC fit, weighted, magnitude noise taken off", partial(fit_decay, signal, shells, noise_sd=40.0))
    yield from _families()


def _families() -> Iterator[Row]:
    made = simulate(malignant())
    study, lesion, truth = made.study, made.lesion, made.truth
    quick = MeasureSettings.without_intervals()
    for name, measure_family in FAMILIES:
        try:
            outcome = measure_family(Context(study, lesion, quick))
        except NotMeasurable:
            continue
        call = partial(_measured_alone, study, lesion, quick, measure_family)
        yield _row(f"family {name}", call, _error(name, outcome.family, truth))
    yield _row("measure, every family, no intervals", partial(pnst.measure, study, lesion, quick))
    yield _row("measure, every family, intervals", partial(pnst.measure, study, lesion))
    yield _row("assess", partial(assess, pnst.measure(study, lesion, quick)))


def _measured_alone(study: Study, lesion: Lesion, settings: MeasureSettings, measure_family: Any) -> Any:
    """A family with nothing worked out before it, the lesion's surface included."""
    fresh = Lesion(lesion.label, lesion.mask, lesion.made_by)
    return measure_family(Context(study, fresh, settings))


def _error(name: str, family: Family, truth: Mapping[str, Any]) -> str:
    column = SHOWN_ERRORS.get(name)
    true = None if column is None else truth.get(f"{name}.{column}")
    if column is None or true is None:
        return ""
    value = float(family.columns()[column])
    return f"`{column}` {value:.3g}, true {float(true):.3g}"


def _row(name: str, call: Callable[[], Any], error: str = "") -> Row:
    ratio = against_yardstick(call, ROUNDS)
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return Row(name, 1000 * ratio.seconds, ratio.yardsticks, peak / 2**20, error)


def report(measured: list[Row]) -> str:
    """The table of README.md."""
    lines = [
        (row.name, f"{row.milliseconds:.1f}", f"{row.yardsticks:.2f}", f"{row.peak_mib:.0f}", row.error)
        for row in measured
    ]
    head = ("", "processor (ms)", "÷ yardstick", "peak (MiB)", "beside the truth")
    return (
        f"Medians of {ROUNDS}, in turn with the yardstick. Families: one simulated malignant tumour, each measured "
        f"alone, the lesion's surface too. {machine()}, OMP_NUM_THREADS {os.environ.get('OMP_NUM_THREADS', 'unset')}."
        f"\n\n{markdown(head, lines)}"
    )


def write_committed(measured: list[Row]) -> None:
    """The ratios that `--check` compares with."""
    with COMMITTED.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("name", "yardsticks", "peak_mib"))
        writer.writerows((row.name, f"{row.yardsticks:.3f}", f"{row.peak_mib:.1f}") for row in measured)


def what_got_worse(measured: list[Row]) -> list[str]:
    """One line a row whose ratio or memory is above the committed one, or that is not there."""
    with COMMITTED.open(newline="", encoding="utf-8") as file:
        before = {line["name"]: line for line in csv.DictReader(file)}
    worse = [f"{name}: measured before, not now" for name in before.keys() - {row.name for row in measured}]
    for row in measured:
        if row.name not in before:
            worse.append(f"{row.name}: not in {COMMITTED.name} (write it with --markdown)")
            continue
        was, memory = float(before[row.name]["yardsticks"]), float(before[row.name]["peak_mib"])
        if row.yardsticks > max(SLOWER * was, TINY_YARDSTICKS):
            worse.append(f"{row.name}: {row.yardsticks:.2f} yardsticks, committed {was:.2f}")
        if row.peak_mib > SLOWER * memory + 1:
            worse.append(f"{row.name}: {row.peak_mib:.0f} MiB, committed {memory:.0f}")
    return sorted(worse)


def main() -> None:
    parser = section_parser(__doc__)
    parser.add_argument("--check", action="store_true", help="compare with kernels.csv")
    options = parser.parse_args()
    measured = list(rows())
    publish("kernels", report(measured), options.markdown)
    if options.markdown:
        write_committed(measured)
    if options.check:
        worse = what_got_worse(measured)
        print("\n".join(worse) or f"nothing got worse than {COMMITTED.name} by {SLOWER - 1:.0%}")
        sys.exit(bool(worse))


if __name__ == "__main__":
    main()
