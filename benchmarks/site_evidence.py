"""Evidence that grows, on simulated sites whose truth is known.

python benchmarks/site_evidence.py              # a quarter of an hour
python benchmarks/site_evidence.py --quick      # a minute, as the tests run it
python benchmarks/site_evidence.py --markdown   # writes its section of README.md and of docs/evidence_sites.md

A site's true frequencies, medians and log-SDs are those of one draw for a new study ("as studies differ"), or each at
the 3rd or 97th percentile of the draws ("far from the literature"). Its cohort is counted by `summarise_evidence`, and
its answers are compared with those of the model that has the site's true parameters.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from tables import machine, markdown, write_section

from pnst.classification.evidence_model.draws import draw_parameters
from pnst.classification.evidence_model.frequency import LOGITS, Positives, mean_density
from pnst.classification.evidence_model.likelihood import Likelihood
from pnst.classification.evidence_model.model import evidence_model
from pnst.classification.evidence_model.observation import observe, observed_data
from pnst.classification.evidence_model.parameters import LogNormalParameters, Parameters, SignParameters
from pnst.classification.evidence_model.posterior import mean_log_odds
from pnst.classification.evidence_model.site_counts import log_likelihood_read
from pnst.classification.lesion_table import LesionTable
from pnst.classification.sites.summarise import summarise_evidence
from pnst.evidence.body import Evidence, literature
from pnst.evidence.csv_rows import SMALL_CELL, count, told
from pnst.evidence.site import body_of_evidence

PAGE = Path(__file__).resolve().parents[1] / "docs" / "evidence_sites.md"
SIZES = (5, 40, 500)
"""Lesions of each class."""
SIGNS = {
    "margin_ill_defined": ("margin.ill_defined_fraction", "override.margin.ill_defined", (0.02, 0.5)),
    "edema_present": ("edema.max_extent_mm", "override.edema.present", (0.0, 11.0, 30.0)),
    "cyst_or_necrosis": ("cyst.present", "override.cyst.present", (False, True)),
    "peripheral_enhancement": ("enhancement.peripheral", "override.enhancement.peripheral", (False, True)),
}
"""Predictor → its column, a reader's word on it, and what is written for each level."""
VALUES = {"longest_diameter": ("size.longest_diameter_mm", 10.0), "adc_mean": ("adc.mean_um2_per_ms", 1.0)}
PRIOR, DRAWS = 0.316, 512
TRUTHS = {
    "as studies differ": (False, False),
    "far from the literature": (True, False),
    "far, its entities alike": (True, True),
}
"""A site → whether it is far from the literature, and whether schwannoma and neurofibroma are the same there."""
KINDS = ("measured", "a reader's")
FIRST_OTHERS = 3


@dataclass(frozen=True)
class Design:
    """How much is simulated."""

    replicates: int
    lesions: int
    """That are assessed, half of them malignant."""
    rare_repeats: int


WHOLE, QUICK = Design(40, 80, 200), Design(6, 40, 40)


def true_parameters(rng: np.random.Generator, far: bool, alike: bool = False) -> Parameters:
    """A site's: one draw of the literature's new study, or its outer quantiles."""
    drawn = draw_parameters(literature(), DRAWS, 1)
    index = int(rng.integers(DRAWS))

    def of(values: np.ndarray | None) -> np.ndarray | None:
        if values is None:
            return None
        value = np.quantile(values, rng.choice([0.03, 0.97])) if far else values[index]
        return np.full(DRAWS, value)

    fixed: dict[str, SignParameters | LogNormalParameters] = {}
    for name, p in drawn.predictors.items():
        benign = {entity: of(values) for entity, values in p.benign.items()}
        if alike or (isinstance(p, SignParameters) and p.shared):
            benign = dict.fromkeys(benign, next(iter(benign.values())))
        arrays = {key: of(value) for key, value in vars(p).items() if isinstance(value, np.ndarray)}
        fixed[name] = replace(p, benign=benign, **arrays)
        if isinstance(p, LogNormalParameters):  # its own medians are what bounds the values that count
            middle = float(np.mean(list(benign.values())))
            fixed[name] = replace(fixed[name], pooled=(float(arrays["malignant"][0]), middle, float(arrays["sd"][0])))
    return replace(drawn, predictors=MappingProxyType(fixed))


