"""Witness: dcmqi (DCMTK beneath), where its programs are on the path or in the folder that PNST_DCMQI names."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from dicom_run import SCENE
from pnst.io.dicom_results.codes import concept_of


@pytest.fixture(scope="module")
def dcmqi(tmp_path_factory):
    """Run a program of dcmqi on a file: the folder of what it wrote."""
    path = os.pathsep.join(filter(None, (os.environ.get("PNST_DCMQI"), os.environ.get("PATH"))))
    if shutil.which("tid1500reader", path=path) is None:
        pytest.skip("dcmqi is not installed (pip install dcmqi, and PNST_DCMQI=its folder of programs)")

    def run(program: str, file: Path, *options: str) -> Path:
        out = tmp_path_factory.mktemp(program)
        command = [str(shutil.which(program, path=path)), "--inputDICOM", str(file), *options]
        subprocess.run(command, cwd=out, check=True, capture_output=True, timeout=300)
        return out

    return run


def test_the_segments_come_back_voxel_by_voxel(dcmqi, dicom_run):
    out = dcmqi(
        "segimage2itkimage", dicom_run.out / "lesion_seg.dcm", "--outputDirectory", ".", "-t", "nifti", "--prefix", "s"
    )
    labels = nib.load(dicom_run.labels)
    for number in (1, 2):
        drawn = {tuple(i) for i in np.argwhere(np.asarray(labels.dataobj) == number)}
        image = nib.load(out / f"s-{number}.nii.gz")
        ras = np.argwhere(np.asarray(image.dataobj) > 0) @ image.affine[:3, :3].T + image.affine[:3, 3]
        index = SCENE.grid().to_index(ras)
        assert np.abs(index - np.rint(index)).max() < 1e-2
        assert {tuple(i) for i in np.rint(index).astype(int)} == drawn


def test_the_map_comes_back_value_by_value(dcmqi, dicom_run):
    out = dcmqi("paramap2itkimage", dicom_run.out / "adc_map.dcm", "--outputDirectory", ".", "-t", "nifti")
    theirs, ours = nib.load(out / "pmap.nii.gz"), nib.load(dicom_run.out / "adc.nii.gz")
    data = np.asarray(ours.dataobj)
    ras = np.argwhere(np.isfinite(data)) @ ours.affine[:3, :3].T + ours.affine[:3, 3]
    inverse = np.linalg.inv(theirs.affine)
    places = ras @ inverse[:3, :3].T + inverse[:3, 3]
    assert np.abs(places - np.rint(places)).max() < 1e-2
    values = np.asarray(theirs.dataobj)[tuple(np.rint(places).astype(int).T)]
    assert np.abs(values - data[np.isfinite(data)]).max() < 0.02  # the second lesion's own voxels are of its own map
    assert np.median(np.abs(values - data[np.isfinite(data)])) == 0


def test_the_numbers_come_back(dcmqi, dicom_run):
    out = dcmqi("tid1500reader", dicom_run.out / "measurements_sr.dcm", "--outputMetadata", "sr.json")
    groups = json.loads((out / "sr.json").read_text())["Measurements"]
    with (dicom_run.out / "measurements.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(groups) == len(rows) == 2
    for group, row in zip(groups, rows, strict=True):
        theirs = Counter((i["quantity"]["CodeValue"], f"{float(i['value']):.9g}") for i in group["measurementItems"])
        ours = Counter(
            (concept_of(column).name.value, f"{number:.9g}")
            for column, text in row.items()
            if not column.startswith(("case_id", "label", "skipped.", "override.")) and "_interval" not in column
            for number in numbers(text)
        )
        assert sum(ours.values()) >= 40
        assert theirs == ours
        assert group["TrackingIdentifier"] == row["label"]


def numbers(text: str) -> list[float]:
    try:
        value = json.loads(text)
    except ValueError:
        return []
    return [] if isinstance(value, bool) else value if isinstance(value, list) else [value]
