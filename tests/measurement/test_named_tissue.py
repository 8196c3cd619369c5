"""What masks call another tissue is no oedema. Witness: the geometry of the masks and of the simulated studies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bodies import tilted
from nerves import LESION, MUSCLE, Limb, NerveScene
from pnst.image import Grid, Mask, Volume
from pnst.measurement import measure as measuring
from pnst.measurement.named_tissue import named_tissue
from pnst.study import Role, Study
from scenes import Scene
from without_intervals import measure

NERVE_MM = 4.0


def oblique(spacing: tuple[float, float, float], shape: tuple[int, int, int], turn: tuple[float, float, float]) -> Grid:
    affine = np.eye(4)
    affine[:3, :3] = tilted(turn) * spacing
    affine[:3, 3] = -affine[:3, :3] @ ((np.asarray(shape) - 1) / 2)
    return Grid(shape, affine)


BRIGHT = Limb(radius=NERVE_MM, signal=300.0)
"""Nearly three times as bright as muscle, and wider than a strand."""
GRID = oblique((0.9, 1.0, 3.0), (45, 43, 17), (7, -9, 5))
"""Round the origin."""


OTHER = oblique((0.7, 0.75, 1.1), (60, 62, 40), (-4, 3, 12))


@pytest.fixture(autouse=True)
def only_edema(monkeypatch):
    monkeypatch.setattr(measuring, "FAMILIES", tuple(one for one in measuring.FAMILIES if one[0] == "edema"))


def ball(radius: float, grid: Grid = GRID) -> Mask:
    places = grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1))
    return Mask(np.linalg.norm(places, axis=-1) < radius, grid)


def along_z(scene: Scene, radius: float, study: Study) -> Mask:
    """A tube through the lesion's middle, up from it, on the grid of fat-suppressed T2."""
    grid = study.series[Role.T2_FS].volume.grid
    places = grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1)) - scene.lesion().mesh.centroid
    return Mask((np.hypot(places[..., 0], places[..., 1]) < radius) & (places[..., 2] > 0), grid)


def with_bright(study: Study, where: Mask, level: float) -> Study:
    series = study.series[Role.T2_FS]
    data = np.where(where.data, level, series.volume.data).astype(np.float32)
    return replace(study, series={**study.series, Role.T2_FS: replace(series, volume=Volume(data, series.volume.grid))})


@pytest.mark.parametrize("course", ["straight", "bent"])
def test_a_bright_nerve_is_no_oedema_where_its_mask_is_given(course):
    scene = NerveScene(course=course, limbs=(BRIGHT,))
    study, lesion = scene.study(), scene.lesion()
    m = measure(study, lesion)
    assert (m.edema.present, m.edema.max_extent_mm, m.edema.volume_ml) == (False, 0, 0)
    assert "ml in and round the masks of nerve is left out" in m.edema.quality
    unnamed = replace(study, masks={"muscle": study.masks["muscle"]})
    counted = measure(unnamed, lesion).edema
    assert counted.max_extent_mm > 30  # what the mask prevents …
    assert "as slender as a bright nerve or vessel" in counted.quality  # … and what is said without it


@pytest.mark.parametrize("halo", [12.0, 24.0])
def test_oedema_all_round_is_not_called_slender(halo):
    scene = Scene(radius=13, halo=halo, limb=58, reach=45)
    edema = measure(scene.study(), scene.lesion()).edema
    assert edema.max_extent_mm == pytest.approx(halo, abs=2.5)
    assert "slender" not in (edema.quality or "")


def test_oedema_round_a_nerve_is_measured_beside_it():  # closed form: a halo of 8 mm, less the tube in it
    scene = Scene(radius=13, halo=8)
    plain = scene.study()
    nerve = along_z(scene, NERVE_MM, plain)
    level = float(np.nanmedian(plain.series[Role.T2_FS].volume.data[scene.lesion().mask_on(nerve.grid).data]))
    study = with_bright(plain, nerve, level)
    named = measure(replace(study, masks={**study.masks, "nerve": nerve}), scene.lesion()).edema
    assert named.max_extent_mm == pytest.approx(8, abs=1.5)
    shell = 4 / 3 * np.pi * (21**3 - 13**3) / 1000
    assert shell - np.pi * (NERVE_MM + 2.5) ** 2 * 10 / 1000 < named.volume_ml < 1.05 * shell
    assert measure(study, scene.lesion()).edema.max_extent_mm > 12


@pytest.mark.parametrize("name", ["nerve", "vessels", "cord", "csf", "canal", "bone", "vertebra_L3"])
def test_every_such_mask_is_heard_and_muscles_is_not(name):
    scene = NerveScene(limbs=(BRIGHT,))
    study = scene.study(muscle=False)
    given = study.masks["nerve"]
    assert measure(replace(study, masks={name: given}), scene.lesion()).edema.present is False
    assert measure(replace(study, masks={"csf": ball(2.0)}), scene.lesion()).edema.present is True


def test_a_mask_elsewhere_changes_nothing():
    scene = Scene(radius=13, halo=8)
    study = scene.study()
    grid = study.series[Role.T2_FS].volume.grid
    away = np.zeros(grid.shape, dtype=bool)
    away[0, 0, 0] = True
    alone, beside = (
        measure(replace(study, masks=masks), scene.lesion()).edema.columns()
        for masks in ({}, {"vessels": Mask(away, grid)})
    )
    assert alone == beside


def test_the_margin_and_the_names():
    study = Study("A", {}, masks={"vessels": ball(6.0, OTHER), "muscle": ball(15.0, OTHER)})
    found = named_tissue(study, None, GRID, 1.5)
    assert found.names == ("vessels",)
    assert not (found.inside & ~ball(8.5).data).any()
    assert not (ball(5.4).data & ~found.inside).any()
    assert not (ball(6.8).data & ~found.inside)[:, :, 8].any()  # within the slice
    assert named_tissue(study, ball(3.0), GRID, 1.5).names == ("vessels", "vertebrae")
    assert named_tissue(Study("A", {}, masks={"muscle": ball(9.0)}), None, GRID, 1.5) is None


def test_the_lesions_own_brightness_is_not_left_out():
    """A nerve's mask that holds the tumour too, as some tools draw it."""
    scene = NerveScene(limbs=(BRIGHT,))
    study, lesion = scene.study(), scene.lesion()
    both = Mask(study.masks["nerve"].data | lesion.mask.data, lesion.mask.grid)
    m = measure(replace(study, masks={**study.masks, "nerve": both}), lesion)
    assert m.edema.present is False
    assert LESION > BRIGHT.signal > MUSCLE
