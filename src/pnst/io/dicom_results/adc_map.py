"""`adc_map.dcm`: the ADC as it was measured, a parametric map on the slices of its series."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence

from pnst.errors import GeometryError
from pnst.image import Grid, Volume
from pnst.io.dicom_results.codes import ADC, ADC_UNIT, ANY_REGION, DIFFUSION_DERIVATION
from pnst.io.dicom_results.instance import UNKNOWN, finish, template, without_warnings
from pnst.io.dicom_results.references import refer_to_source
from pnst.io.dicom_results.segmentation import hd_volume
from pnst.io.dicom_results.source import SourceSeries, SourceStudy
from pnst.measurement.families.adc import VENDOR
from pnst.measurement.measurements import Measurements
from pnst.study import Lesion, Role, Study
from pnst.typing import AnyArray

_WINDOW_CENTER, _WINDOW_WIDTH = 1.5, 3.0
"""µm²/ms: from none to that of free water at body temperature."""
_MAX_TEXT = 1024
"""The longest that ST holds."""


def adc_map_object(
    study: Study, lesions: Sequence[Lesion], measured: Sequence[Measurements], source: SourceStudy
) -> Dataset | None:
    """The maps of all lesions in one, in µm²/ms, NaN where nothing was fitted; None where no lesion has a map.

    It lies where it was measured: where its series was moved to the anatomical one, it lies there, in that series'
    frame of reference.
    """
    families = [m.adc for m in measured if m.adc is not None]
    if not families:
        return None
    role = Role.ADC if families[0].map_source == VENDOR else Role.DWI
    grid = study.series[role].volume.grid
    values = whole_map(grid, lesions, measured)
    held = np.flatnonzero(np.isfinite(values).any(axis=(0, 1)))
    part = (slice(None), slice(None), slice(int(held[0]), int(held[-1]) + 1))
    series, text = source.series[role], _says(study, role)
    frame_of_reference = _frame_of_reference(study, source, role)
    dataset = _parametric_map(values[part], grid.crop(part), source, series, frame_of_reference, text)
    refer_to_source(dataset, series, grid, DIFFUSION_DERIVATION)
    finish(dataset, source.patient, "ADC map")
    return dataset


def whole_map(grid: Grid, lesions: Sequence[Lesion], measured: Sequence[Measurements]) -> AnyArray:
    """(ni, nj, nk) float32: each lesion's own map in and near it, NaN elsewhere.

    Near one lesion the fit takes the noise from there: where two maps overlap they differ by what that makes, and each
    lesion's own voxels are those of its own map.
    """
    values = np.full(grid.shape, np.nan, dtype=np.float32)
    placed = [(lesion, _on(grid, adc)) for lesion, m in zip(lesions, measured, strict=True) if (adc := _map_of(m))]
    for _, own in reversed(placed):
        np.copyto(values, own, where=np.isfinite(own))
    for lesion, own in placed:
        np.copyto(values, own, where=lesion.mask_on(grid).data)
    return values


def _map_of(m: Measurements) -> Volume | None:
    region = m.regions.get("adc")
    return region if isinstance(region, Volume) else None


def _on(grid: Grid, part: Volume) -> AnyArray:
    """A map of a part of the grid, in canonical order, on the whole grid."""
    canonical = grid.canonical()
    box = canonical.box_of(part.grid)
    if box is None:
        raise GeometryError(
            "the ADC map cannot be written as DICOM",
            got="a map on other voxels than those of its series",
            expected="a part of the series",
            remedy="report this to the developers",
        )
    whole = np.full(canonical.shape, np.nan, dtype=np.float32)
    whole[box] = part.data
    return grid.from_canonical(whole)


def _frame_of_reference(study: Study, source: SourceStudy, role: Role) -> str:
    alignment = study.series[role].alignment
    where = alignment.reference if alignment is not None and alignment.accepted else role
    return source.series[where].frame_of_reference


def _says(study: Study, role: Role) -> str:
    """How it was made and where it lies, in words."""
    alignment = study.series[role].alignment
    made = "the scanner's ADC map" if role is Role.ADC else "fitted to the diffusion series"
    return made if alignment is None or not alignment.accepted else f"{made}; {alignment}"


def _parametric_map(
    values: AnyArray, grid: Grid, source: SourceStudy, series: SourceSeries, frame_of_reference: str, text: str
) -> Dataset:
    image = template(source, series)
    image.FrameOfReferenceUID = frame_of_reference
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    mapping = hd.pm.RealWorldValueMapping(
        lut_label="ADC",
        lut_explanation="Apparent diffusion coefficient",
        unit=ADC_UNIT,
        value_range=(low, high),
        slope=1.0,
        intercept=0.0,
        quantity_definition=ADC,
    )
    with without_warnings():
        dataset = hd.pm.ParametricMap(
            source_images=[image],
            pixel_array=hd_volume(values, grid, frame_of_reference),
            series_instance_uid=UNKNOWN,
            series_number=source.last_number + 2,
            sop_instance_uid=UNKNOWN,
            instance_number=1,
            manufacturer="pnst",
            manufacturer_model_name="pnst",
            software_versions=version("pnst"),
            device_serial_number="none",
            contains_recognizable_visual_features=False,
            real_world_value_mappings=[mapping],
            voi_lut_transformations=[hd.VOILUTTransformation(_WINDOW_CENTER, _WINDOW_WIDTH)],
            content_label="ADC",
            content_creator_name="",
            content_description="ADC as measured",
            series_description="ADC as measured (pnst)",
        )
    dataset.SharedFunctionalGroupsSequence[0].FrameAnatomySequence = DicomSequence([_anatomy()])
    _order_frames(dataset)
    dataset.DerivationDescription = text[:_MAX_TEXT]
    return dataset


def _anatomy() -> Dataset:
    """Which part of the body is not known; dcmqi (1.5.7) ends with a fault where nothing is written."""
    anatomy = Dataset()
    anatomy.AnatomicRegionSequence = DicomSequence([ANY_REGION])
    anatomy.FrameLaterality = "U"
    return anatomy


def _order_frames(dataset: Dataset) -> None:
    """Let the frames follow the slices' normal (row × column), which highdicom's right-handed volumes run against.

    dcmqi (1.5.7), and 3D Slicer by it, lays frames out as they stand, and their origin by their positions.
    """
    groups = list(dataset.PerFrameFunctionalGroupsSequence)
    plane = dataset.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence[0].ImageOrientationPatient
    normal = np.cross(plane[:3], plane[3:])
    depths = [float(np.dot(group.PlanePositionSequence[0].ImagePositionPatient, normal)) for group in groups]
    frames = np.frombuffer(dataset.FloatPixelData, np.uint8).reshape(len(groups), -1)
    order = np.argsort(depths)
    for number, k in enumerate(order, start=1):
        groups[k].FrameContentSequence[0].DimensionIndexValues = [number]
    dataset.PerFrameFunctionalGroupsSequence = DicomSequence([groups[k] for k in order])
    dataset.FloatPixelData = frames[order].tobytes()
