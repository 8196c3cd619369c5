"""
The spinal canal: how much of it is filled
==========================================

A simulated tumour beside the cord, and the share of the canal that tumours of growing size fill.
"""

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.phantom import GridSpec, LesionSpec, Spec, SurroundSpec, simulate
from pnst.phantom.spine_spec import SpineSpec

T2 = pnst.Role.T2
GRID = {T2: GridSpec(spacing_mm=(0.7, 0.7, 2.0), extent_mm=(44.0, 44.0, 84.0))}

# %%
# The cord gives way to the tumour.

rows, cases = [], []
for radius in (2.0, 3.0, 4.0, 5.0):
    spine = SpineSpec(canal_offset_mm=(7.5 - radius, 0.0), cord_shift_mm=(0.5 - radius, 0.0), cord_squeeze=0.1 * radius)
    lesion = LesionSpec(radii_mm=(radius, radius, 1.5 * radius))
    surround = SurroundSpec(region="spine", spine=spine)
    case = simulate(Spec(lesion=lesion, surround=surround, roles=(T2,), grids=GRID, snr=30))
    m = pnst.measure(case.study, case.lesion, pnst.MeasureSettings.without_intervals())
    cases.append(case)
    rows.append((radius, case.truth["canal.occupancy_fraction"], m.canal.occupancy_fraction))
    print(f"{radius:.0f} mm: {rows[-1][2]:.2f} of the canal at {m.canal.occupancy_level}, true {rows[-1][1]:.2f}")
radius, true, found = np.array(rows).T

# %%
case = cases[2]
volume = case.study.series[T2].volume.canonical()
inside = case.lesion.mask_on(volume.grid).data
k = int(inside.sum(axis=(0, 1)).argmax())
figure, (picture, plot) = plt.subplots(1, 2, figsize=(8, 3.8), layout="constrained")
picture.imshow(volume.data[::-1, :, k].T, cmap="gray", origin="lower")
for name, colour in (("canal", "#f0e442"), ("cord", "#009e73")):
    mask = case.study.masks[name].canonical().data
    picture.contour(mask[::-1, :, k].T, levels=[0.5], colors=colour, linewidths=1.2)
picture.contour(inside[::-1, :, k].T, levels=[0.5], colors="#56b4e9", linewidths=1.2)
picture.set(title="T2: canal, cord and tumour", xticks=[], yticks=[])
plot.plot(radius, true, "-", color="0.3", label="true")
plot.plot(radius, found, "o", color="#0072b2", label="measured")
plot.set(xlabel="radius of the tumour, mm", ylabel="share of the canal", title="canal.occupancy_fraction")
plot.legend(frameon=False)
plt.show()
