"""The limb's images that tests of muscle and fat share."""

from __future__ import annotations

import pytest

from pnst.segmentation.perilesional import Perilesional
from segmentation.limb import LIMB, STIR, T1


@pytest.fixture(scope="module")
def t1() -> Perilesional:
    return LIMB.perilesional(T1)


@pytest.fixture(scope="module")
def stir() -> Perilesional:
    return LIMB.perilesional(STIR)
