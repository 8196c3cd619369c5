"""Images as bytes. Witness: nibabel."""

from __future__ import annotations

import nibabel as nib
import numpy as np

from pnst.image import Mask
from pnst.viewer.nifti import nifti_of
from viewed_study import SCENE


def test_the_bytes_are_the_image():
    lesion = SCENE.lesion().mask
    read = nib.Nifti1Image.from_bytes(nifti_of(lesion))
    np.testing.assert_array_equal(np.asarray(read.dataobj) > 0, lesion.data)
    np.testing.assert_allclose(read.affine, lesion.grid.affine, atol=1e-4)
    assert nifti_of(Mask(lesion.data, lesion.grid)) == nifti_of(lesion)
