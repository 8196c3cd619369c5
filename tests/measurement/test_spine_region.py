"""Where along the spine a lesion lies. Witness: vertebrae and lesions at known places in RAS mm, on tilted grids."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.image import Grid, Mask
from pnst.measurement.spine_region import SpineRegion, spine_region, vertebra_centres
from pnst.study import Lesion
from strategies import reordered

BENT = {
    "T11": (12.0, -40.0, 130.0),
    "T12": (10.0, -42.0, 100.0),
    "L1": (7.0, -45.0, 68.0),
    "L2": (2.0, -46.0, 34.0),
    "S1": (-2.0, -40.0, 0.0),
}
"""A spine that lies right of the image's middle and leans over."""


def grid(spacing=(3.1, 2.7, 4.2)) -> Grid:
    a, b = 0.2, -0.15
    turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    turn = turn @ np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    affine, shape = np.eye(4), (83, 71, 55)
    affine[:3, :3] = turn * spacing
    affine[:3, 3] = np.array((5.0, -40.0, 65.0)) - affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    return Grid(shape, affine)


def ball(centre, radius: float, on: Grid) -> Mask:
    index = np.stack(np.meshgrid(*[np.arange(n) for n in on.shape], indexing="ij"), axis=-1)
    return Mask(np.linalg.norm(on.to_world(index) - np.asarray(centre), axis=-1) < radius, on)


@pytest.fixture(scope="module")
def vertebrae() -> dict[str, Mask]:
    return {f"vertebra_{level}": ball(place, 14.0, grid()) for level, place in BENT.items()}


def region(vertebrae, place, radius: float = 9.0) -> SpineRegion | None:
    lesion = Lesion("1", ball(place, radius, grid((2.9, 2.6, 3.9))), "simulation")
    return spine_region(lesion, vertebra_centres(vertebrae))


def test_levels_run_from_head_to_sacrum_and_lie_where_their_masks_do(vertebrae):
    """Witness: the places that the balls were put at, to a tenth of a voxel."""
    shuffled = {name: vertebrae[name] for name in sorted(vertebrae, reverse=True)}
    centres = vertebra_centres({**shuffled, "cord": vertebrae["vertebra_L1"], "vertebrae": vertebrae["vertebra_L1"]})
    assert list(centres) == list(BENT)
    for level, place in BENT.items():
        assert centres[level] == pytest.approx(place, abs=0.4)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((37.0, -50.0, 66.0), SpineRegion("L1", "lumbar", "right")),
        ((-25.0, -50.0, 66.0), SpineRegion("L1", "lumbar", "left")),
        ((7.5, -55.0, 70.0), SpineRegion("L1", "lumbar", "midline")),
        ((40.0, -42.0, 112.0), SpineRegion("T12", "thoracic", "right")),
        ((-30.0, -35.0, 5.0), SpineRegion("S1", "sacral", "left")),
        ((130.0, -50.0, 66.0), SpineRegion("L1", "lumbar", "right", False)),
        ((-100.0, -30.0, 8.0), SpineRegion("S1", "sacral", "left", False)),
        ((10.0, -45.0, 165.0), None),  # above the highest label
        ((0.0, -45.0, -40.0), None),  # below the lowest
    ],
)
def test_a_lesion_is_told_by_the_vertebra_beside_it(vertebrae, place, expected):
    assert region(vertebrae, place) == expected


def test_a_lesion_in_the_images_middle_is_left_of_a_spine_that_lies_to_the_right(vertebrae):
    shifted = {name: Mask(mask.data, _moved(mask.grid, (40.0, 0.0, 0.0))) for name, mask in vertebrae.items()}
    assert region(shifted, (7.0, -45.0, 68.0)).side == "left"


def _moved(on: Grid, shift) -> Grid:
    affine = on.affine.copy()
    affine[:3, 3] += shift
    return Grid(on.shape, affine)


def test_the_order_of_the_voxels_changes_nothing(vertebrae):
    turned = {name: reordered(mask, ((2, 0, 1), (0, 2))) for name, mask in vertebrae.items()}
    for place in ((37.0, -50.0, 66.0), (-30.0, -35.0, 5.0), (130.0, -50.0, 66.0)):
        assert region(turned, place) == region(vertebrae, place)


def test_it_is_told_in_words(vertebrae):
    assert str(region(vertebrae, (-25.0, -50.0, 66.0))) == "L1, left"
    assert str(region(vertebrae, (130.0, -50.0, 66.0))) == "right, at the height of L1"


def test_one_vertebra_alone_tells_its_own_height(vertebrae):
    alone = {"vertebra_L1": vertebrae["vertebra_L1"]}
    assert str(region(alone, (37.0, -50.0, 66.0))) == "L1, right"
    assert region(alone, (37.0, -50.0, 120.0)) is None


def test_without_vertebrae_nothing_is_told(vertebrae):
    assert region({"cord": vertebrae["vertebra_L1"]}, (37.0, -50.0, 66.0)) is None
    empty = Mask(np.zeros(grid().shape, bool), grid())
    assert vertebra_centres({"vertebra_L1": empty}) == {}
