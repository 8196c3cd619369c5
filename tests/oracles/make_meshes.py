"""Ask other tools for the mesh of a mask; run once, by an interpreter that has the tool, not by the tests.

PEER/bin/python tests/oracles/make_meshes.py [DATA]      # adds the tool's column to meshes.json

Knows PyRadiomics, MIRP and z-rad, each from masks in files, so that none guesses the spacing. DATA (or $PNST_DATA) is
the folder of the real masks; without it, those that are in meshes.json stay as they are.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from solids import solids

HERE = Path(__file__).parent
COLUMNS = ("volume_mm3", "area_mm2", "sphericity", "diameter_mm")
IBSI = ("morph_volume", "morph_area_mesh", "morph_sphericity", "morph_diam")
REAL = {
    "pyradiomics brain1": "pyradiomics_mr/brain1_label.nrrd",
    "pyradiomics breast1": "pyradiomics_mr/breast1_label.nrrd",
    "IBSI digital phantom": "ibsi/digital_phantom/mask.nii.gz",
}

Answer = dict[str, float]


def images(data: Path | None) -> Iterator[tuple[str, sitk.Image]]:
    """Name and mask of every case."""
    for name, (mask, spacing) in solids().items():
        image = sitk.GetImageFromArray(mask.astype(np.uint8).transpose(2, 1, 0))
        image.SetSpacing(spacing)
        yield name, image
    if data is not None:
        for name, file in REAL.items():
            yield name, sitk.Cast(sitk.ReadImage(str(data / file)) == 1, sitk.sitkUInt8)


def pyradiomics(mask: sitk.Image, folder: Path) -> Answer:
    from radiomics.shape import RadiomicsShape

    found = RadiomicsShape(sitk.Cast(mask, sitk.sitkFloat32), mask, label=1)
    found.enableAllFeatures()
    values = found.execute()
    names = ("MeshVolume", "SurfaceArea", "Sphericity", "Maximum3DDiameter")
    return {column: float(values[name]) for column, name in zip(COLUMNS, names, strict=True)}


def mirp(mask: sitk.Image, folder: Path) -> Answer:
    from mirp import extract_features

    file = _saved(mask, folder)
    table = extract_features(
        image=str(file), mask=str(file), base_feature_families="morphology", base_discretisation_method="none"
    )[0]
    return {column: float(table[name].iloc[0]) for column, name in zip(COLUMNS, IBSI, strict=True)}


def zrad(mask: sitk.Image, folder: Path) -> Answer:
    from zrad.radiomics.morphology import MorphologicalFeatures  # the class its extractor uses

    i, j, k = mask.GetSpacing()
    array = sitk.GetArrayFromImage(mask).astype(float)
    found = MorphologicalFeatures((k, j, i)).calculate_features(array, array, include_correlation=False)
    return {column: float(found[name]) for column, name in zip(COLUMNS, IBSI, strict=True)}


TOOLS: dict[str, tuple[str, Callable[[sitk.Image, Path], Answer]]] = {
    "PyRadiomics": ("pyradiomics", pyradiomics),
    "MIRP": ("mirp", mirp),
    "z-rad": ("z-rad", zrad),
}


def _saved(mask: sitk.Image, folder: Path) -> Path:
    file = folder / "mask.nii.gz"
    sitk.WriteImage(mask, str(file))
    return file


def installed() -> Iterator[tuple[str, str, Callable[[sitk.Image, Path], Answer]]]:
    """Name, version and question of each tool that this interpreter has."""
    for name, (package, ask) in TOOLS.items():
        try:
            yield name, version(package), ask
        except PackageNotFoundError:
            continue


def main() -> None:
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("PNST_DATA")
    file = HERE / "meshes.json"
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"versions": {}, "cases": {}}
    with tempfile.TemporaryDirectory() as folder:
        for tool, number, ask in installed():
            kept["versions"][tool] = number
            for name, mask in images(Path(given) if given else None):
                kept["cases"].setdefault(name, {})[tool] = ask(mask, Path(folder))
    file.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
