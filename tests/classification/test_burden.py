"""All lesions of one study. Witness: numbers made up by hand, their sums and their order."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from pnst.classification.assess import assess
from pnst.classification.burden import ELSEWHERE, Burden, burden
from pnst.image import Grid, Mask
from pnst.measurement.families.size import Size
from pnst.measurement.measurements import Measurements
from pnst.measurement.spine_region import NO_VERTEBRAE
from pnst.study import Lesion, Study

AFFINE = np.diag([1.1, 1.3, 3.0, 1.0])
GRID = Grid((41, 37, 29), AFFINE)


def lesion(label: str, x: int = 20, k: int = 14) -> Lesion:
    data = np.zeros(GRID.shape, bool)
    data[x - 3 : x + 3, 15:22, k - 1 : k + 2] = True
    return Lesion(label, Mask(data, GRID), "simulation")


def measured(label: str, volume: float, ends: tuple[float, float] | None = None) -> Measurements:
    intervals = {} if ends is None else {"volume_ml": ends}
    size = Size(
        longest_diameter_mm=10 * volume,
        axial_diameter_mm=1.0,
        axial_short_diameter_mm=1.0,
        craniocaudal_mm=1.0,
        volume_ml=volume,
        surface_area_mm2=1.0,
        major_axis_mm=1.0,
        minor_axis_mm=1.0,
        least_axis_mm=1.0,
        intervals=intervals,
    )
    return Measurements("A", label, size=size)


NOTHING = assess({})


def scored(label: str, probability: float | None, abstained: str | None = None, question: str | None = "malignant"):
    ends = None if probability is None else (probability / 2, min(2 * probability, 1.0))
    return replace(NOTHING, label=label, probability=probability, interval=ends, abstained=abstained, question=question)


@pytest.fixture
def five() -> SimpleNamespace:
    """A question answered twice, one not to be relied on, one of another question, one without a probability."""
    volumes = {"a": 3.0, "b": 1.5, "c": 40.0, "d": 0.5, "e": 7.25}
    lesions = [lesion(label) for label in volumes]
    measurements = [measured(label, v, (0.9 * v, 1.2 * v)) for label, v in volumes.items()]
    assessments = [
        scored("a", 0.12),
        scored("b", 0.83),
        scored("c", 0.97, "nothing was measured"),
        scored("d", 0.99, question="intradural"),
        scored("e", None, "no row speaks of it", question=None),
    ]
    whole = burden(Study("A", {}), lesions, measurements, assessments)
    return SimpleNamespace(lesions=lesions, measurements=measurements, assessments=assessments, burden=whole)


def test_the_most_suspicious_comes_first_and_what_should_not_be_used_after_it(five):
    assert [(one.label, one.number) for one in five.burden.lesions] == [
        ("b", 2),
        ("a", 1),
        ("c", 3),
        ("d", 4),
        ("e", 5),
    ]


def test_equals_are_told_by_volume(five):
    assessments = [replace(a, probability=0.5, abstained=None, question="malignant") for a in five.assessments]
    whole = burden(Study("A", {}), five.lesions, five.measurements, assessments)
    assert [one.label for one in whole.lesions] == ["c", "e", "a", "b", "d"]
    unscored = burden(Study("A", {}), five.lesions, five.measurements)
    assert [one.label for one in unscored.lesions] == ["c", "e", "a", "b", "d"]
    assert {one.probability for one in unscored.lesions} == {None}


def test_the_sum_is_the_sum_with_ends_that_are_sums(five):
    """Witness: 3 + 1.5 + 40 + 0.5 + 7.25 = 52.25 ml; every end 0.9 and 1.2 times that."""
    assert five.burden.total_volume_ml == pytest.approx(52.25)
    assert five.burden.total_volume_ml_interval == pytest.approx((47.025, 62.7))


def test_a_lesion_without_an_interval_leaves_the_sum_without_one(five):
    measurements = [measured("a", 3.0), *five.measurements[1:]]
    whole = burden(Study("A", {}), five.lesions, measurements)
    assert whole.total_volume_ml == pytest.approx(52.25)
    assert whole.total_volume_ml_interval is None


def test_without_vertebrae_no_region_is_told_and_the_reason_is(five):
    assert (five.burden.regions, five.burden.no_region) == (None, NO_VERTEBRAE)
    assert {one.region for one in five.burden.lesions} == {None}


def test_with_vertebrae_lesions_are_counted_by_region():
    """Witness: two lesions left and right of L3 in RAS mm, one far above every label."""

    def vertebra(k: int) -> Mask:
        data = np.zeros(GRID.shape, bool)
        data[18:24, 15:22, k - 1 : k + 2] = True
        return Mask(data, GRID)

    study = Study("A", {}, masks={"vertebra_L3": vertebra(10), "vertebra_L4": vertebra(4)})
    places = {"left": (6, 10), "right": (35, 10), "above": (20, 26)}
    whole = burden(
        study,
        [lesion(label, x, k) for label, (x, k) in places.items()],
        [measured(label, 1.0 + n) for n, label in enumerate(places)],
    )
    assert {one.label: one.region for one in whole.lesions} == {"left": "L3, left", "right": "L3, right", "above": None}
    assert whole.regions == {"lumbar": 2, ELSEWHERE: 1}
    assert whole.no_region is None


def test_it_is_several_where_one_could_not_be_measured(five):
    one = burden(Study("A", {}), five.lesions[:1], five.measurements[:1])
    assert not one.is_several
    assert burden(Study("A", {}), five.lesions[:1], five.measurements[:1], unmeasured=["x"]).is_several
    assert five.burden.is_several


def test_what_is_written_can_be_read_again(five):
    text = json.dumps(five.burden.to_dict())
    assert Burden.from_dict(json.loads(text)) == five.burden


def test_other_assessments_change_the_order_and_nothing_else(five):
    again = [replace(a, probability=0.4 if a.label == "a" else 0.1, abstained=None) for a in five.assessments]
    other = five.burden.rescored(again)
    assert other.lesions[0].label == "a"
    assert other.total_volume_ml == five.burden.total_volume_ml
    assert other.rescored(five.assessments) == five.burden
    with pytest.raises(ValueError, match="of other lesions"):
        five.burden.rescored([*five.assessments[:-1], scored("f", 0.1)])
    with pytest.raises(ValueError, match="of other lesions"):
        five.burden.rescored(five.assessments[:-1])


def test_a_frame_has_a_row_a_lesion_in_that_order_and_html_escapes(five):
    frame = five.burden.to_frame()
    assert list(frame["label"]) == ["b", "a", "c", "d", "e"]
    assert set(frame["case_id"]) == {"A"}
    named = burden(Study("<b>", {}), [lesion("<script>")], [measured("<script>", 1.0)])
    assert "<script>" not in named._repr_html_()
    assert "52.2 ml" in five.burden._repr_html_()
