"""
ADC maps and their distribution
===============================

Both simulated studies of `sample_data`: the map on the diffusion series' own grid, and the voxels inside the lesion.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import pnst

folder = Path("../../sample_data")  # from the folder of this script

# %%
# `adc_map` fits the whole series; `measure` reads the lesion's voxels of the same map.

figure, axes = plt.subplots(1, 3, figsize=(11, 3.6), layout="constrained")
lesions = {"benign_nifti": "lesion.nii.gz", "malignant_dicom": "lesions/1.dcm"}
for ax, (name, file) in zip(axes, lesions.items(), strict=False):
    study = pnst.read_study(folder / name)
    lesion = pnst.read_lesion(folder / name / file, study)
    m, adc = pnst.measure(study, lesion), pnst.adc_map(study)
    inside = lesion.on(adc.grid)
    values = adc.data[inside.data]
    volume, mask = adc.canonical(), inside.canonical()
    k = mask.data.sum(axis=(0, 1)).argmax()
    i, j, _ = volume.grid.spacing
    shown = ax.imshow(volume.data[::-1, ::-1, k].T, cmap="viridis", vmin=0, vmax=3, aspect=j / i)
    ax.contour(mask.data[::-1, ::-1, k].T, levels=[0.5], colors="white", linewidths=1.2)
    ax.set(title=name, xticks=[], yticks=[])
    axes[2].hist(values[np.isfinite(values)], bins=40, range=(0, 3), histtype="step", density=True, label=name)
    print(
        f"{name}: mean {m.adc.mean_um2_per_ms:.3f}, median {m.adc.median_um2_per_ms:.3f} µm²/ms "
        f"over the {m.adc.region}, b = {m.adc.b_values}; all b-values {m.adc.mean_all_b_um2_per_ms:.3f}"
    )
figure.colorbar(shown, ax=axes[:2], label="ADC (µm²/ms)", shrink=0.85)
axes[2].set(xlabel="ADC (µm²/ms)", yticks=[], title="voxels of the lesion")
axes[2].legend(frameon=False, fontsize=8)
plt.show()
