"""Simulated tumours with and without the signs that are read on T2; sizes, voxels and turns are drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pnst.phantom import (
    Fascicles,
    FlowVoid,
    GridSpec,
    LesionSpec,
    Septum,
    Shell,
    SignSpec,
    Spec,
    SurroundSpec,
    Tissue,
)
from pnst.phantom.acquire import Plane
from pnst.study import Role

Rng = np.random.Generator
ROLES = {
    "fascicular": (Role.T2,),
    "rim": (Role.T1, Role.T2_FS),
    "flow_voids": (Role.T1, Role.T2),
    "haemosiderin": (Role.T1, Role.T2),
}
"""The series that each family is read on."""
ROOM_MM = 62.0
"""Of the field of view beyond the tumour's length: muscle and subcutaneous fat have to show."""


def _round(*values: float) -> tuple[float, ...]:
    return tuple(round(float(value), 2) for value in values)


def _vector(rng: Rng, low: float, high: float) -> tuple[float, float, float]:
    i, j, k = _round(*rng.uniform(low, high, 3))
    return i, j, k


def _lesion(rng: Rng, low: float = 26.0, high: float = 46.0, ratio: float = 0.68) -> LesionSpec:
    """A fusiform tumour of a length within limits, tilted."""
    half = float(rng.uniform(low, high)) / 2
    a, b, c = _round(half * ratio, half * (ratio + 0.06), half)
    return LesionSpec(radii_mm=(a, b, c), tilt_deg=_vector(rng, -12, 12), roughness=0.01)


def _spec(rng: Rng, lesion: LesionSpec, pixel: tuple[float, float], slices: tuple[float, float], plane: Plane) -> Spec:
    """T1, T2 and fat-suppressed T2 in the same voxels."""
    room = 2 * max(lesion.radii_mm) + ROOM_MM
    i, j = rng.uniform(*pixel, 2)
    i, j, k = _round(i, j, rng.uniform(*slices))
    grid = GridSpec(spacing_mm=(i, j, k), plane=plane, turn_deg=_vector(rng, -15, 15), extent_mm=(room, room, room))
    t1 = GridSpec(spacing_mm=(0.9, 0.9, 4.0), turn_deg=grid.turn_deg, extent_mm=(room, room, room))
    roles = (Role.T1, Role.T2, Role.T2_FS)
    snr = float(np.round(rng.uniform(20, 40)))
    return Spec(lesion=lesion, roles=roles, grids={Role.T1: t1, Role.T2: grid, Role.T2_FS: grid}, snr=snr)


def _signed(lesion: LesionSpec, **signs: object) -> LesionSpec:
    return replace(lesion, signs=SignSpec(**signs))  # type: ignore[arg-type]


# fascicular


def bundle(rng: Rng) -> Spec:
    """Many fascicles."""
    diameter, sheath = _round(rng.uniform(2.3, 4.8), rng.uniform(0.8, 1.4))
    spacing = round(diameter + 2 * sheath + float(rng.uniform(0.3, 2.0)), 2)
    lesion = _signed(
        _lesion(rng, 40, 56), fascicles=Fascicles(diameter_mm=diameter, sheath_mm=sheath, spacing_mm=spacing)
    )
    return _spec(rng, lesion, (0.4, 0.62), (2.5, 4.0), "axial")


def few_fascicles(rng: Rng) -> Spec:
    """One, or four."""
    lesion = _lesion(rng, 34, 44)
    return _spec(rng, _signed(lesion, fascicles=Fascicles(spacing_mm=14.0)), (0.4, 0.62), (2.5, 4.0), "axial")


def textured(rng: Rng) -> Spec:
    """Uneven stroma and nothing else."""
    texture, wave = _round(rng.uniform(0.15, 0.35), rng.uniform(5, 14))
    lesion = _signed(replace(_lesion(rng), texture=texture, texture_mm=wave))
    return _spec(rng, lesion, (0.4, 0.62), (2.5, 4.0), "axial")


