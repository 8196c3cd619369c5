"""Images and what is none. Witness: values counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.errors import InputError
from pnst.io.image_values import check_image_values


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
def test_four_values_anywhere_make_an_image(dtype):
    """The fourth in the last voxel, far beyond the part that is looked at first."""
    values = np.zeros((130, 110, 101), dtype)
    values[3, 4, 5], values[7, 8, 9] = 1, 2
    with pytest.raises(InputError, match=r"t1 is no image; got: 3 different values \(0, 1, 2\)"):
        check_image_values(values, "t1")
    values[-1, -1, -1] = 3
    check_image_values(values, "t1")
    check_image_values(np.moveaxis(values, 0, 2), "t1")


@pytest.mark.parametrize("values", [np.full((3, 4, 5), np.nan), np.full((3, 4, 5), np.inf), np.zeros((3, 4, 5), bool)])
def test_what_is_not_finite_does_not_count(values):
    with pytest.raises(InputError, match=r"got: [01] different value"):
        check_image_values(values, "t1")


def test_all_volumes_of_a_series_count():
    volumes = np.stack([np.where(np.arange(24).reshape(2, 3, 4) > 9, a, b) for a, b in ((1, 2), (3, 4))], axis=-1)
    check_image_values(volumes, "dwi")
