"""Time of another tool's shape features on a mask; run by an interpreter that has the tool.

PEER/bin/python benchmarks/peers.py MASK.nii.gz REPEATS     # prints {"PyRadiomics 3.0.1": [wall s, processor s]}

Knows PyRadiomics and z-rad. What is timed is what they need from voxels in memory to all their shape features.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import SimpleITK as sitk


def pyradiomics(mask: sitk.Image) -> Callable[[], Any]:
    import logging

    from radiomics.shape import RadiomicsShape

    logging.getLogger("radiomics").setLevel(logging.ERROR)
    image = sitk.Cast(mask, sitk.sitkFloat32)

    def call() -> Any:
        found = RadiomicsShape(image, mask, label=1)
        found.enableAllFeatures()
        return found.execute()

    return call


def zrad(mask: sitk.Image) -> Callable[[], Any]:
    from zrad.radiomics.morphology import MorphologicalFeatures

    i, j, k = mask.GetSpacing()
    array = sitk.GetArrayFromImage(mask).astype(float)
    return lambda: MorphologicalFeatures((k, j, i)).calculate_features(array, array, include_correlation=False)


TOOLS = {"PyRadiomics": ("pyradiomics", pyradiomics), "z-rad": ("z-rad", zrad)}


def timed(call: Callable[[], Any], repeats: int) -> tuple[float, float]:
    """Median wall and processor seconds, after one call that is not counted."""
    call()
    taken = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    wall, cpu = (statistics.median(values) for values in zip(*taken, strict=True))
    return wall, cpu


def main() -> None:
    mask = sitk.ReadImage(sys.argv[1])
    found = {}
    for name, (package, prepare) in TOOLS.items():
        try:
            number = version(package)
        except PackageNotFoundError:
            continue
        found[f"{name} {number}"] = timed(prepare(mask), int(sys.argv[2]))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
