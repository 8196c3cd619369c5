"""
Edge width against the blur that was put in
===========================================

Simulated lesions whose edge gives way to muscle as an error function of known :math:`\\sigma`: the true 10–90 % width
is :math:`2.563\\,\\sigma`. Voxels are 0.6 × 0.6 × 4 mm, on a tilted grid.
"""

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.phantom import LesionSpec, Spec, simulate

LESION = {"radii_mm": (14.0, 16.0, 24.0), "tilt_deg": (10.0, 15.0, 20.0)}


def measured(**lesion):
    """The margin of a simulated lesion, seen on fat-suppressed T2."""
    made = simulate(Spec(lesion=LesionSpec(**LESION, **lesion), roles=(pnst.Role.T2_FS,), snr=30.0), seed=3)
    return pnst.measure(made.study, made.lesion, pnst.MeasureSettings.without_intervals()).margin, made.truth


# %%
# The whole surface blurred, more and more.

true_width, width, share = [], [], []
for sigma in (0.4, 0.9, 1.4, 1.9, 2.4):
    margin, _ = measured(edge_sigma_mm=sigma)
    true_width.append(2.563 * sigma)
    width.append(margin.edge_width_mm)
    share.append(margin.ill_defined_fraction)

# %%
# Part of the surface blurred (a cap), so that its share of the surface is what has to be found.

true_share, found_share = [], []
for cap in (0, 60, 90, 120):
    margin, truth = measured(edge_sigma_mm=2.4, indistinct_cap_deg=cap)
    true_share.append(truth["margin.ill_defined_fraction"])
    found_share.append(margin.ill_defined_fraction)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
left.plot([0, 7], [0, 7], color="0.6", lw=0.8)
left.plot(true_width, width, "o", color="#0072b2")
left.axhline(4, color="#d55e00", lw=0.8, ls="--")
left.annotate("indistinct above", (0.1, 4.1), color="#d55e00", fontsize=8)
left.set(xlabel="true 10–90 % width (mm)", ylabel="edge_width_mm", xlim=(0, 7), ylim=(0, 7))
right.plot([0, 1], [0, 1], color="0.6", lw=0.8)
right.plot(true_share, found_share, "o", color="#0072b2")
right.set(xlabel="true share of the surface that is blurred", ylabel="ill_defined_fraction", xlim=(-0.03, 1.03))
plt.show()

for true, found in zip(true_width, width, strict=True):
    print(f"edge: true {true:.2f} mm, measured {found:.2f} mm")
print("share:", ", ".join(f"true {t:.2f} found {f:.2f}" for t, f in zip(true_share, found_share, strict=True)))
print(f"greatest error of the share: {np.abs(np.subtract(true_share, found_share)).max():.3f}")
