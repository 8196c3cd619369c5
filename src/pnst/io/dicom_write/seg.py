"""A mask as a DICOM SEG (binary, one segment), made by highdicom."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from importlib.metadata import version

import highdicom as hd
import numpy as np
from highdicom.sr.coding import CodedConcept
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence

from pnst.image import Mask, Volume
from pnst.io.dicom_write.clock import without_clock
from pnst.io.dicom_write.identity import uid
from pnst.io.digest import digest
from pnst.io.lps import LPS_TO_RAS

_NEOPLASM = CodedConcept("108369006", "SCT", "Neoplasm")
_ABNORMAL = CodedConcept("49755003", "SCT", "Morphologically Abnormal Structure")
_TISSUE = CodedConcept("85756007", "SCT", "Tissue")
_PROCESSING = CodedConcept("123109", "DCM", "Manual Processing")


def segmentation(
    mask: Mask, label: str, made_by: str, sources: Sequence[Dataset], series_number: int, *, lesion: bool = True
) -> Dataset:
    """The mask on its whole grid, in the study and frame of reference of `sources` (DICOM images of that study).

    The object carries the patient of its sources, and no clock: its content has the date of the study. `lesion` tells
    whether the segment is a neoplasm or a tissue.
    """
    lps = LPS_TO_RAS @ mask.grid.affine
    volume = hd.Volume(
        # highdicom counts slices, rows, columns.
        mask.data.transpose(2, 1, 0).astype(np.uint8),
        lps[:, [2, 1, 0, 3]],
        coordinate_system="PATIENT",
        frame_of_reference_uid=sources[0].FrameOfReferenceUID,
    )
    content = [str(sources[0].StudyInstanceUID), label, _digest(mask)]
    release = version("pnst")
    dataset = hd.seg.Segmentation(
        source_images=[_with_shared_orientation(source) for source in sources],
        pixel_array=volume,
        segmentation_type="BINARY",
        segment_descriptions=[_described(label, made_by, release, lesion)],
        series_instance_uid=uid("segmentation series", *content),
        series_number=series_number,
        sop_instance_uid=uid("segmentation", *content),
        instance_number=1,
        manufacturer="pnst",
        manufacturer_model_name="pnst",
        software_versions=release,
        device_serial_number="none",
        content_label="LESION" if lesion else "MASK",
        omit_empty_frames=False,
    )
    return _without_clock(dataset, sources[0], content)


def _with_shared_orientation(source: Dataset) -> Dataset:
    """The source as highdicom wants enhanced images: with an orientation that its frames share.

    It is only looked at; the segmentation's own geometry is the mask's. Siemens, for one, writes it for each frame.
    """
    if "SharedFunctionalGroupsSequence" not in source:
        return source
    shared = Dataset()
    shared.update(source.SharedFunctionalGroupsSequence[0])
    shared.PlaneOrientationSequence = source.PerFrameFunctionalGroupsSequence[0].get(
        "PlaneOrientationSequence", shared.get("PlaneOrientationSequence")
    )
    turned = copy(source)
    turned.SharedFunctionalGroupsSequence = DicomSequence([shared])
    return turned


def _described(label: str, made_by: str, release: str, lesion: bool) -> hd.seg.SegmentDescription:
    return hd.seg.SegmentDescription(
        segment_number=1,
        segment_label=label[:64],  # the longest that LO holds
        segmented_property_category=_ABNORMAL if lesion else _TISSUE,
        segmented_property_type=_NEOPLASM if lesion else _TISSUE,
        algorithm_type="SEMIAUTOMATIC",
        algorithm_identification=hd.AlgorithmIdentificationSequence(
            name=made_by[:64], family=_PROCESSING, version=release
        ),
    )


def _without_clock(dataset: Dataset, source: Dataset, content: list[str]) -> Dataset:
    """Dates of the source's study in place of today's, and UIDs from the content in place of chance."""
    without_clock(dataset, source.get("StudyDate") or "", source.get("StudyTime") or "")
    organization = uid("dimensions", *content)
    for item in (*dataset.DimensionOrganizationSequence, *dataset.DimensionIndexSequence):
        item.DimensionOrganizationUID = organization
    return dataset


def _digest(mask: Mask) -> str:
    return digest(Volume(mask.data.astype(np.uint8), mask.grid))
