"""
Enhancement, cyst and necrosis
==============================

What takes up contrast agent in a simulated tumour and what does not, and how the fraction that does not follows
cavities of known size.
"""

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.phantom import GridSpec, Inclusion, LesionSpec, Spec, Tissue, simulate

ROLES = (pnst.Role.T1, pnst.Role.T1_POST, pnst.Role.T2_FS)
GRIDS = dict.fromkeys(ROLES, GridSpec(spacing_mm=(0.8, 0.8, 3.0)))


def tumour(*inclusions: Inclusion):
    """A tumour of 40 mm with spheres of other tissue inside."""
    return simulate(
        Spec(lesion=LesionSpec(radii_mm=(17.0, 18.0, 20.0), inclusions=inclusions), roles=ROLES, grids=GRIDS, snr=20)
    )


# %%
# Necrosis above, a cyst below: neither enhances, and T2 tells them apart.

made = tumour(
    Inclusion(tissue=Tissue.NECROSIS, radius_mm=7, centre_mm=(0, 1, 9)),
    Inclusion(tissue=Tissue.CYST, radius_mm=6, centre_mm=(1, 0, -9)),
)
m = pnst.measure(made.study, made.lesion, pnst.MeasureSettings.without_intervals())
for column in ("cyst.fraction", "cyst.necrosis_fraction", "enhancement.enhancing_fraction"):
    print(f"{column}: {m.columns()[column]:.3f}, true {made.truth[column]:.3f}")
print(f"peripheral: {m.enhancement.peripheral} ({m.enhancement.rim_core_ratio:.2f})")

# %%
# Cavities of several sizes, measured and true.

rows = []
for radius in (4.0, 7.0, 9.0, 11.0, 13.0):
    body = tumour(Inclusion(tissue=Tissue.CYST, radius_mm=radius))
    rows.append(
        (
            body.truth["cyst.fraction"],
            pnst.measure(body.study, body.lesion, pnst.MeasureSettings.without_intervals()).cyst.fraction,
        )
    )
true, found = np.array(rows).T

# %%
post = made.study.series[pnst.Role.T1_POST].volume.canonical()
inside, cyst = (mask.canonical() for mask in (made.lesion.mask_on(post.grid), m.regions["cyst"]))
box = post.grid.box_of(cyst.grid)
region = np.zeros(post.grid.shape, dtype=bool)
region[box] = cyst.data
i = int(inside.data.sum(axis=(1, 2)).argmax())
figure, (picture, plot) = plt.subplots(1, 2, figsize=(8, 3.8), layout="constrained")
aspect = post.grid.spacing[2] / post.grid.spacing[1]
picture.imshow(post.data[i].T, cmap="gray", origin="lower", aspect=aspect)
picture.contour(region[i].T, levels=[0.5], colors="#d55e00", linewidths=1.2)
picture.contour(inside.data[i].T, levels=[0.5], colors="#56b4e9", linewidths=1.2)
where = [np.flatnonzero(inside.data[i].any(axis=axis)) for axis in (1, 0)]
picture.set(title="after contrast: what does not enhance", xticks=[], yticks=[])
picture.set_xlim(where[0][0] - 12, where[0][-1] + 12)
picture.set_ylim(where[1][0] - 3, where[1][-1] + 3)
plot.plot([0, 0.5], [0, 0.5], color="0.6", lw=0.8)
plot.plot(true, found, "o", color="#0072b2")
plot.set(xlabel="true", ylabel="measured", title="cyst.fraction")
plt.show()

for row in rows:
    print("true {:.3f}, measured {:.3f}".format(*row))
