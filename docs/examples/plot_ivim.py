"""
Diffusion and perfusion apart
=============================

Simulated tumours whose water flows in capillaries by a known share: D and f of the segmented fit against the truth, and
the ADC of all b-values beside them.
"""

import matplotlib.pyplot as plt
import numpy as np

import pnst
from pnst.phantom import GridSpec, LesionSpec, Spec, simulate

DWI = pnst.Role.DWI
B_VALUES = (0.0, 20.0, 50.0, 100.0, 200.0, 400.0, 800.0)
GRID = {DWI: GridSpec(spacing_mm=(2.0, 2.0, 4.0), extent_mm=(80.0, 80.0, 64.0))}
QUICK = pnst.MeasureSettings.without_intervals()
TRUE = 1.6
"""D of the tumour in µm²/ms."""

# %%
# SNR 30 at b = 0, each with noise of its own. The curves are the mean signal of the lesion's voxels.

rows, curves = [], []
for share in (0.0, 0.05, 0.10, 0.15, 0.20):
    lesion = LesionSpec(radii_mm=(14.0, 15.0, 17.0), d_um2_per_ms=TRUE, ivim_fraction=share)
    case = simulate(Spec(lesion=lesion, roles=(DWI,), grids=GRID, b_values=B_VALUES, snr=30), seed=int(100 * share))
    m = pnst.measure(case.study, case.lesion, QUICK)
    rows.append((share, m.ivim.d_um2_per_ms, m.ivim.f_fraction, m.adc.mean_all_b_um2_per_ms))
    print(
        f"f {m.ivim.f_fraction:.3f}, true {share:.2f}; D {m.ivim.d_um2_per_ms:.3f}, true {TRUE:.3f} µm²/ms; "
        f"ADC of all b-values {m.adc.mean_all_b_um2_per_ms:.3f}"
    )
    series = case.study["dwi"]
    voxels = series.volume.data[case.lesion.mask_on(series.volume.grid).data]
    order = np.argsort(series.b_values, kind="stable")
    curves.append((np.asarray(series.b_values)[order], voxels.mean(axis=0)[order]))
share, d, f, adc = np.array(rows).T

# %%
figure, (decay, fraction, coefficient) = plt.subplots(1, 3, figsize=(10.5, 3.6), layout="constrained")
for k, colour in ((0, "#0072b2"), (-1, "#d55e00")):
    b, signal = curves[k]
    decay.semilogy(b, signal / signal[0], "o-", color=colour, label=f"f = {share[k]:.2f}")
decay.set(xlabel="b (s/mm²)", ylabel="signal ÷ that at b = 0", title="mean decay in the lesion")
decay.legend(frameon=False)
fraction.plot(share, share, "-", color="0.3", label="true")
fraction.plot(share, f, "o", color="#0072b2", label="measured")
fraction.set(xlabel="true f", ylabel="f", title="ivim.f_fraction")
fraction.legend(frameon=False)
coefficient.plot(share, np.full_like(share, TRUE), "-", color="0.3", label="true D")
coefficient.plot(share, d, "o", color="#0072b2", label="D")
coefficient.plot(share, adc, "s", color="#d55e00", mfc="none", label="ADC, all b-values")
coefficient.set(xlabel="true f", ylabel="µm²/ms", title="ivim.d_um2_per_ms")
coefficient.legend(frameon=False)
plt.show()
