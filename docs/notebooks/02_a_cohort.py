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
# # A cohort
#
# Six **simulated** patients, measured into one table: how a folder of studies becomes numbers by diagnosis. Simulated
# patients show how the measurements behave, never how tumours do. pnst is research software, not a medical device.
#
# ## Six patients
#
# Three smooth tumours and three irregular ones with oedema and a lower ADC, in coarse voxels so that this takes
# seconds. With your own data this step falls away.

# %%
import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd

import pnst
from pnst.phantom import GridSpec, benign, malignant, simulate

work = Path(tempfile.mkdtemp())
roles = (pnst.Role.T1, pnst.Role.T2_FS, pnst.Role.DWI)
spacing_mm = dict(zip(roles, ((1.6, 1.6, 6.0), (1.6, 1.6, 6.0), (2.5, 2.5, 6.0)), strict=True))
grids = {role: GridSpec(spacing_mm=spacing_mm[role], extent_mm=(80.0, 80.0, 60.0)) for role in roles}

patients = [
    ("S1", "schwannoma", benign(), (9, 10, 14), 1.9),
    ("S2", "schwannoma", benign(), (8, 9, 13), 1.7),
    ("S3", "schwannoma", benign(), (10, 11, 15), 2.0),
    ("M1", "MPNST", malignant(), (13, 12, 17), 1.0),
    ("M2", "MPNST", malignant(), (11, 12, 15), 1.2),
    ("M3", "MPNST", malignant(), (12, 13, 16), 0.9),
]
for seed, (name, _, like, radii_mm, adc) in enumerate(patients):
    shape = replace(like.lesion, radii_mm=radii_mm, d_um2_per_ms=adc, edema_mm=like.lesion.edema_mm / 2)
    spec = replace(like, lesion=shape, roles=roles, grids=grids, b_values=(0.0, 400.0, 800.0), case_id=name)
    made = simulate(spec, seed=seed)
    pnst.write_study(made.study, work / name, lesions=[made.lesion])

# %% [markdown]
# ## The table of the cohort
#
# One row a case: its name, its study, its lesion, and whatever else you know of it. Paths are relative to the table.
# `pnst cohort init` makes such a table from a folder.

# %%
rows = [{"case": name, "study": name, "lesion": f"{name}/lesion.nii.gz", "diagnosis": dx} for name, dx, *_ in patients]
pd.DataFrame(rows).to_csv(work / "cohort.csv", index=False)
pd.DataFrame(rows)

# %% [markdown]
# ## Measure them all
#
# Each case runs in a process of its own: one that fails costs only itself. What is done is kept, so that a second run
# computes only what is missing. Intervals are left out here to save time.

# %%
(work / "quick.toml").write_text("[measure.uncertainty]\nrepetitions = 0\n")
table = pnst.run_cohort(work / "cohort.csv", work / "results", workers=2, pages=False, settings=work / "quick.toml")
print(f"{len(table)} lesions measured, {len(table.attrs['failures'])} cases failed")
columns = ["case", "diagnosis", "size.longest_diameter_mm", "adc.mean_um2_per_ms", "edema.max_extent_mm", "probability"]
table[columns].round(2)

# %% [markdown]
# ## By diagnosis
#
# A dot a lesion, a box of the quartiles. These are the figures of the page that `pnst cohort` writes (`index.html`).

# %%
from matplotlib import pyplot as plt

figure, axes = plt.subplots(3, 1, figsize=(7, 6), layout="constrained")
for ax, column in zip(axes, ("adc.mean_um2_per_ms", "size.longest_diameter_mm", "probability"), strict=True):
    pnst.plot.cohort(table, column, ax=ax)

# %% [markdown]
# ## Look at one that stands out
#
# The lesion with the highest probability, from its own study:

# %%
case = table.sort_values("probability").iloc[-1]["case"]
study = pnst.read_study(work / case)
lesion = pnst.read_lesion(work / case / "lesion.nii.gz", study)
m = pnst.measure(study, lesion, pnst.MeasureSettings.without_intervals())
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.8), layout="constrained", width_ratios=(1, 1.2))
pnst.plot.lesion(study, lesion, role="t2_fs", regions=m.regions, ax=left)
pnst.plot.contributions(pnst.assess(m), ax=right)
# %% [markdown]
# What a cohort of thousands needs (time limits, a cluster, resuming) stands on the page *Your 30 cases, and the next
# 3,000* of the documentation; what to do with diagnoses, in the next notebook.

# %%
import shutil

shutil.rmtree(work)
