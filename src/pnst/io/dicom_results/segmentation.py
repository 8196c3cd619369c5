"""`lesion_seg.dcm`: a DICOM SEG (binary), one segment a lesion, on the slices of one of the study's series."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset

from pnst.image import Grid, Volume
from pnst.io.dicom_results.codes import ALGORITHM_FAMILY, FINDING, FINDING_CATEGORY, REGION_DERIVATION
from pnst.io.dicom_results.instance import UNKNOWN, finish, template, without_warnings
from pnst.io.dicom_results.lesion_grid import PlacedLesions
from pnst.io.dicom_results.references import refer_to_source
from pnst.io.dicom_results.source import SourceStudy
from pnst.io.dicom_write.identity import uid
from pnst.io.digest import digest
from pnst.io.lps import LPS_TO_RAS
from pnst.segmentation.segmented_lesion import SegmentedLesion
from pnst.study import Lesion
from pnst.typing import AnyArray

MAX_TEXT = 64
"""The longest that LO holds."""
_MAX_DESCRIPTION = 1024
"""The longest that ST holds."""
_UNKNOWN = "not known to pnst"


def lesion_segmentation(lesions: Sequence[Lesion], placed: PlacedLesions, source: SourceStudy) -> Dataset:
    """The lesions as segments 1, 2, …; every slice from the first to the last that holds one is a frame of each."""
    release, grid = version("pnst"), placed.series.grid
    first, last = placed.slices[0], placed.slices[-1]
    part = grid.crop((slice(None), slice(None), slice(first, last + 1)))
    voxels = np.stack([mask.data[:, :, first : last + 1] for mask in placed.masks], axis=-1)
    study = str(source.patient.StudyInstanceUID)
    described = [_described(n, lesion, placed.says(n - 1), study, release) for n, lesion in enumerate(lesions, start=1)]
    with without_warnings():
        dataset = hd.seg.Segmentation(
            source_images=[template(source, placed.series)],
            pixel_array=hd_volume(voxels, part, placed.series.frame_of_reference, segments=len(lesions)),
            segmentation_type="BINARY",
            segment_descriptions=described,
            series_instance_uid=UNKNOWN,
            series_number=source.last_number + 1,
            sop_instance_uid=UNKNOWN,
            instance_number=1,
            manufacturer="pnst",
            manufacturer_model_name="pnst",
            software_versions=release,
            device_serial_number="none",
            content_label="LESIONS",
            content_creator_name="",
            content_description=f"Lesions on the {placed.series.role} series",
            series_description=f"Lesions on the {placed.series.role} series (pnst)",
            omit_empty_frames=False,
        )
    refer_to_source(dataset, placed.series, grid, REGION_DERIVATION)
    finish(dataset, source.patient, "lesion segmentation")
    return dataset


def hd_volume(voxels: AnyArray, grid: Grid, frame_of_reference: str, segments: int = 0) -> hd.Volume:
    """Voxels (ni, nj, nk) or (ni, nj, nk, segments) as highdicom counts them: slices, rows, columns."""
    lps = LPS_TO_RAS @ grid.affine
    channels = {"SegmentNumber": list(range(1, segments + 1))} if segments else None
    return hd.Volume(
        voxels.transpose(2, 1, 0, *range(3, voxels.ndim)).astype(np.uint8 if segments else voxels.dtype),
        lps[:, [2, 1, 0, 3]],
        coordinate_system="PATIENT",
        frame_of_reference_uid=frame_of_reference,
        channels=channels,
    )


def tracking_uid(lesion: Lesion, study: str) -> str:
    """The same for the same outline under the same label in the same study, whatever was measured of it."""
    voxels = Volume(lesion.mask.data.astype(np.uint8), lesion.mask.grid)
    tracked: str = uid("lesion", study, lesion.label, digest(voxels))
    return tracked


def _described(number: int, lesion: Lesion, place: str, study: str, release: str) -> hd.seg.SegmentDescription:
    method, known = _method(lesion)
    program = hd.AlgorithmIdentificationSequence("pnst" if known else _UNKNOWN, ALGORITHM_FAMILY, release)
    segment = hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=lesion.label[:MAX_TEXT],
        segmented_property_category=FINDING_CATEGORY,
        segmented_property_type=FINDING,
        algorithm_type=method,
        algorithm_identification=None if method == "MANUAL" else program,
        tracking_uid=tracking_uid(lesion, study),
        tracking_id=lesion.label[:MAX_TEXT],
    )
    segment.SegmentDescription = f"{lesion.made_by}; {place}"[:_MAX_DESCRIPTION]
    if not known and method != "MANUAL":  # highdicom wants more than a name, which only of pnst itself is known
        del segment.SegmentationAlgorithmIdentificationSequence
    return segment


def _method(lesion: Lesion) -> tuple[str, bool]:
    """DICOM's word for who drew the lesion, and whether that was pnst.

    What a person's prompt leads to is semiautomatic. Of an outline whose file says nothing, no one can tell: it is
    called semiautomatic too, by a program that is not known.
    """
    known = isinstance(lesion, SegmentedLesion)
    return "SEMIAUTOMATIC" if known else (lesion.drawing_method or "semiautomatic").upper(), known