def cohort(truth: Parameters, size: int, kind: str, rng: np.random.Generator) -> pd.DataFrame:
    """As many malignant as benign lesions, with the entities in the share that the literature has in the mean."""
    schwannoma = rng.random(2 * size) < truth.schwannoma_share[2].mean()
    malignant = np.arange(2 * size) < size
    table: dict[str, object] = {"malignant": malignant}

    def of_lesion(p: SignParameters | LogNormalParameters) -> np.ndarray:
        first, second = (p.benign[entity][0] for entity in ("schwannoma", "neurofibroma"))
        return np.where(malignant, p.malignant[0], np.where(schwannoma, first, second))

    for name, (column, scale) in VALUES.items():
        p = truth.predictors[name]
        table[column] = scale * np.exp(rng.normal(of_lesion(p), p.sd[0]))
    for name, (column, word, levels) in SIGNS.items():
        p = truth.predictors[name]
        level = (rng.random(2 * size) < of_lesion(p)).astype(int)
        if p.levels > 2:
            large = rng.random(2 * size) < np.where(malignant, p.large_malignant[0], p.large_benign[0])
            level = level * (1 + large)
        if kind == "measured":
            table[column] = [levels[k] for k in measured_level(level, p, rng)]
        else:
            table[word] = level > 0
    return pd.DataFrame(table)


def measured_level(level: np.ndarray, p: SignParameters, rng: np.random.Generator) -> np.ndarray:
    """A level mistaken for its neighbour, as the model has it."""
    right = rng.random(len(level)) < np.where(level > 0, p.sensitivity[0], p.specificity[0])
    return np.where(right, level, np.where(level > 0, level - 1, 1))


def log_odds(likelihood: Likelihood, lesions: pd.DataFrame) -> np.ndarray:
    """The answers."""
    table = LesionTable.from_frame(lesions)
    observed = observed_data(observe(table), np.full(table.count, np.nan))
    return mean_log_odds(likelihood.log_ratio(observed), PRIOR)


def answers_of(evidence: Evidence, lesions: pd.DataFrame) -> np.ndarray:
    return log_odds(evidence_model.__wrapped__(evidence, DRAWS, 1).likelihood, lesions)


