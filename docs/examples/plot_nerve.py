"""
The nerve: a plexus with one thick, bright root
===============================================

A simulated plexus whose middle root carries a tumour, and the root's signal and calibre against the other side.
"""

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.phantom.plexus import PlexusSpec, simulate_plexus

QUICK = pnst.MeasureSettings.without_intervals()
SPACING = (0.9, 0.9, 2.2)

# %%
# Roots from normal to twice as thick and bright.

rows, cases = [], []
for ratio in (1.0, 1.3, 1.6, 2.0):
    made = simulate_plexus(PlexusSpec(calibre_ratio=ratio, brightness=ratio, spacing_mm=SPACING))
    m = pnst.measure(made.study, made.lesion, QUICK)
    cases.append((made, m))
    rows.append((ratio, m.nerve.calibre_ratio_to_other_side, m.nerve.signal_ratio_to_other_side))
    print(
        f"true {ratio:.1f}: calibre {rows[-1][1]:.2f}, signal {rows[-1][2]:.2f} of the other side; "
        f"contiguous: {m.nerve.contiguous}, entering: {m.nerve.entering}, exiting: {m.nerve.exiting}"
    )
true, calibre, signal = np.array(rows).T

# %%
made, m = cases[2]
volume = made.study.series[pnst.Role.T2_FS].volume.canonical()
masks = {name: made.study.masks[name].canonical().data for name in ("nerve", "nerve_other_side")}
tumour = made.lesion.mask.canonical().data
figure, (picture, plot) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained", width_ratios=(1.6, 1))
picture.imshow(volume.data.max(axis=1)[::-1].T, cmap="gray", origin="lower", vmin=0, vmax=450)
for part, colour in ((masks["nerve"], "#f0e442"), (masks["nerve_other_side"], "#cc79a7"), (tumour, "#56b4e9")):
    picture.contour(part.any(axis=1)[::-1].T, levels=[0.5], colors=colour, linewidths=1.2)
picture.set(title="fat-suppressed T2, brightest from front to back", xticks=[], yticks=[])
plot.plot([1, 2], [1, 2], "-", color="0.3", label="true")
plot.plot(true, calibre, "o", color="#0072b2", label="calibre")
plot.plot(true, signal, "s", color="#d55e00", label="signal", mfc="none")
plot.set(xlabel="true ratio", ylabel="measured ratio", title="root ÷ the other side's")
plot.legend(frameon=False)
plt.show()
