"""What is examined: `Series` by `Role`, gathered in a `Study`, and the `Lesion` that is measured in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cached_property
from textwrap import shorten
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pnst.errors import GeometryError, InputError
from pnst.html_table import html_notes, html_table
from pnst.image import Box, Grid, Mask, Volume
from pnst.kernels.mesh import Mesh, subsample_vertices
from pnst.kernels.surface import LevelSet, level_set
from pnst.typing import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    import pandas as pd


class Role(StrEnum):
    """What a series is for, in the words of files and options."""

    T1 = "t1"
    T1_POST = "t1_post"
    T2 = "t2"
    T2_FS = "t2_fs"
    """STIR or fat-suppressed T2."""
    DWI = "dwi"
    ADC = "adc"
    FAT = "fat"
    WATER = "water"

    @property
    def short(self) -> str:
        """As radiologists write it: "T2 FS"."""
        return self.upper().replace("_", " ")


SERIES_HEAD = ("Role", "Voxels", "Spacing (mm)", "b-values (s/mm²)", "TR (ms)", "TE (ms)", "TI (ms)", "Unit")
MAX_SHOWN = 80
"""Characters of a text in a short line."""
GRIDS_KEPT = 8
"""A lesion keeps its voxels on so many grids: those of a study's series, and of their parts that are measured again."""

VENDORS = {
    "siemens": "Siemens",
    "philips": "Philips",
    "ge": "GE",
    "general electric": "GE",
    "canon": "Canon",
    "toshiba": "Canon",
    "hitachi": "Fujifilm",
    "fujifilm": "Fujifilm",
    "united imaging": "United Imaging",
    "uih": "United Imaging",
    "bruker": "Bruker",
    "pnst phantom": "pnst phantom",
}
"""Words of a header's Manufacturer → what the vendor is called now."""


def vendor(manufacturer: str) -> str:
    """Who made the scanner, of the vendors that are known; "another vendor" for any other text, which may be a name.

    >>> vendor("GE MEDICAL SYSTEMS"), vendor("TOSHIBA_MEC"), vendor("Smith^John")
    ('GE', 'Canon', 'another vendor')
    """
    words = " ".join(re.findall(r"[^\W_]+", manufacturer.lower()))
    return next((name for word, name in VENDORS.items() if f" {word} " in f" {words} "), "another vendor")


DrawingMethod = Literal["manual", "semiautomatic", "automatic"]
"""Who draws: a person, a person with a program, a program."""


@dataclass(frozen=True)
class Acquisition:
    """What the header says of the physics; None where it says nothing."""

    repetition_time_ms: float | None = None
    echo_time_ms: float | None = None
    inversion_time_ms: float | None = None
    flip_angle_deg: float | None = None
    field_strength_t: float | None = None
    fat_suppressed: bool | None = None
    contrast_agent: bool | None = None
    manufacturer: str | None = None


@dataclass(frozen=True)
class Source:
    """Where a series came from, without a name, an ID, a date or a path."""

    format: str
    """"dicom", "nifti" or "simulated"."""
    digest: str
    """SHA-256 of the voxels and geometry as read (hex), which names the input in provenance."""
    series_digest: str | None = None
    """The first 16 hex digits of the SHA-256 of the series' DICOM UID, by which a contour's file finds its series."""
    frame_digest: str | None = None
    """As `series_digest`, of the frame of reference that its positions are counted in."""
    patient_digest: str | None = field(default=None, repr=False, compare=False)
    """The kind of files, and as `series_digest` of the patient's ID or BIDS subject. IDs are short and can be guessed:
    it stays in memory, to tell two patients apart, and is written nowhere."""


@dataclass(frozen=True)
class Alignment:
    """Where a series was found to lie against another one, and whether it was moved there."""

    reference: Role
    shift_mm: float
    """Of the middle of the image."""
    rotation_deg: float
    similarity_before: float
    similarity_after: float
    """Mutual information with the reference, in nats."""
    accepted: bool
    reason: str | None = None
    """Why the series was left where it was."""
    former_grid: Grid | None = field(default=None, compare=False)
    """Where its voxels lay, if it was moved."""
    already: bool = False
    """Whether it was left there because it lies on the reference as it is."""

    def __str__(self) -> str:
        if self.similarity_before == self.similarity_after == 0:
            return f"left where it lies beside the {self.reference} series: {self.reason}"
        motion = f"{self.shift_mm:.1f} mm and {self.rotation_deg:.1f}°"
        alike = f"mutual information {self.similarity_before:.3f} → {self.similarity_after:.3f}"
        if self.already:
            return f"already aligned with {self.reference.short} ({motion}, {alike})"
        if self.accepted:
            return f"moved by {motion} to lie on the {self.reference} series ({alike})"
        return f"left where it lies beside the {self.reference} series: {self.reason} (found {motion}, {alike})"


