"""Perilesional oedema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pnst.image import Box, Grid, Mask, embed
from pnst.kernels.box import faces
from pnst.kernels.morphology import dilate
from pnst.kernels.sampling import rays
from pnst.measurement.context import Context
from pnst.measurement.family import Family, NotMeasurable, Outcome, join_warnings
from pnst.measurement.named_tissue import NO_EDEMA, NamedTissue, named_tissue
from pnst.measurement.neighbours import neighbours_in
from pnst.measurement.reference_tissue import HISTOGRAM
from pnst.measurement.vertebrae import VERTEBRA_MASKS
from pnst.segmentation.edema_zone import bound_edema, detect_edema
from pnst.segmentation.perilesional import Perilesional
from pnst.segmentation.settings import EdemaSettings
from pnst.study import Lesion, Role, Series
from pnst.typing import AnyArray, BoolArray, FloatArray

NEXT_LOOK = 1.6
"""Where oedema goes on, it is looked for this many times as far before it is looked for everywhere: it costs
time alone."""
BLOCK_MM = 2.0
"""The farthest voxel is looked for in blocks of about this side: it costs time alone."""
CENSORED = "the oedema reaches the border of the image or of the search"
WEAK = "the oedema stands little above the noise of muscle, and is bounded where it was detected"
SLENDER = (
    "beyond {beyond:g} mm it is {area:.0f} mm² across, as slender as a bright nerve or vessel, which is no oedema: "
    "look at it, and give a mask of the nerve or the vessels"
)
INFILTRATION = "no further from the lesion than an infiltrating edge would be, which is not told apart"
MUSCLE_UNSEEN = (
    "muscle was not found for certain: what may be it is {share:.0%} as bright as the lesion, as oedema all round is"
)


@dataclass(frozen=True, kw_only=True)
class Edema(Family):
    """Extent in mm, volume in ml; `present: false` with extent and volume 0 is a result."""

    masks: ClassVar[frozenset[str]] = frozenset({"edema", "muscle", *NO_EDEMA, *VERTEBRA_MASKS})
    max_extent_mm: float
    present: bool
    present_threshold: float
    """Least volume in ml of a connected piece."""
    volume_ml: float
    index: float
    surface_fraction: float
    censored: bool


def measure_edema(context: Context) -> Outcome:
    """Bright tissue on fat-suppressed T2 that is connected to the lesion; a given oedema mask is measured instead."""
    settings, zone = context.settings.edema, _zone(context)
    lesion_ml = context.lesion.mesh.volume_mm3 / 1000
    min_volume_ml = max(settings.least_volume_ml, settings.least_lesion_fraction * lesion_ml)
    if not zone.lies_beyond(settings.clear_of_contour_mm + _outside_contour_mm(context), min_volume_ml):
        if zone.muscle_unseen:
            raise NotMeasurable(zone.muscle_unseen)
        return Outcome(_none(min_volume_ml, join_warnings(*zone.warnings)))
    region, extent = embed(zone.mask, zone.whole), zone.extent_mm()
    censored = extent >= settings.search_mm - max(zone.whole.spacing) or zone.cut or _reaches_border(region)
    volume_ml = zone.mask.volume_mm3 / 1000
    edema = Edema(
        max_extent_mm=extent,
        present=True,
        present_threshold=min_volume_ml,
        volume_ml=volume_ml,
        index=volume_ml / lesion_ml,
        surface_fraction=_touched_fraction(context.lesion, zone.mask, np.asarray(settings.touch_offsets_mm)),
        censored=censored,
        quality=join_warnings(
            CENSORED if censored else None,
            *zone.warnings,
            WEAK if zone.weak else None,
            INFILTRATION if extent <= settings.infiltration_mm else None,
            zone.slender(extent, settings),
        ),
    )
    return Outcome(edema, regions={"edema": region})


def _outside_contour_mm(context: Context) -> float:
    """How far outside the contour the lesion's own edge lies: what shines there is lesion."""
    try:
        return max(0.0, context.edge.median_offset_mm)
    except NotMeasurable:
        return 0.0


def _none(min_volume_ml: float, quality: str | None) -> Edema:
    return Edema(
        max_extent_mm=0.0,
        present=False,
        present_threshold=min_volume_ml,
        volume_ml=0.0,
        index=0.0,
        surface_fraction=0.0,
        censored=False,
        quality=quality,
    )


