"""Siemens mosaics: tiles in their places by a closed form, also with the CSA header alone."""

from __future__ import annotations

import numpy as np
import pytest

from csa_header import csa_header
from pnst.errors import GeometryError
from pnst.io.dicom.files import read_tree
from pnst.io.dicom.stack import build_stacks
from pnst.io.study import read_study
from pnst.study import Role


def mosaics(formula, *, private=True, csa=None):
    """The formula's volumes, each as one mosaic of 3 × 3 tiles, 5 of them filled."""
    series = formula(volumes=[{"DiffusionBValue": b} for b in (0.0, 700.0)])
    made = []
    for v, ds in enumerate(series.instances()[::5]):
        ni, nj, nk = series.shape
        sheet = np.zeros((3 * nj, 3 * ni), np.uint16)
        for k in range(nk):
            row, column = k // 3 * nj, k % 3 * ni
            sheet[row : row + nj, column : column + ni] = series.stored[:, :, k, v].T
        ds.ImageType = ["ORIGINAL", "PRIMARY", "DIFFUSION", "NONE", "ND", "MOSAIC"]
        ds.Rows, ds.Columns, ds.PixelData = *sheet.shape, sheet.tobytes()
        ds.Manufacturer, ds.SpacingBetweenSlices, ds.SeriesDescription = "SIEMENS", 4.5, "ep2d_diff"
        # The header places the sheet's corner as if the sheet were one image round the first tile's centre.
        corner = series.origin - series.axes[:, 0] * 0.8 * ni - series.axes[:, 1] * 1.1 * nj
        ds.ImagePositionPatient = [float(f"{c:.12g}") for c in corner]
        if private:
            ds.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0A, "US", nk)
        if csa is not None:
            ds.private_block(0x0029, "SIEMENS CSA HEADER", create=True).add_new(0x10, "OB", csa)
        made.append(ds)
    return series, made


def test_tiles_lie_where_the_formula_puts_them(formula, write):
    series, made = mosaics(formula)
    dwi = read_study(write(made)).series[Role.DWI]
    np.testing.assert_allclose(dwi.volume.grid.affine, series.affine, atol=1e-6)
    np.testing.assert_array_equal(dwi.volume.data, series.stored)


def test_the_csa_header_alone_is_enough(formula, write):
    """Its normal may run against rows × columns: then tiles go down, and the stack comes out right-handed."""
    down = formula().axes[:, 2] * -1
    csa = csa_header({"NumberOfImagesInMosaic": ["5"], "SliceNormalVector": [f"{c:.8f}" for c in down]})
    series, made = mosaics(formula, private=False, csa=csa)
    volume = read_study(write(made)).series[Role.DWI].volume
    top = series.affine[:3, 3] - series.affine[:3, 2] * 4
    np.testing.assert_allclose(volume.grid.affine[:3, 3], top, atol=1e-5)
    np.testing.assert_array_equal(volume.data, series.stored[:, :, ::-1])


@pytest.mark.parametrize("lost", ["tiles", "spacing"])
def test_a_mosaic_that_cannot_be_cut_is_refused(formula, write, lost):
    _, made = mosaics(formula, private=lost != "tiles")
    for ds in made:
        if lost == "spacing":
            del ds.SpacingBetweenSlices, ds.SliceThickness
    (stack,) = build_stacks(read_tree(write(made)).headers)
    assert isinstance(stack.problem, GeometryError)
    assert "cannot be cut into slices" in str(stack.problem)
