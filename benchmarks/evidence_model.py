"""The evidence model: calibrate it, write the figures of its page, measure its speed.

python benchmarks/evidence_model.py calibrate   # solves δ and writes evidence_model/data/calibration.csv
python benchmarks/evidence_model.py page        # writes the generated parts of docs/evidence.md
python benchmarks/evidence_model.py time        # prints wall and processor time
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import logit

from pnst.classification.assess import assess
from pnst.classification.evidence_model.calibration import (
    CALIBRATED_ON,
    POOLED_ROW,
    auc_with_diffusion,
    calibration,
    severity_auc,
    solve_delta,
)
from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.evidence_model.parameters import draw_parameters, sources
from pnst.classification.evidence_model.validity import ValidityRow, validity_table
from pnst.classification.explanation import parameter_text
from pnst.classification.settings import AT_PRIORS, REFERRED_PRIOR, AssessSettings
from pnst.evidence.published import cutoffs, pooled, predictors, publications
from pnst.evidence.rules import rules

ROOT = Path(__file__).resolve().parents[1]
CALIBRATION_FILE = ROOT / "src" / "pnst" / "classification" / "data" / "calibration.csv"
PAGE = ROOT / "docs" / "evidence.md"
CALIBRATION_DRAWS, CALIBRATION_SEED = 4000, 1
EXAMPLE = {
    "size.longest_diameter_mm": 72.0,
    "margin.ill_defined_fraction": 0.31,
    "edema.max_extent_mm": 12.0,
    "split_fat.coverage_fraction": 0.2,
    "adc.mean_um2_per_ms": 1.4,
}


def calibrate() -> None:
    """Solve δ and keep it."""
    target = next(row for row in pooled() if row.predictor == POOLED_ROW)
    assert target.auc is not None
    delta = solve_delta(draw_parameters(CALIBRATION_DRAWS, CALIBRATION_SEED), target.auc.value)
    row = f"{delta:.4f},{target.auc.value:g},{target.source},{CALIBRATION_DRAWS},{CALIBRATION_SEED}"
    CALIBRATION_FILE.write_text(f"delta,target_auc,source,draws,seed\n{row}\n", encoding="utf-8")
    print(row)


def page() -> None:
    """Write every generated part of the page anew."""
    PAGE.write_text(page_text(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def page_text(text: str) -> str:
    """The page with its generated parts replaced; they lie between `<!-- begin name -->` and `<!-- end name -->`."""
    for name, make in PARTS.items():
        pattern = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        text, found = pattern.subn(lambda match, make=make: f"{match[1]}\n{make()}\n{match[2]}", text)
        if found != 1:
            raise ValueError(f"{PAGE.name} has {found} places for {name}")
    return text


def markdown(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """A table."""
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines) + "\n"


def predictor_part() -> str:
    """Each predictor: column, sign, parameters as drawn, sources."""
    rows = [
        (p.group, f"`{p.column}`", p.positive_when or "value itself", parameter_text(p), ", ".join(sources(p)))
        for p in predictors()
    ]
    return markdown(("group", "column", "malignant side", "as drawn: median (95 %)", "sources"), rows)


def calibration_part() -> str:
    """δ and the AUCs."""
    likelihood = evidence_model(AssessSettings().draws, AssessSettings().seed).likelihood
    stored = calibration()
    rows = [("diameter, margin, oedema, split fat", f"{severity_auc(likelihood, CALIBRATED_ON).mean():.3f}")]
    rows += [
        (f"the same and {name}", f"{auc_with_diffusion(likelihood, CALIBRATED_ON, name).mean():.3f}")
        for name in ("adc_mean", "adc_dark", "adc_min")
    ]
    solved = (
        f"δ = {stored.delta:g}, solved once over {stored.draws} draws for a mean AUC of {stored.target_auc:g} "
        f"({stored.source}). The model with its {likelihood.draws} default draws then gives:"
    )
    return f"{solved}\n\n{markdown(('predictors', 'mean AUC'), rows)}"


def validity_part() -> str:
    """Every published row against the model."""
    table = validity_table(evidence_model(AssessSettings().draws, AssessSettings().seed).likelihood)
    modelled = [row for row in table if row.fits is not None]
    misfits = [row for row in modelled if not row.fits]
    counts = f"{len(modelled)} published figures are modelled, {len(modelled) - len(misfits)} fit."
    beside = sorted({f"{row.predictor} ({row.study})" for row in table if row.fits is None})
    return "\n".join(
        [
            counts,
            "",
            markdown(("study", "figure", "published", "model", "fits"), [_validity_cells(row) for row in modelled]),
            "What does not fit:",
            "",
            *(f"- {row.study}, {row.predictor}, {row.quantity}: {row.reason}." for row in misfits),
            "",
            f"Not modelled, because no predictor carries them: {'; '.join(beside)}.",
            "",
        ]
    )


def _validity_cells(row: ValidityRow) -> tuple[object, ...]:
    figure = f"{row.predictor}, {row.quantity}"
    return row.study, figure, row.published, row.predicted, "yes" if row.fits else "**no**"


def rule_part() -> str:
    """Every rule with its population and counts."""
    rows = []
    for name, rule in rules().items():
        result = rule({})
        rows.append((f"`{name}`", result.positive_when, result.population, result.performance))
    return markdown(("rule", "positive when", "population", "the source's counts"), rows)


def study_part() -> str:
    """Every study and how much of it was read."""
    rows = [(s.study, s.population, s.nf1, s.level) for s in publications().values()]
    return markdown(("study", "population", "NF1", "read"), rows)


def prior_part() -> str:
    """The default prior and one example at several priors."""
    a = assess(EXAMPLE)
    low, high = a.interval
    rows = [
        (f"{REFERRED_PRIOR:.3f} (default)", f"{a.probability:.3f}"),
        *((p, f"{a.at_priors[p]:.3f}") for p in AT_PRIORS),
    ]
    measured = ", ".join(f"`{column}` = {value:g}" for column, value in EXAMPLE.items())
    shares = [("logit(prior)", f"{logit(a.prior):+.2f}"), *((k, f"{v:+.2f}") for k, v in a.contributions.items())]
    shares.append(("logit(probability)", f"{logit(a.probability):+.2f}"))
    return "\n".join(
        [
            f"A lesion with {measured}: probability {a.probability:.2f}, interval {low:.2f}–{high:.2f}.",
            "",
            markdown(("prior", "probability"), rows),
            markdown(("part", "log-odds"), shares),
        ]
    )


def adc_part() -> str:
    """The two mean-ADC rows that disagree."""
    rows = [
        (c.study, f"{c.operator} {c.cutoff:g}", f"{c.true_positive}/{c.n_malignant}", f"{c.true_negative}/{c.n_benign}")
        for c in cutoffs()
        if c.name == "adc_mean"
    ]
    return markdown(("study", "cutoff (µm²/ms)", "malignant below", "benign not below"), rows)


PARTS = {
    "predictors": predictor_part,
    "calibration": calibration_part,
    "example": prior_part,
    "rules": rule_part,
    "validity": validity_part,
    "adc": adc_part,
    "studies": study_part,
}


def time_all() -> None:
    """Wall and processor seconds of the three uses."""
    start = time.perf_counter()
    a = assess(EXAMPLE)
    print(f"first lesion, draws included: {time.perf_counter() - start:.3f} s")
    _timed("one more lesion", lambda: assess(EXAMPLE))
    _timed("its contributions", lambda: dict(a.contributions))
    for count in (1_000, 10_000):
        table = every_column(count)
        _timed(
            f"a table of {count} lesions × {table.shape[1]} columns, with intervals", lambda table=table: assess(table)
        )


def every_column(count: int) -> pd.DataFrame:
    """Every predictor of the model, no cell empty: the slowest table there is."""
    rng = np.random.default_rng(0)
    columns = {p.column: rng.integers(0, 2, count).astype(bool) for p in predictors()}
    for p in predictors():
        if p.column.endswith("_um2_per_ms"):
            columns[p.column] = rng.lognormal(0.5, 0.3, count)
        elif p.column.endswith("_mm"):
            columns[p.column] = rng.lognormal(3.0, 0.8, count)
        elif p.column.endswith("_fraction"):
            columns[p.column] = rng.random(count)
        elif p.column.endswith("_count"):
            columns[p.column] = rng.integers(0, 4, count)
    return pd.DataFrame(columns)


def _timed(what: str, call: object) -> None:
    wall, processor = time.perf_counter(), time.process_time()
    call()  # type: ignore[operator]
    print(f"{what}: {time.perf_counter() - wall:.3f} s wall, {time.process_time() - processor:.3f} s processor")


if __name__ == "__main__":
    commands = {"calibrate": calibrate, "page": page, "time": time_all}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]]()
