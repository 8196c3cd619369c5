"""Where the voxels of a series are, and what moved before or while they were taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pnst.image import Box, Grid
from pnst.phantom.acquire import STILL, PatientMotion, make_grid
from pnst.phantom.distortion import Distortion
from pnst.phantom.scene import Scene
from pnst.phantom.spec import ECHO_PLANAR, Spec
from pnst.study import Role
from pnst.typing import FloatArray


@dataclass(frozen=True, eq=False)
class View:
    """The voxels of a series and the way from them into the patient."""

    grid: Grid
    thickness_mm: float | None
    motion: PatientMotion
    distortion: Distortion | None
    centre: FloatArray
    """(3,) the tumour's centre at rest, about which the patient turns."""

    @classmethod
    def of(cls, role: Role, spec: Spec, scene: Scene) -> View:
        """The view of a role."""
        voxels, artefacts = spec.grid(role), spec.artefacts
        grid, centre = make_grid(voxels, scene), scene.shape.centre
        bandwidth = artefacts.epi_hz_per_pixel
        distortion = None
        if role in ECHO_PLANAR and bandwidth is not None and artefacts.off_resonance_hz > 0:
            mm_per_hz = grid.spacing[1] / artefacts.acquired / bandwidth
            peak, wavelength = artefacts.off_resonance_hz, artefacts.off_resonance_wavelength_mm
            distortion = Distortion(grid.directions[:, 1], centre, mm_per_hz, peak, wavelength)
        return cls(grid, voxels.thickness_mm, spec.motion.get(role, STILL), distortion, centre)

    def box(self, reach_mm: float) -> Box:
        """The voxels that may show what lies within `reach_mm` of the tumour's centre."""
        moved = 0.0 if self.distortion is None else self.distortion.mm_per_hz * self.distortion.peak_hz
        middle = self.grid.to_index(self.centre + self.motion.shift_mm)
        half = (reach_mm + moved) / np.asarray(self.grid.spacing)
        low = np.clip(np.floor(middle - half), 0, self.grid.shape).astype(int)
        high = np.clip(np.ceil(middle + half) + 1, low, self.grid.shape).astype(int)
        i, j, k = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        return i, j, k

    def to_patient(self, points: FloatArray) -> FloatArray:
        """Where RAS points (..., 3) of the image lie in the patient at rest."""
        if self.distortion is not None:
            points = self.distortion.undo(points)
        return self.motion.undo(points, self.centre)
