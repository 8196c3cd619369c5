"""The evidence model: calibrate it, write the figures of its page, measure its speed.

python benchmarks/evidence_model.py calibrate   # the AUC at each δ, a minute: evidence_model/data/calibration.csv
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
from pnst.classification.assessment import Assessment
from pnst.classification.evidence_model.calibration import (
    CALIBRATED_ON,
    CURVE_DELTAS,
    CURVE_DRAWS,
    CURVE_SEED,
    curve_auc,
    ordered_auc,
    severity_outcomes,
    with_diffusion,
)
from pnst.classification.evidence_model.draws import draw_parameters, sources
from pnst.classification.evidence_model.likelihood import Likelihood
from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.evidence_model.parameters import LogNormalParameters
from pnst.classification.explanation import parameter_text
from pnst.classification.intradural.likelihood import counted_rows
from pnst.classification.intradural.observation import DIAMETER_COLUMN, SIGNS
from pnst.classification.settings import AT_PRIORS, AssessSettings
from pnst.classification.validity.intradural import intradural_rows
from pnst.classification.validity.row import ValidityRow
from pnst.classification.validity.table import Validity
from pnst.evidence.body import literature
from pnst.evidence.published import agreements, areas, cutoffs, entity_shares, pooled, predictors, publications
from pnst.evidence.question import QUESTIONS
from pnst.evidence.rules import rules

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "src" / "pnst" / "classification" / "evidence_model"
CALIBRATION_FILE = MODEL / "data" / "calibration.csv"
PAGE = ROOT / "docs" / "evidence.md"
VIGNETTES = ROOT / "tests" / "classification" / "data" / "vignettes.csv"
VIGNETTE_PRIOR = 0.10
EXAMPLE = {
    "size.longest_diameter_mm": 72.0,
    "margin.ill_defined_fraction": 0.31,
    "edema.max_extent_mm": 12.0,
    "split_fat.coverage_fraction": 0.2,
    "adc.mean_um2_per_ms": 1.4,
}


def calibrate() -> None:
    """The mean AUC at each δ, kept beside the model."""
    parameters = draw_parameters(literature(), CURVE_DRAWS, CURVE_SEED)
    lines = ["delta,auc", *(f"{delta:g},{curve_auc(parameters, delta):.5f}" for delta in CURVE_DELTAS)]
    CALIBRATION_FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def default_likelihood() -> Likelihood:
    """Of the default draws."""
    settings = AssessSettings()
    return evidence_model(literature(), settings.draws, settings.seed).likelihood


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
        (
            p.group,
            f"`{p.column}`",
            p.positive_when or "value itself",
            parameter_text(p, literature()),
            ", ".join(sources(p, literature())),
        )
        for p in predictors()
    ]
    return markdown(("group", "column", "malignant side", "as drawn: median (95 %)", "sources"), rows)


def question_part() -> str:
    """The questions, where they are asked, and their priors."""
    rows = [
        (q.name, f"{q.classes[0]} v {q.classes[1]}", ", ".join(q.places), f"{q.prior:.3f}", q.prior_from)
        for q in QUESTIONS
    ]
    return markdown(("question", "classes", "asked in", "default prior", "which is"), rows)


def entity_part() -> str:
    """How many benign lesions are schwannomas: what is published, and what is drawn."""
    rows = [(row.study, row.population, f"{row.schwannoma}/{row.neurofibroma}") for row in entity_shares()]
    shares = default_likelihood().parameters.schwannoma_share
    drawn = [
        (f"NF1 {state}", "{1:.2f} ({0:.2f}–{2:.2f})".format(*np.quantile(share, [0.025, 0.5, 0.975])))
        for state, share in zip(("no", "yes", "unknown"), shares, strict=True)
    ]
    published = markdown(("study", "population", "schwannoma/neurofibroma"), rows)
    return f"{published}\n{markdown(('patient', 'share of schwannoma as drawn: median (95 %)'), drawn)}"


def agreement_part() -> str:
    """How well a measured sign agrees with a reader's."""
    rows = [
        (a.predictor, "{:.2f}–{:.2f}".format(*a.sensitivity), "{:.2f}–{:.2f}".format(*a.specificity), a.mark, a.note)
        for a in agreements()
    ]
    return markdown(("sign", "sensitivity", "specificity", "", ""), rows)


