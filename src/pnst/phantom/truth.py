"""The exact answer to a simulated study, by quadrature on its geometry; no measuring code takes part.

Definitions are those of the measurements' columns, evaluated on the analytic surface and tissues, not on voxels.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pnst.image import FloatArray, Grid
from pnst.phantom.geometry import Moments, moments, shape_truth, size_truth
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.scene import Scene
from pnst.phantom.surface import Surface, sample
from pnst.phantom.surround import Rays, Value, edema_truth, split_fat_truth
from pnst.phantom.tissue import TISSUES, Tissue

Truth = Mapping[str, Value]

WIDTH_PER_SIGMA = 2.563
"""10–90 % width of an error function ÷ its σ."""

INDISTINCT_MM = 4.0
ILL_DEFINED = 0.20


def true_values(scene: Scene, grid: Grid) -> dict[str, Value]:
    """Every column that the geometry decides, as `family.column_unit` → value; `grid` decides only `edema.censored`."""
    shape = scene.shape
    surface = sample(shape, float(shape.radii.max()) * np.pi / 96)
    body = moments(shape, surface)
    size = size_truth(shape, surface, body)
    rays = Rays.cast(scene)
    families: dict[str, Mapping[str, Value]] = {
        "size": size,
        "margin": shape_truth(shape, surface, body, size["longest_diameter_mm"]) | edge_truth(scene, surface),
        "edema": edema_truth(scene, surface, rays, body.volume_mm3, grid),
        "split_fat": split_fat_truth(scene, sample(shape, float(shape.radii.max()) * np.pi / 64), rays, body),
        **interior_truth(shape.spec, body),
    }
    return {f"{name}.{column}": value for name, family in families.items() for column, value in family.items()}


def edge_truth(scene: Scene, surface: Surface) -> dict[str, Value]:
    """Width and indistinct share of the edge: 10–90 % width 2.563 σ, indistinct above 4 mm, area weighted."""
    directions = surface.points / np.linalg.norm(surface.points, axis=1)[:, None]
    width = WIDTH_PER_SIGMA * scene.edge_sigma(directions)
    share = float(surface.areas[width > INDISTINCT_MM].sum() / surface.areas.sum())
    return {
        "ill_defined_fraction": share,
        "ill_defined": share > ILL_DEFINED,
        "edge_width_mm": weighted_median(width, surface.areas),
    }


def weighted_median(values: FloatArray, weights: FloatArray) -> float:
    """The smallest value at which half of the weight is reached."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def interior_truth(spec: LesionSpec, body: Moments) -> dict[str, dict[str, Value]]:
    """Cyst, blood, target and diffusion: spheres lie whole and apart inside the tumour, so volumes are closed forms.

    `adc.mean_um2_per_ms` is that of the solid tumour tissue; `mean_whole` counts core and spheres by volume, and is
    left out where an infiltrating edge mixes in what lies round it. Where part of the water flows there is no single
    ADC, and the truth is that of `ivim`.
    """
    share: dict[Tissue, float] = {}
    for sphere in spec.inclusions:
        volume = 4 / 3 * np.pi * sphere.radius_mm**3
        share[sphere.tissue] = share.get(sphere.tissue, 0.0) + float(volume) / body.volume_mm3
    cystic = share.get(Tissue.CYST, 0.0) + share.get(Tissue.NECROSIS, 0.0)
    bled = share.get(Tissue.BLOOD, 0.0)
    ml = body.volume_mm3 / 1000
    truth: dict[str, dict[str, Value]] = {
        "cyst": {
            "fraction": cystic,
            "necrosis_fraction": share.get(Tissue.NECROSIS, 0.0),
            "present": cystic * ml >= 0.5 and cystic >= 0.05,
        },
        "t1_high": {"fraction": bled, "present": bled * ml >= 0.1},
    }
    d = spec.tissue.d_um2_per_ms
    if spec.ivim_fraction > 0:
        truth["ivim"] = {"d_um2_per_ms": d, "f_fraction": spec.ivim_fraction}
    elif spec.target_core == 0 or not spec.inclusions:
        core = spec.target_core**3
        others = sum(part * TISSUES[tissue].d_um2_per_ms for tissue, part in share.items())
        solid = (1 - core) * d + core * TISSUES[Tissue.TARGET_CORE].d_um2_per_ms
        truth["adc"] = {"mean_um2_per_ms": solid}
        if spec.edge_sigma_mm == 0:
            truth["adc"]["mean_whole_um2_per_ms"] = (1 - sum(share.values())) * solid + others
    return truth
