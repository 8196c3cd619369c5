"""Ask other tools for a matched comparison; run once, by an interpreter that has them, not by the tests.

PEER/bin/python tests/oracles/make_matching.py      # writes matching.json

Needs pandas, statsmodels (propensity score, McNemar's test), networkx (the matching), tableone (standardised
differences) and SciPy (paired tests). Nothing of pnst is asked.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from tableone import TableOne

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "classification" / "matching"))
from confounded import cohort  # noqa: E402

LABEL = "intramedullary"
LEVELS = {"sex": ["F", "M"], "level": ["C", "L", "T"]}


def logits(table: pd.DataFrame) -> pd.Series:
    dummies = pd.get_dummies(table[["age", *LEVELS]], columns=list(LEVELS), drop_first=True).astype(float)
    design = sm.add_constant(dummies)
    probability = sm.Logit(table[LABEL], design).fit(disp=0, tol=1e-12).predict(design)
    return np.log(probability / (1 - probability))


def caliper(logit: pd.Series, label: pd.Series) -> float:
    return 0.2 * np.sqrt(np.mean([logit[label == side].var(ddof=1) for side in (0, 1)]))


def matched(logit: pd.Series, label: pd.Series) -> list[tuple[int, int]]:
    graph, width = nx.Graph(), caliper(logit, label)
    for case in label.index[label == 1]:
        for control in label.index[label == 0]:
            if abs(logit[case] - logit[control]) <= width:
                apart = abs(logit[case] - logit[control])
                graph.add_edge(int(case), int(control), weight=-apart - 1e-6 * apart**2 / width)  # ties are many
    pairs = nx.max_weight_matching(graph, maxcardinality=True)
    return sorted((one, other) if label[one] else (other, one) for one, other in pairs)


def differences(table: pd.DataFrame) -> dict[str, float]:
    """Absolute, as tableone gives them."""
    found = {"age": TableOne(table, columns=["age"], groupby=LABEL, smd=True, pval=False)}
    for column, words in LEVELS.items():
        for word in words:
            one = table.assign(x=(table[column] == word).astype(int))
            found[f"{column} = {word}"] = TableOne(
                one, columns=["x"], categorical=["x"], groupby=LABEL, smd=True, pval=False
            )
    return {name: float(one.smd_table.iloc[0, 0]) for name, one in found.items()}


if __name__ == "__main__":
    table = cohort(1, 80)
    logit = logits(table)
    pairs = matched(logit, table[LABEL])
    cases, controls = (table.loc[list(side)] for side in zip(*pairs, strict=True))
    crossed = pd.crosstab(cases.has_edema.values, controls.has_edema.values)
    answer = {
        "tools": {name: version(name) for name in ("statsmodels", "networkx", "tableone", "scipy")},
        "logit": logit.tolist(),
        "caliper": caliper(logit, table[LABEL]),
        "pairs": pairs,
        "before": differences(table),
        "after": differences(pd.concat([cases, controls])),
        "t_p": float(stats.ttest_rel(cases.roughness.values, controls.roughness.values).pvalue),
        "wilcoxon_p": float(stats.wilcoxon(cases.roughness.values - controls.roughness.values).pvalue),
        "mcnemar_p": float(mcnemar(crossed.values, exact=True).pvalue),
    }
    (HERE / "matching.json").write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")