def septate(rng: Rng) -> Spec:
    """Dark fibrous septa that cross each other."""
    angles = rng.uniform(0, np.pi, 4)
    septa = tuple(
        Septum(
            normal=(float(np.cos(a)), float(np.sin(a)), float(rng.uniform(-0.3, 0.3))),
            offset_mm=round(float(rng.uniform(-6, 6)), 1),
            thickness_mm=round(float(rng.uniform(0.8, 2.0)), 1),
        )
        for a in angles
    )
    return _spec(rng, _signed(_lesion(rng), septa=septa), (0.4, 0.62), (2.5, 4.0), "axial")


# rim


def _shelled(rng: Rng, tissue: Tissue, thickness: tuple[float, float], cap: tuple[float, float]) -> Spec:
    thickness_mm, cap_deg = _round(rng.uniform(*thickness), rng.uniform(*cap))
    shell = Shell(tissue=tissue, thickness_mm=thickness_mm, cap_deg=cap_deg, poles="one")  # type: ignore[arg-type]
    lesion = _signed(_lesion(rng, 26, 46, 0.8), shells=(shell,))
    return _spec(rng, lesion, (0.45, 0.75), (2.5, 4.0), "coronal")


def bright_rim(rng: Rng) -> Spec:
    """A thin film of fluid on one side."""
    return _shelled(rng, Tissue.CYST, (1.2, 2.4), (40, 150))


def dark_rim(rng: Rng) -> Spec:
    """A fibrous capsule on one side."""
    return _shelled(rng, Tissue.CAPSULE, (1.2, 2.4), (40, 150))


def thick_rim(rng: Rng) -> Spec:
    """A layer of fluid that is no thin line."""
    return _shelled(rng, Tissue.CYST, (4.5, 6.0), (70, 120))


def fat_rim(rng: Rng) -> Spec:
    """Split fat, which is bright or dark and no rim of the tumour's."""
    lesion = replace(_signed(_lesion(rng)), rim_cap_deg=round(float(rng.uniform(60, 88))), rim_mm=2.0)
    return _spec(rng, lesion, (0.45, 0.75), (2.5, 4.0), "coronal")


def plain(rng: Rng) -> Spec:
    """Nothing."""
    return _spec(rng, _signed(_lesion(rng)), (0.45, 0.75), (2.5, 4.0), "coronal")


# flow voids


def _void(rng: Rng, centre: tuple[float, float, float], coil: float, turns: float) -> FlowVoid:
    calibre = round(float(rng.uniform(1.8, 3.6)), 2)
    return FlowVoid(
        calibre_mm=calibre,
        coil_mm=coil,
        pitch_mm=round(calibre * 2.5 + float(rng.uniform(2, 5)), 2),
        turns=turns,
        centre_mm=centre,
        tilt_deg=_vector(rng, -90, 90),
    )


def vascular(rng: Rng) -> Spec:
    """A helix in the tumour, and a tube that runs along it in muscle."""
    lesion = _lesion(rng, 36, 50)
    inner = _void(rng, (0.0, 0.0, 0.0), round(float(rng.uniform(3, 4.5)), 1), 1.0)
    a = lesion.radii_mm[0] + 5.0
    outer = FlowVoid(
        calibre_mm=round(float(rng.uniform(1.8, 3.2)), 2),
        coil_mm=round(float(rng.uniform(0.0, 2.0)), 1),
        pitch_mm=12.0,
        turns=1.5,
        centre_mm=(a, 0.0, 0.0),
        tilt_deg=_vector(rng, -10, 10),
    )
    return _spec(rng, _signed(lesion, voids=(inner, outer)), (0.5, 0.7), (0.9, 1.6), "axial")


def single_vessel(rng: Rng) -> Spec:
    """One short vessel."""
    lesion = _lesion(rng, 36, 50)
    calibre = round(float(rng.uniform(1.8, 3.0)), 2)
    void = FlowVoid(
        calibre_mm=calibre,
        coil_mm=0.0,
        pitch_mm=round(min(4.5 * calibre, 16.0), 1),
        turns=1.0,
        tilt_deg=_vector(rng, -90, 90),
    )
    return _spec(rng, _signed(lesion, voids=(void,)), (0.5, 0.7), (0.9, 1.6), "axial")


