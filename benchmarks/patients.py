"""The simulated patients that the benchmarks measure, each made to a size.

A size is the longest semi-axis × 2; lobes and roughness move the surface a little.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pnst
from pnst.phantom import (
    ContourSpec,
    GridSpec,
    Inclusion,
    LesionSpec,
    Simulated,
    Spec,
    SurroundSpec,
    Tissue,
    simulate,
)

ROLES = (pnst.Role.T1, pnst.Role.T1_POST, pnst.Role.T2_FS)


@dataclass(frozen=True, kw_only=True)
class Patient:
    """A tumour, what it lies in, and how it is drawn."""

    lesion: LesionSpec
    surround: SurroundSpec = field(default_factory=SurroundSpec)
    contour: ContourSpec = field(default_factory=ContourSpec)


# Tumours


def smooth(size_mm: float) -> Patient:
    """Sharp, fusiform, fat on both poles, no oedema."""
    radii = (0.25 * size_mm, 0.3 * size_mm, 0.5 * size_mm)
    lesion = LesionSpec(radii_mm=radii, tilt_deg=(8, -6, 0), rim_cap_deg=65, roughness=0.01, d_um2_per_ms=1.9)
    return Patient(lesion=lesion)


def infiltrating(size_mm: float) -> Patient:
    """Irregular, two thirds of the edge blurred, oedema, a fascial plane near and no rim."""
    lesion = LesionSpec(
        radii_mm=(0.36 * size_mm, 0.32 * size_mm, 0.5 * size_mm),
        tilt_deg=(-10, 12, 0),
        roughness=0.07,
        roughness_degrees=(3, 7),
        edge_sigma_mm=2.2,
        indistinct_cap_deg=100,
        edema_mm=12,
        edema_irregularity=0.6,
        d_um2_per_ms=1.0,
    )
    return Patient(lesion=lesion, surround=SurroundSpec(fat_plane_mm=8, fat_plane_axis=(0.6, 1.0, 0.0)))


def lobulated(size_mm: float) -> Patient:
    """Four lobes, sharp, a little oedema, fat on one pole."""
    lesion = LesionSpec(
        radii_mm=(0.34 * size_mm, 0.34 * size_mm, 0.45 * size_mm),
        tilt_deg=(15, 10, 0),
        lobes=4,
        lobe_depth=0.12,
        rim_cap_deg=50,
        rim_poles="one",
        edema_mm=6,
    )
    return Patient(lesion=lesion)


# What a tumour holds


def cavernous(size_mm: float) -> Patient:
    """A cyst, a necrosis and a bleed apart from each other in a round tumour."""
    inclusions = (
        Inclusion(tissue=Tissue.CYST, radius_mm=0.18 * size_mm, centre_mm=(0.0, 0.03 * size_mm, 0.24 * size_mm)),
        Inclusion(tissue=Tissue.NECROSIS, radius_mm=0.12 * size_mm, centre_mm=(0.12 * size_mm, 0.0, -0.2 * size_mm)),
        Inclusion(tissue=Tissue.BLOOD, radius_mm=0.08 * size_mm, centre_mm=(-0.2 * size_mm, 0.0, -0.1 * size_mm)),
    )
    radii = (0.4 * size_mm, 0.42 * size_mm, 0.5 * size_mm)
    return Patient(lesion=LesionSpec(radii_mm=radii, tilt_deg=(12, -7, 0), roughness=0.02, inclusions=inclusions))


def hollow(size_mm: float) -> Patient:
    """As `cavernous`, of other shares: more cyst and blood, and an irregular necrosis."""
    inclusions = (
        Inclusion(tissue=Tissue.CYST, radius_mm=0.23 * size_mm, centre_mm=(0.0, 0.05 * size_mm, 0.17 * size_mm)),
        Inclusion(tissue=Tissue.BLOOD, radius_mm=0.13 * size_mm, centre_mm=(-0.15 * size_mm, 0.0, -0.2 * size_mm)),
        Inclusion(
            tissue=Tissue.NECROSIS,
            radius_mm=0.1 * size_mm,
            roughness=0.1,
            centre_mm=(0.14 * size_mm, 0.0, -0.22 * size_mm),
        ),
    )
    radii = (0.42 * size_mm, 0.4 * size_mm, 0.5 * size_mm)
    return Patient(lesion=LesionSpec(radii_mm=radii, tilt_deg=(-6, 8, 0), roughness=0.02, inclusions=inclusions))


def layered(size_mm: float) -> Patient:
    """The target sign: a dark fibrous core in a bright rim; a capsule, and fat on both poles."""
    radii = (0.35 * size_mm, 0.38 * size_mm, 0.5 * size_mm)
    return Patient(lesion=LesionSpec(radii_mm=radii, tilt_deg=(-9, 5, 0), target_core=0.6, rim_cap_deg=70))


def peripheral(size_mm: float) -> Patient:
    """Enhances in its outer part, with an ill-defined border on one side."""
    lesion = LesionSpec(
        radii_mm=(0.38 * size_mm, 0.36 * size_mm, 0.5 * size_mm),
        roughness=0.04,
        hypovascular_core=0.7,
        edge_sigma_mm=2.0,
        indistinct_cap_deg=50,
        edema_mm=8,
    )
    return Patient(lesion=lesion, surround=SurroundSpec(fat_plane_mm=10))


def fatty(size_mm: float) -> Patient:
    """Two pieces of fat inside, one of them irregular: neither blood, nor cyst, nor a fat plane."""
    inclusions = (
        Inclusion(tissue=Tissue.FAT, radius_mm=0.14 * size_mm, centre_mm=(0.0, 0.08 * size_mm, 0.2 * size_mm)),
        Inclusion(
            tissue=Tissue.FAT, radius_mm=0.1 * size_mm, roughness=0.1, centre_mm=(0.06 * size_mm, 0.0, -0.22 * size_mm)
        ),
    )
    radii = (0.38 * size_mm, 0.42 * size_mm, 0.5 * size_mm)
    return Patient(lesion=LesionSpec(radii_mm=radii, tilt_deg=(7, 10, 0), roughness=0.02, inclusions=inclusions))


def fat_at_the_edge(size_mm: float) -> Patient:
    """A lobule of fat that the surface cuts, and an edge that fades into a bed of fat: voxels of both everywhere."""
    lobule = Inclusion(tissue=Tissue.FAT, radius_mm=0.12 * size_mm, centre_mm=(0.37 * size_mm, 0.0, 0.05 * size_mm))
    lesion = LesionSpec(
        radii_mm=(0.38 * size_mm, 0.4 * size_mm, 0.5 * size_mm),
        tilt_deg=(-6, 9, 0),
        edge_sigma_mm=1.2,
        inclusions=(lobule,),
    )
    return Patient(lesion=lesion, surround=SurroundSpec(bed="fat", bed_mm=8.0))


# Where a tumour lies

BARE = {"nerve": False, "septa": 0}


def _fusiform(size_mm: float, **more: object) -> LesionSpec:
    radii = (0.34 * size_mm, 0.38 * size_mm, 0.5 * size_mm)
    return LesionSpec(radii_mm=radii, tilt_deg=(8, -6, 0), roughness=0.02, **more)  # type: ignore[arg-type]


def beside_bone(size_mm: float) -> Patient:
    """A shaft like the fibula's half a millimetre away, marrow behind a thin cortex; fat on one pole alone."""
    surround = SurroundSpec(**BARE, bone_mm=0.5, bone_radius_mm=7.0, cortex_mm=1.5)
    return Patient(lesion=_fusiform(size_mm, rim_cap_deg=50, rim_poles="one"), surround=surround)


