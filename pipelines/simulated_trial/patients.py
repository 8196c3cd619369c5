"""From what a lesion truly shows to a simulated patient that shows it.

The evidence model says which signs a lesion has and how large it is; how far a sign goes, where it lies and what the
lesion looks like besides is drawn here, within ranges that a clinic would meet (assumed).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pnst.classification.evidence_model.drawn_lesions import DrawnLesion

DIAMETERS_MM = 20.0, 90.0
"""Smaller lesions have few voxels of diffusion, larger ones take minutes to simulate: what is drawn beyond is held
here."""
ADC = 0.5, 2.9
"""µm²/ms; held likewise."""
Row = dict[str, Any]


def rows(lesions: list[DrawnLesion], seed: int) -> Iterator[Row]:
    """One row a patient, as `pnst phantom --table` reads it."""
    counts = {True: 0, False: 0}
    for number, lesion in enumerate(lesions):
        counts[lesion.malignant] += 1
        name = f"{'M' if lesion.malignant else 'B'}{counts[lesion.malignant]:03d}"
        rng = np.random.default_rng([seed, number])
        diagnosis = {"patient": name, "label": "malignant" if lesion.malignant else str(lesion.entity)}
        yield diagnosis | {key: _cell(value) for key, value in parameters(lesion, rng).items()}


def parameters(lesion: DrawnLesion, rng: np.random.Generator) -> Row:
    """The parameters that are this patient's own."""
    radii = _radii(lesion, rng)
    return {
        "lesion.radii_mm": radii,
        "lesion.tilt_deg": rng.uniform(-20, 20, 3),
        "lesion.d_um2_per_ms": float(np.clip(lesion.values["adc_mean"], *ADC)),
        "surround.fat_plane_mm": rng.uniform(1.5, 4.5),
        "surround.fat_plane_axis": _direction(rng),
        **_contour(lesion, rng),
        **_edge(lesion, rng),
        **_edema(lesion, rng),
        **_fat(lesion, rng),
        **_cores(lesion, rng),
        **_inclusions(lesion, radii, rng),
    }


def _radii(lesion: DrawnLesion, rng: np.random.Generator) -> np.ndarray:
    longest = float(np.clip(lesion.values["longest_diameter"], *DIAMETERS_MM))
    least = rng.uniform(0.45, 0.7)
    return longest / 2 * np.array([least, rng.uniform(least, 0.85), 1.0])


def _contour(lesion: DrawnLesion, rng: np.random.Generator) -> Row:
    """Deep lobulations, or a surface that is a little uneven."""
    if lesion.levels["contour_lobulation"]:
        return {"lesion.lobes": int(rng.integers(3, 6)), "lesion.lobe_depth": rng.uniform(0.15, 0.24)}
    return {"lesion.roughness": rng.uniform(0, 0.02)}


def _edge(lesion: DrawnLesion, rng: np.random.Generator) -> Row:
    """An infiltrating edge over a third of the surface or more; else sharp, or soft, or infiltrating over a bit."""
    if lesion.levels["margin_ill_defined"]:
        share, sigma = rng.uniform(0.3, 0.95), rng.uniform(1.9, 2.8)
    else:
        kind = rng.choice(["capsule", "sharp", "soft", "a bit"], p=[0.4, 0.2, 0.2, 0.2])
        if kind == "capsule":
            return {"lesion.capsule_mm": rng.uniform(0.5, 1.0)}
        share, sigma = {"sharp": (1.0, 0.0), "soft": (1.0, 0.8), "a bit": (rng.uniform(0.02, 0.12), 2.2)}[str(kind)]
    cap = np.degrees(np.arccos(1 - 2 * share))
    return {
        "lesion.edge_sigma_mm": sigma,
        "lesion.indistinct_cap_deg": cap,
        "lesion.indistinct_axis": _direction(rng),
    }


def _edema(lesion: DrawnLesion, rng: np.random.Generator) -> Row:
    low, high = ((0, 0), (5, 14), (18, 26))[lesion.levels["edema_present"]]
    return {"lesion.edema_mm": rng.uniform(low, high), "lesion.edema_irregularity": rng.uniform(0, 0.6)}


def _fat(lesion: DrawnLesion, rng: np.random.Generator) -> Row:
    """Fat over both poles and most of the surface, or over none of it or one pole's tip."""
    if not lesion.levels["split_fat_absent"]:
        return {"lesion.rim_cap_deg": rng.uniform(58, 80), "lesion.rim_mm": rng.uniform(2.5, 4)}
    cap = 0.0 if rng.uniform() < 0.7 else rng.uniform(20, 40)
    return {"lesion.rim_cap_deg": cap, "lesion.rim_poles": "one", "lesion.rim_mm": rng.uniform(2.5, 4)}


def _cores(lesion: DrawnLesion, rng: np.random.Generator) -> Row:
    """A core of fibres is the target sign; one that takes up little contrast agent is peripheral enhancement."""
    cores: Row = {}
    if not lesion.levels["target_sign_absent"]:
        cores["lesion.target_core"] = rng.uniform(0.5, 0.6)
    if lesion.levels["peripheral_enhancement"]:
        cores["lesion.hypovascular_core"] = rng.uniform(0.62, 0.72)
    return cores


def _inclusions(lesion: DrawnLesion, radii: np.ndarray, rng: np.random.Generator) -> Row:
    """A cavity below the middle, a bleed above it. In a small lesion they may be too small to count: the truth says."""
    kinds = {
        "cyst_or_necrosis": ("necrosis" if lesion.malignant else "cyst", -0.36),
        "t1_high_signal_area": ("blood", 0.42),
    }
    row: Row = {}
    for number, (tissue, place) in enumerate((kinds[sign] for sign in kinds if lesion.levels[sign]), start=1):
        radius = (rng.uniform(0.06, 0.09) * float(np.prod(radii))) ** (1 / 3)
        ball = {"tissue": tissue, "radius_mm": radius, "centre_mm": (0, 0, place * radii[2])}
        row |= {f"lesion.inclusions.{number}.{key}": value for key, value in ball.items()}
    return row


def _direction(rng: np.random.Generator) -> np.ndarray:
    """A unit vector across the limb, mostly."""
    vector = rng.normal(size=3) * (1, 1, 0.3)
    return np.asarray(vector / np.linalg.norm(vector))


def _cell(value: Any) -> str:
    """As a cell of a table: numbers with four digits, semicolons between those of a vector."""
    if isinstance(value, str | int):
        return str(value)
    return ";".join(f"{float(number):.4g}" for number in np.atleast_1d(value))
