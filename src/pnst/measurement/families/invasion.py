"""Invasion: what a lesion overlaps and touches of the structures whose masks are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from pnst.image import Mask
from pnst.kernels.contact_area import area_below
from pnst.measurement.context import Context
from pnst.measurement.cortex import Cortex, read_cortex
from pnst.measurement.family import Family, NotMeasurable, Outcome, SurfaceMap, join_warnings
from pnst.measurement.structures import Structure
from pnst.measurement.vertebrae import ALL_VERTEBRAE, VERTEBRA_MASKS
from pnst.typing import FloatArray

BONES = ("bone", ALL_VERTEBRAE)
"""Structures that have a cortex."""
STRUCTURES = ("bone", "vessels", "muscle", "nerve", "cord", ALL_VERTEBRAE)
REACH_MM = 2.0
"""Distances are known so far beyond the contact."""


@dataclass(frozen=True, kw_only=True)
class Invasion(Family):
    """Overlap and contact by structure; the columns of a structure whose mask is not given are left out."""

    masks: ClassVar[frozenset[str]] = frozenset({*STRUCTURES, *VERTEBRA_MASKS})
    nullable: ClassVar[frozenset[str]] = frozenset({"bone_destroyed", "vertebrae_destroyed"})
    bone_overlap_ml: float | None = None
    """What lies in the lesion and in the mask of bone."""
    bone_contact_mm2: float | None = None
    """Area of the lesion's surface that touches it."""
    bone_destroyed: bool | None = None
    """null: without a mask of bone, or where no image shows its cortex."""
    bone_destroyed_threshold: float | None = None
    """Least `bone_destroyed_fraction`."""
    bone_destroyed_fraction: float | None = None
    """Share of the contact where no cortex shows, of what could be read."""
    vessels_overlap_ml: float | None = None
    vessels_contact_mm2: float | None = None
    muscle_overlap_ml: float | None = None
    muscle_contact_mm2: float | None = None
    nerve_overlap_ml: float | None = None
    nerve_contact_mm2: float | None = None
    cord_overlap_ml: float | None = None
    cord_contact_mm2: float | None = None
    vertebrae_overlap_ml: float | None = None
    vertebrae_contact_mm2: float | None = None
    vertebrae_destroyed: bool | None = None
    """As `bone_destroyed`."""
    vertebrae_destroyed_threshold: float | None = None
    vertebrae_destroyed_fraction: float | None = None


@dataclass(frozen=True, eq=False)
class Contact:
    """A lesion and one structure."""

    overlap_ml: float
    contact_mm2: float
    distance: FloatArray
    """(n,) mm from the lesion's vertices to the structure, negative inside it."""
    structure: Structure | None = None
    """What of it lies near the lesion."""


def measure_invasion(context: Context) -> Outcome:
    """Overlap and contact with every structure whose mask is given."""
    given = {name: mask for name in STRUCTURES if (mask := _mask(context, name)) is not None}
    if not given:
        raise NotMeasurable(f"no mask of {', '.join(STRUCTURES[:-1])} or {STRUCTURES[-1]}")
    columns: dict[str, Any] = {}
    skipped: dict[str, str] = {}
    warnings: list[str | None] = []
    regions: dict[str, SurfaceMap] = {}
    contacts = {name: touch(context, mask) for name, mask in given.items()}
    for name, contact in contacts.items():
        columns |= {f"{name}_overlap_ml": contact.overlap_ml, f"{name}_contact_mm2": contact.contact_mm2}
        warnings.append(_beyond(context, name, given[name]))
        if name in BONES:
            destroyed, reason, cortex = _destroyed(context, name, contact)
            columns |= destroyed
            skipped |= reason
            regions |= {} if cortex is None else {f"{name}_cortex": cortex.map}
    touched = np.min([contact.distance for contact in contacts.values()], axis=0) <= _contact_mm(context)
    regions["contact"] = SurfaceMap(context.lesion.mesh.vertices, touched.astype(float), "whether a structure touches")
    return Outcome(Invasion(**columns, quality=join_warnings(*warnings)), skipped=skipped, regions=regions)


def touch(context: Context, mask: Mask) -> Contact:
    """A lesion's overlap and contact with what a mask holds."""
    lesion, reach = context.lesion, _contact_mm(context) + REACH_MM
    structure = context.structures.near(mask, lesion, reach)
    if structure is None:
        return Contact(0.0, 0.0, np.full(len(lesion.mesh.vertices), reach))
    distance = structure.distance(lesion.mesh.vertices)
    part = lesion.part_on(structure.mask.grid)
    shared = 0 if part is None else int(np.count_nonzero(structure.mask.data[part[0]] & part[1]))
    overlap_ml = shared * structure.mask.grid.voxel_volume_mm3 / 1000
    return Contact(overlap_ml, area_below(lesion.mesh, distance, _contact_mm(context)), distance, structure)


def _contact_mm(context: Context) -> float:
    return context.settings.invasion.contact_mm


def _mask(context: Context, name: str) -> Mask | None:
    return context.structures.vertebrae(context.study) if name == ALL_VERTEBRAE else context.study.masks.get(name)


def _destroyed(context: Context, name: str, contact: Contact) -> tuple[dict[str, Any], dict[str, str], Cortex | None]:
    """The columns of a bone's cortex, or why they are not known; bone that is not touched has not been destroyed."""
    threshold = {f"{name}_destroyed_threshold": context.settings.cortex.destroyed_fraction}
    if contact.structure is None or contact.contact_mm2 == 0:
        return {f"{name}_destroyed": False, f"{name}_destroyed_fraction": 0.0} | threshold, {}, None
    try:
        cortex = read_cortex(context, contact.structure, _contact_mm(context))
    except NotMeasurable as reason:
        return {}, {f"{name}_destroyed": str(reason)}, None
    share = cortex.missing_fraction
    destroyed = share >= context.settings.cortex.destroyed_fraction
    return {f"{name}_destroyed": destroyed, f"{name}_destroyed_fraction": share} | threshold, {}, cortex


def _beyond(context: Context, name: str, mask: Mask) -> str | None:
    """What to say where the lesion reaches out of the image that a mask was drawn on."""
    index = mask.grid.to_index(context.lesion.mesh.vertices)
    inside = ((index > -0.5) & (index < np.asarray(mask.grid.shape) - 0.5)).all(axis=1)
    share = 1 - float(np.average(inside, weights=context.lesion.mesh.vertex_areas))
    if share <= context.settings.quality.largest_unseen_fraction:
        return None
    return f"{share:.0%} of the lesion's surface lies outside the image that the {name} mask was drawn on"