def on_fascia(size_mm: float) -> Patient:
    """Half in the subcutis, half on muscle."""
    surround = SurroundSpec(**BARE, fascia_mm=0.0, subcutaneous_fat_mm=0.5 * size_mm + 20)
    return Patient(lesion=_fusiform(size_mm), surround=surround)


def subcutaneous(size_mm: float) -> Patient:
    """Wholly in the subcutis, 5 mm under the skin, 20 mm of fat between it and muscle."""
    deep = 0.5 * size_mm + 20
    surround = SurroundSpec(**BARE, fascia_mm=deep, subcutaneous_fat_mm=0.5 * size_mm + deep + 5, skin_mm=3.0)
    return Patient(lesion=_fusiform(size_mm), surround=surround)


def intramuscular(size_mm: float) -> Patient:
    """In muscle, 6 mm of it on every side before fat comes."""
    return Patient(lesion=_fusiform(size_mm), surround=SurroundSpec(**BARE, fat_plane_mm=6.0, fat_plane_sides="every"))


# How a tumour is drawn


def stepped(size_mm: float) -> Patient:
    """Each slice's outline is off by up to a voxel in plane."""
    return Patient(lesion=_fusiform(size_mm, rim_cap_deg=60), contour=ContourSpec(shift_voxels=1.0))


