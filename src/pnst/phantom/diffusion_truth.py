"""True diffusion of a simulated tumour, noiseless: means, and the darkest parts of its map."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pnst.image import Grid
from pnst.phantom import definitions as of
from pnst.phantom.contents import CAVITIES, shares
from pnst.phantom.interior import CELL_MM, SimulatedInterior
from pnst.phantom.layers import blend
from pnst.phantom.surround import Value
from pnst.phantom.tissue import Tissue
from pnst.typing import BoolArray, FloatArray

SOLID = (Tissue.TUMOUR, Tissue.STROMA, Tissue.HYPOVASCULAR_CORE, Tissue.TARGET_CORE, Tissue.CAPSULE)
Inside = Callable[[FloatArray], BoolArray]


def diffusion_truth(
    interior: SimulatedInterior, volume_mm3: float, grid: Grid | None, core_is_solid: bool
) -> dict[str, Value]:
    """The columns of `adc`: mean, min and dark of the solid part less an edge voxel of the diffusion grid; whole.

    Without a grid no edge is taken off. Not told where part of the water flows: there is no single ADC then. Where an
    infiltrating edge mixes in what the tumour lies in, the values are those of the tumour's own tissue, and the mean
    over the whole is left out.
    """
    scene = interior.scene
    diffusivities = np.array([scene.shape.spec.properties(tissue).d_um2_per_ms for tissue in Tissue])
    solid = _solid(interior, core_is_solid)
    truth: dict[str, Value] = {}
    kept = interior.kept(interior.points, grid, solid) if grid is not None else solid(interior.points)
    if grid is not None and interior.volumes[kept].sum() < of.SOLID_VOXELS * grid.voxel_volume_mm3:
        grid, kept = None, solid(interior.points)
    own = interior.mixture[:, SOLID]
    tissues = [tissue for n, tissue in enumerate(SOLID) if (own[kept, n] > 0).any()]
    if len({diffusivities[tissue] for tissue in tissues}) == 1:
        d = float(diffusivities[tissues[0]])
        truth |= {"mean_um2_per_ms": d, "min_um2_per_ms": d, "dark_um2_per_ms": d}
    else:
        weights = interior.volumes[kept] * own[kept].sum(axis=1)
        truth["mean_um2_per_ms"] = float(
            interior.volumes[kept] @ (own[kept] @ diffusivities[list(SOLID)]) / weights.sum()
        )
        truth |= _lowest_values(interior, solid, grid, diffusivities)
    if scene.shape.spec.edge_sigma_mm == 0:
        truth["mean_whole_um2_per_ms"] = _whole(interior, volume_mm3, diffusivities)
    return truth


def _whole(interior: SimulatedInterior, volume_mm3: float, diffusivities: FloatArray) -> float:
    """Mean over the whole tumour: inclusions by their closed forms, the rest by quadrature."""
    included = shares(interior.scene.shape, volume_mm3)
    rest = interior.volumes @ interior.mixture[:, SOLID]
    solid = float(rest @ diffusivities[list(SOLID)] / rest.sum())
    return (1 - sum(included.values())) * solid + sum(
        share * float(diffusivities[tissue]) for tissue, share in included.items()
    )


def _solid(interior: SimulatedInterior, core_is_solid: bool) -> Inside:
    """Whether local points (n, 3) lie in the tumour, outside its cavities and bleeds (and a core that is one)."""
    scene = interior.scene
    shape = scene.shape
    holes = [ball for ball in shape.balls if ball.inclusion.tissue in (*CAVITIES, Tissue.BLOOD)]

    def inside(local: FloatArray) -> BoolArray:
        is_solid = scene.distance(local) < 0
        for ball in holes:
            is_solid &= ball.distance(local) > 0
        if not core_is_solid:
            is_solid &= shape.level(local) > shape.spec.hypovascular_core
        return np.asarray(is_solid)

    return inside


def _lowest_values(
    interior: SimulatedInterior, solid: Inside, grid: Grid | None, diffusivities: FloatArray
) -> dict[str, Value]:
    """`min` and `dark` on a lattice of the solid part: means over spheres of what of them is solid."""
    from scipy.signal import fftconvolve

    scene = interior.scene
    step = float(np.clip(scene.shape.radii.min() / 12, 0.5, 2.0))
    half = np.ceil(np.abs(interior.points).max(axis=0) / step) + 1
    ticks = [np.arange(-n, n + 1) * step for n in half]
    points = np.stack(np.meshgrid(*ticks, indexing="ij"), axis=-1)
    flat = points.reshape(-1, 3)
    keep = solid(flat) if grid is None else interior.kept(flat, grid, solid)
    values = np.zeros(len(flat))
    own = blend(scene.tumour(flat[keep], scene.distance(flat[keep])), CELL_MM)[:, SOLID]
    values[keep] = own @ diffusivities[list(SOLID)] / own.sum(axis=1)
    kept = keep.reshape(points.shape[:3])
    reach = np.arange(-np.ceil(of.SPHERE_MM / 2 / step), np.ceil(of.SPHERE_MM / 2 / step) + 1) * step
    ball = np.sqrt(sum(np.square(a) for a in np.meshgrid(reach, reach, reach))) <= of.SPHERE_MM / 2
    count = fftconvolve(kept.astype(float), ball, mode="same")
    total = fftconvolve(values.reshape(kept.shape), ball, mode="same")
    smooth = np.where(kept, total / np.maximum(count, 0.5), np.inf)
    volume = kept.sum() * step**3
    size = int(np.ceil(max(1000 * of.DARK_ML, of.DARK_FRACTION * volume) / step**3))
    return {"min_um2_per_ms": float(smooth.min()), "dark_um2_per_ms": lowest_region_mean(smooth, size)}


def lowest_region_mean(values: FloatArray, size: int) -> float:
    """Mean over the lowest connected region of `size` cells (26 neighbours) of a map, infinite where it is unknown.

    The threshold rises until one connected component holds as many cells; its lowest ones count.
    """
    from scipy.ndimage import label

    ordered = np.sort(values[np.isfinite(values)])
    size = min(size, len(ordered))
    low, high = size - 1, len(ordered) - 1
    while low < high:
        middle = (low + high) // 2
        labels, _ = label(values <= ordered[middle], structure=np.ones((3, 3, 3)))
        reached = np.bincount(labels.ravel())[1:].max() >= size
        low, high = (low, middle) if reached else (middle + 1, high)
    labels, _ = label(values <= ordered[low], structure=np.ones((3, 3, 3)))
    label_of_max = int(np.bincount(labels.ravel())[1:].argmax()) + 1
    return float(np.sort(values[labels == label_of_max])[:size].mean())
