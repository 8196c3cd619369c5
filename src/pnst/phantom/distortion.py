"""Echo-planar distortion by a main field that is known everywhere in closed form.

Off-resonance of Δf moves the signal along the phase encoding by Δf ÷ bandwidth pixels. The field is given where the
signal appears: the image at y shows the patient at y − d(y)·e, brightened by the Jacobian 1 − e·∇d, so that no signal
is lost or gained. d is what a correction has to find.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.phantom.check import require
from pnst.typing import FloatArray

WAVES = np.array([[0.48, 0.80, 0.36], [-0.60, 0.64, -0.48]])
"""Unit vectors in RAS along which the field's two waves run."""
SHARES = np.array([0.6, 0.4])
"""Of the greatest deviation: a cosine, which moves the tumour as a whole, and a sine, which stretches it."""
PHASES = np.array([np.pi / 2, 0.0])

MIN_JACOBIAN = 0.2
"""Below, the image would be squeezed onto itself."""


@dataclass(frozen=True, eq=False)
class Distortion:
    """d(r) = `mm_per_hz` · `peak_hz` · (0.6 cos k₁·(r − c) + 0.4 sin k₂·(r − c)), |k| = 2π ÷ `wavelength_mm`.

    Raises `SettingError` where the field folds the image.
    """

    axis: FloatArray
    """(3,) unit vector e of the phase encoding, RAS, towards which positive frequencies move."""
    centre: FloatArray
    """(3,) c: the tumour's centre, RAS mm."""
    mm_per_hz: float
    """Size of an acquired pixel ÷ its bandwidth."""
    peak_hz: float
    wavelength_mm: float

    def __post_init__(self) -> None:
        min_jacobian = 2 - self.stretch
        require(
            min_jacobian >= MIN_JACOBIAN, "artefacts.off_resonance_hz", f"{self.peak_hz}", "a field that folds nothing"
        )

    @property
    def stretch(self) -> float:
        """At least how many mm of patient one mm of image may show."""
        return float(1 + self._scale * (SHARES * np.abs(WAVES @ self.axis)).sum())

    def hertz(self, points: FloatArray) -> FloatArray:
        """(...) deviation of the main field in Hz at RAS points (..., 3) of the image."""
        return np.asarray(self.peak_hz * (np.sin(self._angles(points)) @ SHARES))

    def shift_mm(self, points: FloatArray) -> FloatArray:
        """(...) d: how far along the axis the signal seen at RAS points (..., 3) has come."""
        return np.asarray(self.mm_per_hz * self.hertz(points))

    def undo(self, points: FloatArray) -> FloatArray:
        """(..., 3) where the signal seen at RAS points (..., 3) comes from."""
        return np.asarray(points - self.shift_mm(points)[..., None] * self.axis)

    def jacobian(self, points: FloatArray) -> FloatArray:
        """(...) 1 − e·∇d at RAS points (..., 3) of the image: mm of patient a mm of image."""
        slopes = SHARES * (WAVES @ self.axis)
        return np.asarray(1 - self._scale * (np.cos(self._angles(points)) @ slopes))

    @property
    def _scale(self) -> float:
        return self.mm_per_hz * self.peak_hz * 2 * np.pi / self.wavelength_mm

    def _angles(self, points: FloatArray) -> FloatArray:
        return np.asarray(2 * np.pi / self.wavelength_mm * ((points - self.centre) @ WAVES.T) + PHASES)
