# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Training and evaluation
#
# With a table of lesions whose diagnosis is known, the published evidence can be put to the test, and a model of your
# own can be trained beside it. The lesions below are **made up** by a formula: how well anything does on them says
# nothing about patients. pnst is research software, not a medical device.
#
# ## A table
#
# One row a lesion, the columns of `lesions.csv`, the diagnosis, and the patient: lesions of one patient must never be
# on both sides of a split.

# %%
import numpy as np
import pandas as pd

import pnst
from pnst.classification.settings import EvaluateSettings, TrainSettings


def made_up(patients, seed):
    """A third of the patients has a malignant tumour: larger on average, with more oedema and a lower ADC."""
    rng = np.random.default_rng(seed)
    patient = np.concatenate([np.arange(patients), rng.integers(0, patients, patients // 5)])
    malignant = (rng.random(patients) < 0.35)[patient]
    count = len(patient)
    adc = np.exp(rng.normal(np.where(malignant, 0.25, 0.6), 0.25))
    return pd.DataFrame(
        {
            "patient": [f"{seed}-{number:03d}" for number in patient],
            "malignant": malignant,
            "size.longest_diameter_mm": np.exp(rng.normal(3.7 + 0.35 * malignant, 0.45)),
            "edema.max_extent_mm": np.clip(rng.normal(3 + 7 * malignant, 6), 0, None),
            "adc.mean_um2_per_ms": np.where(rng.random(count) < 0.2, np.nan, adc),  # no diffusion in every fifth
        }
    )


train, test = made_up(90, seed=1), made_up(70, seed=2)
print(f"{len(train)} lesions to train on, {len(test)} to test on")
test.head()

# %% [markdown]
# ## The published evidence, lesion by lesion
#
# `assess` takes a table as well. It was trained on none of these lesions, so there is nothing to hold out.

# %%
measured = [column for column in test if "." in column]
pnst.assess(test[measured])[["class", "probability", "low", "high", "abstained"]].head().round(2)

# %% [markdown]
# ## A model of your own
#
# A penalised logistic regression. Its performance is measured on patients that it had not seen, in folds; fewer
# repetitions than usual are asked for, to save time.

# %%
quick = TrainSettings(folds=3, inner_folds=3, replicates=10, inverse_penalties=(0.01, 1.0), bootstrap=200)
model = pnst.train(train, "malignant", "patient", settings=quick)
low, high = model.card.performance.auc_bootstrap
print(model)
print(f"area under the ROC curve on held-out patients: {model.card.performance.auc:.2f} ({low:.2f}–{high:.2f})")

# %% [markdown]
# ## Both on new patients
#
# The evidence model and the trained one answer the same lesions. Intervals are over resampled patients.

# %%
evaluation = pnst.evaluate(
    test, "malignant", "patient", models=["evidence", model], settings=EvaluateSettings(bootstrap=300)
)
evaluation

# %%
evaluation.to_frame().round(3)

# %%
from matplotlib import pyplot as plt

figure, ax = plt.subplots(figsize=(4.6, 4.6), layout="constrained")
ax.plot([0, 1], [0, 1], color="#8a939c", linewidth=0.8)
for result, colour in zip(evaluation.models, ("#0072b2", "#d55e00"), strict=True):
    ax.plot(*result.roc, color=colour, label=f"{result.predictions.name}: {result.area.value:.2f}")
ax.set(xlabel="1 − specificity", ylabel="sensitivity", aspect="equal", title="ROC curves and their areas")
ax.legend(loc="lower right", frameon=False)
# %% [markdown]
# Whether two areas differ is a question about pairs of answers on the same lesions, not about two intervals:

# %%
pd.DataFrame(evaluation.comparisons)[["first", "second", "difference", "interval", "p_value"]]

# %% [markdown]
# ## One lesion
#
# What the trained model makes of one lesion, finding by finding:

# %%
a = pnst.assess(
    {"size.longest_diameter_mm": 85.0, "edema.max_extent_mm": 14.0, "adc.mean_um2_per_ms": 1.1}, model=model
)
pnst.plot.contributions(a)
a

# %% [markdown]
# The whole evaluation as a page, with calibration, net benefit and the published rules, is what `pnst evaluate` writes.
# Before you use a model elsewhere, read its card (`model.card`): it says what the model was trained on and what it does
# not know.
