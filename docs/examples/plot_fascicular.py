"""
Fascicles: dark dots in bright rings
====================================

A simulated tumour with fascicles in it, and one whose stroma is uneven.
"""

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.phantom import Fascicles, GridSpec, LesionSpec, SignSpec, Spec, simulate

GRID = GridSpec(spacing_mm=(0.6, 0.6, 3.0), extent_mm=(96.0, 96.0, 96.0))
TUMOURS = {
    "fascicles": LesionSpec(radii_mm=(14.0, 15.0, 20.0), signs=SignSpec(fascicles=Fascicles())),
    "uneven stroma": LesionSpec(radii_mm=(14.0, 15.0, 20.0), texture=0.3, texture_mm=8.0),
}

# %%
figure, axes = plt.subplots(1, 2, figsize=(7.5, 3.9), layout="constrained")
for ax, (title, lesion) in zip(axes, TUMOURS.items(), strict=True):
    made = simulate(Spec(lesion=lesion, roles=(pnst.Role.T2,), grids={pnst.Role.T2: GRID}, snr=30))
    m = pnst.measure(made.study, made.lesion, pnst.MeasureSettings.without_intervals())
    print(f"{title}: {m.fascicular.count} dots, true {made.truth.get('fascicular.count', 0)}: {m.fascicular.present}")
    volume = made.study.series[pnst.Role.T2].volume.canonical()
    inside, part = made.lesion.mask_on(volume.grid).data, m.regions["fascicles"].canonical()
    dots = np.zeros(volume.grid.shape, dtype=bool)
    dots[volume.grid.box_of(part.grid)] = part.data
    k = int(inside.sum(axis=(0, 1)).argmax())
    ax.imshow(volume.data[::-1, :, k].T, cmap="gray", origin="lower")
    ax.contour(inside[::-1, :, k].T, levels=[0.5], colors="#56b4e9", linewidths=1.2)
    if dots[..., k].any():
        ax.contour(dots[::-1, :, k].T, levels=[0.5], colors="#e69f00", linewidths=1.2)
    where = [np.flatnonzero(inside[::-1, :, k].any(axis=axis)) for axis in (1, 0)]
    ax.set(title=f"{title}: {m.fascicular.count}", xticks=[], yticks=[])
    ax.set_xlim(where[0][0] - 8, where[0][-1] + 8)
    ax.set_ylim(where[1][0] - 8, where[1][-1] + 8)
plt.show()
