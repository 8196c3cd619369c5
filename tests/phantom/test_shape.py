"""The surface of a simulated tumour against closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pnst.errors import SettingError
from pnst.phantom.inclusion import Inclusion
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.shape import Shape
from pnst.phantom.sphere import fibonacci
from pnst.phantom.tissue import Tissue


def shape_of(**spec: Any) -> Shape:
    return Shape(LesionSpec(**spec), np.random.default_rng(7))


def test_points_of_the_surface_are_at_level_one_and_scaled_ones_at_their_scale() -> None:
    shape = shape_of(radii_mm=(9, 13, 21), roughness=0.06, lobes=4, lobe_depth=0.2)
    points = shape.surface(fibonacci(300))
    for scale in (0.3, 1.0, 1.7):
        np.testing.assert_allclose(shape.level(scale * points), scale, rtol=1e-12)


def test_local_axes_come_back() -> None:
    shape = shape_of(tilt_deg=(20, -35, 50), centre_mm=(4, -8, 15))
    points = fibonacci(30) * 12
    np.testing.assert_allclose(shape.to_local(shape.to_world(points)), points, atol=1e-12)


def test_edema_is_as_thick_as_said_where_thickest_and_as_irregular_as_said() -> None:
    shape = shape_of(edema_mm=18, edema_irregularity=0.6)
    thickness = shape.edema_thickness(fibonacci(20_000))
    assert thickness.max() == pytest.approx(18, abs=0.05)
    assert thickness.min() == pytest.approx(18 * 0.4, abs=0.05)


def test_a_surface_that_would_touch_itself_is_refused() -> None:
    with pytest.raises(SettingError, match="lobe_depth"):
        shape_of(lobes=4, lobe_depth=0.95)
    shape_of(lobes=4, lobe_depth=0.6)


def test_inclusions_must_lie_inside_and_apart() -> None:
    cyst = Inclusion(tissue=Tissue.CYST, radius_mm=5)
    with pytest.raises(SettingError, match="inclusions"):
        shape_of(radii_mm=(12, 12, 12), inclusions=(Inclusion(tissue=Tissue.CYST, radius_mm=5, centre_mm=(8, 0, 0)),))
    with pytest.raises(SettingError, match="overlap"):
        shape_of(
            radii_mm=(20, 20, 20), inclusions=(cyst, Inclusion(tissue=Tissue.BLOOD, radius_mm=5, centre_mm=(8, 0, 0)))
        )
    shape_of(radii_mm=(20, 20, 20), inclusions=(cyst, Inclusion(tissue=Tissue.BLOOD, radius_mm=2, centre_mm=(8, 0, 0))))


def test_inclusions_must_lie_inside_the_capsule() -> None:
    ball = Inclusion(tissue=Tissue.CYST, radius_mm=8.5)
    shape_of(radii_mm=(10, 10, 10), inclusions=(ball,))
    with pytest.raises(SettingError, match="inclusions"):
        shape_of(radii_mm=(10, 10, 10), inclusions=(ball,), capsule_mm=1.6)
