"""Time and values of another tool's shape features on a mask; run by an interpreter that has the tool.

PEER/bin/python benchmarks/peers.py MASK.nii.gz REPEATS
# prints {"PyRadiomics 3.0.1": {"s": [wall, processor], "values": {"volume_ml": 60.1, …}}}

Knows PyRadiomics, z-rad, MIRP and pictologics. What is timed is what they need from voxels in memory to all their shape
features; of MIRP, which takes no arrays with a spacing, the reading of its file is in it.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

COLUMNS = ("volume_ml", "surface_area_mm2", "sphericity", "longest_diameter_mm", "major_axis_mm")
"""What every tool is asked for, in pnst's names and units."""
PYRADIOMICS = ("MeshVolume", "SurfaceArea", "Sphericity", "Maximum3DDiameter", "MajorAxisLength")
ZRAD_AND_MIRP = ("morph_volume", "morph_area_mesh", "morph_sphericity", "morph_diam", "morph_pca_maj_axis")
PICTOLOGICS = ("RNU0", "C0JK", "QCFX", "L0JK", "TDIC")
"""The same five by their codes of the Image Biomarker Standardisation Initiative, with which its names end."""

Values = Mapping[str, float]


def pyradiomics(file: str) -> Callable[[], Values]:
    import logging

    import SimpleITK as sitk
    from radiomics.shape import RadiomicsShape

    logging.getLogger("radiomics").setLevel(logging.ERROR)
    mask = sitk.ReadImage(file)
    image = sitk.Cast(mask, sitk.sitkFloat32)

    def call() -> Values:
        shape = RadiomicsShape(image, mask, label=1)
        shape.enableAllFeatures()
        values = shape.execute()
        return _named(values[name] for name in PYRADIOMICS)

    return call


def zrad(file: str) -> Callable[[], Values]:
    import SimpleITK as sitk
    from zrad.radiomics.morphology import MorphologicalFeatures

    mask = sitk.ReadImage(file)
    i, j, k = mask.GetSpacing()
    array = sitk.GetArrayFromImage(mask).astype(float)

    def call() -> Values:
        values = MorphologicalFeatures((k, j, i)).calculate_features(array, array, include_correlation=False)
        return _named(values[name] for name in ZRAD_AND_MIRP)

    return call


def mirp(file: str) -> Callable[[], Values]:
    from mirp import extract_features

    def call() -> Values:
        (table,) = extract_features(
            image=file, mask=file, image_modality="mr", base_feature_families="morphological", write_features=False
        )
        return _named(float(table[name].iloc[0]) for name in ZRAD_AND_MIRP)

    return call


def pictologics(file: str) -> Callable[[], Values]:
    from pictologics import load_image
    from pictologics.features.morphology import calculate_morphology_features

    mask = load_image(file)

    def call() -> Values:
        values = calculate_morphology_features(mask)
        return _named(next(v for k, v in values.items() if k.endswith(code)) for code in PICTOLOGICS)

    return call


def _named(values: Iterable[float]) -> Values:
    """The five features as pnst names them, millilitres of mm³."""
    named = dict(zip(COLUMNS, map(float, values), strict=True))
    return {**named, "volume_ml": named["volume_ml"] / 1000}


TOOLS: dict[str, tuple[str, Callable[[str], Callable[[], Values]]]] = {
    "PyRadiomics": ("pyradiomics", pyradiomics),
    "z-rad": ("z-rad", zrad),
    "MIRP": ("mirp", mirp),
    "pictologics": ("pictologics", pictologics),
}


def timed(call: Callable[[], Values], repeats: int) -> dict[str, Any]:
    """Median wall and processor seconds, after one call that is not counted, and the values."""
    values = dict(call())
    taken = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    return {"s": [statistics.median(seconds) for seconds in zip(*taken, strict=True)], "values": values}


def main() -> None:
    results = {}
    for name, (package, prepare) in TOOLS.items():
        try:
            number = version(package)
        except PackageNotFoundError:
            continue
        results[f"{name} {number}"] = timed(prepare(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps(results))


if __name__ == "__main__":
    main()
