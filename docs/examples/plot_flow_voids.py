"""
Flow voids: dark tubes in and beside a tumour
=============================================

A coiled vessel in a simulated tumour and a straight one beside it.
"""

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.phantom import FlowVoid, GridSpec, LesionSpec, SignSpec, Spec, simulate

GRIDS = {
    pnst.Role.T1: GridSpec(spacing_mm=(0.9, 0.9, 4.0), extent_mm=(100.0, 100.0, 100.0)),
    pnst.Role.T2: GridSpec(spacing_mm=(0.6, 0.6, 1.5), extent_mm=(100.0, 100.0, 100.0)),
}
VESSELS = (
    FlowVoid(calibre_mm=2.6, coil_mm=4.0, pitch_mm=10.0, turns=1.5),
    FlowVoid(calibre_mm=2.0, coil_mm=0.0, pitch_mm=18.0, turns=1.0, centre_mm=(20.0, 0.0, 0.0)),
)

# %%
lesion = LesionSpec(radii_mm=(15.0, 16.0, 20.0), signs=SignSpec(voids=VESSELS))
made = simulate(Spec(lesion=lesion, roles=tuple(GRIDS), grids=GRIDS, snr=40))
m = pnst.measure(made.study, made.lesion, pnst.MeasureSettings.without_intervals())
for column in ("intralesional_ml", "perilesional_ml", "largest_calibre_mm", "pieces_count", "length_mm"):
    print(f"{column}: {getattr(m.flow_voids, column):.3g}, true {made.truth[f'flow_voids.{column}']:.3g}")

# %%
# The darkest of each column of voxels: vessels stand out whole.

volume = made.study.series[pnst.Role.T2].volume.canonical()
inside, part = made.lesion.mask_on(volume.grid).data, m.regions["flow_voids"].canonical()
voids = np.zeros(volume.grid.shape, dtype=bool)
voids[volume.grid.box_of(part.grid)] = part.data
figure, axes = plt.subplots(1, 2, figsize=(7.5, 4.0), layout="constrained")
k = int(voids.sum(axis=(0, 1)).argmax())
axes[0].imshow(volume.data[::-1, :, k].T, cmap="gray", origin="lower")
axes[0].contour(inside[::-1, :, k].T, levels=[0.5], colors="#56b4e9", linewidths=1.2)
axes[0].contour(voids[::-1, :, k].T, levels=[0.5], colors="#d55e00", linewidths=1.2)
axes[0].set(title="one slice")
axes[1].imshow(voids.any(axis=1)[::-1].T, cmap="Reds", origin="lower", aspect=1.5 / 0.6)
axes[1].contour(inside.any(axis=1)[::-1].T, levels=[0.5], colors="#56b4e9", linewidths=1.2)
axes[1].set(title="all slices, from in front")
for ax in axes:
    ax.set(xticks=[], yticks=[])
plt.show()