def calcified(rng: Rng) -> Spec:
    """Dark lumps, and septa: no vessel."""
    places = ((5.0, 0.0, 4.0), (-5.0, 3.0, -4.0), (0.0, -5.0, 0.0))
    lumps = tuple(
        FlowVoid(
            calibre_mm=round(float(rng.uniform(2.0, 5.0)), 1), coil_mm=0.0, pitch_mm=0.8, turns=1.0, centre_mm=place
        )
        for place in places
    )
    septum = Septum(normal=_vector(rng, -1, 1), offset_mm=7.0, thickness_mm=round(float(rng.uniform(1.5, 2.5)), 1))
    lesion = _signed(_lesion(rng, 36, 50), voids=lumps, septa=(septum,))
    return _spec(rng, lesion, (0.5, 0.7), (0.9, 1.6), "axial")


def beside_bone(rng: Rng) -> Spec:
    """A slender bone and the skin close by."""
    spec = _spec(rng, _signed(_lesion(rng)), (0.5, 0.7), (0.9, 4.0), "axial")
    surround = SurroundSpec(
        bone_mm=round(float(rng.uniform(0.5, 4.0)), 1),
        bone_radius_mm=round(float(rng.uniform(6, 10)), 1),
        cortex_mm=round(float(rng.uniform(2.0, 3.0)), 1),
    )
    return replace(spec, surround=surround)


def in_subcutis(rng: Rng) -> Spec:
    """Half in the subcutis, on fascia, near air."""
    spec = _spec(rng, _signed(_lesion(rng)), (0.5, 0.7), (0.9, 4.0), "axial")
    return replace(spec, surround=SurroundSpec(fascia_mm=0.0, subcutaneous_fat_mm=14.0))


# haemosiderin


def _capped(rng: Rng, cap: tuple[float, float]) -> Spec:
    thickness_mm, cap_deg = _round(rng.uniform(1.8, 2.8), rng.uniform(*cap))
    shell = Shell(tissue=Tissue.HAEMOSIDERIN, thickness_mm=thickness_mm, cap_deg=cap_deg)
    lesion = _signed(_lesion(rng, 30, 50), shells=(shell,))
    return _spec(rng, lesion, (0.5, 0.8), (2.5, 4.0), "coronal")


def caps(rng: Rng) -> Spec:
    """Dark caps on both poles."""
    return _capped(rng, (25, 44))


def specks(rng: Rng) -> Spec:
    """Dark caps too small to count."""
    return _capped(rng, (6, 12))


def bone_cap(rng: Rng) -> Spec:
    """Cortical bone that touches a pole: thick, not a shell."""
    thickness = round(float(rng.uniform(6, 9)), 1)
    shell = Shell(tissue=Tissue.CORTICAL_BONE, thickness_mm=thickness, cap_deg=45.0, poles="one")
    return _spec(rng, _signed(_lesion(rng, 30, 50), shells=(shell,)), (0.5, 0.8), (2.5, 4.0), "coronal")


KINDS: dict[str, dict[str, Callable[[Rng], Spec]]] = {
    "fascicular": {"bundle": bundle, "few fascicles": few_fascicles, "textured": textured, "septate": septate},
    "rim": {
        "bright rim": bright_rim,
        "dark rim": dark_rim,
        "thick rim": thick_rim,
        "fat rim": fat_rim,
        "plain": plain,
    },
    "flow_voids": {
        "vascular": vascular,
        "single vessel": single_vessel,
        "calcified": calcified,
        "beside bone": beside_bone,
        "in subcutis": in_subcutis,
    },
    "haemosiderin": {"caps": caps, "specks": specks, "bone cap": bone_cap, "fat rim": fat_rim, "plain": plain},
}
"""Family → kind of scene → what draws it."""


def drawn(family: str, seed: int) -> tuple[str, Spec]:
    """The kind of the scene of that number and its description; kinds take turns."""
    kinds = KINDS[family]
    kind = list(kinds)[seed % len(kinds)]
    spec = kinds[kind](np.random.default_rng([seed, list(KINDS).index(family)]))
    roles = ROLES[family]
    return kind, replace(spec, roles=roles, grids={role: spec.grids[role] for role in roles})