def bound_part() -> str:
    """Between which diameters a diameter counts."""
    p = default_likelihood().parameters.predictors["longest_diameter"]
    assert isinstance(p, LogNormalParameters)
    low, high = np.exp(p.bounds)
    return f"A diameter counts between {low:.1f} and {high:.1f} cm: below and above it counts as the bound.\n"


def calibration_part() -> str:
    """δ and the AUCs."""
    likelihood = default_likelihood()
    low, middle, high = np.quantile(likelihood.delta, [0.025, 0.5, 0.975])
    outcomes = severity_outcomes(likelihood, CALIBRATED_ON)
    rows = [("diameter, margin, oedema, split fat", f"{ordered_auc(likelihood, outcomes).mean():.3f}")]
    rows += [(f"the same and {name}", f"{_with_diffusion(name):.3f}") for name in ("adc_mean", "adc_dark", "adc_min")]
    solved = (
        f"δ as drawn: {middle:.2f} ({low:.2f}–{high:.2f}), by a curve over {CURVE_DRAWS} draws, from the pooled AUC of "
        "Wilson2021, .89 (.86–.92). With a reader's signs and NF1 unknown the model then gives:"
    )
    return f"{solved}\n\n{markdown(('predictors', 'mean AUC'), rows)}"


def _with_diffusion(name: str) -> float:
    """Mean AUC over fewer draws: outcomes of both axes fill the memory."""
    likelihood = evidence_model(literature(), 400, AssessSettings().seed).likelihood
    outcomes = with_diffusion(likelihood, severity_outcomes(likelihood, CALIBRATED_ON), name)
    return float(ordered_auc(likelihood, outcomes).mean())


def validity_rows() -> list[ValidityRow]:
    """Every published row of both questions against the model."""
    settings = AssessSettings()
    fewer = evidence_model(literature(), 400, settings.seed).likelihood
    return [*Validity(fewer).rows(), *intradural_rows(settings.draws, settings.seed)]


def validity_part() -> str:
    """Every published row against the model."""
    table = validity_rows()
    modelled = [row for row in table if row.fits is not None]
    misfits = [row for row in modelled if not row.fits]
    counts = f"{len(modelled)} published figures are modelled, {len(modelled) - len(misfits)} fit."
    beside = sorted({f"{row.predictor} ({row.study})" for row in table if row.fits is None})
    return "\n".join(
        [
            counts,
            "",
            markdown(
                ("file", "study", "figure", "published", "model", "fits"), [_validity_cells(row) for row in modelled]
            ),
            "What does not fit:",
            "",
            *(f"- {row.study}, {row.predictor}, {row.quantity}: {row.reason}." for row in misfits),
            "",
            f"Not modelled: {'; '.join(beside)}.",
            "",
        ]
    )


def _validity_cells(row: ValidityRow) -> tuple[object, ...]:
    figure = f"{row.predictor}, {row.quantity}"
    return row.file, row.study, figure, row.published, row.predicted, "yes" if row.fits else "**no**"


def vignette_part() -> str:
    """Made-up lesions whose ranges were set beforehand."""
    rows = []
    for row in pd.read_csv(VIGNETTES, dtype=str, keep_default_na=False).to_dict("records"):
        a = vignette(row)
        asked = f"{float(row['low']):g}–{float(row['high']):g}"
        rows.append((row["name"], asked, f"{a.probability:.3f}", "{:.3f}–{:.3f}".format(*(a.interval or ()))))
    return markdown(("lesion", "expected", "probability", "95 %"), rows)


def vignette(row: dict[str, str]) -> Assessment:
    """The assessment of one row of the vignettes, at their prior."""
    words = {"true": True, "false": False}
    cells = {name: words.get(cell, cell) for name, cell in row.items() if "." in name and cell}
    lesion = {name: cell if isinstance(cell, bool) else float(cell) for name, cell in cells.items()}
    nf1 = {"yes": True, "no": False}.get(row["nf1"])
    return assess(lesion, prior=VIGNETTE_PRIOR, patient={} if nf1 is None else {"nf1": nf1})


