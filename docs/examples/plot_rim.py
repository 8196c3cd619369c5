"""
A thin bright rim and a capsule
===============================

Thin layers on one cap of simulated tumours, on fat-suppressed T2.
"""

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.phantom import GridSpec, LesionSpec, Shell, SignSpec, Spec, Tissue, simulate

GRID = GridSpec(spacing_mm=(0.6, 0.6, 3.0), plane="coronal", extent_mm=(104.0, 104.0, 90.0))
ROLES = (pnst.Role.T1, pnst.Role.T2_FS)
LAYERS = {"capsule": (Tissue.CAPSULE, 70.0), "thin_bright_rim": (Tissue.CYST, 110.0)}
COLUMN = {"capsule": "capsule_fraction", "thin_bright_rim": "thin_bright_rim_fraction"}
COLOUR = {"capsule": "#009e73", "thin_bright_rim": "#d55e00"}

# %%
figure, axes = plt.subplots(1, 2, figsize=(7.5, 4.2), layout="constrained")
for ax, (name, (tissue, cap_deg)) in zip(axes, LAYERS.items(), strict=True):
    shell = Shell(tissue=tissue, thickness_mm=1.8, cap_deg=cap_deg, poles="one")
    lesion = LesionSpec(radii_mm=(13.0, 14.0, 20.0), signs=SignSpec(shells=(shell,)))
    made = simulate(Spec(lesion=lesion, roles=ROLES, grids=dict.fromkeys(ROLES, GRID), snr=30))
    m = pnst.measure(made.study, made.lesion, pnst.MeasureSettings.without_intervals())
    measured, true = getattr(m.rim, COLUMN[name]), made.truth[f"rim.{COLUMN[name]}"]
    print(f"{name}: {measured:.2f}, true {true:.2f}, of {m.rim.measured_fraction:.2f} of the surface")
    volume = made.study.series[pnst.Role.T2_FS].volume.canonical()
    inside, part = made.lesion.mask_on(volume.grid).data, m.regions[name].canonical()
    line = np.zeros(volume.grid.shape, dtype=bool)
    line[volume.grid.box_of(part.grid)] = part.data
    j = int(inside.sum(axis=(0, 2)).argmax())
    ax.imshow(volume.data[::-1, j].T, cmap="gray", origin="lower")
    ax.contour(inside[::-1, j].T, levels=[0.5], colors="#56b4e9", linewidths=1.0)
    ax.contour(line[::-1, j].T, levels=[0.5], colors=COLOUR[name], linewidths=1.2)
    where = [np.flatnonzero(inside[::-1, j].any(axis=axis)) for axis in (1, 0)]
    ax.set(title=f"{COLUMN[name]}: {measured:.2f}, true {true:.2f}", xticks=[], yticks=[])
    ax.set_xlim(where[0][0] - 12, where[0][-1] + 12)
    ax.set_ylim(where[1][0] - 12, where[1][-1] + 12)
plt.show()