@dataclass(frozen=True, eq=False)
class Series:
    """One series: its voxels, its role and the facts of its acquisition.

    >>> grid = Grid((2, 3, 4), np.diag([1.0, 2.0, 3.0, 1.0]))
    >>> dwi = Volume(np.zeros((2, 3, 4, 2), dtype=np.float32), grid)
    >>> Series(Role.DWI, dwi, Source("simulated", ""), b_values=(0.0, 800.0)).b_values
    (0.0, 800.0)
    """

    role: Role | None
    volume: Volume
    """3-D, or 4-D for diffusion: one volume a measurement along the last axis."""
    source: Source
    b_values: tuple[float, ...] | None = None
    """s/mm², one a measurement; diffusion only."""
    b_vectors: FloatArray | None = None
    """(n, 3) unit vectors in RAS axes; zero rows where a measurement has no direction (b = 0, trace)."""
    acquisition: Acquisition = field(default_factory=Acquisition)
    notes: tuple[str, ...] = ()
    """What was inferred while reading (a unit, an orientation) or done since, in sentences for the report."""
    alignment: Alignment | None = None
    """Where it lay before it was moved, or would have been."""
    bias_range: float | None = None
    """Largest ÷ smallest value, less 1, of the coil's field that was divided out of its voxels in the body."""

    def __post_init__(self) -> None:
        measurements = self.volume.data.shape[3] if self.volume.data.ndim == 4 else None
        if self.role is Role.DWI:
            if measurements is None or self.b_values is None or len(self.b_values) != measurements:
                raise InputError(
                    "a diffusion series without one b-value for each of its volumes",
                    got=f"{measurements or 1} volumes, {len(self.b_values or ())} b-values",
                    expected="a 4-D series with as many b-values as volumes",
                    remedy="give the .bval file beside the images, or assign the series another role",
                )
        elif measurements is not None and self.role is not None:
            raise InputError(
                f"a series with several volumes cannot serve as {self.role}",
                got=f"{measurements} volumes",
                expected="one volume",
                remedy="choose one volume and save it alone, or assign the series the role dwi with its b-values",
            )
        if self.role is Role.ADC and self.volume.unit not in ("", "um2_per_ms"):
            raise InputError(
                "an ADC series in an unknown unit",
                got=f"unit {self.volume.unit!r}",
                expected="um2_per_ms, which is 1e-3 mm²/s",
                remedy="convert the values, and name their unit in the Volume",
            )
        if self.b_vectors is not None:
            vectors = np.array(self.b_vectors, dtype=np.float64)
            vectors.flags.writeable = False
            object.__setattr__(self, "b_vectors", vectors)

    def row(self) -> dict[str, Any]:
        """Flat: role, voxels and spacing along i, j and k, and the facts of the acquisition."""
        grid = self.volume.grid
        return {
            "role": None if self.role is None else str(self.role),
            **dict(zip(("ni", "nj", "nk"), grid.shape, strict=True)),
            **dict(zip(("spacing_i_mm", "spacing_j_mm", "spacing_k_mm"), grid.spacing, strict=True)),
            "volumes": 1 if self.volume.data.ndim == 3 else self.volume.data.shape[3],
            "unit": self.volume.unit,
            "b_values": self.b_values,
            **asdict(self.acquisition),
            "manufacturer": vendor(self.acquisition.manufacturer) if self.acquisition.manufacturer else None,
            "format": self.source.format,
        }

    def cells(self) -> tuple[str, ...]:
        """One line of a table: what stands under `SERIES_HEAD`."""
        grid, facts = self.volume.grid, self.acquisition
        known = (facts.repetition_time_ms, facts.echo_time_ms, facts.inversion_time_ms)
        b_values = ", ".join(f"{b:.4g}" for b in sorted(set(self.b_values or ())))
        voxels, spacing = " × ".join(map(str, self.volume.data.shape)), " × ".join(f"{s:.3g}" for s in grid.spacing)
        times = ["" if time is None else f"{time:.4g}" for time in known]
        return str(self.role or "none"), voxels, spacing, b_values, *times, self.volume.unit

    def __repr__(self) -> str:
        b = "" if self.b_values is None else f", b {', '.join(f'{b:.4g}' for b in sorted(set(self.b_values)))} s/mm²"
        return f"Series({self.role or 'no role'}, {self.volume!r}{b})"

    @property
    def processing(self) -> dict[str, str]:
        """What was done to the series since it was read, for provenance: "align" and "bias", as `key=value` words."""
        done = {}
        if self.alignment is not None:
            alignment = self.alignment
            done["align"] = (
                f"moved={'yes' if alignment.accepted else 'no'} reference={alignment.reference} "
                f"shift_mm={alignment.shift_mm:.2f} rotation_deg={alignment.rotation_deg:.2f} "
                f"similarity_before={alignment.similarity_before:.4f} "
                f"similarity_after={alignment.similarity_after:.4f}"
            )
        if self.bias_range is not None:
            done["bias"] = f"range={self.bias_range:.4f}"
        return done


