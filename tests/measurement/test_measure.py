"""`measure` over all families: what it measures, and the reasons for what it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from pnst.errors import SettingError
from pnst.measurement import measure as measuring
from pnst.measurement.context import Context
from pnst.measurement.families.size import measure_size
from pnst.measurement.family import Outcome
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


def test_products_of_matrices_take_one_thread_while_a_lesion_is_measured(monkeypatch):
    """Invariant: sums in one order, so that the numbers are those of a cohort's worker; afterwards all is as it was."""
    seen: list[int] = []

    def probe(context: Context) -> Outcome:
        seen.extend(_blas_threads())
        return measure_size(context)

    monkeypatch.setattr(measuring, "FAMILIES", (("size", probe),))
    with threadpool_limits(2, user_api="blas"):
        before = _blas_threads()
        measure(Study("x", {}), Scene().lesion())
        assert _blas_threads() == before
    assert set(before) == {2}
    assert set(seen) == {1}


def _blas_threads() -> list[int]:
    return [int(library["num_threads"]) for library in threadpool_info() if library["user_api"] == "blas"]
