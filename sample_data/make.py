"""Make the two sample studies and their truth. Running it again gives the same bytes.

python sample_data/make.py [FOLDER]
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

from pnst.io.simulated import write_simulated
from pnst.phantom import GridSpec, Inclusion, Spec, Tissue, benign, malignant, simulate
from pnst.study import Role

SEED = 20


def small(spec: Spec, spacing_mm: float, extent_mm: tuple[float, float, float]) -> Spec:
    """The same patient in a small field of view, so that the files stay small."""
    anatomical = GridSpec(spacing_mm=(spacing_mm, spacing_mm, 4.5), extent_mm=extent_mm)
    diffusion = GridSpec(spacing_mm=(2.0, 2.0, 5.0), turn_deg=(3.0, -5.0, 0.0), extent_mm=extent_mm)
    grids = {role: diffusion if role is Role.DWI else anatomical for role in spec.roles}
    return replace(spec, grids=grids)


def necrotic(spec: Spec) -> Spec:
    """The same patient with an irregular necrosis, which a preset for tumours of any size cannot have."""
    hole = Inclusion(tissue=Tissue.NECROSIS, radius_mm=9.0, centre_mm=(1.0, -1.0, 3.0), roughness=0.12)
    return replace(spec, lesion=replace(spec.lesion, inclusions=(hole,)))


SAMPLES = {
    "benign_nifti": ("nifti", small(benign(), 0.8, (120.0, 112.0, 104.0))),
    "malignant_dicom": ("dicom", small(necrotic(malignant()), 0.9, (134.0, 124.0, 114.0))),
}


def make(folder: Path) -> None:
    """Write every sample below a folder; an earlier one is replaced."""
    for name, (kind, spec) in SAMPLES.items():
        simulated = simulate(spec, seed=SEED)
        place = folder / name
        if place.exists():
            shutil.rmtree(place)
        write_simulated(simulated, place, format=kind)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
