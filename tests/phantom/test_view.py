"""Where a series looks: the patient's motion and the field's distortion undone, and a box that misses nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.phantom.acquire import PatientMotion
from pnst.phantom.artefacts import Artefacts
from pnst.phantom.spec import Spec
from pnst.phantom.view import View
from pnst.study import Role
from simulated_tumours import BALL, scene_of

SPEC = Spec(
    lesion=BALL,
    motion={Role.DWI: PatientMotion(shift_mm=(4.0, -2.0, 6.0), turn_deg=(3.0, 0.0, -5.0))},
    artefacts=Artefacts(epi_hz_per_pixel=20.0, off_resonance_hz=60.0),
)


def test_a_series_at_rest_shows_the_patient_where_he_is() -> None:
    view = View.of(Role.T1, SPEC, scene_of(BALL))
    points = np.random.default_rng(0).uniform(-40, 40, size=(50, 3))
    np.testing.assert_allclose(view.to_patient(points), points, atol=1e-9)
    assert view.distortion is None


def test_motion_takes_the_centre_along_and_distortion_only_along_columns() -> None:
    scene = scene_of(BALL)
    moved = View.of(Role.DWI, replace(SPEC, artefacts=Artefacts()), scene)
    assert moved.to_patient(scene.shape.centre + np.array((4.0, -2.0, 6.0))) == pytest.approx(scene.shape.centre)
    view = View.of(Role.DWI, SPEC, scene)
    assert view.distortion is not None
    points = np.random.default_rng(0).uniform(-40, 40, size=(50, 3))
    shift = points - view.distortion.undo(points)
    np.testing.assert_allclose(np.cross(shift, view.grid.directions[:, 1]), 0, atol=1e-9)
    np.testing.assert_allclose(moved.to_patient(points - shift), view.to_patient(points), atol=1e-9)


@pytest.mark.parametrize("role", [Role.T1, Role.DWI])
def test_the_box_holds_every_voxel_that_shows_the_tumour(role: Role) -> None:
    scene = scene_of(BALL)
    view = View.of(role, SPEC, scene)
    index = np.stack(np.meshgrid(*map(np.arange, view.grid.shape), indexing="ij"), axis=-1)
    shows = scene.inside(view.to_patient(view.grid.to_world(index)))
    inside = np.zeros(view.grid.shape, dtype=bool)
    inside[view.box(16.0)] = True
    assert shows.any()
    assert not (shows & ~inside).any()
    assert inside.sum() < inside.size / 4
