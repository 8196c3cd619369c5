"""What every family is handed: one lesion in one study under one set of settings, and what the families share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from pnst.kernels.hull import Hull, convex_hull, longest_diameter
from pnst.measurement.diffusion import Diffusion
from pnst.measurement.edge import Edge, read_edge
from pnst.measurement.family import NotMeasurable
from pnst.measurement.lesion_tissue import LesionTissue
from pnst.measurement.plausibility import implausible
from pnst.measurement.reference_tissue import ReferenceIntensities, ReferenceTissue
from pnst.measurement.series_view import SeriesViews
from pnst.measurement.settings import MeasureSettings
from pnst.measurement.spinal_canal import SpinalCanal
from pnst.measurement.structures import NearbyStructures
from pnst.study import Lesion, Role, Series, Study
from pnst.typing import FloatArray


@dataclass(frozen=True, eq=False)
class _EdgeOnce:
    """The edge, read when it is first asked for.

    It knows no context, and keeps no exception, whose frames do: a circle would hold a lesion's images until they are
    collected, and of many lesions those are gigabytes.
    """

    study: Study
    views: SeriesViews

    def __call__(self) -> Edge:
        if isinstance(self._reading, str):
            raise NotMeasurable(self._reading)
        return self._reading

    @cached_property
    def _reading(self) -> Edge | str:
        try:
            return read_edge(self.study, self.views)
        except NotMeasurable as reason:
            return str(reason)


@dataclass(frozen=True, eq=False)
class Context:
    """One lesion in one study, under one set of settings."""

    study: Study
    lesion: Lesion
    settings: MeasureSettings
    reference_intensities: ReferenceIntensities = field(default_factory=ReferenceIntensities)
    structures: NearbyStructures = field(default_factory=NearbyStructures)
    """What the study's masks hold near the lesion."""
    others: tuple[Lesion, ...] = ()
    """The study's other lesions, which belong to no surroundings."""
    crumbs_ml: float = 0.0
    """What was left out of the lesion's mask."""
    perturbation: bool = False
    """Whether this is another look at what was measured already; nobody reads its doubts."""

    def repeated(self, study: Study, lesion: Lesion) -> Context:
        """Another look at the same patient: what muscle and fat look like is known already."""
        return replace(self, study=study, lesion=lesion, perturbation=True)

    def series(self, *roles: Role) -> Series | None:
        """The first of these roles that the study has."""
        return next((self.study.series[role] for role in roles if role in self.study.series), None)

    @cached_property
    def hull(self) -> Hull:
        """The convex hull of the lesion's surface."""
        return convex_hull(self.lesion.mesh)

    @cached_property
    def diameter(self) -> tuple[float, FloatArray]:
        """The longest diameter of the lesion's surface in mm, and its ends (2, 3)."""
        return longest_diameter(self.lesion.mesh.vertices, self.hull.corners)

    @cached_property
    def views(self) -> SeriesViews:
        """The lesion as each series shows it."""
        return SeriesViews(self.lesion, self.settings, self.others, flagging=not self.perturbation)

    @cached_property
    def implausible(self) -> str | None:
        """Why this cannot be a lesion in these images, if it cannot; repeats ask no more."""
        return None if self.perturbation else implausible(self.study, self.lesion, self.views)

    @cached_property
    def reference_tissue(self) -> ReferenceTissue:
        """Muscle and fat near the lesion."""
        return ReferenceTissue(self.study, self.views, self.reference_intensities)

    @cached_property
    def lesion_tissue(self) -> LesionTissue:
        """What the lesion holds."""
        return LesionTissue(self.study, self.views, self.reference_tissue)

    @cached_property
    def diffusion(self) -> Diffusion:
        """The lesion as diffusion shows it."""
        return Diffusion(self.study, self.views, self.lesion_tissue, self._edge)

    @cached_property
    def spine(self) -> SpinalCanal:
        """Cord and canal beside the lesion."""
        return SpinalCanal(self.study, self.lesion, self.settings.spine)

    @property
    def edge(self) -> Edge:
        """How sharp the lesion's edge is; `NotMeasurable` where no series shows it."""
        return self._edge()

    @cached_property
    def _edge(self) -> _EdgeOnce:
        return _EdgeOnce(self.study, self.views)
