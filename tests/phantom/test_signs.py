"""Descriptions of signs. Witnesses: closed forms of lengths; refusals; what is written is read back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pnst.errors import SettingError
from pnst.phantom.description import describe
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.parameters import plain
from pnst.phantom.signs import Fascicles, FlowVoid, Septum, Shell, SignSpec, across_axes
from pnst.phantom.tissue import Tissue


@pytest.mark.parametrize(
    ("kind", "words", "name"),
    [
        (Shell, {"tissue": Tissue.MUSCLE, "thickness_mm": 1.0}, "shell.tissue"),
        (Shell, {"tissue": Tissue.CYST, "thickness_mm": 0.0}, "shell.thickness_mm"),
        (Shell, {"tissue": Tissue.CYST, "thickness_mm": 1.0, "cap_deg": 200.0}, "shell.cap_deg"),
        (Shell, {"tissue": Tissue.CYST, "thickness_mm": 1.0, "poles": "three"}, "shell.poles"),
        (Fascicles, {"diameter_mm": 3.0, "sheath_mm": 1.0, "spacing_mm": 4.9}, "fascicles.spacing_mm"),
        (Fascicles, {"sheath_mm": 0.0}, "fascicles.sheath_mm"),
        (Septum, {"normal": (0.0, 0.0, 0.0)}, "septum.normal"),
        (Septum, {"thickness_mm": 0.0}, "septum.thickness_mm"),
        (FlowVoid, {"calibre_mm": 3.0, "pitch_mm": 2.0}, "void.pitch_mm"),
        (FlowVoid, {"turns": 0.0}, "void.turns"),
        (FlowVoid, {"coil_mm": -1.0}, "void.coil_mm"),
    ],
)
def test_an_impossible_sign_is_refused_by_the_name_of_its_field(kind: Any, words: dict[str, Any], name: str) -> None:
    with pytest.raises(SettingError, match=name):
        kind(**words)


def test_the_length_of_a_helix() -> None:
    void = FlowVoid(coil_mm=3.0, pitch_mm=8.0, turns=2.5, tilt_deg=(10, 20, 30), centre_mm=(1, 2, 3))
    steps = np.linalg.norm(np.diff(void.axis, axis=0), axis=1)
    assert void.length_mm == pytest.approx(2.5 * np.hypot(6 * np.pi, 8))
    assert steps.sum() == pytest.approx(void.length_mm, rel=1e-3)
    assert void.axis.mean(axis=0) == pytest.approx((1, 2, 3), abs=1.0)


def test_the_distance_to_a_straight_tube() -> None:
    void = FlowVoid(calibre_mm=2.0, coil_mm=0.0, pitch_mm=10.0, turns=1.0, centre_mm=(1.0, 0.0, 0.0))
    points = np.array([(1.0, 0, 0), (2.5, 0, 0), (1.0, 0, 6.5), (1.0, 3.0, -2.0)])
    assert void.distance(points) == pytest.approx([-1, 0.5, 0.5, 2], abs=0.01)


def test_far_from_a_vessel_its_distance_is_an_underestimate() -> None:
    void = FlowVoid()
    points = np.random.default_rng(0).uniform(-60, 60, (300, 3))
    exact = np.linalg.norm(points[:, None] - void.axis, axis=2).min(axis=1) - void.calibre_mm / 2
    assert (void.distance(points) <= exact + 1e-6).all()
    assert ((void.distance(points) < 0) == (exact < 0)).all()


def test_fascicles_lie_on_a_lattice_across_the_pole() -> None:
    fascicles, pole = Fascicles(spacing_mm=6.0), np.array([0.0, 1.0, 0.0])
    points = np.random.default_rng(1).uniform(-20, 20, (50, 3))
    axis = fascicles.axis_points(points, pole)
    assert axis @ pole == pytest.approx(points @ pole)
    assert np.abs(np.linalg.norm(points - axis, axis=1)).max() <= 6.0 / np.sqrt(2)
    assert across_axes(pole).T @ across_axes(pole) == pytest.approx(np.eye(2))


def test_shells_all_round() -> None:
    assert Shell(tissue=Tissue.CYST, thickness_mm=1.0).whole
    assert not Shell(tissue=Tissue.CYST, thickness_mm=1.0, cap_deg=120.0, poles="one").whole


def test_a_description_with_signs_is_read_back() -> None:
    signs = SignSpec(
        shells=(Shell(tissue=Tissue.HAEMOSIDERIN, thickness_mm=2.0, cap_deg=40.0),),
        fascicles=Fascicles(),
        septa=(Septum(offset_mm=3.0),),
        voids=(FlowVoid(turns=1.5),),
    )
    assert describe({"lesion": {"signs": plain(signs)}}).spec.lesion.signs == signs
    assert plain(LesionSpec())["signs"] == "none"
    assert describe({"lesion": {"signs": "none"}}).spec.lesion.signs is None
