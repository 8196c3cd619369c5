"""b-values and directions of every vendor: closed forms for each private element, dcm2niix's files for real ones."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from csa_header import csa_header
from pnst.image import Grid
from pnst.io.nifti.gradients import from_fsl, read_b_values
from pnst.io.study import inspect, read_study
from pnst.study import Role

LPS = np.array([0.36, 0.48, -0.8])
"""A unit vector by construction."""


def study_with(formula, write, manufacturer, edit):
    """Two volumes, the second edited by `edit(ds)`; b = 0 in the first."""
    series = formula(volumes=[{}, {}])
    instances = series.instances()
    for n, ds in enumerate(instances):
        ds.Manufacturer, ds.SeriesDescription = manufacturer, "diff"
        edit(ds, 0 if n < 5 else 900, LPS if n >= 5 else np.zeros(3))
    return series, read_study(write(instances)).series[Role.DWI]


def siemens(ds, b, direction):
    block = ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0C, "IS", b)
    if b:
        block.add_new(0x0E, "FD", direction.tolist())


def siemens_as_unknown_bytes(ds, b, direction):
    """Implicit VR through an archive: private elements come as bytes."""
    block = ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0C, "UN", f"{b} ".encode())
    block.add_new(0x0E, "UN", struct.pack("<3d", *direction))


def philips(ds, b, direction):
    ds.private_block(0x2001, "Philips Imaging DD 001", create=True).add_new(0x03, "FL", b)
    block = ds.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
    for element, part in zip((0xB0, 0xB1, 0xB2), direction, strict=True):
        block.add_new(element, "FL", part)


def uih(ds, b, direction):
    block = ds.private_block(0x0065, "Image Private Header", create=True)
    block.add_new(0x09, "FD", float(b))
    block.add_new(0x37, "FD", direction.tolist())


def standard(ds, b, direction):
    ds.DiffusionBValue = float(b)
    if b:
        ds.DiffusionGradientOrientation = direction.tolist()


def csa_only(ds, b, direction):
    values = {"B_value": [f"{b}"], "DiffusionGradientDirection": [f"{c:.8f}" for c in direction] if b else []}
    ds.private_block(0x0029, "SIEMENS CSA HEADER", create=True).add_new(0x10, "OB", csa_header(values, item_count=6))


@pytest.mark.parametrize(
    ("manufacturer", "edit"),
    [
        ("SIEMENS", siemens),
        ("SIEMENS", siemens_as_unknown_bytes),
        ("SIEMENS", csa_only),
        ("Philips Healthcare", philips),
        ("CANON_MEC", standard),
        ("Hitachi", standard),
    ],
)
def test_each_vendors_elements(formula, write, manufacturer, edit):
    """The patient's LPS becomes RAS: x and y change sign."""
    _, dwi = study_with(formula, write, manufacturer, edit)
    assert dwi.b_values == (0.0, 900.0)
    np.testing.assert_allclose(dwi.b_vectors, [[0, 0, 0], [-0.36, -0.48, -0.8]], atol=1e-6)


@pytest.mark.parametrize(("phase", "along"), [("COL", (-1, -1, 1)), ("ROW", (-1, 1, 1))])
def test_ge_counts_directions_along_the_images_axes(formula, write, phase, along):
    """Signs as dcm2niix has them: checked by running it on the real GE headers with either phase direction."""

    def ge(ds, b, direction):
        ds.InPlanePhaseEncodingDirection = phase
        ds.private_block(0x0043, "GEMS_PARM_01", create=True).add_new(0x39, "IS", [1_000_000_000 + b if b else 0, 8, 0])
        block = ds.private_block(0x0019, "GEMS_ACQU_01", create=True)
        for element, part in zip((0xBB, 0xBC, 0xBD), direction, strict=True):
            block.add_new(element, "DS", f"{part:.6f}")

    series, dwi = study_with(formula, write, "GE MEDICAL SYSTEMS", ge)
    first, second, third = LPS if phase == "COL" else (LPS[1], LPS[0], LPS[2])
    lps = series.axes @ (np.array(along) * (first, second, third))
    assert dwi.b_values == (0.0, 900.0)
    np.testing.assert_allclose(dwi.b_vectors[1], lps * (-1, -1, 1), atol=1e-6)


def test_united_imaging_counts_directions_along_the_images_axes_too(formula, write):
    """As dcm2niix and dicm2nii do; the former is run on such files in test_dicom_styles."""
    series, dwi = study_with(formula, write, "UIH", uih)
    assert dwi.b_values == (0.0, 900.0)
    np.testing.assert_allclose(dwi.b_vectors[1], series.axes @ LPS * (-1, -1, 1), atol=1e-6)


def test_siemens_sequence_name_is_the_last_resort(formula, write):
    """Archives strip private elements; "ep_b800t" is a trace of b = 800."""

    def named(ds, b, direction):
        ds.SequenceName = "*ep_b0" if not b else "*ep_b900t"

    _, dwi = study_with(formula, write, "SIEMENS", named)
    assert dwi.b_values == (0.0, 900.0)
    assert dwi.b_vectors is None


