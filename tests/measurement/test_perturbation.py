"""Another look at the same lesion. Witness: the noise that was planted, closed forms of a ball, and invariants."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from diffusing import Diffusing
from interiors import Interior
from pnst.image import Mask
from pnst.measurement.context import Context
from pnst.measurement.perturbation import Perturbations, noise_near, perturbed
from pnst.measurement.settings import MeasureSettings, UncertaintySettings
from pnst.study import Lesion, Role, Study
from scenes import Scene

SCENE = Scene(radius=12.0, noise=20.0, reach=40.0, spacing=(0.9, 1.0, 2.1))


@pytest.fixture(scope="module")
def context() -> Context:
    study = SCENE.study()
    return Context(replace(study, series={Role.T2_FS: study.series[Role.T2_FS]}), SCENE.lesion(), MeasureSettings())


def volumes(lesion: Lesion, settings: UncertaintySettings, count: int) -> np.ndarray:
    return np.array([perturbed(lesion, settings, np.random.default_rng(n)).mask.volume_mm3 for n in range(count)])


def test_a_boundary_that_is_known_stays_where_it_is():
    """Closed form: the ball's volume, on voxels that are shifted and turned."""
    known = UncertaintySettings(boundary_voxels=0.0, turn_deg=20.0)
    assert volumes(SCENE.lesion(), known, 8) == pytest.approx(4 / 3 * np.pi * 12**3, rel=0.02)


def test_a_boundary_moves_by_its_uncertainty():
    """Closed form: dV = A · dr, dr of half the boundary's variance; the other half goes up and down over the surface.
    60 draws tell an SD to 9 %, and what goes up and down adds a little."""
    small = Scene(radius=9.0, spacing=(1.2, 1.4, 2.1), reach=16.0)
    sd_mm = 0.5 * np.cbrt(np.prod(small.spacing)) / np.sqrt(2)
    loose = volumes(small.lesion(), UncertaintySettings(boundary_voxels=0.5, turn_deg=0.0), 60)
    assert loose.std() == pytest.approx(4 * np.pi * 9**2 * sd_mm, rel=0.25)


def test_the_voxels_are_turned_and_keep_their_size():
    lesion = SCENE.lesion()
    turned = perturbed(lesion, UncertaintySettings(turn_deg=5.0), np.random.default_rng(0)).mask.grid
    assert turned.spacing == pytest.approx(lesion.mask.grid.canonical().spacing)
    cosines = np.diag(turned.directions.T @ lesion.mask.grid.canonical().directions)
    assert 0.9 < cosines.min() < 1 - 1e-4


def test_a_lesion_that_would_vanish_stays_as_it_is():
    data = np.zeros(SCENE.grid().shape, dtype=bool)
    data[20, 20, 15] = True
    speck = Lesion("speck", Mask(data, SCENE.grid()), "formula")
    vanishing = UncertaintySettings(boundary_voxels=9.0)
    kept = [perturbed(speck, vanishing, np.random.default_rng(n)) is speck for n in range(8)]
    assert any(kept)
    assert not all(kept)


def test_a_draw_is_that_of_its_number(context):
    draws = Perturbations(context, 0.0)
    one, again, other = (draws.draw(number).study.series[Role.T2_FS].volume.data for number in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


def test_a_draw_adds_the_noise_of_the_image(context):
    """Closed form: two draws differ by √2 of the planted noise, and each has √2 of it in all."""
    draws = Perturbations(context, 0.0)
    one, other = (draws.draw(number).study.series[Role.T2_FS].volume.data for number in (1, 2))
    assert np.std(one - other) == pytest.approx(np.sqrt(2) * SCENE.noise, rel=0.05)


def test_diffusion_stays_a_magnitude():
    """Closed form: of a signal S in noise σ the mean square is S² + 2σ², with noise τ on top S² + 2σ² + 2τ². In one
    channel alone it makes it S² + 2σ² + τ²: the fit, which takes off what a magnitude has, would take too much.
    """
    scene = Diffusing(Interior(radius=12.0), b_values=(0.0, 400.0, 3000.0), noise=45.0)
    context = scene.context(scene.alone())
    added = noise_near(context, Role.DWI, context.views.mask(context.study.series[Role.DWI]))
    again = Perturbations(context, 0.0).draw(0).study.series[Role.DWI].volume.data[..., -1]
    clean = replace(scene, noise=0.0).series().volume.data[..., -1]
    assert (again >= 0).all()
    square = np.mean(np.square(again, dtype=float))
    assert square == pytest.approx(np.mean(clean**2) + 2 * 45.0**2 + 2 * added**2, rel=0.04)


def test_noise_of_diffusion_is_that_of_tissue():
    """The noise that was planted: slices with stripes of air filled with zeros, and hardly any signal at the highest b.
    Over all voxels it reads 21 % less."""
    scene = Diffusing(Interior(radius=12.0), b_values=(0.0, 400.0, 1500.0), noise=45.0)
    series = scene.series()
    data = series.volume.data.copy()
    data[::5] = 0
    study = Study("striped", {Role.DWI: replace(series, volume=replace(series.volume, data=data))})
    context = scene.context(study)
    mask = context.views.mask(study.series[Role.DWI])
    assert noise_near(context, Role.DWI, mask) == pytest.approx(45, rel=0.1)
