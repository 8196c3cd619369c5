"""
Split fat: coverage against its closed form
===========================================

The rim that is found on the simulated benign-looking study of `sample_data`, and coverage for rims of known size: a
rim on both polar caps of half-angle :math:`\\theta` covers :math:`1 - \\cos\\theta` of a sphere.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.phantom import LesionSpec, Spec, simulate

folder = Path("../../sample_data")  # from the folder of this script
study = pnst.read_study(folder / "benign_nifti")
lesion = pnst.read_lesion(folder / "benign_nifti" / "lesion.nii.gz", study)
m = pnst.measure(study, lesion, pnst.MeasureSettings.without_intervals())
m.split_fat

# %%
# Spheres with a rim on both poles, on one pole, and without.

rows = []
for poles in ("both", "one"):
    for theta in (30.0, 45.0, 60.0, 90.0):
        made = simulate(
            Spec(
                lesion=LesionSpec(radii_mm=(18.0, 18.0, 18.0), rim_cap_deg=theta, rim_poles=poles),
                roles=(pnst.Role.T1,),
                snr=30.0,
            ),
            seed=11,
        )
        found = pnst.measure(made.study, made.lesion, pnst.MeasureSettings.without_intervals()).split_fat
        share = (1 - np.cos(np.deg2rad(theta))) / (1 if poles == "both" else 2)
        rows.append((share, found.coverage_fraction))
        print(f"{poles} {theta:3.0f}°: true {share:.3f}, measured {rows[-1][1]:.3f}, compartment {found.compartment}")
true, coverage = np.array(rows).T

# %%
series = study.series[pnst.Role.T1].volume.canonical()
rim, inside = m.regions["fat_rim"].canonical(), lesion.mask_on(study.series[pnst.Role.T1].volume.grid).canonical()
k = rim.data.sum(axis=(0, 1)).argmax()
figure, (picture, ax) = plt.subplots(1, 2, figsize=(8.5, 3.8), layout="constrained")
slices = [array[::-1, ::-1, k].T for array in (series.data, inside.data, rim.data)]
picture.imshow(
    slices[0], cmap="gray", vmax=np.percentile(slices[0], 99.8), aspect=series.grid.spacing[1] / series.grid.spacing[0]
)
picture.contour(slices[2], levels=[0.5], colors="#f0e442", linewidths=1.2)
picture.contour(slices[1], levels=[0.5], colors="#56b4e9", linewidths=1.2)
picture.set(title="T1: lesion (blue), fat rim (yellow)", xticks=[], yticks=[])
ax.plot([0, 1], [0, 1], color="0.6", lw=0.8)
ax.plot(true, coverage, "o", color="#0072b2")
ax.set(xlabel="true coverage", ylabel="coverage_fraction", xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
plt.show()
print(f"greatest error: {np.abs(true - coverage).max():.3f}")
