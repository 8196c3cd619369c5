"""`simulate`: a whole study with its exact answer, from one description."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pnst.image import Grid, Mask, Volume
from pnst.phantom.check import require
from pnst.phantom.contents import TissueSignals
from pnst.phantom.contour import ContourSpec
from pnst.phantom.contrast import contrast, weightings
from pnst.phantom.noise import rician
from pnst.phantom.scene import Scene
from pnst.phantom.series import render
from pnst.phantom.shape import Shape
from pnst.phantom.spec import Spec
from pnst.phantom.spine_masks import spine_masks
from pnst.phantom.tissue import Tissue
from pnst.phantom.truth import Truth, true_values
from pnst.phantom.view import View
from pnst.study import Lesion, Role, Series, Source, Study
from pnst.typing import FloatArray

TRUE_CONTOUR = ContourSpec()
CONTOUR_STREAM = 100
"""Names the contour's own generator beside those of the series: what they draw stays as it is."""


@dataclass(frozen=True, eq=False)
class Simulated:
    """A simulated study, its lesion and the exact answer."""

    study: Study
    lesion: Lesion
    spec: Spec
    seed: int
    scene: Scene
    clean: Mapping[Role, tuple[Grid, FloatArray]]
    """Each series before noise: its grid, and signal (ni, nj, nk, measurements)."""

    @cached_property
    def truth(self) -> Truth:
        """`family.column_unit` → exact value, by quadrature on the geometry; worked out when first asked for."""
        contrasts = {role: contrast(role, self.spec) for role in self.spec.roles}
        signals = {role: TissueSignals(self.clean[role][0], (c.water + c.fat)[:, 0]) for role, c in contrasts.items()}
        return true_values(self.scene, self.lesion.mask.grid, signals, self.spec.contour.offset_mm)

    def displacement_mm(self, role: Role) -> FloatArray:
        """(ni, nj, nk, 3): how far and which way (RAS) the signal of each voxel has been moved by the main field."""
        view = View.of(role, self.spec, self.scene)
        index = np.stack(np.meshgrid(*[np.arange(n) for n in view.grid.shape], indexing="ij"), axis=-1)
        if view.distortion is None:
            return np.zeros(index.shape)
        return np.asarray(view.distortion.shift_mm(view.grid.to_world(index))[..., None] * view.distortion.axis)

    def redraw(self, seed: int) -> Study:
        """The same patient and images with other noise, without rendering again."""
        return replace(_study(self.spec, self.clean, seed), masks=self.study.masks)


def simulate(spec: Spec | None = None, seed: int = 0) -> Simulated:
    """Render a study; its truth comes with it. The same description and seed give the same bits.

    The lesion's mask holds the voxels whose centres are inside the true surface (or the contour that is asked for), on
    the grid of `t2_fs`, else `t1`, else the first role. Raises `SettingError` for a description that cannot be
    simulated.
    """
    require(isinstance(seed, int) and seed >= 0, "seed", str(seed), "a whole number ≥ 0")
    spec = Spec() if spec is None else spec
    scene = Scene(Shape(spec.lesion, np.random.default_rng([seed, 0])), spec.surround)
    clean = render(spec, scene)
    drawn_on = next(role for role in (Role.T2_FS, Role.T1, spec.roles[0]) if role in clean)
    view = replace(View.of(drawn_on, spec, scene), grid=clean[drawn_on][0])
    mask = lesion_mask(scene, view, spec.contour, seed)
    study = replace(_study(spec, clean, seed), masks=spine_masks(scene, view))
    return Simulated(study, Lesion("tumour", mask, "simulation"), spec, seed, scene, clean)


def lesion_mask(scene: Scene, view: View, contour: ContourSpec = TRUE_CONTOUR, seed: int = 0) -> Mask:
    """The voxels of a view whose centres are inside the true surface, or inside the contour that is drawn of it."""
    margin = 1 + abs(contour.offset_mm) + 4 * contour.tremor_mm + contour.shift_voxels * max(view.grid.spacing)
    box = view.box(scene.reach_mm + margin)
    index = np.stack(np.meshgrid(*[np.arange(s.start, s.stop) for s in box], indexing="ij"), axis=-1)
    data = np.zeros(view.grid.shape, dtype=bool)
    if contour.on_surface:
        data[box] = scene.inside(view.to_patient(view.grid.to_world(index)))
        return Mask(data, view.grid)
    rng = np.random.default_rng([seed, CONTOUR_STREAM])
    index = index - np.pad(contour.shifts(index.shape[2], rng), ((0, 0), (0, 1)))
    local = scene.shape.to_local(view.to_patient(view.grid.to_world(index)))
    middle = view.grid.to_index(scene.shape.centre)[:2]
    outward = contour.waves(np.arctan2(*np.moveaxis(index[..., :2] - middle, -1, 0)), rng)
    data[box] = scene.distance(local.reshape(-1, 3)).reshape(outward.shape) < outward
    return Mask(data, view.grid)


def _study(spec: Spec, clean: Mapping[Role, tuple[Grid, FloatArray]], seed: int) -> Study:
    """The noisy study. Each role has a generator of its own: one series more leaves the noise of the others alone."""
    series = {}
    for role, (grid, signal) in clean.items():
        data = signal
        if role is not Role.ADC:
            rng = np.random.default_rng([seed, 1 + list(Role).index(role)])
            acquired, averages = spec.artefacts.acquired, spec.averages
            data = rician(signal, _noise(role, spec), rng, acquired=acquired, averages=averages)
            data = np.rint(data) if spec.whole_numbers else data
        series[role] = _series(role, spec, grid, data)
    return Study(spec.case_id, series, notes=("simulated: no patient, no clinical evidence",))


def _noise(role: Role, spec: Spec) -> float:
    """σ of the noise: the tumour's signal (its water for a fat image) ÷ the signal-to-noise ratio."""
    if spec.snr is None:
        return 0.0
    known = contrast(Role.WATER if role is Role.FAT else role, spec)
    constituents = (known.water + known.fat)[[Tissue.TUMOUR, Tissue.STROMA]]  # alike, but for a texture
    return float(np.abs(constituents.mean(axis=0)).max()) / spec.snr


def _series(role: Role, spec: Spec, grid: Grid, data: FloatArray) -> Series:
    diffusion = role is Role.DWI
    voxels = np.ascontiguousarray(data if diffusion else data[..., 0], dtype=np.float32)
    digest = hashlib.sha256(voxels.tobytes() + np.ascontiguousarray(grid.affine).tobytes()).hexdigest()
    measured = weightings(spec) if diffusion else []
    vectors = np.array([np.zeros(3) if g is None else g for _, g in measured])
    return Series(
        role,
        Volume(voxels, grid, "um2_per_ms" if role is Role.ADC else ""),
        Source("simulated", digest),
        b_values=tuple(b for b, _ in measured) if diffusion else None,
        b_vectors=vectors if diffusion and spec.directions else None,
        acquisition=spec.sequence(role),
    )
