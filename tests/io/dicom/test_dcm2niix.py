"""Voxels, affines, b-values and directions against dcm2niix, run here on real series and on formulas."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from pnst.image import Grid, Volume
from pnst.io.nifti.gradients import from_fsl
from pnst.io.study import read_study
from pnst.study import Role

REAL = [
    ("sts001_raw/dicom/MR_T1", None, None),
    ("sts001_raw/dicom/MR_T2", None, None),
    ("toshiba_abdomen_adc_t2/t2_image", None, None),
    ("sts_t1/dicom/STS_025", None, None),
    ("siemens_xa30_dwi_adc/10_DWI_dir80_PA", None, None),
    ("dwi_vendors/siemens_e11_mosaic_sag/dicom", None, None),
    ("dwi_vendors/siemens_xa60_terrax_phantom/dicom", None, None),
    ("dwi_vendors/canon_galan_v61_classic/dicom", None, None),
    ("dwi_vendors/philips_571_classic/dicom", None, None),
    ("dwi_vendors/ge_mr29_headers_only/dicom", None, None),
    ("header_variants/ge/dti/001_implicit", None, None),
    ("header_variants/philips/dti/001_implicit", None, None),
    ("header_variants/siemens/dti_classic/001_implicit", None, None),
    ("header_variants/hitachi/anatomical/001", "t2", "s10"),
    ("header_variants/hitachi/anatomical/001_implicit", "t2", "s10"),
    ("siemens_xa30_dwi_adc/12_DWI_dir80_PA", "t2", "s12"),
    ("header_variants/generic/compressed_jpegls/001", "t2", "s4"),
    ("header_variants/generic/compressed_j2k/001", "t2", "s4"),
    ("header_variants/generic/compressed_rle/001", "t2", "s4"),
    ("header_variants/generic/anatomical/002_non_isotropic", None, None),
]


@pytest.fixture(scope="module")
def dcm2niix() -> str:
    program = shutil.which("dcm2niix", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    if program is None:
        pytest.skip("dcm2niix is not installed: the test group brings it")
    return program


def converted(program: str, folder: Path, out: Path) -> list[tuple[Volume, Path]]:
    """Everything that dcm2niix makes of a folder.

    Philips' real series is rescaled by the standard's slope (-p n), not by the vendor's private one; elsewhere that
    option would take the first slice's slope for all.
    """
    out.mkdir()
    private = "n" if "philips_571" in str(folder) else "y"
    command = [program, "-o", str(out), "-z", "n", "-b", "n", "-p", private, "-f", "%s_%r", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    images = []
    for file in sorted(out.glob("*.nii")):
        image = nib.load(file)
        data = np.asarray(image.dataobj, dtype=np.float32)
        images.append((Volume(data, Grid(data.shape[:3], image.affine)), file))
    return images


@pytest.mark.parametrize(("folder", "role", "key"), REAL, ids=[f for f, _, _ in REAL])
def test_real_series(shared_data, tmp_path, dcm2niix, folder, role, key):
    """Voxels equal to float32 rounding, corners to 1e-3 mm, b-values to 0.1, directions within 1° up to sign."""
    study = read_study(shared_data / folder, roles={role: key} if role else None)
    (series,) = study.series.values()
    ((theirs, file),) = converted(dcm2niix, shared_data / folder, tmp_path / "out")
    mine = series.volume.canonical()
    other = theirs.canonical()
    assert mine.grid.matches(other.grid, 1e-3)
    order = _same_order(series, file)
    data = other.data if order is None else other.data[..., order]
    np.testing.assert_allclose(mine.data, data, rtol=2e-7, atol=1e-3)
    if series.role is Role.DWI:
        _check_gradients(series, theirs.grid, file, order)


def test_a_formula_in_many_orientations(formula, write, tmp_path, dcm2niix):
    """Axial, coronal, sagittal and oblique: the two readers agree on a series that neither has seen."""
    for turn in range(3):
        series = formula(shape=(12, 9, 5), origin=(-31.0 + turn, 12.5, 48.0))
        instances = series.instances()
        for k, ds in enumerate(instances):
            axes = np.roll(series.axes, turn, axis=0)
            ds.ImageOrientationPatient = [float(f"{c:.12g}") for c in axes[:, :2].T.ravel()]
            ds.ImagePositionPatient = [float(f"{c:.12g}") for c in np.array(series.origin) + axes[:, 2] * 4.5 * k]
            ds.Manufacturer, ds.SpacingBetweenSlices = "SIEMENS", 4.5
        folder = write(instances)
        mine = read_study(folder).series[Role.T1].volume.canonical()
        ((theirs, _),) = converted(dcm2niix, folder, tmp_path / f"out{turn}")
        assert mine.grid.matches(theirs.canonical().grid, 1e-3)
        np.testing.assert_array_equal(mine.data, theirs.canonical().data)


def test_old_mosaics_in_jpeg_lossless_and_jpeg_2000(shared_data, tmp_path, dcm2niix):
    """Siemens B17, two time points each: series 25 is JPEG lossless, 26 JPEG 2000, and they are different runs."""
    folder = shared_data / "transfer_syntax/siemens_b17_mosaic"
    theirs = converted(dcm2niix, folder, tmp_path / "out")
    assert [volume.data.shape for volume, _ in theirs] == [(86, 86, 36, 2)] * 2
    for (volume, _), key in zip(theirs, ("s25", "s26"), strict=True):
        for n in (1, 2):
            mine = read_study(folder, roles={"t2": f"{key}-t{n}"}).series[Role.T2].volume.canonical()
            other = volume.canonical()
            assert mine.grid.matches(other.grid, 1e-3)
            np.testing.assert_array_equal(mine.data, other.data[..., n - 1])


def test_united_imaging_s_mosaics(uih_mosaics, write, tmp_path, dcm2niix):
    """The formula as VFRAME mosaics, whose tiles dcm2niix cuts too."""
    _, made = uih_mosaics()
    folder = write(made)
    mine = read_study(folder).series[Role.DWI].volume.canonical()
    ((theirs, _),) = converted(dcm2niix, folder, tmp_path / "out")
    assert mine.grid.matches(theirs.canonical().grid, 1e-3)
    np.testing.assert_array_equal(mine.data, theirs.canonical().data)


def _same_order(series, file):
    """Which of dcm2niix's volumes each of ours is: it sorts Philips' b = 0.001 to another place."""
    if series.role is not Role.DWI:
        return None
    theirs = np.loadtxt(file.with_suffix(".bval")).ravel()
    if np.allclose(theirs, series.b_values, atol=1e-4):
        return None
    return [int(np.abs(theirs - b).argmin()) for b in series.b_values]


def _check_gradients(series, grid, file, order):
    b_values = np.loadtxt(file.with_suffix(".bval")).ravel()
    vectors = from_fsl(np.loadtxt(file.with_suffix(".bvec")).reshape(3, -1).T, grid)
    if order is not None:
        b_values, vectors = b_values[order], vectors[order]
    np.testing.assert_allclose(series.b_values, b_values, atol=0.1)
    weighted = np.array(series.b_values) >= 1
    cosines = np.abs((series.b_vectors[weighted] * vectors[weighted]).sum(axis=1))
    assert np.degrees(np.arccos(np.minimum(1, cosines))).max() < 1
    assert not series.b_vectors[~weighted].any()
