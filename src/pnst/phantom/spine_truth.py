"""Exact columns of a tumour in a simulated spine, by quadrature through its sections and over its surface.

The cord's outline is that of the cord as it runs past the tumour, pushed aside and squeezed as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pnst.phantom import definitions as of
from pnst.phantom.bone_truth import bone_truth
from pnst.phantom.scene import Scene
from pnst.phantom.spine import Spine
from pnst.phantom.spine_spec import LEVELS
from pnst.phantom.surface import Surface
from pnst.phantom.surround import Value
from pnst.typing import BoolArray, FloatArray

SECTION_MM = 0.25
"""Between sections, and the side of their pixels."""


@dataclass(frozen=True, eq=False)
class Sections:
    """Sections across the canal's axis, each a square of pixels."""

    along: FloatArray
    """(n,) mm from the tumour's height."""
    local: FloatArray
    """(n, m, m, 3) in the spine's own coordinates."""
    tumour: BoolArray
    cord: BoolArray
    """As it runs, the tumour's part of it too."""
    sac: BoolArray

    @classmethod
    def cut(cls, scene: Scene, spine: Spine, along: FloatArray) -> Sections:
        """The sections at lengths (n,) along the axis."""
        half = spine.spec.sac_mm + 1
        ticks = np.arange(-half, half, SECTION_MM) + SECTION_MM / 2
        x, y = np.meshgrid(ticks, ticks, indexing="ij")
        shape = (len(along), *x.shape)
        local = np.stack([*(np.broadcast_to(a, shape) for a in (x, y, along[:, None, None]))], axis=-1)
        tumour = scene.inside(spine.to_world(local))
        return cls(along, local, tumour, spine.cord(local) < 0, spine.sac(local) < 0)


def spine_truth(scene: Scene, surface: Surface, volume_mm3: float) -> dict[str, Mapping[str, Value]]:
    """The families `cord` and `canal`, and what the description says of `bone`; nothing in another region."""
    spine = scene.region
    if not isinstance(spine, Spine):
        return {}
    local = spine.to_local(scene.shape.to_world(surface.points))
    low, high = float(local[:, 2].min()), float(local[:, 2].max())
    at = Sections.cut(scene, spine, np.arange(low, high, SECTION_MM) + SECTION_MM / 2)
    return {
        "cord": cord_truth(scene, spine, surface, at, volume_mm3),
        "canal": canal_truth(spine, surface, scene, at, volume_mm3),
        "bone": bone_truth(scene, spine),
    }


def cord_truth(scene: Scene, spine: Spine, surface: Surface, at: Sections, volume_mm3: float) -> dict[str, Value]:
    """The columns of `cord` but the roughness of its border."""
    spec = spine.spec
    inside = _share(at.tumour & at.cord, spine, at, volume_mm3)
    distance = _distance_to_cord(spine, spine.to_local(scene.shape.to_world(surface.points)))
    bands = np.arange(of.REFERENCE_NEAR_MM, of.REFERENCE_FAR_MM, SECTION_MM)
    beyond = Sections.cut(scene, spine, np.concatenate([at.along[0] - bands, at.along[-1] + bands]))
    areas = [np.count_nonzero(part.cord & ~part.tumour, axis=(1, 2)) for part in (at, beyond)]
    shift = float(np.linalg.norm(spec.cord_shift_mm)) * float(spine.bump(at.along).max())
    edema = Sections.cut(scene, spine, np.arange(-spec.cord_edema_mm / 2, spec.cord_edema_mm / 2, SECTION_MM))
    swollen = np.count_nonzero(edema.cord & ~edema.tumour & (spine.syrinx(edema.local) > 0)) * SECTION_MM**3
    wide = spec.syrinx_mm >= of.SYRINX_MM and spec.syrinx_length_mm >= of.SYRINX_LENGTH_MM
    return {
        "inside_fraction": inside,
        "compartment": "intramedullary" if inside > 0.5 else "extramedullary" if inside < 0.1 else "mixed",
        "interface_mm2": float(surface.areas[distance <= of.INTERFACE_MM].sum()),
        "edema_length_mm": spec.cord_edema_mm,
        "edema_volume_ml": float(swollen) / 1000,
        "compression_ratio": float(areas[0].min() / areas[1].mean()),
        "displacement_mm": shift,
        "syrinx": wide,
    }


def _share(part: BoolArray, spine: Spine, at: Sections, volume_mm3: float) -> float:
    """Of a volume that a part of the sections fills; all of it is no more than 1, whatever the cells make of it."""
    return min(1.0, float((part * _stretch(spine, at.local)).sum()) * SECTION_MM**3 / volume_mm3)


def canal_truth(spine: Spine, surface: Surface, scene: Scene, at: Sections, volume_mm3: float) -> dict[str, Value]:
    """The columns of `canal`."""
    share = np.count_nonzero(at.tumour & at.sac, axis=(1, 2)) / np.count_nonzero(at.sac, axis=(1, 2))
    fullest = at.along[int(np.argmax(share))]
    local = spine.to_local(scene.shape.to_world(surface.points))
    near_wall = np.abs(spine.sac(local)) <= of.WALL_MM
    level = spine.vertebra(np.array([[0.0, 0.0, fullest]]))[0]
    return {
        "occupancy_fraction": float(share.max()),
        "inside_fraction": _share(at.tumour & at.sac, spine, at, volume_mm3),
        "occupancy_level": LEVELS[int(level)] if share.max() > 0 and 0 <= level < len(LEVELS) else None,
        "dural_contact_fraction": float(surface.areas[near_wall].sum() / surface.areas.sum()),
        "dural_tail_mm": spine.spec.dural_tail_mm,
    }


def _distance_to_cord(spine: Spine, local: FloatArray) -> FloatArray:
    """(n,) mm to the cord, also where it runs obliquely: its level less 1 over its gradient."""
    step, level = 1e-3, spine.cord(local)
    slope = [(spine.cord(local + step * axis) - spine.cord(local - step * axis)) / (2 * step) for axis in np.eye(3)]
    return np.asarray(level / np.maximum(np.linalg.norm(slope, axis=0), 1e-9))


def _stretch(spine: Spine, local: FloatArray) -> FloatArray:
    """(...) volume of a cell ÷ its sides in the spine's own coordinates: a bend is longer outside than inside."""
    radius = spine.spec.curve_mm
    return np.ones(local.shape[:-1]) if radius is None else np.asarray(1 + local[..., 1] / radius)
