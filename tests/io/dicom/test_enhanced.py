"""Enhanced multi-frame images: frames in any order come out as the classic slices do."""

from __future__ import annotations

import random

import nibabel as nib
import numpy as np
import pytest
from pydicom.dataset import Dataset

from pnst.errors import InputError
from pnst.image import Grid, Volume
from pnst.io.study import read_study
from pnst.study import Role


def test_frames_in_any_order_make_the_formulas_volumes(formula, as_enhanced, write):
    directed = {"DiffusionBValue": 700.0, "DiffusionGradientOrientation": [0.6, 0.0, 0.8]}
    series = formula(volumes=[{"DiffusionBValue": 0.0}, directed, {"DiffusionBValue": 928.3}])
    instances = series.instances()
    random.Random(4).shuffle(instances)
    dwi = read_study(write([as_enhanced(instances)])).series[Role.DWI]
    np.testing.assert_allclose(dwi.volume.grid.affine, series.affine, atol=1e-6)
    order = np.argsort(dwi.b_values)
    assert sorted(dwi.b_values) == [0.0, 700.0, 928.3]
    np.testing.assert_array_equal(dwi.volume.data[..., order], series.stored)
    np.testing.assert_allclose(dwi.b_vectors[order], [[0, 0, 0], [-0.6, 0, 0.8], [0, 0, 0]], atol=1e-12)


def test_each_frame_has_its_own_slope(formula, as_enhanced, write):
    series = formula()
    instances = series.instances()
    for k, ds in enumerate(instances):
        ds.RescaleSlope, ds.RescaleIntercept = 1 + k / 8, -k
    data = read_study(write([as_enhanced(instances)])).series[Role.T1].volume.data
    k = np.arange(5)
    np.testing.assert_allclose(data, series.stored[..., 0] * (1 + k / 8) - k, rtol=1e-6)


def test_a_multi_frame_image_without_frames_is_refused(formula, as_enhanced, write):
    ds = as_enhanced(formula().instances())
    ds.PerFrameFunctionalGroupsSequence = []
    with pytest.raises(InputError, match="without a description of its frames"):
        read_study(write([ds]))


def test_fewer_pixels_than_frames_are_refused(formula, as_enhanced, write):
    ds = as_enhanced(formula().instances())
    ds.PixelData = ds.PixelData[:-84]
    with pytest.raises(InputError, match="needed"):
        read_study(write([ds]))


@pytest.mark.parametrize(
    ("agent", "sequence", "given"),
    [("NONE", True, False), ("NONE", False, False), ("gadobutrol", False, True), ("", True, True), ("", False, None)],
)
def test_an_agent_that_is_none_beats_the_sequence_that_scanners_always_write(
    formula, as_enhanced, write, agent, sequence, given
):
    ds = as_enhanced(formula().instances())
    ds.ContrastBolusAgent = agent
    if sequence:
        ds.ContrastBolusAgentSequence = [Dataset()]
        ds.ContrastBolusAgentSequence[0].CodeValue = "C-B0322"
    (series,) = read_study(write([ds])).series.values()
    assert series.acquisition.contrast_agent is given


PUBLISHED = [
    ("siemens_xa30_dwi_adc", Role.ADC, "11_DWI_dir80_PA", 1e-3),
    (
        "dwi_vendors/siemens_xa60_terrax_phantom",
        Role.DWI,
        "phantom_check_MBfactor_TerraX_XA60_14_PRODUCT_ep2d_diff_p3_sms1",
        1.0,
    ),
]


@pytest.mark.parametrize(("folder", "role", "stem", "scale"), PUBLISHED, ids=["xa30_adc", "xa60_dwi"])
def test_voxels_and_affine_equal_the_published_nifti(shared_data, folder, role, stem, scale):
    """Witness: dcm2niix's NIfTI, published with the scans (the ADC map counts 1e-6 mm²/s)."""
    image = nib.load(shared_data / folder / "reference" / f"{stem}.nii")
    data = np.asarray(image.dataobj, dtype=np.float32)
    truth = Volume(data, Grid(data.shape[:3], image.affine)).canonical()
    mine = read_study(shared_data / folder).series[role].volume.canonical()
    assert mine.grid.matches(truth.grid, 1e-3)
    np.testing.assert_allclose(mine.data, truth.data * scale, rtol=1e-6)
