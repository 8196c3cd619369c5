# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # One case
#
# A study is read, a tumour is measured, and the measurements are weighed. The study is **simulated**: it comes with
# pnst (`sample_data/malignant_dicom`). pnst is research software, not a medical device.

# %%
import pnst

folder = "../../sample_data/malignant_dicom"
study = pnst.read_study(folder)
study

# %% [markdown]
# Each series keeps its own voxels; nothing is resampled. The tumour was contoured beforehand and is stored as a DICOM
# segmentation. A label map or an RTSTRUCT is read by the same function.

# %%
lesion = pnst.read_lesion(f"{folder}/lesions/1.dcm", study)
lesion

# %% [markdown]
# ## What is measured
#
# One line measures everything that these series allow. What cannot be measured is listed with the reason. Left out
# here, to save a minute, are the 95 % intervals: leave the third argument away to have them.

# %%
m = pnst.measure(study, lesion, pnst.MeasureSettings.without_intervals())
m

# %% [markdown]
# ## Look before you believe
#
# If the outline, the oedema or the fat rim does not lie where you see it, the number is wrong. The grey levels are set
# by the tumour and its surroundings.

# %%
from matplotlib import pyplot as plt

figure, axes = plt.subplots(1, 3, figsize=(12, 4.6), layout="constrained")
for ax, role in zip(axes, ("t1", "t1_post", "t2_fs"), strict=True):
    pnst.plot.lesion(study, lesion, role=role, regions=m.regions, ax=ax)

# %% [markdown]
# Another plane, and some of the regions only:

# %%
pnst.plot.lesion(study, lesion, role="t2_fs", regions={"edema": m.regions["edema"]}, plane="coronal")
# %% [markdown]
# The ADC is averaged over the solid, enhancing part (black). The histogram holds exactly the voxels that were averaged.

# %%
pnst.plot.adc(m, lesion)
# %% [markdown]
# To scroll through the slices, with the overlays switched on and off by their opacity, there is a viewer. It needs the
# optional part `notebook` (`python -m pip install 'pnst[notebook]'`) and a live notebook: a printed one shows nothing
# here. Nothing leaves your machine.

# %%
viewer = pnst.view(study, lesion, m, role="t2_fs")
viewer.volumes[1].opacity = 0.5  # the ADC map comes hidden
viewer

# %% [markdown]
# ## What it comes to
#
# The published figures on these signs, combined: a probability with its interval, and what each finding adds. The
# prior is the share of malignant tumours in the published studies; put your own in with `prior=`.

# %%
a = pnst.assess(m)
a

# %%
pnst.plot.contributions(a)
# %% [markdown]
# Bars to the right speak for malignancy, bars to the left for a benign tumour; with the prior they sum to the answer.
# The marks are factors of the odds: a bar that ends at × 10 multiplies them by ten.
#
# ## Take it with you
#
# A row of a table, and the page that `pnst run` writes:

# %%
m.to_frame()[["case_id", "label", "size.volume_ml", "adc.mean_um2_per_ms", "edema.present"]]

# %%
page = pnst.report(study, lesion, m, a)
print(f"{len(page) / 1e6:.1f} MB of HTML in one file")
