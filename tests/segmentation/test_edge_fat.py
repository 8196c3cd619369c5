"""A tumour that infiltrates fat: neither blood nor cyst. Witness: an error function into fat, known spheres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import ndtr

from interiors import SIGNAL
from pnst.image import Mask, Volume
from pnst.measurement.context import Context
from pnst.measurement.families.cyst import Cyst, measure_cyst
from pnst.measurement.families.t1_high import T1High, measure_t1_high
from pnst.measurement.settings import MeasureSettings
from pnst.segmentation.edge_fat import _explained, _Profiles
from pnst.segmentation.settings import T1HighSettings
from pnst.study import Acquisition, Lesion, Role, Series, Source, Study
from scenes import LEVELS, Scene

GRIDS = [(0.8, 0.9, 3.0), (1.1, 1.0, 1.3)]
RADIUS = 15.0
ROLES = (Role.T1, Role.T1_POST, Role.T2_FS)
MUSCLE, FAT = 2, 3
OFFSETS_MM = np.arange(-8.0, 8.25, 0.5)


@dataclass(frozen=True)
class Buried:
    """A ball in `fat_mm` of fat, its edge an error function; a sphere of another tissue in it.

    Round that muscle, and more fat.
    """

    sigma: float
    tissue: str | None = None
    sphere_mm: float = 0.0
    off_centre_mm: float = 0.0
    fat_mm: float = 12.0
    spacing: tuple[float, float, float] = GRIDS[0]
    contour_mm: float = 0.0
    """How much further out than the edge's middle the contour is drawn."""
    noise: float = 15.0

    @property
    def scene(self) -> Scene:
        return Scene(radius=RADIUS, spacing=self.spacing, reach=RADIUS + self.fat_mm + 13)

    @property
    def fraction(self) -> float:
        """Closed form: r³ ÷ R³."""
        return (self.sphere_mm / RADIUS) ** 3

    def context(self, settings: MeasureSettings | None = None) -> Context:
        grid, rng = self.scene.grid(), np.random.default_rng(4)
        points = self.scene.points(grid)
        r = np.linalg.norm(points, axis=-1)
        series = {}
        for role in ROLES:
            fat = SIGNAL["fat"][role]
            muscle = (r > RADIUS + self.fat_mm) & (r < RADIUS + self.fat_mm + 9)
            outside = np.where(muscle, LEVELS[role][MUSCLE], fat)
            share = ndtr((RADIUS - r) / self.sigma)
            data = share * SIGNAL["tumour"][role] + (1 - share) * outside
            if self.tissue:
                aside = np.linalg.norm(points - (0, self.off_centre_mm, 0), axis=-1)
                data = np.where(aside < self.sphere_mm, SIGNAL[self.tissue][role], data)
            data = (data + rng.normal(scale=self.noise, size=grid.shape)).astype(np.float32)
            suppressed = Acquisition(fat_suppressed=role is not Role.T1)
            series[role] = Series(role, Volume(data, grid), Source("simulated", "0" * 64), acquisition=suppressed)
        lesion = Lesion("ball", Mask(r < RADIUS + self.contour_mm, grid), "formula")
        return Context(Study("buried", series), lesion, settings or MeasureSettings())

    def signs(self, settings: MeasureSettings | None = None) -> tuple[T1High, Cyst]:
        context = self.context(settings)
        return measure_t1_high(context).family, measure_cyst(context).family


@pytest.mark.parametrize("spacing", GRIDS)
@pytest.mark.parametrize(
    ("sigma", "fat_mm", "contour_mm"), [(2.5, 12.0, 0.0), (3.5, 12.0, 0.0), (2.5, 12.0, 1.0), (2.5, 3.0, 0.0)]
)
def test_an_infiltrating_edge_in_fat_is_neither_blood_nor_cyst(spacing, sigma, fat_mm, contour_mm):
    """Regression: voxels half tumour, half fat lie deeper than the edge voxel (8 % blood, 13 to 32 % cyst)."""
    t1_high, cyst = Buried(sigma, spacing=spacing, fat_mm=fat_mm, contour_mm=contour_mm).signs()
    assert (t1_high.present, cyst.present) == (False, False)
    assert max(t1_high.fraction, cyst.fraction) < 0.01


@pytest.mark.parametrize("sigma", [0.4, 2.5])
@pytest.mark.parametrize(("off_centre_mm", "present"), [(0.0, True), (9.5, False)])
def test_a_bleed_beside_fat_is_found(sigma, off_centre_mm, present):
    """Closed form: the predicate says no, in the middle and 0.5 mm below the surface, where it is not deep enough."""
    body = Buried(sigma, "blood", 5.0, off_centre_mm)
    t1_high, cyst = body.signs()
    assert t1_high.present is present
    assert t1_high.fraction == pytest.approx(body.fraction, abs=0.01)
    assert cyst.present is False


@pytest.mark.parametrize("sigma", [0.4, 2.5])
def test_a_cyst_beside_fat_is_found(sigma):
    body = Buried(sigma, "cyst", 7.5, 6.5)
    t1_high, cyst = body.signs()
    assert cyst.present is True
    assert cyst.fraction == pytest.approx(body.fraction, abs=0.02)
    assert t1_high.present is False


def test_how_much_the_blur_explains_is_a_setting():
    none = MeasureSettings.model_validate({"t1_high": {"edge_tolerance": 0.0}})
    assert Buried(3.5).signs(none)[0].fraction > Buried(3.5).signs()[0].fraction


# --- profiles across the surface --------------------------------------------------------------------------------------


def explained(profile: np.ndarray, depth: float) -> float:
    own = np.interp(-depth, OFFSETS_MM, profile)
    profiles = _Profiles(OFFSETS_MM, profile[None], np.array([own]), np.array([depth]))
    return float(_explained(profiles, T1HighSettings())[0])


@pytest.mark.parametrize("middle", [-1.0, 0.0, 1.0])
@pytest.mark.parametrize("depth", [1.5, 3.0])
def test_blur_explains_what_it_mixes_in_wherever_the_contour_lies(depth, middle):
    """Closed form: the share at the place itself, to half a step of the profile."""
    profile = ndtr((OFFSETS_MM - middle) / 2.0)
    own = ndtr((-depth - middle) / 2.0)
    assert explained(profile, depth) == pytest.approx(own, abs=0.06)


def test_sharp_fat_explains_nothing():
    assert explained(np.where(OFFSETS_MM > 0, 1.0, 0.6), 3.0) == 0


def test_neither_muscle_nor_a_wall_of_tumour_is_an_edge_of_fat():
    bleed = np.where(np.abs(OFFSETS_MM + 3) < 2, 0.6, 0.0)
    assert explained(bleed, 3.0) == -np.inf
    assert explained(np.where(OFFSETS_MM > 0.5, 0.9, bleed), 3.0) == -np.inf
