"""
The target sign: a dark core by thirds of depth
===============================================

The inner third of a simulated tumour with a fibrous core, and the ratio for cores of several sizes.
"""

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.phantom import GridSpec, LesionSpec, Spec, simulate

ROLES = (pnst.Role.T1, pnst.Role.T2_FS)
GRIDS = dict.fromkeys(ROLES, GridSpec(spacing_mm=(0.8, 0.8, 3.0)))

# %%
# Cores from none to three quarters of the radius.

rows, cases = [], []
for core in (0.0, 0.25, 0.4, 0.55, 0.75):
    made = simulate(
        Spec(lesion=LesionSpec(radii_mm=(15.0, 16.0, 19.0), target_core=core), roles=ROLES, grids=GRIDS, snr=20)
    )
    m = pnst.measure(made.study, made.lesion, pnst.MeasureSettings.without_intervals())
    cases.append((made, m))
    rows.append((core, made.truth["target.rim_core_ratio"], m.target.rim_core_ratio))
    print(f"core {core:.2f}: ratio {rows[-1][2]:.2f}, true {rows[-1][1]:.2f}, present: {m.target.present}")
core, true, found = np.array(rows).T

# %%
made, m = cases[3]
volume = made.study.series[pnst.Role.T2_FS].volume.canonical()
inside, part = made.lesion.mask_on(volume.grid).data, m.regions["target_core"].canonical()
inner = np.zeros(volume.grid.shape, dtype=bool)
inner[volume.grid.box_of(part.grid)] = part.data
k = int(inner.sum(axis=(0, 1)).argmax())
figure, (picture, plot) = plt.subplots(1, 2, figsize=(8, 3.8), layout="constrained")
picture.imshow(volume.data[::-1, :, k].T, cmap="gray", origin="lower")
picture.contour(inside[::-1, :, k].T, levels=[0.5], colors="#56b4e9", linewidths=1.2)
picture.contour(inner[::-1, :, k].T, levels=[0.5], colors="#0072b2", linewidths=1.2)
where = [np.flatnonzero(inside[::-1, :, k].any(axis=axis)) for axis in (1, 0)]
picture.set(title="fat-suppressed T2: the inner third", xticks=[], yticks=[])
picture.set_xlim(where[0][0] - 12, where[0][-1] + 12)
picture.set_ylim(where[1][0] - 12, where[1][-1] + 12)
plot.axhline(m.target.present_threshold, color="0.6", lw=0.8)
plot.plot(core, true, "-", color="0.3", label="true")
plot.plot(core, found, "o", color="#0072b2", label="measured")
plot.set(xlabel="radius of the core ÷ that of the tumour", ylabel="outer ÷ inner third", title="target.rim_core_ratio")
plot.legend(frameon=False)
plt.show()
