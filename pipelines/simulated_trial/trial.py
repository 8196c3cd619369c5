"""The stages of a trial: patients, their DICOM, both ways to a lesion, measurements. Each keeps what is there."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from patients import rows

import pnst
from pnst.classification.evidence_model.drawn_lesions import draw_lesions
from pnst.classification.evidence_model.model import evidence_model
from pnst.cohort.simulated import simulate_cohort
from pnst.cohort.task import TaskOutcome, Watch
from pnst.evidence.body import literature
from pnst.workflow import StudyFormat

sys.path.append(str(Path(__file__).parents[1] / "train_segmentation"))
from reader import Reader, shaky

SCANNER = Path(__file__).with_name("config.toml")
DRAWS, MODEL_SEED = 2048, 1
"""Of the evidence model: as `pnst assess` takes them."""
LINE_OFF_MM = 2.0
"""How far at most the reader's ends lie from the longest diameter's, in the slice."""
WAYS = ("expert", "own")
"""The expert's masks; lesions that pnst segments from one RECIST line with its short axis and extent."""


@dataclass(frozen=True)
class Trial:
    """So many patients of each class before one scanner."""

    out: Path
    malignant: int
    benign: int
    seed: int = 1
    scanner: tuple[Path | Mapping[str, Any], ...] = (SCANNER,)
    workers: int | None = None

    @property
    def studies(self) -> Path:
        """The simulated DICOM and `cohort.csv` with the truth of each."""
        return self.out / "studies"

    def run(self, ways: Sequence[str] = WAYS) -> None:
        """Every stage; what an earlier call has finished is kept."""
        self.out.mkdir(parents=True, exist_ok=True)
        _write(self.out / "patients.csv", rows(self.lesions(), self.seed))
        scanned, dicom = (self.out / "patients.csv", self.studies, self.scanner), StudyFormat(format="dicom")
        simulate_cohort(*scanned, dicom, self.workers, _progress("simulated"))
        for way in ways:
            table = self.out / f"{way}.csv"
            _write(table, self.cases(way))
            pnst.run_cohort(table, self.out / way, workers=self.workers, pages=False, watch=_progress(way))

    def lesions(self) -> list[Any]:
        """What each patient's lesion truly shows, from the evidence model."""
        likelihood = evidence_model(literature(), DRAWS, MODEL_SEED).likelihood
        return draw_lesions(likelihood, self.malignant, self.benign, self.seed)

    def cases(self, way: str) -> Iterable[dict[str, Any]]:
        """The rows of `pnst cohort`'s table."""
        for number, row in enumerate(self.truth().to_dict("records")):
            study = Path("studies", row["study"])
            given = {"lesion": Path("studies", row["lesion"]).as_posix()}
            if way == "own":
                given = self._line(row, np.random.default_rng([self.seed, 2, number]))
            truth = {name: value for name, value in row.items() if name.startswith("truth.") and pd.notna(value)}
            yield {"case": row["case"], "study": study.as_posix(), **given, "diagnosis": row["diagnosis"], **truth}

    def truth(self) -> pd.DataFrame:
        """One row a simulated patient."""
        return pd.read_csv(self.studies / "cohort.csv", keep_default_na=False, na_values=[""])

    def measured(self, way: str) -> pd.DataFrame:
        """One row a measured lesion, by case."""
        return pd.read_parquet(self.out / way / "lesions.parquet").set_index("case")

    def _line(self, row: Mapping[str, Any], rng: np.random.Generator) -> dict[str, str]:
        study = pnst.read_study(self.studies / row["study"])
        mask = pnst.read_lesion(self.studies / row["lesion"], study).mask.canonical()
        line = shaky(rng, Reader(mask.data, mask.grid).one(), LINE_OFF_MM)
        ends = (line.p_ras_mm, line.q_ras_mm, *(line.short_axis or ()))
        words = ":".join(",".join(f"{x:.2f}" for x in end) for end in ends)
        low, high = line.craniocaudal_mm or (0.0, 0.0)
        return {"line": words, "craniocaudal": f"{low:.2f},{high:.2f}"}


def _progress(stage: str) -> Watch:
    """A line for each patient, on standard error."""
    counted = count(1)

    def note(outcome: TaskOutcome) -> None:
        why = f": {outcome.error}" if outcome.error is not None else ""
        print(f"{stage} {next(counted)}: {outcome.task.name} {outcome.state}{why}", file=sys.stderr, flush=True)

    return note


def _write(file: Path, table: Iterable[Mapping[str, Any]]) -> None:
    lines = list(table)
    columns = list(dict.fromkeys(name for line in lines for name in line))
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
