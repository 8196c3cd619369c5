"""What a lesion lies in. Witness: rays through layers of known thickness, and the areas of caps of a sphere."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from pnst.segmentation.compartment import TissueMet, compartment, tissue_met
from pnst.segmentation.settings import SplitFatSettings
from segmentation.fat_rays import AIR, STEP, layers

SETTINGS = SplitFatSettings()
LENGTH = 17.5
X = np.arange(0, LENGTH + STEP / 2, STEP)


def met(ray: np.ndarray) -> tuple[bool, bool, bool]:
    """Read, fat near, buried."""
    found = tissue_met(ray, STEP, np.zeros(len(ray)), AIR, SETTINGS)
    return bool(found.read[0]), bool(found.fat_near[0]), bool(found.buried[0])


@pytest.mark.parametrize(
    ("ray", "read", "near", "buried"),
    [
        (layers(LENGTH, (99, 0.0)), True, False, False),
        (layers(LENGTH, (99, 1.0)), True, True, True),
        (layers(LENGTH, (3.0, 1.0), (99, 0.0)), True, True, False),
        (layers(LENGTH, (14.0, 1.0), (99, 0.0)), True, True, False),
        (layers(LENGTH, (16.0, 1.0), (99, 0.0)), True, True, True),
        (layers(LENGTH, (3.0, 1.0), (99, AIR)), True, True, True),
        (layers(LENGTH, (4.0, 0.0), (3.0, 1.0), (99, 0.0)), True, True, False),
        (layers(LENGTH, (6.0, 0.0), (3.0, 1.0), (99, 0.0)), True, False, False),
        (layers(LENGTH, (4.0, 0.0), (99, 1.0)), True, True, False),
        (layers(LENGTH, (99, AIR)), False, False, False),
        (layers(LENGTH, (12.0, AIR), (99, 1.0)), False, False, False),
        (layers(LENGTH, (99, 0.08)), True, False, False),
        (layers(LENGTH, (0.35, 1.0), (99, 0.09)), True, False, False),
        (layers(LENGTH, (1.5, 0.2), (99, 0.0)), True, False, False),
    ],
    ids=[
        "muscle",
        "fat",
        "a rim",
        "muscle within 15 mm",
        "muscle beyond 15 mm",
        "fat and skin, then air",
        "a plane 4 mm away",
        "a plane 6 mm away",
        "muscle, then fat without end",
        "air",
        "fat beyond 10 mm of air",
        "oedema, a little above muscle",
        "oedema behind a trace of fat",
        "an edge that the voxels blur",
    ],
)
def test_what_a_ray_meets(ray, read, near, buried):
    assert met(ray) == (read, near, buried)


def test_noise_meets_no_fat():
    """SNR 20 on a T1 image whose fat is three times as bright as muscle: σ is 0.025 of the step between them."""
    noise = np.random.default_rng(0).normal(scale=0.025, size=(4000, len(X)))
    found = tissue_met(noise, STEP, np.zeros(len(noise)), AIR, SETTINGS)
    assert found.read.all()
    assert not found.fat_near.any()


@pytest.mark.parametrize(
    ("ray", "cut", "read"),
    [
        (layers(LENGTH, (99, 0.0)), 9.0, False),
        (layers(LENGTH, (99, 0.0)), 11.0, True),
        (layers(LENGTH, (3.0, 1.0), (99, 0.0)), 11.0, True),
        (layers(LENGTH, (99, 1.0)), 11.0, False),
        (layers(LENGTH, (12.0, 1.0), (99, 0.0)), 12.5, False),
    ],
    ids=["cut within reach", "muscle before the cut", "rim before the cut", "fat up to the cut", "muscle cut off"],
)
def test_what_is_cut_off_is_not_read_unless_all_was_met_before(ray, cut, read):
    """The border of the image, or another lesion."""
    ray = np.where(cut < X, np.nan, ray)
    assert met(ray)[0] is read


@pytest.mark.parametrize("blur", [0.3, 1.0, 2.0, 2.5])
@pytest.mark.parametrize(("begins", "near"), [(4.0, True), (5.0, False)])
def test_a_blurred_border_is_met_where_the_sharp_one_is(begins, near, blur):
    """Closed form: an error function; fat must begin half a millimetre before the 5 mm."""
    ray = ndtr((X - begins) / blur)[None]
    found = tissue_met(ray, STEP, np.array([blur]), AIR, SplitFatSettings(dead_zone_fraction=0.0))
    assert bool(found.fat_near[0]) is near


def ball(**shares: float) -> tuple[TissueMet, np.ndarray]:
    """4000 even parts of a sphere's surface, of which these shares are read, meet fat near, are buried."""
    rank = np.arange(4000) / 4000
    parts = (rank < shares.get(name, 0.0) for name in TissueMet._fields)
    return TissueMet(*parts), np.full(4000, 0.7)


@pytest.mark.parametrize(
    ("shares", "place"),
    [
        ({"read": 1.0, "fat_near": 1.0, "buried": 0.61}, "fat"),
        ({"read": 1.0, "fat_near": 1.0, "buried": 0.59}, "intermuscular"),
        ({"read": 1.0, "fat_near": 0.021}, "intermuscular"),
        ({"read": 1.0, "fat_near": 0.019}, "intramuscular"),
        ({"read": 0.51, "fat_near": 0.3, "buried": 0.3}, "intermuscular"),
        ({"read": 0.51, "fat_near": 0.4, "buried": 0.4}, "fat"),
        ({"read": 0.49, "fat_near": 0.49, "buried": 0.49}, "unclear"),
        ({"read": 0.0}, "unclear"),
    ],
)
def test_shares_of_the_surface_that_is_read_decide(shares, place):
    assert compartment(*ball(**shares), SETTINGS) == place


def test_shares_are_shares_of_area():  # one large part in fat, ninety-nine small ones in muscle
    buried = np.arange(100) == 0
    one = TissueMet(np.ones(100, dtype=bool), buried, buried)
    assert compartment(one, np.where(buried, 300.0, 1.0), SETTINGS) == "fat"
    assert compartment(one, np.ones(100), SETTINGS) == "intramuscular"
