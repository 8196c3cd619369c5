"""United Imaging's mosaics: tiles in their places by the formula (`test_dcm2niix` cuts them with another tool)."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import GeometryError
from pnst.io.dicom.files import read_tree
from pnst.io.dicom.stack import build_stacks
from pnst.io.study import read_study
from pnst.study import Role


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (0, 2, 4, 1, 3)])
def test_tiles_lie_where_their_items_say(uih_mosaics, write, order):
    """Witness: the formula, in whatever order the tiles are."""
    series, made = uih_mosaics(order)
    dwi = read_study(write(made)).series[Role.DWI]
    assert dwi.b_values == (0.0, 700.0)
    np.testing.assert_allclose(dwi.volume.grid.affine, series.affine, atol=1e-6)
    np.testing.assert_array_equal(dwi.volume.data, series.stored)


@pytest.mark.parametrize("lost", ["sequence", "position", "tiles"])
def test_a_mosaic_that_cannot_be_cut_is_refused(uih_mosaics, write, lost):
    _, made = uih_mosaics()
    for ds in made:
        block = ds.private_block(0x0065, "Image Private Header")
        if lost == "sequence":
            del block[0x51]
        elif lost == "position":
            del block[0x51].value[2].ImagePositionPatient
        else:
            ds.Rows, ds.Columns, ds.PixelData = 7, 20, bytes(280)
    (stack,) = build_stacks(read_tree(write(made)).headers)
    assert isinstance(stack.problem, GeometryError)
    assert "cannot be cut into slices" in str(stack.problem)
