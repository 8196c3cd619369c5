"""UIDs. Witness: pydicom's check of validity; invariant: shared where it must be, else unique."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pydicom

from pnst.io.write import write_study
from pnst.study import Role, Study


def test_dicom_identifiers_are_valid_shared_and_unique(study, lesion, tmp_path):
    write_study(study, tmp_path / "out", "dicom", [lesion])
    datasets = [pydicom.dcmread(file, stop_before_pixels=True) for file in (tmp_path / "out").rglob("*.dcm")]
    for name in ("StudyInstanceUID", "FrameOfReferenceUID"):
        assert len({dataset[name].value for dataset in datasets}) == 1
    assert len({dataset.SeriesInstanceUID for dataset in datasets}) == len(study.series) + 2
    assert len({dataset.SOPInstanceUID for dataset in datasets}) == len(datasets)
    assert all(
        uid.is_valid and uid.startswith("2.25.")
        for dataset in datasets
        for uid in (dataset.SOPInstanceUID, dataset.SeriesInstanceUID, dataset.StudyInstanceUID)
    )


def test_another_case_or_another_voxel_has_another_study_uid(full_study, tmp_path):
    t1 = full_study.series[Role.T1]
    other = np.array(t1.volume.data)
    other[0, 0, 0] += 1
    studies = [Study("a", {Role.T1: t1}), Study("b", {Role.T1: t1})]
    studies.append(Study("a", {Role.T1: replace(t1, volume=replace(t1.volume, data=other))}))
    uids = set()
    for n, study in enumerate(studies):
        write_study(study, tmp_path / str(n), "dicom")
        uids.add(pydicom.dcmread(tmp_path / str(n) / "t1/0001.dcm", stop_before_pixels=True).StudyInstanceUID)
    assert len(uids) == 3
