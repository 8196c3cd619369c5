"""
Heterogeneity: a mixture of two tissues
=======================================

A ball with a brighter core: the variation that is measured against the closed form of the mixture, and what noise adds.
"""

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.study import Series, Source

QUICK = pnst.MeasureSettings.without_intervals()
SPACING, SHAPE, RADIUS = np.array((0.9, 1.0, 2.0)), (52, 46, 24), 18.0
OUTER, CORE = 330.0, 600.0
"""Signals of the ball and of its core."""

# %%
# With a share p of the core the mean is m = OUTER + p (CORE − OUTER), the SD (CORE − OUTER) √(p (1 − p)).


def patient(core: float, noise: float) -> tuple[pnst.Study, pnst.Lesion]:
    """A ball of 18 mm whose core has that radius in mm, with Gaussian noise of that SD."""
    affine = np.diag([*SPACING, 1.0])
    affine[:3, 3] = -(np.array(SHAPE) - 1) / 2 * SPACING
    grid = pnst.Grid(SHAPE, affine)
    distance = np.linalg.norm(grid.to_world(np.moveaxis(np.indices(SHAPE), 0, -1)), axis=-1)
    image = np.where(distance < core, CORE, np.where(distance < RADIUS, OUTER, 300.0))
    image += np.random.default_rng(0).normal(scale=noise, size=SHAPE)
    series = Series(pnst.Role.T1, pnst.Volume(image.astype(np.float32), grid), Source("simulated", "0" * 64))
    tumour = pnst.Mask(distance < RADIUS, grid)
    return pnst.Study("ball", {pnst.Role.T1: series}), pnst.Lesion("1", tumour, "formula")


cores, rows = np.array((0.0, 6.0, 9.0, 12.0, 15.0)), []
for core in cores:
    share = (core / RADIUS) ** 3
    true = (CORE - OUTER) * np.sqrt(share * (1 - share)) / (OUTER + share * (CORE - OUTER))
    study, lesion = patient(core, noise=0.0)
    quiet, noisy = (pnst.measure(*patient(core, noise), QUICK).heterogeneity.variation_t1 for noise in (0.0, 30.0))
    rows.append((true, quiet, noisy))
    print(f"core of {core:2.0f} mm: variation {quiet:.3f}, closed form {true:.3f}; with noise of SD 30: {noisy:.3f}")
true, quiet, noisy = np.array(rows).T

# %%
study, lesion = patient(9.0, noise=30.0)
volume = study["t1"].volume
k = SHAPE[2] // 2
figure, (picture, plot) = plt.subplots(1, 2, figsize=(8, 3.8), layout="constrained")
picture.imshow(volume.data[:, :, k].T, cmap="gray", origin="lower", aspect=SPACING[1] / SPACING[0])
picture.contour(lesion.mask.data[:, :, k].T, levels=[0.5], colors="#56b4e9", linewidths=1.2)
picture.set(title="T1, noise of SD 30", xticks=[], yticks=[])
plot.plot(cores, true, "-", color="0.3", label="closed form")
plot.plot(cores, quiet, "o", color="#0072b2", label="measured, no noise")
plot.plot(cores, noisy, "s", color="#d55e00", mfc="none", label="measured, noise of SD 30")
plot.set(xlabel="radius of the core, mm", ylabel="SD ÷ mean", title="heterogeneity.variation_t1")
plot.legend(frameon=False)
plt.show()
