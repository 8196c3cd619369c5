"""Which tissue is where, layer by layer."""

from __future__ import annotations

import numpy as np

from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.scene import Scene
from pnst.phantom.shape import Shape
from pnst.phantom.sphere import fibonacci
from pnst.phantom.tissue import Tissue


def test_the_capsule_lies_just_inside_the_surface_at_its_own_thickness() -> None:
    scene = Scene(Shape(LesionSpec(radii_mm=(9, 12, 16), capsule_mm=1.2), np.random.default_rng(0)), SurroundSpec())
    directions = fibonacci(60)
    foot = directions / scene.shape.level(directions)[:, None]
    normal = foot / np.square(scene.shape.radii)
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    for depth, tissue in ((-0.05, None), (0.05, Tissue.CAPSULE), (1.15, Tissue.CAPSULE), (1.25, Tissue.TUMOUR)):
        tissues = scene.fractions(scene.shape.to_world(foot - depth * normal), 1e-3).argmax(axis=1)
        if tissue is None:
            assert set(tissues) <= {Tissue.MUSCLE, Tissue.NERVE}
        else:
            assert set(tissues) == {tissue}, depth
