"""The exact surface of the simulated tumour.

A ball of radius ρ(s), s a direction, stretched to the semi-axes: x = A·s·ρ(s), A = diag(a, b, c), then turned and moved
into the patient. ρ ≡ 1 is an ellipsoid; lobes and harmonics are added to ρ.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from pnst.phantom.check import require
from pnst.phantom.distances import ellipsoid, length
from pnst.phantom.harmonics import evaluate, random_terms
from pnst.phantom.inclusion import Ball
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.sphere import fibonacci
from pnst.phantom.tissue import Tissue
from pnst.phantom.vector import rotation
from pnst.phantom.waves import PlaneWaves, Waves
from pnst.typing import FloatArray

MIN_RHO = 0.1
"""The surface may not come closer to the centre than this share of the ellipsoid: it would touch itself."""


class Shape:
    """The exact surface of one tumour, random parts drawn. Raises `SettingError` where it would touch itself."""

    def __init__(self, spec: LesionSpec, rng: np.random.Generator) -> None:
        self.spec = spec
        self.radii = np.asarray(spec.radii_mm, dtype=np.float64)
        self.centre = np.asarray(spec.centre_mm, dtype=np.float64)
        self.axes = rotation(spec.tilt_deg)
        first, last = spec.roughness_degrees
        self._terms = spec.harmonics + random_terms(range(first, last + 1), spec.roughness, rng)
        self._front = Waves.draw(rng)
        self._texture = PlaneWaves.draw(spec.texture_mm, rng)
        self.balls = tuple(Ball.draw(inclusion, rng) for inclusion in spec.inclusions)
        _check(self)

    def rho(self, directions: FloatArray) -> FloatArray:
        """ρ at unit vectors (..., 3) of the unstretched ball."""
        spec = self.spec
        wave = np.zeros(directions.shape[:-1])
        if spec.lobes and spec.lobe_depth:
            # sinⁿθ · cos nφ = Re (x + iy)ⁿ
            wave = spec.lobe_depth * ((directions[..., 0] + 1j * directions[..., 1]) ** spec.lobes).real
        if spec.waist_ratio is not None:
            wave = wave + dumbbell(directions[..., 2], spec.waist_ratio) - 1
        rough = self._terms if spec.roughness else spec.harmonics
        return np.asarray(1 + wave + evaluate(rough, directions))

    def surface(self, directions: FloatArray) -> FloatArray:
        """Local points (..., 3) of the surface, mm from the centre, for unit vectors of the unstretched ball."""
        return directions * self.rho(directions)[..., None] * self.radii

    def level(self, local: FloatArray) -> FloatArray:
        """|A⁻¹x| ÷ ρ at local points (..., 3): below 1 inside, 1 on the surface, above 1 outside. Exact."""
        stretched = local / self.radii
        out = length(stretched)
        directions = stretched / np.maximum(out, 1e-12)[..., None]
        return np.asarray(out / self.rho(directions))

    def scaled_distance(self, local: FloatArray, share: float) -> FloatArray:
        """(n,) signed distance in mm from local points (n, 3) to the surface scaled by a share, to first order.

        Exact on its border, which is all that partial volume asks for.
        """
        out = length(local / self.radii)
        rho = out / np.maximum(self.level(local), 1e-12)
        return ellipsoid(local, self.radii, share * np.where(out < 1e-9, 1.0, rho))

    def stroma(self, local: FloatArray) -> FloatArray:
        """(n,) share of `STROMA` in the tumour's texture at local points (n, 3): 0 to 1, ½ on average."""
        return np.asarray(0.5 - 0.5 * self._texture(local))

    def to_local(self, points: FloatArray) -> FloatArray:
        """RAS points (..., 3) in the tumour's own axes."""
        return np.asarray((points - self.centre) @ self.axes)

    def to_world(self, local: FloatArray) -> FloatArray:
        """The inverse of `to_local`."""
        return np.asarray(local @ self.axes.T + self.centre)

    @property
    def pole(self) -> FloatArray:
        """Local unit vector of the longest semi-axis."""
        return np.asarray(np.eye(3)[int(np.argmax(self.radii))])

    @cached_property
    def lobules(self) -> tuple[Ball, ...]:
        """The inclusions that reach beyond the tumour's surface."""
        towards = fibonacci(4000)
        return tuple(ball for ball in self.balls if self.level(ball.centre + ball.surface(towards)).max() > 1)

    def edema_thickness(self, directions: FloatArray) -> FloatArray:
        """Thickness of the oedema in mm towards local unit vectors (..., 3), as seen from the centre."""
        spec = self.spec
        if spec.edema_irregularity == 0:
            return np.full(directions.shape[:-1], spec.edema_mm)
        return np.asarray(spec.edema_mm * (1 - spec.edema_irregularity * (1 - self._front(directions))))


def dumbbell(cosine: FloatArray, waist_ratio: float) -> FloatArray:
    """ρ of two overlapping balls along z at the cosine to it; 1 at the poles. Their middles lie within both balls.

    Radii are counted in half the length: the ball is R = 1 ÷ (1 + √(1 − w²)), its middle √(1 − w²) R from the waist.
    """
    apart = np.sqrt(1 - waist_ratio**2)
    radius = 1 / (1 + apart)
    return np.asarray(radius * (apart * np.abs(cosine) + np.sqrt(1 - apart**2 * (1 - cosine**2))))


def _check(shape: Shape) -> None:
    directions = fibonacci(4000)
    min_rho = float(shape.rho(directions).min())
    require(
        min_rho >= MIN_RHO,
        "lesion (lobe_depth, roughness, harmonics)",
        f"a surface {min_rho:.2f} of the radius from the centre",
        f"at least {MIN_RHO} everywhere",
    )
    for n, ball in enumerate(shape.balls):
        margin = 1 + shape.spec.capsule_mm / ball.inclusion.radius_mm
        reach = float(shape.level(ball.centre + margin * ball.surface(directions)).max())
        if ball.inclusion.tissue is Tissue.FAT:
            reach = float(shape.level(ball.centre))  # a lobule of fat may lie in the tumour's border
        require(
            reach < 1, "lesion.inclusions", f"sphere {n} reaching {reach:.2f} of the radius", "all inside the tumour"
        )
        for other in shape.balls[:n]:
            gap = np.linalg.norm(ball.centre - other.centre) - ball.reach_mm - other.reach_mm
            require(gap >= 0, "lesion.inclusions", "two spheres that overlap", "spheres apart from each other")
