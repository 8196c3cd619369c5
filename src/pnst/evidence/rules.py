"""Every published rule that can be implemented exactly, by name, and their evaluation on one lesion."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from pnst.evidence.cutoff_rules import cutoff_rules
from pnst.evidence.population import Patient
from pnst.evidence.published import cutoffs
from pnst.evidence.rule import Columns, Consequences, Rule, RulePerformance, RuleResult, Verdict
from pnst.evidence.sign_rules import sign_rules

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
_WASA_SIGNS = {
    "enhancement.peripheral": "peripheral enhancement",
    "edema.present": "oedema",
    "cyst.present": "a cyst or necrosis",
}
_MARTIN_TARGETS = "6 of the 94 malignant lesions of the source had a target sign"


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by name; `wasa` here is without its size cutoff and so cannot be evaluated."""
    every = (wasa(None), *cutoff_rules(), *sign_rules(), biopsy_may_be_omitted())
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
    size = "size.longest_diameter_mm"

    def decide(columns: Columns) -> Verdict:
        large = size_cutoff_mm is not None and columns[size] > size_cutoff_mm
        present = [*(["large"] if large else []), *(words for sign, words in _WASA_SIGNS.items() if columns[sign])]
        enough = len(present) >= row.cutoff
        return Verdict(
            "positive" if enough else "negative",
            f"{len(present)} of 4 signs {'is' if len(present) == 1 else 'are'} there ({', '.join(present) or 'none'}), "
            f"{'at least' if enough else 'fewer than'} {row.cutoff:g}",
            {name: columns[name] for name in (size, *_WASA_SIGNS)},
        )

    large = "large" if size_cutoff_mm is None else f"longest diameter above {size_cutoff_mm:g} mm"
    performance = RulePerformance(row.true_positive, row.n_malignant, row.true_negative, row.n_benign)
    return Rule(
        name="Wasa2010_score",
        source=row.study,
        positive_when=f"at least {row.cutoff:g} of: {large}, peripheral enhancement, oedema, cyst or necrosis",
        inputs=(size, *_WASA_SIGNS),
        decide=decide,
        consequences=performance.consequences,
        performance=performance,
        population=row.population,
        lacking=() if size_cutoff_mm is not None else (WASA_SETTING,),
    )


def biopsy_may_be_omitted() -> Rule:
    """Martin2021: target sign present, and no oedema, and no ill-defined margin."""
    target, edema, margin = inputs = ("target.present", "edema.present", "margin.ill_defined")

    def decide(columns: Columns) -> Verdict:
        against_it = [
            text
            for text, present in (
                ("there is no target sign", not columns[target]),
                ("there is oedema", columns[edema]),
                ("the margin is ill-defined", columns[margin]),
            )
            if present
        ]
        seen = _and(against_it) or "there is a target sign, there is no oedema and the margin is not ill-defined"
        return Verdict("negative" if against_it else "positive", seen, {name: columns[name] for name in inputs})

    return Rule(
        name="Martin2021_biopsy_may_be_omitted",
        source="Martin2021",
        positive_when="target sign, and no oedema, and no ill-defined margin",
        inputs=inputs,
        decide=decide,
        consequences=Consequences(
            f"of such a lesion the source says that a biopsy may be omitted (yet {_MARTIN_TARGETS})",
            "so the source does not say that a biopsy may be omitted",
        ),
        speaks_for="benign: the source says that a biopsy may be omitted",
    )


def _and(texts: list[str]) -> str:
    return " and ".join([*([", ".join(texts[:-1])] if texts[1:] else []), *texts[-1:]])
