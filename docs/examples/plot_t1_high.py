"""
Blood and fat inside a tumour
=============================

Both are bright on T1; fat-suppressed T2 tells them apart.
"""

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.phantom import GridSpec, Inclusion, LesionSpec, Spec, Tissue, simulate

ROLES = (pnst.Role.T1, pnst.Role.T2_FS)
GRIDS = dict.fromkeys(ROLES, GridSpec(spacing_mm=(0.8, 0.8, 3.0)))

# %%
# A bleed on one side, an inclusion of fat on the other.

inclusions = (
    Inclusion(tissue=Tissue.BLOOD, radius_mm=6, centre_mm=(-8, 0, 1)),
    Inclusion(tissue=Tissue.FAT, radius_mm=5, centre_mm=(8, 1, 0)),
)
spec = Spec(lesion=LesionSpec(radii_mm=(18.0, 16.0, 20.0), inclusions=inclusions), roles=ROLES, grids=GRIDS, snr=20)
made = simulate(spec)
m = pnst.measure(made.study, made.lesion, pnst.MeasureSettings.without_intervals())
print(f"fraction {m.t1_high.fraction:.4f}, true {made.truth['t1_high.fraction']:.4f}, present: {m.t1_high.present}")
only_t1 = pnst.Study("without T2", {pnst.Role.T1: made.study.series[pnst.Role.T1]})
print(pnst.measure(only_t1, made.lesion, pnst.MeasureSettings.without_intervals()).t1_high)

# %%
colours = {"t1_high": "#cc79a7", "fat_inclusion": "#f0e442"}
figure, axes = plt.subplots(1, 2, figsize=(7.5, 3.8), layout="constrained")
for ax, role in zip(axes, ROLES, strict=True):
    volume = made.study.series[role].volume.canonical()
    inside = made.lesion.mask_on(volume.grid).data
    k = int(inside.sum(axis=(0, 1)).argmax())
    ax.imshow(volume.data[::-1, :, k].T, cmap="gray", origin="lower")
    ax.contour(inside[::-1, :, k].T, levels=[0.5], colors="#56b4e9", linewidths=1.2)
    for name, colour in colours.items():
        part = m.regions[name].canonical()
        region = np.zeros(volume.grid.shape, dtype=bool)
        region[volume.grid.box_of(part.grid)] = part.data
        ax.contour(region[::-1, :, k].T, levels=[0.5], colors=colour, linewidths=1.2)
    where = [np.flatnonzero(inside[::-1, :, k].any(axis=axis)) for axis in (1, 0)]
    ax.set(title=role, xticks=[], yticks=[])
    ax.set_xlim(where[0][0] - 12, where[0][-1] + 12)
    ax.set_ylim(where[1][0] - 12, where[1][-1] + 12)
plt.show()
