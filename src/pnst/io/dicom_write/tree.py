"""A study as a tree of DICOM files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pydicom.dataset import Dataset

from pnst.io.dicom_write.classic import classic_instances
from pnst.io.dicom_write.enhanced import enhanced_instances
from pnst.io.dicom_write.header import SeriesToWrite
from pnst.io.dicom_write.identity import Identity
from pnst.io.dicom_write.style import DicomStyle
from pnst.study import Lesion, Study


def write_dicom(study: Study, folder: Path, lesions: Sequence[Lesion], style: DicomStyle) -> None:
    """Write `<role>/0001.dcm` …, and a SEG for each mask (`masks/<name>.dcm`) and lesion (`lesions/<n>.dcm`).

    Raises `InputError` for voxels that are not finite, which DICOM's integers cannot hold, and for b-values that the
    vendor's elements cannot hold.
    """
    identity = Identity.of(study, style)
    first: Dataset | None = None
    for number, (role, series) in enumerate(study.series.items(), start=1):
        (folder / role).mkdir()
        out = SeriesToWrite(series, identity, number, style)
        for dataset in _instances(out):
            dataset.save_as(folder / role / f"{dataset.InstanceNumber:04d}.dcm", enforce_file_format=True)
            first = first or dataset
    if first is not None and (lesions or study.masks):
        _write_segmentations(study, folder, lesions, first)


def _instances(out: SeriesToWrite) -> Iterable[Dataset]:
    return enhanced_instances(out) if out.style.enhanced else classic_instances(out)


def _write_segmentations(study: Study, folder: Path, lesions: Sequence[Lesion], source: Dataset) -> None:
    from pnst.io.dicom_write.seg import segmentation

    named = [(f"masks/{name}", name, mask, "a mask given with the study") for name, mask in study.masks.items()]
    named += [(f"lesions/{n}", lesion.label, lesion.mask, lesion.made_by) for n, lesion in enumerate(lesions, start=1)]
    for number, (path, label, mask, made_by) in enumerate(named, start=len(study.series) + 1):
        file = folder / f"{path}.dcm"
        file.parent.mkdir(exist_ok=True)
        of_lesion = path.startswith("lesions")
        segmentation(mask, label, made_by, [source], number, lesion=of_lesion).save_as(file, enforce_file_format=True)
