"""
Oedema: the zone, its extent, its volume
========================================

The zone that is found on the simulated malignant-looking study of `sample_data`, and how extent and volume follow
halos of known thickness.
"""

import tomllib
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.phantom import LesionSpec, Spec, simulate

# %%
# The zone is kept in `m.regions`: what is shown is what was measured.

folder = Path("../../sample_data")  # from the folder of this script
study = pnst.read_study(folder / "malignant_dicom")
lesion = pnst.read_lesion(folder / "malignant_dicom" / "lesions" / "1.dcm", study)
m = pnst.measure(study, lesion, pnst.MeasureSettings.without_intervals())
truth = tomllib.loads((folder / "malignant_dicom" / "truth.toml").read_text(encoding="utf-8"))
print(f"extent {m.edema.max_extent_mm:.1f} mm, volume {m.edema.volume_ml:.1f} ml, present: {m.edema.present}")
print(
    {name: value for name, value in truth.get("edema", truth).items() if "edema" in name or name in m.edema.columns()}
)

# %%
# Halos of one thickness all round, from none to wide.

rows = []
for halo in (0.0, 5.0, 10.0, 15.0, 20.0):
    spec = Spec(lesion=LesionSpec(radii_mm=(13.0, 15.0, 20.0), edema_mm=halo), roles=(pnst.Role.T2_FS,), snr=30.0)
    made = simulate(spec, seed=5)
    edema = pnst.measure(made.study, made.lesion, pnst.MeasureSettings.without_intervals()).edema
    rows.append(
        (made.truth["edema.max_extent_mm"], edema.max_extent_mm, made.truth["edema.volume_ml"], edema.volume_ml)
    )
true_extent, extent, true_volume, volume = np.array(rows).T

# %%
series = study.series[pnst.Role.T2_FS].volume.canonical()
zone, inside = m.regions["edema"].canonical(), lesion.mask_on(study.series[pnst.Role.T2_FS].volume.grid).canonical()
k = inside.data.sum(axis=(0, 1)).argmax()
figure, (picture, left, right) = plt.subplots(1, 3, figsize=(11, 3.6), layout="constrained")
slices = [array[::-1, ::-1, k].T for array in (series.data, inside.data, zone.data)]
picture.imshow(
    slices[0], cmap="gray", vmax=np.percentile(slices[0], 99.8), aspect=series.grid.spacing[1] / series.grid.spacing[0]
)
picture.contour(slices[2], levels=[0.5], colors="#e69f00", linewidths=1.2)
picture.contour(slices[1], levels=[0.5], colors="#56b4e9", linewidths=1.2)
picture.set(title="lesion (blue), oedema (orange)", xticks=[], yticks=[])
for ax, true, found, name in ((left, true_extent, extent, "max_extent_mm"), (right, true_volume, volume, "volume_ml")):
    top = 1.08 * max(*true, *found)
    ax.plot([0, top], [0, top], color="0.6", lw=0.8)
    ax.plot(true, found, "o", color="#0072b2")
    ax.set(xlabel="true", ylabel="measured", title=name)
plt.show()

for row in rows:
    print("extent: true {:.1f} mm, measured {:.1f} mm; volume: true {:.1f} ml, measured {:.1f} ml".format(*row))