def intradural_part() -> str:
    """What tells an intradural schwannoma from a meningioma, and from which rows."""
    rows = []
    for name, columns in SIGNS.items():
        read = " or ".join(
            f"`{column}`" for column in (columns.reader, columns.sign, columns.number) if column is not None
        )
        for row in counted_rows(name):
            counts = (
                f"{row.schwannoma_positive:g}/{row.n_schwannoma:g}",
                f"{row.meningioma_positive:g}/{row.n_meningioma:g}",
            )
            rows.append((name, read, row.study, *counts, row.mark))
    rows.append(("longest_diameter", f"`{DIAMETER_COLUMN}`", "Zhai2019", "2.02 ± 1.13 cm", "1.47 ± 0.36 cm", "printed"))
    for row in (*counted_rows("lumbar_level"), *counted_rows("thoracic_level")):
        counts = (
            f"{row.schwannoma_positive:g}/{row.n_schwannoma:g}",
            f"{row.meningioma_positive:g}/{row.n_meningioma:g}",
        )
        rows.append((row.predictor, "`patient.level`", row.study, *counts, row.mark))
    return markdown(("predictor", "read off", "study", "schwannoma", "meningioma", ""), rows)


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
    """One example: odds, the default prior and others, what each finding adds and says alone."""
    a = assess(EXAMPLE)
    if a.probability is None or a.interval is None or a.prior is None or a.odds_factor_interval is None:
        raise ValueError(a.abstained)
    rows = [
        (f"{a.prior:.3f} (default)", f"{a.probability:.3f}"),
        *((p, f"{a.at_priors[p]:.3f}") for p in AT_PRIORS),
    ]
    measured = ", ".join(f"`{column}` = {value:g}" for column, value in EXAMPLE.items())
    parts = [("logit(prior)", f"{logit(a.prior):+.2f}", "")]
    parts += [(name, f"{f.contribution:+.2f}", f"{f.alone:+.2f}") for name, f in a.findings.items()]
    parts.append(("logit(probability)", f"{logit(a.probability):+.2f}", ""))
    odds = "multiply the odds by {:.3g} (95 % {:.3g} to {:.3g})".format(a.odds_factor, *a.odds_factor_interval)
    low, high = a.interval
    return "\n".join(
        [
            f"A lesion with {measured}: the findings {odds}; probability {a.probability:.2f}, {low:.2f}–{high:.2f}.",
            "",
            markdown(("prior", "probability"), rows),
            markdown(("part", "log-odds beside the others", "alone"), parts),
        ]
    )


def area_part() -> str:
    """What is published of ADC and schwannoma."""
    rows = [(a.study, f"{a.malignant} v {a.benign}", a.name, f"{a.value:g}", a.note) for a in areas()]
    return markdown(("study", "classes", "statistic", "AUC", ""), rows)


def pooled_part() -> str:
    """What the meta-analyses print."""
    rows = [(r.source, r.predictor, *(_estimate(e) for e in (r.sensitivity, r.specificity, r.auc))) for r in pooled()]
    return markdown(("source", "feature", "sensitivity", "specificity", "AUC"), rows)


def _estimate(e: object) -> str:
    return "" if e is None else f"{e.value:g} ({e.low:g}–{e.high:g})"  # type: ignore[attr-defined]


def adc_part() -> str:
    """The two mean-ADC rows that disagree."""
    rows = [
        (c.study, f"{c.operator} {c.cutoff:g}", f"{c.true_positive}/{c.n_malignant}", f"{c.true_negative}/{c.n_benign}")
        for c in cutoffs()
        if c.name == "adc_mean"
    ]
    return markdown(("study", "cutoff (µm²/ms)", "malignant below", "benign not below"), rows)


PARTS = {
    "questions": question_part,
    "entities": entity_part,
    "agreement": agreement_part,
    "bounds": bound_part,
    "areas": area_part,
    "pooled": pooled_part,
    "vignettes": vignette_part,
    "intradural": intradural_part,
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
    columns: dict[str, object] = {p.column: rng.integers(0, 2, count).astype(bool) for p in predictors()}
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