def test_a_t1_of_ge_with_an_empty_diffusion_element_is_no_diffusion(formula, write):
    instances = formula().instances()
    for ds in instances:
        ds.Manufacturer = "GE MEDICAL SYSTEMS"
        ds.private_block(0x0043, "GEMS_PARM_01", create=True).add_new(0x39, "IS", [0, 0, 0, 0])
    assert set(read_study(write(instances)).series) == {Role.T1}


REAL = [
    ("dwi_vendors/siemens_e11_mosaic_sag", "dicom", "4_DWI_SagAPmosaic"),
    ("dwi_vendors/canon_galan_v61_classic", "dicom", "3000_DTI_PA-ortho_cl"),
    ("dwi_vendors/philips_571_classic", "dicom", "701_DTI_Biobank_2mm_MB3S2_EPI_cl"),
    (
        "dwi_vendors/siemens_xa60_terrax_phantom",
        "dicom",
        "phantom_check_MBfactor_TerraX_XA60_14_PRODUCT_ep2d_diff_p3_sms1",
    ),
    ("dwi_vendors/ge_mr29_headers_only", "dicom", "Ax_DWI_TENSOR_R2_1"),
    ("siemens_xa30_dwi_adc", "10_DWI_dir80_PA", "10_DWI_dir80_PA"),
]


@pytest.mark.parametrize(("folder", "images", "stem"), REAL, ids=[folder.split("/")[-1] for folder, _, _ in REAL])
def test_b_values_and_directions_equal_the_published_files(shared_data, folder, images, stem):
    """Witness: dcm2niix's .bval and .bvec of the same scans (the trimmed sets list more volumes than are there).

    .bvec counts along the axes of dcm2niix's image, whose second axis runs against DICOM's columns; its third follows
    the order of the mosaic's tiles, here against the normal.
    """
    dwi = read_study(shared_data / folder / images).series[Role.DWI]
    reference = shared_data / folder / "reference" / stem
    count = len(reference.with_name(stem + ".bval").read_text().split())
    b_values = np.array(read_b_values(reference.with_name(stem + ".bval"), count))
    fsl = np.loadtxt(reference.with_name(stem + ".bvec")).T
    truth = from_fsl(fsl, _flipped(dwi.volume.grid, (1, 2) if "mosaic" in folder else (1,)))
    for b, mine in zip(dwi.b_values, dwi.b_vectors, strict=True):
        same_b = np.abs(b_values - b) < 5e-4 + 1e-6 * b
        assert same_b.any()
        if b < 1:
            assert not mine.any()
            continue
        cosines = np.abs(truth[same_b] @ mine)
        assert np.degrees(np.arccos(min(1.0, cosines.max()))) < 1.0


@pytest.mark.parametrize("encoding", ["001", "001_implicit"])
@pytest.mark.parametrize("vendor", ["ge/dti", "philips/dti", "siemens/dti_classic"])
def test_explicit_and_implicit_headers_say_the_same(shared_data, vendor, encoding):
    """Witness: dicom2nifti's ground-truth .bval; pixels of these sets are noise."""
    folder = shared_data / "header_variants" / vendor
    truth = np.array((folder / "001_ground_truth.bval").read_text().split(), float)
    dwi = read_study(folder / encoding).series[Role.DWI]
    np.testing.assert_allclose(dwi.b_values, truth, atol=0.1)


def _flipped(grid, axes):
    """The grid with some of its axes run the other way."""
    affine = grid.affine.copy()
    for axis in axes:
        affine[:3, 3] += affine[:3, axis] * (grid.shape[axis] - 1)
        affine[:3, axis] *= -1
    return Grid(grid.shape, affine)


@pytest.mark.parametrize("manufacturer", ["SIEMENS", "Siemens Healthineers", ""])
@pytest.mark.parametrize("name", ["*ep_b{}t", "*re_b{}t", "ep_b{}", "*ez_b{}#3", "*re_b{}#12"])
def test_the_sequence_s_name_is_left_when_private_elements_are_gone(formula, write, name, manufacturer):
    """dcm2niix issue 394: anonymised trace images of echo-planar and readout-segmented sequences."""
    volumes = [{"SequenceName": name.format(b)} for b in (50, 400, 800)]
    instances = formula(volumes=volumes).instances()
    for ds in instances:
        ds.Manufacturer, ds.ImageType = manufacturer, ["DERIVED", "PRIMARY", "DIFFUSION", "TRACEW"]
    assert read_study(write(instances)).series[Role.DWI].b_values == (50.0, 400.0, 800.0)


@pytest.mark.parametrize("name", ["*tse2d1_17", "*fl3d1", "b1map", "*re_b", "*ep_b123456t"])
def test_other_names_hold_no_b_value(formula, write, name):
    instances = formula().instances()
    for ds in instances:
        ds.Manufacturer, ds.SequenceName = "SIEMENS", name
    (guess,) = inspect(write(instances))
    assert guess.b_values is None
