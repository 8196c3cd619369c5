"""
Contact with structures: a hole in the cortex of a bone
=======================================================

A tumour that leans on a bone, on T1; the share of the contact without cortex for holes of several sizes.
"""

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.study import Series, Source

QUICK = pnst.MeasureSettings.without_intervals()
SPACING, SHAPE = np.array((0.8, 0.9, 1.1)), (66, 60, 50)
RADIUS, FLAT, CORTEX = 17.0, 10.0, 1.8
"""mm: the tumour's radius, how far the bone lies from its centre, the thickness of the cortex."""

# %%
# Tumour 330, muscle 300, cortex 30, marrow 800, each voxel the mean of eight places in it, and noise.


def patient(hole: float) -> tuple[pnst.Study, pnst.Lesion]:
    """A ball cut off by a bone, whose cortex has a round hole of that radius beneath it."""
    affine = np.diag([*SPACING, 1.0])
    affine[:3, 3] = -(np.array(SHAPE) - 1) / 2 * SPACING + (0.2, -0.1, 6.0)
    grid = pnst.Grid(SHAPE, affine)
    middle = grid.to_world(np.moveaxis(np.indices(SHAPE), 0, -1))
    places = [np.array(place) * SPACING for place in np.ndindex(2, 2, 2)]

    def signal(points):
        height, beside = points[..., 2] - FLAT, np.hypot(points[..., 0], points[..., 1])
        soft = np.where(np.linalg.norm(points, axis=-1) < RADIUS, 330.0, 300.0)
        bone = np.where(height < np.where(beside < hole, 0.0, CORTEX), 30.0, 800.0)
        return np.where(height > 0, bone, soft)

    image = np.mean([signal(middle + place / 2 - SPACING / 4) for place in places], axis=0)
    image += np.random.default_rng(0).normal(scale=12, size=SHAPE)
    series = Series(pnst.Role.T1, pnst.Volume(image.astype(np.float32), grid), Source("simulated", "0" * 64))
    bone = pnst.Mask(middle[..., 2] > FLAT, grid)
    tumour = (np.linalg.norm(middle, axis=-1) < RADIUS) & ~bone.data
    return pnst.Study("bone", {pnst.Role.T1: series}, {"bone": bone}), pnst.Lesion(
        "1", pnst.Mask(tumour, grid), "formula"
    )


rows, cases = [], []
for hole in (0.0, 3.0, 5.0, 7.0, 9.0, 12.0):
    study, lesion = patient(hole)
    m = pnst.measure(study, lesion, QUICK)
    cases.append((study, lesion, m))
    rows.append((hole**2 / (RADIUS**2 - FLAT**2), m.invasion.bone_destroyed_fraction))
    print(
        f"hole of {hole:.0f} mm: {rows[-1][1]:.2f} of the contact without cortex, true {rows[-1][0]:.2f}; "
        f"destroyed: {m.invasion.bone_destroyed}; contact {m.invasion.bone_contact_mm2:.0f} mm²"
    )
true, found = np.array(rows).T

# %%
study, lesion, m = cases[3]
volume = study.series[pnst.Role.T1].volume
figure, (picture, plot) = plt.subplots(1, 2, figsize=(8, 3.8), layout="constrained")
j = SHAPE[1] // 2
picture.imshow(volume.data[:, j].T, cmap="gray", origin="lower", aspect=SPACING[2] / SPACING[0])
picture.contour(lesion.mask.data[:, j].T, levels=[0.5], colors="#56b4e9", linewidths=1.2)
cortex = m.regions["bone_cortex"]
place = volume.grid.to_index(cortex.points)
near = np.abs(place[:, 1] - j) < 1
for value, colour in ((0.0, "#009e73"), (1.0, "#d55e00")):
    shown = near & (cortex.values == value)
    picture.plot(place[shown, 0], place[shown, 2], ".", color=colour)
picture.set(title="T1: cortex (green), none (vermilion)", xticks=[], yticks=[])
plot.axhline(m.invasion.bone_destroyed_threshold, color="0.6", lw=0.8)
plot.plot([0, 0.8], [0, 0.8], "-", color="0.3", label="true")
plot.plot(true, found, "o", color="#0072b2", label="measured")
plot.set(xlabel="true share", ylabel="measured share", title="invasion.bone_destroyed_fraction")
plot.legend(frameon=False)
plt.show()
