"""Every published rule that can be implemented exactly, by name, and their evaluation on one lesion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from pnst.evidence.csv_rows import bounds
from pnst.evidence.cutoff_rules import cutoff_rules
from pnst.evidence.population import Patient
from pnst.evidence.published import SignCounts, cutoffs, sign_counts
from pnst.evidence.rule import Columns, Rule, RulePerformance, RuleResult, Verdict

_CONTEXT_COLUMNS = (
    "adc.b_values",
    "adc.region",
    "adc.mean_um2_per_ms",
    "adc.mean_all_b_um2_per_ms",
    "adc.min_uniform_um2_per_ms",
    "adc.dark_uniform_um2_per_ms",
    "ivim.b_values",
    "ivim.region",
    "ivim.d_um2_per_ms",
    "ivim.d_min_uniform_um2_per_ms",
    "ivim.d_dark_uniform_um2_per_ms",
    "edema.censored",
)
WASA_SETTING = "the setting wasa_size_cutoff_mm (the published cutoff is not known to us)"
_LARGE_MM = 50.0
_LOBULATIONS = 2


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by name; `wasa` here is without its size cutoff and so cannot be evaluated."""
    every = (wasa(None), *cutoff_rules(), *_sign_rules(), biopsy_may_be_omitted())
    return MappingProxyType({rule.name: rule for rule in every})


@cache
def rule_columns() -> tuple[str, ...]:
    """Every column that a rule reads: its inputs, and what tells noise, protocol and region."""
    inputs = (name for rule in rules().values() for name in rule.inputs)
    return tuple(dict.fromkeys((*inputs, *_CONTEXT_COLUMNS)))


def evaluate_rules(
    columns: Columns, patient: Patient | None = None, wasa_size_cutoff_mm: float | None = None
) -> tuple[RuleResult, ...]:
    """Every rule applied to one lesion's columns, in the order of `rules()`."""
    table = {**rules(), "Wasa2010_score": wasa(wasa_size_cutoff_mm)}
    return tuple(rule(columns, patient) for rule in table.values())


def wasa(size_cutoff_mm: float | None) -> Rule:
    """Wasa score: at least two of large, peripheral enhancement, oedema-like zone, intratumoral cyst."""
    row = next(row for row in cutoffs() if row.predictor == "wasa_score")
    size, signs = "size.longest_diameter_mm", ("enhancement.peripheral", "edema.present", "cyst.present")

    def decide(columns: Columns) -> Verdict:
        score = int(size_cutoff_mm is not None and columns[size] > size_cutoff_mm) + sum(
            bool(columns[sign]) for sign in signs
        )
        return Verdict("positive" if score >= row.cutoff else "negative", f"score {score} of 4")

    large = "large" if size_cutoff_mm is None else f"longest diameter > {size_cutoff_mm:g} mm"
    return Rule(
        name="Wasa2010_score",
        source=row.study,
        positive_when=f"at least 2 of: {large}, peripheral enhancement, oedema, intratumoral cyst",
        inputs=(size, *signs),
        decide=decide,
        performance=RulePerformance(row.true_positive, row.n_malignant, row.true_negative, row.n_benign),
        population=row.population,
        lacking=() if size_cutoff_mm is not None else (WASA_SETTING,),
    )


def biopsy_may_be_omitted() -> Rule:
    """Martin2021: target sign present, and no oedema, and no ill-defined margin."""

    def decide(columns: Columns) -> Verdict:
        against = [
            text
            for text, present in (
                ("no target sign", not columns["target.present"]),
                ("oedema", columns["edema.present"]),
                ("ill-defined margin", columns["margin.ill_defined"]),
            )
            if present
        ]
        return Verdict("negative" if against else "positive", ", ".join(against) or "all three conditions are met")

    return Rule(
        name="Martin2021_biopsy_may_be_omitted",
        source="Martin2021",
        positive_when="target sign present, and no oedema, and no ill-defined margin",
        inputs=("target.present", "edema.present", "margin.ill_defined"),
        decide=decide,
        speaks_for="benign: the source says that a biopsy may be omitted",
    )


def _sign_rules() -> tuple[Rule, ...]:
    """The rules that are one sign; each reproduces its row of `signs_2x2.csv`."""
    return (
        _sign("Matsumine2009", "intratumoral_lobulation", "reader.intratumoral_lobulation"),
        _sign("Matsumine2009", "t1_high_signal_area", "t1_high.present"),
        _sign("Matsumine2009", "target_sign_absent", "target.present", "is false", lambda present: not present),
        _sign("Chhabra2011", "margin_ill_defined", "margin.ill_defined"),
        _sign("Chhabra2011", "invasion", "reader.invasion"),
        _sign("Matsumoto2015", "size_gt_50mm", "size.longest_diameter_mm", "> 50", lambda mm: mm > _LARGE_MM),
        _sign(
            "Matsumoto2015",
            "contour_lobulation",
            "margin.deep_lobulations_count",
            ">= 2",
            lambda count: count >= _LOBULATIONS,
        ),
        _sign("Matsumoto2015", "margin_ill_defined", "margin.ill_defined"),
        _sign("Matsumoto2015", "osteolysis", "reader.osteolysis"),
    )


def _sign(
    study: str, predictor: str, column: str, when: str = "is true", positive: Callable[[float], bool] = bool
) -> Rule:
    row = _counts(study, predictor)

    def decide(columns: Columns) -> Verdict:
        value = columns[column]
        shown = str(value).lower() if isinstance(value, bool) else f"{value:.4g}"
        return Verdict("positive" if positive(value) else "negative", f"{column} = {shown}")

    return Rule(
        name=f"{study}_{predictor}",
        source=study,
        positive_when=f"{column} {when}",
        inputs=(column,),
        decide=decide,
        performance=_performance(row),
    )


def _performance(row: SignCounts) -> RulePerformance:
    (positive, _), (others, _) = bounds(row.malignant_positive), bounds(row.benign_positive)
    return RulePerformance(positive, row.n_malignant, row.n_benign - others, row.n_benign)


def _counts(study: str, predictor: str) -> SignCounts:
    return next(row for row in sign_counts() if (row.study, row.predictor) == (study, predictor))