def own_errors(design: Design, kind: str, far: bool, alike: bool = False) -> dict[str, np.ndarray]:
    """Evidence → mean absolute error of the log-odds and of the probability, (replicates, 2)."""
    errors: dict[str, list[tuple[float, float]]] = {}
    of_literature = evidence_model(literature(), DRAWS, 1).likelihood
    for replicate in range(design.replicates):
        rng = np.random.default_rng([replicate, far, KINDS.index(kind)])
        truth = true_parameters(rng, far, alike)
        lesions = cohort(truth, design.lesions // 2, kind, rng).drop(columns="malignant")
        right = log_odds(Likelihood(truth, of_literature.delta), lesions)
        found = {"literature": log_odds(of_literature, lesions)}
        for size in SIZES:
            site = summarise_evidence(cohort(truth, size, kind, rng), "malignant")
            found[f"own site of {size}"] = answers_of(body_of_evidence(own=site), lesions)
        for name, answer in found.items():
            error = np.abs(answer - right).mean(), np.abs(expit(answer) - expit(right)).mean()
            errors.setdefault(name, []).append(error)
    return {name: np.array(rows) for name, rows in errors.items()}


def order_changes(design: Design) -> float:
    """Greatest change of an answer over every order of three other sites."""
    rng = np.random.default_rng(3)
    truth = true_parameters(rng, far=False)
    sites = [summarise_evidence(cohort(truth, 30 + n, "measured", rng), "malignant") for n in range(FIRST_OTHERS)]
    lesions = cohort(truth, design.lesions // 2, "measured", rng).drop(columns="malignant")
    answers = [answers_of(body_of_evidence(order), lesions) for order in permutations(sites)]
    return float(np.abs(np.array(answers) - answers[0]).max())


PUBLISHED = Positives(1, 28)
"""Beside the sites, as the model always has something: a published row of a rare sign (margins of benign lesions)."""


def rare_signs(design: Design, frequency: float = 0.03, sites: int = 30) -> dict[str, np.ndarray]:
    """Way of telling counts → (repeats, 2): the pooled mean on the logit, and whether its 95 % range holds the true."""
    found: dict[str, list[tuple[float, bool]]] = {}
    for repeat in range(design.rare_repeats):
        rng = np.random.default_rng([repeat, 5])
        totals = rng.integers(20, 61, sites)
        positives = rng.binomial(totals, expit(rng.normal(logit(frequency), 0.6, sites)))
        pairs = [(int(k), int(n)) for k, n in zip(positives, totals, strict=True)]
        ways = {
            "exact": [Positives(k, n) for k, n in pairs],
            "<5 as a range": [Positives(count(told(k, n), n), n) for k, n in pairs],
            "cells under 5 dropped": [Positives(k, n) for k, n in pairs if k >= SMALL_CELL],
        }
        for way, rows in ways.items():
            density = mean_density([PUBLISHED, *map(log_likelihood_read, rows)], 0.6)
            low, high = np.interp([0.025, 0.975], np.cumsum(density), LOGITS)
            found.setdefault(way, []).append((float(density @ LOGITS), low < logit(frequency) < high))
    return {way: np.array(values, dtype=float) for way, values in found.items()}


def own_part(design: Design) -> str:
    rows = []
    for label, site in TRUTHS.items():
        for kind in KINDS:
            errors = own_errors(design, kind, *site)
            alone = errors["literature"]
            for name, error in errors.items():
                better = "" if name == "literature" else f"{(error[:, 0] <= alone[:, 0]).mean():.0%}"
                logits, p = error.mean(axis=0)
                standard = error[:, 0].std(ddof=1) / np.sqrt(len(error))
                rows.append((label, kind, name, f"{logits:.2f} (± {standard:.2f})", f"{p:.3f}", better))
    header = ("the site", "signs", "evidence", "error of the log-odds (SE)", "of the probability", "sites not worse")
    return markdown(header, rows)


def rare_part(design: Design) -> str:
    rows = [
        (
            way,
            f"{expit(values[:, 0].mean()):.2%}",
            f"{values[:, 0].mean() - logit(0.03):+.2f}",
            f"{values[:, 1].mean():.0%}",
        )
        for way, values in rare_signs(design).items()
    ]
    return markdown(("counts", "pooled frequency", "bias on the logit", "95 % range holds it"), rows)


def report(design: Design) -> str:
    return "\n\n".join(
        [
            f"{design.replicates} sites a line, {design.lesions} lesions of each assessed by {', '.join(SIGNS)}, "
            f"{' and '.join(VALUES)}; N of a site is lesions of each class. The error is the mean absolute difference "
            "from the answer with the site's true parameters.",
            own_part(design),
            f"Greatest change of an answer over every order of {FIRST_OTHERS} sites: {order_changes(design):g}.",
            f"A sign of 3 % at 30 sites of 20–60 lesions, pooled beside a published row of {PUBLISHED.positive} in "
            f"{PUBLISHED.n}; {design.rare_repeats} repeats:",
            rare_part(design),
            machine(),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few replicates")
    parser.add_argument("--markdown", action="store_true", help="write the section of README.md")
    chosen = parser.parse_args()
    text = report(QUICK if chosen.quick else WHOLE)
    if chosen.markdown:
        write_section("site_evidence", text)
        write_section("site_evidence", text, PAGE)
    else:
        print(text)


if __name__ == "__main__":
    main()
