"""What of the committed measurements of accuracy speaks of each family: cut from tables that scripts wrote.

Nothing is typed here but what a table is called. A family of which no table speaks is an error, so that no page can
promise an accuracy that nobody measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BENCHMARKS = ROOT / "benchmarks" / "README.md"
TRIAL = ROOT / "pipelines" / "simulated_trial" / "README.md"
EVIDENCE = ROOT / "docs" / "evidence.md"
READINGS = ROOT / "docs" / "validation" / "index.md"

SIZE_OF_SURFACE = ("longest_diameter_mm", "axial_", "craniocaudal_mm", "volume_ml", "surface_area", "major_", "least_")
READ = {
    "margin": ("deep lobulations", "shape (", "edge"),
    "split_fat": ("compartment", "split fat"),
    "t1_high": ("T1-bright",),
    "edema": ("oedema",),
}
"""Family → how the table of readings begins the signs that it measures."""
DIFFUSION = {"adc": ("Rician noise", "Siemens XA30", "Legs, 14 muscles"), "ivim": ("OSIPI TF2.4",)}
"""Family → how the paragraph before a table of the section `diffusion` begins."""
BY_EXAMPLE = ("cord", "canal", "bone", "nerve", "invasion", "ivim", "heterogeneity")
"""Families that no benchmark over many scenes has: what their example printed stands in its place."""


SIMULATED = "**On simulated studies whose truth is known in closed form.** "
WITHIN = " *Within* is the share inside the accuracy that pnst demands of itself; *thin* is a lesion under six slices."
SURFACE = "**The surface alone, without image and noise.** "
DRAWN = (
    "**On drawn tumours with and without the sign**, SNR 20 to 40, tilted voxels of 0.4 to 0.8 mm and slices of 0.9 "
    "to 4 mm (`benchmarks/signs.py`):"
)
INTERVALS = "**The interval beside each number** ([how it is made](uncertainty.md)), on "
SEEN = (
    "**On real sarcomas, against what was seen** ([what a reading is](../validation/index.md); no radiologist, no "
    "nerve sheath tumour):"
)
PRINTED = (
    "**On the simulated cases of the figure above**, printed by [its script](../auto_examples/plot_{family}.rst) when "
    "this page was built:"
)
TREMOR = (
    "**On 200 simulated patients, outlined with a tremor of the hand** ([the trial](../validation/trial.md); there "
    "also from one line, which is worse):"
)


@dataclass(frozen=True)
class Table:
    """One table of Markdown: the cells of its header and of its rows."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def of(self, *beginnings: str) -> Table:
        """The rows whose first cell, less its code quotes, begins so."""
        return Table(self.header, tuple(row for row in self.rows if row[0].strip("`* ").startswith(beginnings)))

    def markdown(self) -> str:
        """As it stood."""
        lines = [self.header, ("---",) * len(self.header), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def tables(file: Path, section: str) -> list[Table]:
    """The tables between the marks of a section that a script writes."""
    text = file.read_text(encoding="utf-8")
    match = re.search(f"<!-- begin {section} -->(.*?)<!-- end {section} -->", text, re.DOTALL)
    if match is None:
        raise ValueError(f"{file.name} has no section {section}")
    blocks = re.findall(r"(?:^\|.*\|$\n?)+", match[1], re.MULTILINE)
    return [_table(block) for block in blocks]


def _table(block: str) -> Table:
    header, _, *rows = (tuple(cell.strip() for cell in line.strip("| ").split(" | ")) for line in block.splitlines())
    return Table(header, tuple(row + ("",) * (len(header) - len(row)) for row in rows))


def first_line(file: Path, section: str) -> str:
    """What a section says of how it was made."""
    text = file.read_text(encoding="utf-8").partition(f"<!-- begin {section} -->")[2]
    return text.strip().partition("\n")[0]


def with_paragraph(file: Path, section: str, beginning: str) -> str:
    """The paragraph of a section that begins so, with the table behind it."""
    text = file.read_text(encoding="utf-8").partition(f"<!-- begin {section} -->")[2]
    match = re.search(rf"^{re.escape(beginning)}[^\n]*\n\n(?:\|[^\n]*\n)+", text, re.MULTILINE)
    if match is None:
        raise ValueError(f"{section} of {file.name} has no paragraph with a table that begins with {beginning}")
    return match[0].strip()


def parts(family: str) -> Iterator[str]:
    """Everything measured of a family, each part with what it was held against."""
    numbers, _, signs = tables(BENCHMARKS, "accuracy")
    numbers, signs = numbers.of(f"{family}."), signs.of(f"{family}.")
    if numbers.rows or signs.rows:
        yield SIMULATED + first_line(BENCHMARKS, "accuracy") + WITHIN
        yield from (table.markdown() for table in (numbers, signs) if table.rows)
    if family in ("size", "margin"):
        (surface,) = tables(BENCHMARKS, "surface")
        own = [row for row in surface.rows if row[0].strip("`").startswith(SIZE_OF_SURFACE) == (family == "size")]
        yield SURFACE + first_line(BENCHMARKS, "surface")
        yield Table(surface.header, tuple(own)).markdown()
    (on_t2,) = tables(BENCHMARKS, "signs")
    if on_t2.of(f"{family}.").rows:
        yield DRAWN
        yield on_t2.of(f"{family}.").markdown()
    yield from (with_paragraph(BENCHMARKS, "diffusion", beginning) for beginning in DIFFUSION.get(family, ()))
    if family == "adc":
        yield with_paragraph(BENCHMARKS, "solid_part", "Bias of mean ADC")
    yield from _trial(family)
    (held,) = tables(BENCHMARKS, "coverage")
    if held.of(f"{family}.").rows:
        yield INTERVALS + first_line(BENCHMARKS, "coverage")
        yield held.of(f"{family}.").markdown()
    if family in READ:
        (agreement, *_) = tables(READINGS, "results")
        yield SEEN
        yield agreement.of(*READ[family]).markdown()
    if family in BY_EXAMPLE:
        yield PRINTED.format(family=family)
        yield (
            f"```{{literalinclude}} ../auto_examples/plot_{family}.rst\n:language: text\n"
            ":start-after: .. code-block:: none\n:end-before: .. GENERATED FROM\n:dedent:\n```"
        )


def _trial(family: str) -> Iterator[str]:
    """Rows of 200 simulated patients, with an expert's masks (the first two tables of the section after the areas)."""
    signs, values = (table.of(f"{family}.") for table in tables(TRIAL, "results")[1:3])
    if signs.rows or values.rows:
        yield TREMOR
        yield from (table.markdown() for table in (signs, values) if table.rows)


def section(family: str) -> str:
    """The text of a family's page."""
    texts = list(parts(family))
    if not texts:
        raise ValueError(f"no table speaks of {family}: measure it, or let its page say that nobody did")
    return "\n\n".join(texts) + "\n"


def card_extracts() -> dict[str, str]:
    """What the model card of the evidence model shows of measured performance, by name."""
    return {
        "validity": first_line(EVIDENCE, "validity"),
        "areas": tables(TRIAL, "results")[0].markdown(),
        "calibration": tables(EVIDENCE, "calibration")[0].markdown(),
    }