@dataclass(frozen=True, eq=False)
class Study:
    """One examination of one patient: its series by role, and masks by name (muscle, edema, cord, …).

    >>> grid = Grid((2, 3, 4), np.diag([1.0, 2.0, 3.0, 1.0]))
    >>> t1 = Series(Role.T1, Volume(np.zeros((2, 3, 4), dtype=np.float32), grid), Source("simulated", ""))
    >>> Study("A", {Role.T1: t1}).series[Role.T1].volume
    Volume(Grid(2 × 3 × 4, 1 × 2 × 3 mm, RAS), float32)
    """

    case_id: str
    series: Mapping[Role, Series]
    masks: Mapping[str, Mask] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What was noticed while reading the study as a whole."""

    def __post_init__(self) -> None:
        for role, series in self.series.items():
            if series.role is not role:
                raise ValueError(f"the series under {role} says its role is {series.role}")
        object.__setattr__(self, "series", MappingProxyType(dict(self.series)))
        object.__setattr__(self, "masks", MappingProxyType(dict(self.masks)))

    def check_place(self, mask: Mask, name: str) -> None:
        """Raise `GeometryError` for a mask that lies on voxels which alignment has moved from under it."""
        inner = mask.grid.canonical()
        if any(series.volume.grid.canonical().box_of(inner) is not None for series in self.series.values()):
            return
        for role, series in self.series.items():
            former = None if series.alignment is None else series.alignment.former_grid
            if former is not None and former.canonical().box_of(inner) is not None:
                raise GeometryError(
                    f"the {name} was drawn on the {role} series, which has been moved since",
                    got="a mask on the voxels where that series lay",
                    expected="a series that stays under what was drawn on it",
                    remedy="read it before aligning, and hand it over: pnst.align(study, lesions=[lesion])",
                )

    def __getitem__(self, role: Role | str) -> Series:
        """The series of a role: `study["t1"]`. `KeyError` names those that there are."""
        series = next((series for name, series in self.series.items() if name == role), None)
        if series is None:
            raise KeyError(f"{self.case_id} has no {role} series; it has {', '.join(self.series) or 'none'}")
        return series

    def rows(self) -> list[dict[str, Any]]:
        """One row a series: its role, geometry, and what its header says of the physics."""
        return [{"case_id": self.case_id, **series.row()} for series in self.series.values()]

    def to_frame(self) -> pd.DataFrame:
        """`rows` as a table."""
        import pandas as pd

        return pd.DataFrame(self.rows())

    def __repr__(self) -> str:
        series = ", ".join(self.series) or "no series"
        masks = f"; masks {', '.join(map(repr, self.masks))}" if self.masks else ""
        return f"Study({self.case_id!r}: {series}{masks})"

    def _repr_html_(self) -> str:
        rows = [series.cells() for series in self.series.values()]
        masks = [f"Masks: {', '.join(self.masks)}"] if self.masks else []
        return html_table(self.case_id, SERIES_HEAD, rows) + html_notes([*masks, *self.notes])


@dataclass(frozen=True, eq=False)
class Lesion:
    """One tumour: its mask on the grid it was drawn on, and the smooth surface that stands for it everywhere.

    Raises `InputError` for an empty mask.

    The smooth surface of a ball of 10 mm keeps its volume, 4/3·π·10³ mm³, to 2 %; carried onto slices of 4 mm, to 3 %.

    >>> i, j, k = np.ogrid[-14:15, -12:13, -6:7]
    >>> ball = i**2 + (1.2 * j) ** 2 + (2.5 * k) ** 2 < 100
    >>> affine = np.diag([1.0, 1.2, 2.5, 1.0])
    >>> lesion = Lesion("1", Mask(ball, Grid((29, 25, 13), affine)), "simulation")
    >>> truth = 4 / 3 * np.pi * 1000
    >>> bool(abs(lesion.mesh.volume_mm3 / truth - 1) < 0.02)
    True
    >>> coarse = lesion.mask_on(Grid((31, 33, 11), np.diag([0.9, 0.9, 4.0, 1.0])))
    >>> bool(abs(coarse.volume_mm3 / truth - 1) < 0.03)
    True
    """

    label: str
    mask: Mask
    made_by: str
    """How it was made, in words: "RTSTRUCT contours", "label map, value 1", "simulation"."""
    notes: tuple[str, ...] = ()
    boundary_sd_mm: float = 0.0
    """How far (SD) its surface may lie from where it was drawn, as far as who drew it has said."""
    drawing_method: DrawingMethod | None = None
    """Who drew it, where the file says so: a person, a person with a program, a program."""

    def __post_init__(self) -> None:
        if self.mask.box() is None:
            raise InputError(
                f"the lesion mask {self.label!r} is empty",
                got="no voxel inside",
                expected="at least one voxel",
                remedy="check the label's name or number, and that the mask was saved after drawing",
            )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.label!r}, {'; '.join(self.facts().values())})"

    def _repr_html_(self) -> str:
        return html_table(f"Lesion {self.label}", ("", ""), self.facts().items()) + html_notes(self.notes)

    def facts(self) -> dict[str, str]:
        """What a table says of it: title → text."""
        made_by = shorten(self.made_by, MAX_SHOWN, placeholder=" …")
        return {"Volume of the mask": f"{self.mask.volume_mm3 / 1000:.3g} ml", "Made by": made_by}

    @cached_property
    def level_set(self) -> LevelSet:
        """The smooth function that is positive inside the lesion, in the mask's canonical index space."""
        canonical = self.mask.canonical()
        return level_set(canonical.data, canonical.grid.spacing)

    @cached_property
    def mesh(self) -> Mesh:
        """The lesion's surface, closed and outward oriented, vertices in RAS mm."""
        mesh = self.level_set.mesh()
        return Mesh(self.mask.grid.canonical().to_world(mesh.vertices), mesh.faces)

    def subsampled(self, cell_mm: float) -> tuple[IntArray, FloatArray]:
        """One vertex of the surface a cell of the given size, and the area in mm² that it stands for: `(n,)` each."""
        return subsample_vertices(self.mesh, cell_mm, self.mask.grid.canonical().directions)

    def mask_on(self, grid: Grid) -> Mask:
        """The lesion carried onto another image's grid: the voxels whose centres lie inside its surface.

        On its own grid, however permuted or flipped, these are the mask's own voxels.
        """
        if grid is self.mask.grid:
            return self.mask
        mine = self.mask.canonical()
        if mine.grid.matches(grid.canonical()):
            return Mask(grid.from_canonical(mine.data), grid)
        data, part = np.zeros(grid.canonical().shape, dtype=bool), self._carried(grid.canonical())
        if part is not None:
            data[part[0]] = part[1]
        return Mask(grid.from_canonical(data), grid)

    def part_on(self, grid: Grid) -> tuple[Box, BoolArray] | None:
        """What `mask_on` gives without the empty rest of the image: a box of the grid, and its voxels (ni, nj, nk).

        None where the lesion lies outside. Kept for the last few grids: each other lesion of a study asks for it.
        """
        part = self._parts.get(grid)
        if part is None:
            part = self._part_on(grid)
            if len(self._parts) >= GRIDS_KEPT:
                self._parts.clear()
            if part is not None:
                self._parts[grid] = part
        return part

    @cached_property
    def _parts(self) -> dict[Grid, tuple[Box, BoolArray]]:
        return {}

    def _part_on(self, grid: Grid) -> tuple[Box, BoolArray] | None:
        mine, theirs = self.mask.canonical(), grid.canonical()
        if mine.grid.matches(theirs):
            box = mine.box()
            part = None if box is None else (box, mine.data[box])
        else:
            part = self._carried(theirs)
        return None if part is None else (grid.box_from_canonical(part[0]), grid.from_canonical(part[1]))

    def _carried(self, canonical: Grid) -> tuple[Box, BoolArray] | None:
        """Box and voxels on another grid in canonical order."""
        to_world = self.mask.grid.canonical()
        box = canonical.box_around(to_world.to_world(self.level_set.corners()))
        if box is None:
            return None
        part = canonical.crop(box)
        return box, self.level_set.inside(part.shape, to_world.inverse @ part.affine)

    @cached_property
    def world_box(self) -> FloatArray:
        """(2, 3): the lowest and the highest RAS mm of the lesion's voxels and of its surface."""
        grid, box = self.mask.grid, self.mask.box()
        drawn = (grid if box is None else grid.crop(box)).corners()
        points = np.concatenate([drawn, grid.canonical().to_world(self.level_set.corners())])
        return np.stack([points.min(axis=0), points.max(axis=0)])
