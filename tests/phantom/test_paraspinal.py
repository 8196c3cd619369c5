"""The flank beside the spine: sections in closed form, and what lies where."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.phantom import paraspinal
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.paraspinal import Paraspinal
from pnst.phantom.scene import Scene
from pnst.phantom.tissue import Tissue
from simulated_tumours import rough_scene_of, tissue_at


@pytest.fixture(scope="module")
def flank() -> Scene:
    return rough_scene_of(
        SurroundSpec(region="paraspinal"), radii_mm=(12, 13, 20), tilt_deg=(10, 15, 0), centre_mm=(7, -20, 60)
    )


def region(scene: Scene) -> Paraspinal:
    assert isinstance(scene.region, Paraspinal)
    return scene.region


def test_the_nerve_runs_from_the_foramen_through_the_tumour_and_on(flank: Scene) -> None:
    root = flank.region.nerve_root
    assert root is not None
    pole = flank.shape.axes @ flank.shape.pole
    entry = flank.shape.centre + pole * (flank.reach_mm + 5) * np.sign(pole @ (root - flank.shape.centre))
    way = root + np.linspace(0.02, 1, 400)[:, None] * (entry - root)
    assert set(tissue_at(flank, way)) == {Tissue.NERVE}
    bare = Scene(flank.shape, SurroundSpec(region="paraspinal", nerve=False, septa=0))
    assert set(tissue_at(bare, way)) == {Tissue.FAT, Tissue.MUSCLE}  # no bone: through the foramen
    through = flank.shape.centre + np.linspace(-1, 1, 200)[:, None] * (flank.reach_mm + 4) * pole
    assert set(tissue_at(flank, through)) == {Tissue.NERVE, Tissue.TUMOUR}
    assert tissue_at(flank, entry[None] + np.array([10.0, 0, 0]))[0] != Tissue.NERVE


def section(scene: Scene, height: float, half: float = 70.0, step: float = 0.25) -> dict[Tissue, float]:
    """Area in mm² of each tissue in an axial section about the spine."""
    body = region(scene).body
    ticks = np.arange(-half, half, step) + 0.1
    x, y = np.meshgrid(body[0] + ticks, body[1] + ticks)
    points = np.stack([x, y, np.full_like(x, height)], axis=-1).reshape(-1, 3)
    counts = np.bincount(tissue_at(scene, points), minlength=len(Tissue))
    return {tissue: float(counts[tissue]) * step**2 for tissue in Tissue}


def test_sections_of_cord_fluid_disc_and_vessels_are_closed_forms(flank: Scene) -> None:
    area = section(flank, region(flank).foramen_z)
    assert area[Tissue.CORD] == pytest.approx(np.pi * paraspinal.CORD_MM**2, rel=0.02)
    assert area[Tissue.CSF] == pytest.approx(np.pi * (paraspinal.FLUID_MM**2 - paraspinal.CORD_MM**2), rel=0.02)
    assert area[Tissue.DISC] == pytest.approx(np.pi * np.prod(paraspinal.BODY_MM), rel=0.01)
    assert area[Tissue.ARTERY] == pytest.approx(np.pi * paraspinal.AORTA_MM**2, rel=0.02)
    assert area[Tissue.VEIN] == pytest.approx(np.pi * paraspinal.CAVA_MM**2, rel=0.02)


def test_half_way_between_discs_lies_a_vertebra_with_a_shell_of_bone(flank: Scene) -> None:
    height = region(flank).foramen_z + paraspinal.PERIOD_MM / 2
    area = section(flank, height)
    assert area[Tissue.DISC] == 0
    a, b = paraspinal.BODY_MM
    inner = np.pi * (a - paraspinal.CORTEX_MM) * (b - paraspinal.CORTEX_MM)
    assert area[Tissue.VERTEBRAL_MARROW] > inner  # the body's, and some of the arch
    along = np.array(region(flank).body)[0] + np.linspace(0, 30, 300)
    line = np.stack([along, np.full(300, region(flank).body[1]), np.full(300, height)], axis=-1)
    order = [t for n, t in enumerate(tissue_at(flank, line)) if n == 0 or t != tissue_at(flank, line)[n - 1]]
    assert order == [Tissue.VERTEBRAL_MARROW, Tissue.CORTICAL_BONE, Tissue.MUSCLE]


def test_the_foramen_opens_at_the_disc_and_is_closed_by_the_pedicle(flank: Scene) -> None:
    canal, height = region(flank).canal, region(flank).foramen_z
    beside = np.array(
        [[canal[0] + 13.0, canal[1], height], [canal[0] + 13.0, canal[1], height + paraspinal.PERIOD_MM / 2]]
    )
    assert list(tissue_at(flank, beside)) == [Tissue.FAT, Tissue.VERTEBRAL_MARROW]


def test_fat_lies_before_the_muscles_and_skin_behind_them(flank: Scene) -> None:
    place = region(flank)
    line = np.array(
        [[place.axis[0], place.front_y + 5, 0.0], [place.axis[0], place.axis[1] - place.muscle_radius_mm - 9, 0]]
    )
    assert list(tissue_at(flank, line)) == [Tissue.FAT, Tissue.SKIN]
