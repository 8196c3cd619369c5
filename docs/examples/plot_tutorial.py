"""
From a study to a probability
=============================

The main job in Python, on the simulated malignant-looking study of `sample_data`.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

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
# `lesion.mask_on(grid)` is the lesion on another image's grid. Here it is outlined on the slice where it is largest.


def show(ax, series):
    """One slice of one series, axial images with the patient's right on the left."""
    volume, mask = series.volume.canonical(), lesion.mask_on(series.volume.grid).canonical()
    data = volume.data if volume.data.ndim == 3 else volume.data[..., np.argmax(series.b_values)]
    k = mask.data.sum(axis=(0, 1)).argmax()
    i, j, _ = volume.grid.spacing
    image, inside = data[::-1, ::-1, k].T, mask.data[::-1, ::-1, k].T
    ax.imshow(image, cmap="gray", vmax=np.percentile(image, 99.5), aspect=j / i)
    ax.contour(inside, levels=[0.5], colors="#56b4e9", linewidths=1.2)
    ax.set(title=str(series.role), xticks=[], yticks=[])


figure, axes = plt.subplots(1, len(study.series), figsize=(10, 3), layout="constrained")
for ax, series in zip(axes, study.series.values(), strict=True):
    show(ax, series)
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

shares = dict(sorted(a.contributions.items(), key=lambda item: abs(item[1])))
figure, ax = plt.subplots(figsize=(7, 0.6 + 0.4 * len(shares)), layout="constrained")
ax.barh(list(shares), list(shares.values()), color=["#d55e00" if v > 0 else "#0072b2" for v in shares.values()])
ax.axvline(0, color="0.4", lw=0.8)
ax.set_xlabel("benign  ←  log-odds  →  malignant")
plt.show()

# %%
# Report
# ------
# One self-contained page, as a string.

html = pnst.report(study, lesion, m, a)
print(f"{len(html) / 1e6:.1f} MB of HTML")
