"""The simulated spine: sections in closed form, and what lies where."""

from __future__ import annotations

import numpy as np
import pytest

from pnst.phantom.tissue import Tissue
from simulated_tumours import tissue_at
from spines import DUMBBELL, INTRADURAL, INTRAMEDULLARY, PARASPINAL, spine_of, spine_scene


def section(scene, along: float, half: float = 14.0, step: float = 0.1) -> dict[Tissue, float]:
    """mm² of each tissue across the canal at a length along its axis."""
    spine = spine_of(scene)
    ticks = np.arange(-half, half, step) + step / 2
    x, y = np.meshgrid(ticks, ticks)
    points = spine.to_world(np.stack([x, y, np.full_like(x, along)], axis=-1).reshape(-1, 3))
    counts = np.bincount(tissue_at(scene, points), minlength=len(Tissue))
    return {tissue: float(counts[tissue]) * step**2 for tissue in Tissue}


def test_points_come_back_from_the_bent_axis():  # invariant
    spine = spine_of(spine_scene(*INTRAMEDULLARY))
    points = np.array([12.0, -40.0, 70.0]) + np.random.default_rng(1).uniform(-40, 40, (50, 3))
    assert spine.to_world(spine.to_local(points)) == pytest.approx(points)
    up = spine.to_world(np.array([[0.0, 0, 0], [0, 0, 120 * np.pi / 4]])) - spine.axis
    assert up[1] == pytest.approx([0, 120 * (np.sqrt(0.5) - 1), 120 * np.sqrt(0.5)])  # an eighth of a circle, backward


def test_away_from_the_tumour_the_canal_holds_cord_fluid_and_fat():  # closed forms
    area = section(spine_scene(*INTRADURAL), 28.0)
    assert area[Tissue.CORD] == pytest.approx(np.pi * 6 * 4, rel=0.01)
    assert area[Tissue.CORD] + area[Tissue.CSF] + area[Tissue.NERVE] == pytest.approx(np.pi * 64, rel=0.01)


def test_the_tumour_pushes_and_squeezes_the_cord():  # closed form: π · 6 · 4 · 0.7, 3.5 mm aside
    spine = spine_of(spine_scene(*INTRADURAL))
    middle, radii = spine.cord_section(np.array([0.0, 10.0, 20.0, -25.0]))
    assert middle[:, 0] == pytest.approx([-3.5, -1.75, 0, 0])
    assert radii.prod(axis=1) == pytest.approx([24 * 0.7, 24 * 0.85, 24, 24])


def test_a_stretch_of_the_cord_is_swollen_and_holds_a_syrinx():  # closed forms
    lesion, spine = INTRAMEDULLARY
    scene = spine_scene(lesion, spine | {"syrinx_mm": 3.0, "syrinx_length_mm": 15.0})
    assert section(scene, 0.0)[Tissue.TUMOUR] == pytest.approx(np.pi * 4 * 3.2, rel=0.01)
    assert section(scene, 19.0)[Tissue.CORD_EDEMA] == pytest.approx(np.pi * (24 - 2.25), rel=0.02)
    assert section(scene, 21.0)[Tissue.CORD_EDEMA] == 0
    assert section(scene, -19.0)[Tissue.CORD_EDEMA] == pytest.approx(np.pi * 24, rel=0.02)


def test_the_foramen_of_the_tumour_is_widened_and_the_body_hollowed():  # closed forms
    spine = spine_of(spine_scene(*DUMBBELL))
    ticks = np.arange(-11.9, 12, 0.1)
    height, depth = np.meshgrid(ticks, ticks)
    for side, ratio in ((1.0, 2.0), (-1.0, 1.0)):
        inside = spine.bone(np.stack([np.full_like(height, side * 13), depth, height], axis=-1)) > 0
        tunnel = inside & (np.hypot(height / 9, (depth + 1) / 7) < 1)
        assert tunnel.sum() * 0.01 == pytest.approx(np.pi * 6 * 4.5 * ratio, rel=0.03)
    wall = spine.posterior_wall_mm
    line = np.stack([np.zeros(200), wall + np.linspace(0, 8, 200), np.full(200, -12.0)], axis=-1)
    hollow = spine.bone(line) > 0
    assert hollow.sum() * 8 / 199 == pytest.approx(4.0, abs=0.1)


def test_levels_run_down_the_column():
    spine = spine_of(spine_scene(*INTRADURAL))  # 8 mm above the foramen below C5, 24 mm from one to the next
    heights = np.array([0.0, 15.0, 17.0, -7.0, -9.0])
    local = np.stack([0 * heights, 0 * heights, heights], axis=-1)
    assert [5 - (4 - int(v)) for v in spine.vertebra(local)] == [5, 5, 4, 5, 6]


def test_t1_and_t2_tell_cord_from_fluid():  # regression on the tissue table: bright fluid on T2, dark on T1
    from pnst.phantom.signal import tissue_signal
    from pnst.phantom.spec import SEQUENCES
    from pnst.phantom.tissue import TISSUES
    from pnst.study import Role

    signal = {
        role: {tissue: tissue_signal(TISSUES[tissue], SEQUENCES[role]) for tissue in Tissue}
        for role in (Role.T1, Role.T2)
    }
    assert signal[Role.T2][Tissue.CSF] > 2 * signal[Role.T2][Tissue.CORD]
    assert signal[Role.T2][Tissue.CORD_EDEMA] > 1.5 * signal[Role.T2][Tissue.CORD]
    assert signal[Role.T1][Tissue.CORD] > 1.9 * signal[Role.T1][Tissue.CSF]


def test_a_dumbbell_has_the_waist_that_is_asked_for():  # closed form
    scene = spine_scene(*DUMBBELL)
    axis = scene.shape.axes[:, 2]
    across = scene.shape.axes[:, 0]
    apart = np.sqrt(1 - 0.55**2)
    ball = 8.0 / (1 + apart)
    reach = np.linspace(0, 9, 1800)
    for along, radius in ((0.0, 0.55 * ball), (17 * apart / (1 + apart), ball)):
        points = scene.shape.centre + along * axis + reach[:, None] * across
        assert scene.inside(points).sum() * 9 / 1799 == pytest.approx(radius, abs=0.02)


def test_a_tumour_beside_the_column_leaves_the_canal_alone():
    area = section(spine_scene(*PARASPINAL), 0.0)
    assert area[Tissue.TUMOUR] == 0
    assert area[Tissue.CORD] == pytest.approx(np.pi * 24, rel=0.01)
