"""
Haemosiderin caps on the poles
==============================

Thin dark layers on both ends of simulated tumours, in coronal slices of T2.
"""

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.phantom import GridSpec, LesionSpec, Shell, SignSpec, Spec, Tissue, simulate

GRIDS = {
    pnst.Role.T1: GridSpec(spacing_mm=(0.9, 0.9, 4.0), extent_mm=(100.0, 100.0, 110.0)),
    pnst.Role.T2: GridSpec(spacing_mm=(0.6, 0.6, 3.0), plane="coronal", extent_mm=(100.0, 110.0, 90.0)),
}

# %%
rows, cases = [], []
for cap_deg in (10.0, 25.0, 45.0):
    shell = Shell(tissue=Tissue.HAEMOSIDERIN, thickness_mm=2.2, cap_deg=cap_deg)
    lesion = LesionSpec(radii_mm=(13.0, 14.0, 20.0), signs=SignSpec(shells=(shell,)))
    made = simulate(Spec(lesion=lesion, roles=tuple(GRIDS), grids=GRIDS, snr=40))
    m = pnst.measure(made.study, made.lesion, pnst.MeasureSettings.without_intervals())
    rows.append((cap_deg, made.truth["haemosiderin.cap_fraction"], m.haemosiderin.cap_fraction))
    cases.append((made, m))
    print(f"{cap_deg:.0f}°: {rows[-1][2]:.2f}, true {rows[-1][1]:.2f}, present: {m.haemosiderin.present}")

# %%
made, m = cases[-1]
volume = made.study.series[pnst.Role.T2].volume.canonical()
inside, part = made.lesion.mask_on(volume.grid).data, m.regions["haemosiderin"].canonical()
caps = np.zeros(volume.grid.shape, dtype=bool)
caps[volume.grid.box_of(part.grid)] = part.data
j = int(inside.sum(axis=(0, 2)).argmax())
figure, (picture, plot) = plt.subplots(1, 2, figsize=(8, 4.0), layout="constrained")
picture.imshow(volume.data[::-1, j].T, cmap="gray", origin="lower")
picture.contour(inside[::-1, j].T, levels=[0.5], colors="#56b4e9", linewidths=1.0)
picture.contour(caps[::-1, j].T, levels=[0.5], colors="#cc79a7", linewidths=1.4)
where = [np.flatnonzero(inside[::-1, j].any(axis=axis)) for axis in (1, 0)]
picture.set(title="T2, coronal", xticks=[], yticks=[])
picture.set_xlim(where[0][0] - 14, where[0][-1] + 14)
picture.set_ylim(where[1][0] - 14, where[1][-1] + 14)
angle, true, found = np.array(rows).T
plot.axhline(m.haemosiderin.present_threshold, color="0.6", lw=0.8)
plot.plot(angle, true, "-", color="0.3", label="true")
plot.plot(angle, found, "o", color="#cc79a7", label="measured")
plot.set(xlabel="half-angle of the cap (degrees)", title="haemosiderin.cap_fraction")
plot.legend(frameon=False)
plt.show()
