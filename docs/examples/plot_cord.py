"""
The spinal cord: inside, beside, and what happens to it
=======================================================

A simulated tumour in the cord with its oedema, and the share inside of balls further and further from the cord's line.
"""

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.phantom import GridSpec, LesionSpec, Spec, SurroundSpec, simulate
from pnst.phantom.spine_spec import SpineSpec

T2 = pnst.Role.T2
GRID = {T2: GridSpec(spacing_mm=(0.7, 0.7, 2.0), extent_mm=(44.0, 44.0, 84.0))}


def made(radii, spine):
    surround = SurroundSpec(region="spine", spine=spine)
    return simulate(Spec(lesion=LesionSpec(radii_mm=radii), surround=surround, roles=(T2,), grids=GRID, snr=30))


# %%
# Balls of 3 mm, from the cord's middle outward.

rows = []
for aside in (0.0, 3.5, 6.0, 8.0, 11.0):
    case = made((3.0, 3.0, 3.0), SpineSpec(canal_offset_mm=(aside, 0.0), sac_mm=12.0, canal_mm=14.0))
    m = pnst.measure(case.study, case.lesion, pnst.MeasureSettings.without_intervals())
    rows.append((aside, case.truth["cord.inside_fraction"], m.cord.inside_fraction))
    print(f"{aside:4.1f} mm aside: {m.cord.inside_fraction:.2f} inside, true {rows[-1][1]:.2f}: {m.cord.compartment}")
aside, true, found = np.array(rows).T

# %%
case = made((4.0, 3.0, 7.0), SpineSpec(cord_edema_mm=36.0))
m = pnst.measure(case.study, case.lesion, pnst.MeasureSettings.without_intervals())
print(f"oedema {m.cord.edema_length_mm:.0f} mm long, true {case.truth['cord.edema_length_mm']:.0f} mm")
volume = case.study.series[T2].volume.canonical()
part = m.regions["cord_edema"].canonical()
whole = np.zeros(volume.grid.shape, dtype=bool)
whole[volume.grid.box_of(part.grid)] = part.data
inside = case.lesion.mask_on(volume.grid).data
i = int(inside.sum(axis=(1, 2)).argmax())
aspect = volume.grid.spacing[2] / volume.grid.spacing[1]
figure, (picture, plot) = plt.subplots(1, 2, figsize=(8, 3.8), layout="constrained")
picture.imshow(volume.data[i].T, cmap="gray", origin="lower", aspect=aspect)
picture.contour(inside[i].T, levels=[0.5], colors="#56b4e9", linewidths=1.2)
picture.contour(whole[i].T, levels=[0.5], colors="#e69f00", linewidths=1.2)
picture.set(title="T2: the cord's oedema", xticks=[], yticks=[])
plot.plot(aside, true, "-", color="0.3", label="true")
plot.plot(aside, found, "o", color="#0072b2", label="measured")
plot.set(xlabel="ball's middle from the cord's line, mm", ylabel="share inside", title="cord.inside_fraction")
plot.legend(frameon=False)
plt.show()
