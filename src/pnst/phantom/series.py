"""The images of a study before noise: tissues to signal, fat and field displaced, k-space truncated, the coil."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pnst.image import Grid
from pnst.phantom.acquire import STILL, GridSpec, PatientMotion, coil_sensitivity
from pnst.phantom.contrast import Contrast, adc_pair, contrast
from pnst.phantom.kspace import FINENESS, truncate
from pnst.phantom.render import Renderer
from pnst.phantom.scene import Scene
from pnst.phantom.spec import ECHO_PLANAR, SHADED, Spec
from pnst.phantom.view import View
from pnst.study import Role
from pnst.typing import FloatArray


def render(spec: Spec, scene: Scene) -> dict[Role, tuple[Grid, FloatArray]]:
    """Each role's grid and signal (ni, nj, nk, measurements); roles that look alike share one rendering."""
    alike: dict[tuple[GridSpec, PatientMotion, bool], list[Role]] = {}
    for role in spec.roles:
        alike.setdefault((spec.grid(role), spec.motion.get(role, STILL), role in ECHO_PLANAR), []).append(role)
    images: dict[Role, tuple[Grid, FloatArray]] = {}
    for roles in alike.values():
        view = View.of(roles[0], spec, scene)
        coil = coil_sensitivity(view.grid, view.centre, spec.bias)[..., None]
        for role, image in _taken(view, {role: contrast(role, spec) for role in roles}, spec, scene).items():
            if role is Role.ADC:
                image = _adc(image, spec.b_values)
            if role in SHADED:
                image *= coil
            images[role] = view.grid, image if role is Role.ADC else np.abs(image, out=image)
    return {role: images[role] for role in spec.roles}


def _taken(view: View, contrasts: dict[Role, Contrast], spec: Spec, scene: Scene) -> dict[Role, FloatArray]:
    """(ni, nj, nk, measurements) of each role, slice by slice: only one slice at a time is held in cells."""
    artefacts, grid = spec.artefacts, view.grid
    fineness = FINENESS if artefacts.gibbs else 1
    some = next(iter(contrasts.values()))
    margin = int(np.ceil(max(abs(c.shift) for c in contrasts.values())))
    wide = _widened(grid, some.axis, margin)
    inner = tuple(
        slice(margin * fineness, -margin * fineness or None) if a == some.axis else slice(None) for a in (0, 1)
    )
    renderer = Renderer(
        scene,
        wide,
        np.hstack([c.table for c in contrasts.values()]),
        view.to_patient,
        1.0 if view.distortion is None else view.distortion.stretch,
        view.thickness_mm,
        fineness,
    )
    ends = np.cumsum([c.table.shape[1] for c in contrasts.values()])
    images = {role: np.empty((*grid.shape, c.water.shape[1]), np.float32) for role, c in contrasts.items()}
    for k, cells in enumerate(renderer.slices()):
        if view.distortion is not None and artefacts.jacobian:
            cells *= view.distortion.jacobian(_pixels(wide, k, fineness))[..., None].astype(np.float32)
        for (role, c), columns in zip(contrasts.items(), np.split(cells, ends[:-1], axis=-1), strict=True):
            image = c.image(columns, fineness)[inner]
            images[role][:, :, k] = truncate(image, grid.shape[:2], artefacts.acquired) if artefacts.gibbs else image
    return images


def _adc(image: FloatArray, b_values: Sequence[float]) -> FloatArray:
    """(ni, nj, nk, 1): ADC in µm²/ms from two signals and the share of air along the last axis; 0 in air."""
    low, high = adc_pair(b_values)
    signal = image[..., :2].astype(np.float64)
    known = (image[..., 2] < 0.5) & (signal > 0).all(axis=-1)
    ratio = np.ones(image.shape[:3])
    np.divide(signal[..., 0], signal[..., 1], out=ratio, where=known)
    return np.asarray(np.log(ratio) / (high - low) * 1000.0)[..., None]


def _widened(grid: Grid, axis: int, margin: int) -> Grid:
    """The grid with more voxels at both ends of an axis."""
    start, shape = np.zeros(3), list(grid.shape)
    start[axis], shape[axis] = -margin, grid.shape[axis] + 2 * margin
    affine = grid.affine.copy()
    affine[:3, 3] = grid.to_world(start)
    return Grid((shape[0], shape[1], shape[2]), affine)


def _pixels(grid: Grid, k: int, fineness: int) -> FloatArray:
    """(ni · fineness, nj · fineness, 3): RAS centres of one slice's pixels."""
    i, j = ((np.arange(n * fineness) + 0.5) / fineness - 0.5 for n in grid.shape[:2])
    return grid.to_world(np.stack(np.meshgrid(i, j, [float(k)], indexing="ij"), axis=-1)[:, :, 0])
