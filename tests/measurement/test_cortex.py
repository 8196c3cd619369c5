"""Where a cortex is missing: each place of the contact against the hole that was made."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.measurement.context import Context
from pnst.measurement.cortex import read_cortex
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import CortexSettings, MeasureSettings
from touching import CENTRE, NORMAL, BoneScene


def cortex_of(scene, **settings):
    given = MeasureSettings(cortex=CortexSettings(**settings))
    study, lesion = scene.study(), scene.lesion()
    context = Context(study, lesion, given)
    return read_cortex(context, context.structures.near(study.masks["bone"], lesion, 3.5), 1.5)


def test_the_hole_is_where_it_was_made():
    """All but the border of the hole, to a voxel."""
    cortex = cortex_of(BoneScene(cortex=2.0, hole=6.0))
    off = cortex.map.points - CENTRE
    beside = np.linalg.norm(off - np.outer(off @ NORMAL, NORMAL), axis=1)
    assert np.nanmean(cortex.map.values[beside < 4.5]) > 0.97
    assert np.nanmean(cortex.map.values[beside > 7.5]) < 0.03


@pytest.mark.parametrize(("ratio", "missing"), [(0.2, True), (0.9, False)])
def test_how_dark_a_line_must_be(ratio, missing):
    """A cortex of 1 mm in voxels of 1.3 mm falls to a half or so."""
    assert (cortex_of(BoneScene(cortex=1.0), dark_ratio=ratio).missing_fraction > 0.5) is missing


def test_voxels_that_are_too_long_are_not_read():
    with pytest.raises(NotMeasurable, match=r"^0 mm² of the contact can be read"):
        cortex_of(BoneScene(), max_voxel_mm=0.5)
