"""
Bone of the spine: a dumbbell through a widened foramen
=======================================================

A simulated tumour that grows through a foramen, and the depth of the hollow in the vertebral body behind it.
"""

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.phantom import GridSpec, LesionSpec, Spec, SurroundSpec, simulate
from pnst.phantom.spine_spec import SpineSpec

QUICK = pnst.MeasureSettings.without_intervals()
DUMBBELL = LesionSpec(radii_mm=(8.0, 8.0, 17.0), tilt_deg=(0.0, 90.0, 0.0), waist_ratio=0.55)
GRIDS = {pnst.Role.T1: GridSpec(spacing_mm=(1.0, 1.1, 2.2), extent_mm=(90.0, 90.0, 120.0))}

# %%
# Hollows from none to 6 mm; the foramen is twice as large as that of the other side.

rows, cases = [], []
for scallop in (0.0, 2.0, 4.0, 6.0):
    spine = SpineSpec(canal_offset_mm=(14.0, -1.0), foramen_ratio=2.0, scallop_mm=scallop)
    surround = SurroundSpec(region="spine", spine=spine)
    made = simulate(Spec(lesion=DUMBBELL, surround=surround, roles=(pnst.Role.T1,), grids=GRIDS, snr=30))
    m = pnst.measure(made.study, made.lesion, QUICK)
    cases.append((made, m))
    rows.append((made.truth["bone.scalloping_depth_mm"], m.bone.scalloping_depth_mm))
    print(
        f"hollow of {rows[-1][0]:.1f} mm: measured {rows[-1][1]:.1f}, remodelling: {m.bone.remodelling}; foramen "
        f"{m.bone.foramen_area_ratio:.2f} of the other side's; {m.bone.foraminal_fraction:.2f} of the lesion in it, "
        f"true {made.truth['bone.foraminal_fraction']:.2f}; waist {m.bone.dumbbell_waist_ratio:.2f}"
    )
true, found = np.array(rows).T

# %%
made, m = cases[2]
volume = made.study.series[pnst.Role.T1].volume.canonical()
bone = np.any([mask.data for name, mask in made.study.masks.items() if name.startswith("vertebra_")], axis=0)
bone = made.lesion.mask.grid.to_canonical(bone)
inside = made.lesion.mask.canonical().data
k = int(inside.sum(axis=(0, 1)).argmax())
figure, (picture, plot) = plt.subplots(1, 2, figsize=(8.4, 3.8), layout="constrained")
picture.imshow(volume.data[::-1, :, k].T, cmap="gray", origin="lower")
picture.contour(bone[::-1, :, k].T, levels=[0.5], colors="#e69f00", linewidths=0.8)
picture.contour(inside[::-1, :, k].T, levels=[0.5], colors="#56b4e9", linewidths=1.2)
where = [np.flatnonzero(inside[::-1, :, k].any(axis=axis)) for axis in (1, 0)]
picture.set(title="T1: vertebra (orange), tumour (blue)", xticks=[], yticks=[])
picture.set_xlim(where[0][0] - 25, where[0][-1] + 20)
picture.set_ylim(where[1][0] - 25, where[1][-1] + 32)
plot.axhline(m.bone.remodelling_threshold, color="0.6", lw=0.8)
plot.plot([0, 5], [0, 5], "-", color="0.3", label="true")
plot.plot(true, found, "o", color="#0072b2", label="measured")
plot.set(xlabel="true depth in mm", ylabel="measured depth in mm", title="bone.scalloping_depth_mm")
plot.legend(frameon=False)
plt.show()
