"""
From a study to a probability
=============================

The main job in Python, on the simulated malignant-looking study of `sample_data`.
"""

from pathlib import Path

import matplotlib.pyplot as plt

import pnst

# %%
# Read
# ----
# A DICOM tree, a BIDS dataset or a folder of role-named NIfTI. Each image keeps its own grid.

folder = Path("../../sample_data")  # from the folder of this script
study = pnst.read_study(folder / "malignant_dicom")
lesion = pnst.read_lesion(folder / "malignant_dicom" / "lesions" / "1.dcm", study)
study

# %%
# The lesion travels, the images stay
# -----------------------------------
# The lesion's surface is carried onto each image's own voxels, and outlined on the slice where it is largest.

figure, axes = plt.subplots(1, len(study.series), figsize=(12, 3.8), layout="constrained")
for ax, role in zip(axes, study.series, strict=True):
    pnst.plot.lesion(study, lesion, role=role, ax=ax)
plt.show()

# %%
# Measure
# -------
# One row a lesion. What cannot be measured is absent, with its reason.

m = pnst.measure(study, lesion)
for name, reason in m.skipped.items():
    print(f"skipped {name}: {reason}")
m

# %%
# Assess
# ------
# The evidence model: a probability, its 95 % interval, and what each predictor adds to the log-odds.

a = pnst.assess(m)
print(f"probability {a.probability:.2f}, interval {a.interval[0]:.2f} to {a.interval[1]:.2f}, prior {a.prior:.3f}")
for warning in a.warnings:
    print("warning:", warning)

# %%
# What speaks for malignant and what for benign.

pnst.plot.contributions(a)
plt.show()

# %%
# Report
# ------
# One self-contained page, as a string.

html = pnst.report(study, lesion, m, a)
print(f"{len(html) / 1e6:.1f} MB of HTML")