def tight(size_mm: float) -> Patient:
    """Drawn 2 mm too tight; no oedema."""
    return Patient(lesion=_fusiform(size_mm), contour=ContourSpec(offset_mm=-2.0))


def wide(size_mm: float) -> Patient:
    """Drawn 2 mm too wide; no oedema."""
    return Patient(lesion=_fusiform(size_mm), contour=ContourSpec(offset_mm=2.0))


Maker = Callable[[float], Patient]
TUMOURS: dict[str, Maker] = {"smooth": smooth, "infiltrating": infiltrating, "lobulated": lobulated}
INTERIORS: dict[str, Maker] = {"cavernous": cavernous, "layered": layered, "peripheral": peripheral}
PLACES: dict[str, Maker] = {
    "beside bone": beside_bone,
    "on fascia": on_fascia,
    "subcutaneous": subcutaneous,
    "intramuscular": intramuscular,
    "fatty": fatty,
    "fat at the edge": fat_at_the_edge,
}
CONTOURS: dict[str, Maker] = {"stepped": stepped, "tight": tight, "wide": wide}
OTHERS: dict[str, Maker] = {"hollow": hollow}
"""In none of the designs of `accuracy.py`."""
KINDS: dict[str, Maker] = TUMOURS | INTERIORS | PLACES | CONTOURS | OTHERS
SHAPE = ("margin.irregularity", "margin.sphericity", "margin.solidity")
CONTENTS = ("enhancement.", "cyst.", "t1_high.", "target.")
LEFT_OUT = {
    "on fascia": ("split_fat.rim_thickness_mm",),
    "stepped": SHAPE,
    "tight": ("size.", *SHAPE, "edema.index"),
    "wide": ("size.", *SHAPE, "edema.index", *CONTENTS),
}
"""The numbers that are those of the contour, not of the tumour, where the contour is off on purpose; and how thick
a rim is that covers under a hundredth of the surface."""
Case = tuple[str, float, GridSpec]


def of_the_tumour(kind: str, column: str) -> bool:
    """Whether the truth of the tumour is that of a number of such a patient."""
    return not column.startswith(LEFT_OUT.get(kind, ("-",)))


def scene(kind: str, size_mm: float, grid: GridSpec, seed: int = 7) -> Simulated:
    """One rendered study."""
    patient = KINDS[kind](size_mm)
    return simulate(
        Spec(
            lesion=patient.lesion,
            surround=patient.surround,
            contour=patient.contour,
            roles=(*ROLES, pnst.Role.DWI),
            grids=dict.fromkeys(ROLES, grid),
        ),
        seed=seed,
    )
