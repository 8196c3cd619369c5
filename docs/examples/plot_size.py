"""
Size against its closed form
============================

Ellipsoids of known axes, tilted at random, are drawn into voxels of four shapes whose grid is itself oblique. The true
longest diameter is :math:`2a`, the true volume :math:`\\tfrac{4}{3}\\pi abc`.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.spatial.transform import Rotation

import pnst

SPACINGS = ((0.8, 0.9, 1.0), (1.0, 1.1, 3.0), (0.6, 0.6, 4.0), (0.8, 0.8, 6.0))
DIAMETERS = (20, 30, 45, 60, 80)

# %%
# A lesion is a mask on a grid: the voxels whose centres lie inside.


def ellipsoid(radii, spacing, rng):
    """An ellipsoid with random tilt, in voxels of the given size on a grid with another random tilt."""
    shape = tuple(int(np.ceil(2 * max(radii) / s)) + 6 for s in spacing)
    affine = np.eye(4)
    affine[:3, :3] = Rotation.from_euler("xyz", rng.uniform(-25, 25, 3), degrees=True).as_matrix() * spacing
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(shape) - 1) / 2 + rng.uniform(-0.5, 0.5, 3))
    grid = pnst.Grid(shape, affine)
    axes = Rotation.random(random_state=rng).as_matrix()
    world = grid.to_world(np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1))
    inside = ((world @ axes / radii) ** 2).sum(axis=-1) <= 1
    return pnst.Lesion("ellipsoid", pnst.Mask(inside, grid), made_by="closed form")


# %%
# `measure` needs no image for size and shape: what it cannot measure it skips, with the reason.

rng = np.random.default_rng(7)
study = pnst.Study("closed form", series={})
errors = {}
for spacing in SPACINGS:
    for diameter in DIAMETERS:
        for _ in range(2):
            radii = diameter / 2 * np.array((1.0, rng.uniform(0.6, 0.9), rng.uniform(0.4, 0.6)))
            m = pnst.measure(study, ellipsoid(radii, spacing, rng), pnst.MeasureSettings.without_intervals())
            volume = 4 / 3 * np.pi * radii.prod() / 1000
            errors.setdefault(spacing, []).append(
                (diameter, 100 * (m.size.longest_diameter_mm / diameter - 1), 100 * (m.size.volume_ml / volume - 1))
            )
print("skipped:", dict(m.skipped))

# %%
# Error in percent, one point a lesion.

figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharex=True, sharey=True, layout="constrained")
for number, (spacing, rows) in enumerate(errors.items()):
    diameter, *both = np.array(rows).T
    for ax, error in zip(axes, both, strict=True):
        ax.plot(diameter * 1.03 ** (number - 1.5), error, "o", ms=4, label="×".join(f"{s:g}" for s in spacing) + " mm")
for ax, title in zip(axes, ("longest diameter", "volume"), strict=True):
    ax.axhline(0, color="0.6", lw=0.8, zorder=0)
    ax.set(title=title, xlabel="true longest diameter (mm)", xscale="log", xticks=DIAMETERS, xticklabels=DIAMETERS)
    ax.minorticks_off()
axes[0].set_ylabel("measured − true (%)")
axes[1].legend(title="voxel", frameon=False)
plt.show()

for spacing, rows in errors.items():
    _, diameter, volume = np.abs(rows).max(axis=0)
    print(f"{spacing} mm: greatest error, diameter {diameter:.1f} %, volume {volume:.1f} %")