@dataclass(frozen=True, eq=False)
class _Zone:
    """A zone outside the lesion, on a crop of its image's grid."""

    mask: Mask
    lesion: Lesion
    whole: Grid
    """The image's grid."""
    rough_distance: FloatArray
    """(n,) of the zone's voxels: mm from the lesion …"""
    slack_mm: float
    """… which differs from the distance of its surface by less than this."""
    core: BoolArray
    """(n,) of the zone's voxels: wide enough to carry the extent."""
    cut: bool = False
    """It goes on to voxels that hold no number."""
    weak: bool = False
    """Half the step to the oedema lies within the noise of muscle."""
    drawn: bool = False
    """By a reader."""
    warnings: tuple[str, ...] = ()
    """What makes it doubtful."""
    muscle_unseen: str | None = None
    """Why an empty zone says nothing."""

    def surface_distance(self, chosen: AnyArray) -> FloatArray:
        """mm from the lesion's mesh (its vertices lie close) for the chosen ones of the zone's voxels (n,)."""
        points = self.mask.grid.to_world(np.argwhere(self.mask.data)[chosen])
        return np.asarray(self.lesion.mesh.tree.query(points)[0])

    def extent_mm(self) -> float:
        """The greatest distance of a voxel's centre from the lesion's surface, strands aside; 0 where all is strand."""
        farthest = self.rough_distance.max(initial=0, where=self.core)
        chosen = np.flatnonzero(self.core & (self.rough_distance >= farthest - 2 * self.slack_mm))
        if not chosen.size:
            return 0.0
        # Of each block of voxels one at first: the others lie no further out than that and the block's diagonal.
        spacing, index = np.asarray(self.mask.grid.spacing), np.argwhere(self.mask.data)[chosen]
        side = np.maximum(1, np.rint(BLOCK_MM / spacing)).astype(int)
        key = np.ravel_multi_index(tuple((index // side).T), self.mask.grid.shape)
        _, first, block = np.unique(key, return_index=True, return_inverse=True)
        seen = self.surface_distance(chosen[first])
        diagonal = float(np.linalg.norm((side - 1) * spacing))
        best = self.surface_distance(chosen[seen[block] + diagonal >= seen.max()])
        return float(best.max())

    def slender(self, extent_mm: float, settings: EdemaSettings) -> str | None:
        """What to say where its far part is long and as narrow as a nerve that is mirrored on either side."""
        beyond = settings.slender_beyond_mm
        if self.drawn or extent_mm < 2 * beyond:
            return None
        far = np.count_nonzero(self.rough_distance > beyond) * self.mask.grid.voxel_volume_mm3
        area = far / (extent_mm - beyond)
        return SLENDER.format(beyond=beyond, area=area) if area < settings.slender_mm2 else None

    def lies_beyond(self, distance_mm: float, min_volume_ml: float) -> bool:
        """Whether a connected piece of at least that volume lies further out than this."""
        beyond = self.rough_distance > distance_mm + self.slack_mm
        if self._max_component_ml(beyond) >= min_volume_ml:
            return True
        unsure = (self.rough_distance > distance_mm - self.slack_mm) & ~beyond
        if unsure.any():
            beyond[unsure] = self.surface_distance(unsure) > distance_mm
        return self._max_component_ml(beyond) >= min_volume_ml

    def _max_component_ml(self, chosen: BoolArray) -> float:
        """Volume of the largest connected piece (26 neighbours) of the chosen ones (n,) of the zone's voxels."""
        import cc3d

        part = np.zeros(self.mask.grid.shape, dtype=np.uint8)
        part[self.mask.data] = chosen
        sizes = np.bincount(cc3d.connected_components(part, connectivity=26).ravel())[1:]
        return float(sizes.max(initial=0)) * self.mask.grid.voxel_volume_mm3 / 1000


def _without_lesion(given: Mask, context: Context) -> _Zone:
    import edt

    lesion = context.lesion
    inside = lesion.mask_on(given.grid)
    box = _round_both(given.box(), inside.box())
    outside = given.data[box] & ~inside.data[box]
    hidden = neighbours_in(box, given.grid, context.others, context.settings.tissue.neighbour_margin_mm)
    mask = Mask(outside if hidden is None else outside & ~hidden, given.grid.crop(box))
    distance = edt.edt(1 - inside.data[box].astype(np.uint8), anisotropy=given.grid.spacing)[mask.data]
    core = np.ones(len(distance), dtype=bool)  # a reader drew it: no strand of it is in question
    return _Zone(mask, lesion, given.grid, distance, float(np.linalg.norm(given.grid.spacing)), core, drawn=True)


def _round_both(one: Box | None, other: Box | None) -> Box:
    """The smallest box that holds both; of one voxel where there are none."""
    boxes = [box for box in (one, other) if box is not None] or [(slice(0, 1),) * 3]
    i, j, k = (slice(min(s.start for s in sides), max(s.stop for s in sides)) for sides in zip(*boxes, strict=True))
    return i, j, k


def _zone(context: Context) -> _Zone:
    """The given oedema mask, else what is detected on the fat-suppressed series."""
    given, series = context.study.masks.get("edema"), context.series(Role.T2_FS)
    if given is not None:
        return _without_lesion(given, context)
    if series is None:
        raise NotMeasurable("no fat-suppressed T2 or STIR series and no oedema mask")
    return _detected_zone(context, series)


def _detected_zone(context: Context, series: Series) -> _Zone:
    """Looked for near the lesion first; further out only when it goes on there. Repetitions begin where that ended."""
    settings, level = context.settings.edema, context.reference_tissue.muscle(series)
    near_mm = context.reference_intensities.reach_mm.get(series.role, context.settings.tissue.near_mm)
    for reach in sorted({min(mm, settings.search_mm) for mm in (near_mm, NEXT_LOOK * near_mm, settings.search_mm)}):
        perilesional = context.views.perilesional(series, reach)
        fat = context.reference_tissue.fat_fraction(perilesional)
        named = _named(context, perilesional)
        detected = detect_edema(perilesional, level, settings, fat, None if named is None else named.inside)
        if not _goes_on(detected.edema, perilesional, series.volume.grid):
            break
    context.reference_intensities.reach_mm.setdefault(series.role, reach)
    zone = bound_edema(perilesional, level, settings, detected, None if named is None else named.inside)
    fluid_ml = np.count_nonzero(detected.fluid) * perilesional.downsampled.grid.voxel_volume_mm3 / 1000
    warnings = [*context.views.quality_flags(series), *context.views.neighbour_flags]
    if fluid_ml >= settings.min_fluid_ml:
        warnings.append(f"{fluid_ml:.2g} ml of fluid beside the lesion is left out")
    named_ml = 0.0 if named is None else _bright_ml(perilesional, named, detected.level)
    if named is not None and named_ml >= settings.min_fluid_ml:
        warnings.append(f"{named_ml:.2g} ml in and round the masks of {' and '.join(named.names)} is left out")
    if level.source == HISTOGRAM:
        warnings.append("muscle was taken from the histogram of the fat-suppressed series alone")
    unseen = MUSCLE_UNSEEN.format(share=level.mode / perilesional.lesion_median) if level.unsure else None
    return _Zone(
        zone.mask,
        context.lesion,
        series.volume.grid,
        zone.distance,
        2 * float(np.linalg.norm(perilesional.downsampled.grid.spacing)),
        zone.core,
        cut=_reaches_lost(zone.mask, perilesional),
        weak=zone.half_step_level <= detected.level,
        warnings=tuple(warnings) if unseen is None else (unseen, *warnings),
        muscle_unseen=unseen if fat is None else None,
    )


def _named(context: Context, perilesional: Perilesional) -> NamedTissue | None:
    """What masks call another tissue: a nerve is as bright as oedema."""
    study, margin_mm = context.study, context.settings.tissue.neighbour_margin_mm
    return named_tissue(study, context.structures.vertebrae(study), perilesional.volume.grid, margin_mm)


def _bright_ml(perilesional: Perilesional, named: NamedTissue, level: float) -> float:
    """How much of a named tissue would have been looked at."""
    bright = named.inside & ~perilesional.lesion.data & (perilesional.volume.data > level)
    return float(np.count_nonzero(bright)) * perilesional.volume.grid.voxel_volume_mm3 / 1000


def _reaches_lost(zone: Mask, perilesional: Perilesional) -> bool:
    """Whether a zone on a crop of an image goes on to voxels that hold no number, other lesions aside."""
    lost = ~np.isfinite(perilesional.volume.data)
    if perilesional.hidden is not None:
        lost &= ~perilesional.hidden
    return bool(lost.any() and (dilate(embed(zone, perilesional.volume.grid).data) & lost).any())


def _goes_on(detected: BoolArray, perilesional: Perilesional, whole: Grid) -> bool:
    """Whether what was detected in the surroundings' cells reaches a face of the crop that is not the image's own."""
    box = whole.canonical().box_of(perilesional.volume.grid)
    if box is None:
        raise ValueError("the surroundings are no part of the image")
    return any(
        bool(detected.take(end, axis=axis).any())
        for axis, (side, count) in enumerate(zip(box, whole.canonical().shape, strict=True))
        for end, cut in ((0, side.start > 0), (-1, side.stop < count))
        if cut
    )


def _reaches_border(zone: Mask) -> bool:
    return any(bool(face.any()) for face in faces(zone.data))


def _touched_fraction(lesion: Lesion, zone: Mask, offsets_mm: FloatArray) -> float:
    """Share of the lesion's area from which a point just outside lies in the zone."""
    mesh = lesion.mesh
    index = np.rint(zone.grid.to_index(rays(mesh.vertices, mesh.vertex_normals, offsets_mm))).astype(int)
    inside: BoolArray = np.all((index >= 0) & (index < np.asarray(zone.grid.shape)), axis=-1)
    i, j, k = np.moveaxis(np.where(inside[..., None], index, 0), -1, 0)
    touched = np.any(zone.data[i, j, k] & inside, axis=1)
    return float(np.average(touched, weights=mesh.vertex_areas))
