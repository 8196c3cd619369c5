"""
ADC of the solid part
=====================

Both simulated studies of `sample_data`: the map on the diffusion series' own grid, what of the lesion is averaged, and
its darkest part.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import pnst

folder = Path("../../sample_data")  # from the folder of this script

# %%
# `measure` keeps the map near the lesion, the solid part (black) and its darkest region (red); all lie on one grid, on
# which the lesion (white) is the voxels whose centres lie inside its surface.

figure, axes = plt.subplots(2, 2, figsize=(8.5, 7), layout="constrained", width_ratios=(1.2, 1))
lesions = {"benign_nifti": "lesion.nii.gz", "malignant_dicom": "lesions/1.dcm"}
for (picture, plot), (name, file) in zip(axes, lesions.items(), strict=True):
    study = pnst.read_study(folder / name)
    lesion = pnst.read_lesion(folder / name / file, study)
    m = pnst.measure(study, lesion, pnst.MeasureSettings.without_intervals())
    adc, solid, dark = (m.regions[key] for key in ("adc", "solid", "adc_dark"))
    whole = lesion.mask_on(adc.grid)
    k = dark.data.sum(axis=(0, 1)).argmax()
    i, j, _ = adc.grid.spacing
    shown = picture.imshow(adc.data[::-1, ::-1, k].T, cmap="viridis", vmin=0, vmax=3, aspect=j / i)
    for mask, colour in ((whole, "white"), (solid, "black"), (dark, "#ff2a00")):
        picture.contour(mask.data[::-1, ::-1, k].T, levels=[0.5], colors=colour, linewidths=1.2)
    picture.set(title=name, xticks=[], yticks=[])
    for mask, label in ((whole, "whole lesion"), (solid, m.adc.region)):
        values = adc.data[mask.data]
        plot.hist(values[np.isfinite(values)], bins=40, range=(0, 3), histtype="step", label=label)
    plot.set(xlabel="ADC (µm²/ms)", ylabel="voxels")
    plot.legend(frameon=False, fontsize=8)
    print(f"{name}: mean {m.adc.mean_um2_per_ms:.3f} µm²/ms over the {m.adc.region} ({m.adc.solid_volume_ml:.1f} ml)")
    print(f"  whole lesion {m.adc.mean_whole_um2_per_ms:.3f}, all b-values {m.adc.mean_all_b_um2_per_ms:.3f}")
    print(f"  taken out: {m.adc.removed_unenhanced_ml:.1f} ml unenhanced, {m.adc.removed_edge_ml:.1f} ml of edge")
    for statistic in ("min", "dark"):
        value, uniform = (getattr(m.adc, f"{statistic}{part}_um2_per_ms") for part in ("", "_uniform"))
        print(f"  {statistic} {value:.2f}, of a uniform lesion of its size and noise {uniform:.2f}")
figure.colorbar(shown, ax=axes[:, 0], label="ADC (µm²/ms)", shrink=0.6, location="left")
plt.show()
