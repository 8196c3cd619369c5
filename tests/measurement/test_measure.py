"""`measure` over all families: what it measures, and the reasons for what it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pnst.errors import SettingError
from pnst.measurement.measure import FAMILIES
from pnst.measurement.measurements import FAMILY_TYPES
from pnst.study import Study
from scenes import Scene
from without_intervals import measure


def test_images_without_noise_are_measured_like_others():
    scene = Scene(radius=13, halo=8, noise=0.0)
    m = measure(scene.study(), scene.lesion())
    without_masks = {"cord", "canal", "nerve", "bone", "invasion"}
    assert set(m.skipped) == without_masks | {"fascicular"}  # whose voxels are too large here
    assert m.edema.max_extent_mm == pytest.approx(8, abs=1.5)
    assert m.margin.ill_defined is False


def test_everything_that_is_missing_has_a_reason():
    m = measure(Study("x", {}), Scene().lesion())
    assert m.skipped.keys() == {"margin.edge"} | FAMILY_TYPES.keys() - {"size", "margin"}
    assert all(reason and reason[0] == "n" for reason in m.skipped.values())
    assert set(m.families()) == {"size", "margin"}


def test_every_family_is_listed_once_in_both_tables():
    assert [name for name, _ in FAMILIES] == list(FAMILY_TYPES)


def test_a_mask_that_no_family_reads_is_refused():
    scene = Scene()
    study = scene.study()
    masks = {"edma": scene.lesion().mask}
    with pytest.raises(SettingError, match="edma"):
        measure(replace(study, masks=masks), scene.lesion())
