"""
Artefacts: what the scanner does to a simulated study
=====================================================

The same patient without artefacts and with all of them, and the displacement that the record of the simulation knows.
"""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.phantom import REALISTIC, GridSpec, LesionSpec, Spec, SurroundSpec, simulate

# %%
# A T1-weighted series and diffusion, three slices each.

T1, DWI = pnst.Role.T1, pnst.Role.DWI
spec = Spec(
    lesion=LesionSpec(radii_mm=(16.0, 18.0, 26.0), edema_mm=8.0, d_um2_per_ms=1.2),
    surround=SurroundSpec(fat_plane_mm=6.0),
    roles=(T1, DWI),
    grids={
        T1: GridSpec(spacing_mm=(0.8, 0.8, 4.0), extent_mm=(170.0, 150.0, 12.0)),
        DWI: GridSpec(spacing_mm=(2.0, 2.0, 5.0), extent_mm=(170.0, 150.0, 15.0)),
    },
    b_values=(0.0, 800.0),
)
plain, real = simulate(spec, seed=2), simulate(replace(spec, artefacts=REALISTIC), seed=2)

# %%
# Fat of T1 moves along the rows: a dark seam on one side of every fat plane, a bright one on the other. What is left of
# fat in diffusion moves by a third of the picture along the columns, and the main field bends the rest.

figure, axes = plt.subplots(2, 3, figsize=(10, 6.2), layout="constrained")
for row, (role, name) in zip(axes, ((T1, "T1"), (DWI, "b = 800")), strict=True):
    images = [made.study.series[role].volume.data.reshape(*made.clean[role][0].shape, -1) for made in (plain, real)]
    slices = [image[:, :, image.shape[2] // 2, -1].T for image in images]
    for ax, image, what in zip(row, slices, ("without", "with artefacts"), strict=False):
        ax.imshow(image, cmap="gray", vmin=0, vmax=np.percentile(slices[0], 99.5))
        ax.set_title(f"{name}, {what}")
clean = [made.clean[T1][1][:, :, 1, 0].T for made in (plain, real)]
axes[0, 2].imshow(clean[1] - clean[0], cmap="RdBu", vmin=-300, vmax=300)
axes[0, 2].set_title("T1: difference")
grid = real.clean[DWI][0]
moved = real.displacement_mm(DWI) @ grid.directions[:, 1]
shown = axes[1, 2].imshow(moved[:, :, 1].T, cmap="PuOr")
axes[1, 2].set_title("displacement along columns (mm)")
figure.colorbar(shown, ax=axes[1, 2], shrink=0.8)
for ax in axes.flat:
    ax.set(xticks=[], yticks=[])
plt.show()

lesion = real.lesion.mask_on(grid).data
print(f"the tumour is displaced by {moved[lesion].mean():.1f} mm in diffusion, from {moved[lesion].min():.1f} to")
print(f"{moved[lesion].max():.1f} mm")
