"""`measurements_sr.dcm`: a measurement report (PS3.16 TID 1500), one group of measurements a lesion (TID 1411).

A number stands twice: as a decimal string of at most 16 characters (DS), and as the double that it is
(Floating Point Value, FD), which holds every digit of measurements.csv. The ends of its 95 % interval stand below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version

import highdicom as hd
from pydicom.dataset import Dataset

from pnst.io.dicom_results.codes import (
    COMMENT,
    FINDING,
    FINDING_CATEGORY,
    HIGH,
    LOW,
    NO,
    PROCEDURE,
    YES,
    concept_of,
    own_code,
    own_scheme,
    unit_code,
)
from pnst.io.dicom_results.instance import UNKNOWN, finish, reference, without_warnings
from pnst.io.dicom_results.lesion_grid import PlacedLesions
from pnst.io.dicom_results.segmentation import MAX_TEXT, tracking_uid
from pnst.io.dicom_results.source import SourceFrame, SourceStudy
from pnst.io.dicom_write.identity import uid
from pnst.measurement.family import INTERVAL, Family, Interval
from pnst.measurement.measurements import Measurements
from pnst.study import Lesion

_SENTENCES = ("quality", "implausible")
"""Columns that hold a sentence, and no word."""
_ON_MAP = ("adc", "ivim")
"""Families that are measured on diffusion, in the places of the ADC map."""


def measurement_report(
    lesions: Sequence[Lesion],
    measured: Sequence[Measurements],
    placed: PlacedLesions,
    source: SourceStudy,
    segmentation: Dataset,
    adc_map: Dataset | None,
) -> Dataset:
    """Every number and sign that was measured of the lesions, with the segments and images it belongs to."""
    groups = [
        _group(n, lesion, m, placed, segmentation, adc_map)
        for n, (lesion, m) in enumerate(zip(lesions, measured, strict=True), start=1)
    ]
    device = hd.sr.DeviceObserverIdentifyingAttributes(
        uid=uid("pnst"), name="pnst", manufacturer_name="pnst", model_name=f"pnst {version('pnst')}"
    )
    context = hd.sr.ObserverContext(hd.sr.CodedConcept("121007", "DCM", "Device"), device)
    content = hd.sr.MeasurementReport(
        observation_context=hd.sr.ObservationContext(observer_device_context=context),
        procedure_reported=PROCEDURE,
        imaging_measurements=groups,
    )
    made = [one for one in (segmentation, adc_map) if one is not None]
    dataset = _document(content, [*_evidence(source), *made], source)
    finish(dataset, source.patient, "measurement report")
    return dataset


def _evidence(source: SourceStudy) -> list[Dataset]:
    """The images of every series that was read, one volume of each."""
    study = str(source.patient.StudyInstanceUID)
    return [reference(frame, study) for series in source.series.values() for frame in series.slices]


def _document(content: hd.sr.MeasurementReport, evidence: Sequence[Dataset], source: SourceStudy) -> Dataset:
    with without_warnings():
        first = evidence[0]
        for empty in ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime"):
            setattr(first, empty, "")
        first.StudyID = first.AccessionNumber = first.ReferringPhysicianName = ""
        return hd.sr.ComprehensiveSR(
            evidence=evidence,
            content=content[0],
            series_instance_uid=UNKNOWN,
            series_number=source.last_number + 3,
            sop_instance_uid=UNKNOWN,
            instance_number=1,
            manufacturer="pnst",
            manufacturer_model_name="pnst",
            software_versions=version("pnst"),
            device_serial_number="none",
            is_complete=True,
            series_description="Measurements (pnst)",
            coding_schemes=[own_scheme()],
        )


def _group(
    number: int,
    lesion: Lesion,
    m: Measurements,
    placed: PlacedLesions,
    segmentation: Dataset,
    adc_map: Dataset | None,
) -> hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations:
    tracking = hd.sr.TrackingIdentifier(
        tracking_uid(lesion, str(segmentation.StudyInstanceUID)), lesion.label[:MAX_TEXT]
    )
    group = hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=tracking,
        referenced_segment=hd.sr.ReferencedSegment(
            segmentation.SOPClassUID,
            segmentation.SOPInstanceUID,
            number,
            source_images=_source_images(number, placed),
        ),
        finding_type=FINDING,
        finding_category=FINDING_CATEGORY,
        algorithm_id=hd.sr.AlgorithmIdentification("pnst", version("pnst")),
        measurements=[item for family in m.families().items() for item in _numbers(*family, adc_map)],
        qualitative_evaluations=[item for family in m.families().items() for item in _words(*family)],
    )
    for text in _sentences(m):
        group[0].ContentSequence.append(hd.sr.TextContentItem(COMMENT, text, "CONTAINS"))
    return group


def _source_images(number: int, placed: PlacedLesions) -> list[hd.sr.SourceImageForSegmentation]:
    """The images of the slices that the lesion lies on, those of one instance together."""
    mask = placed.masks[number - 1].data
    by_instance: dict[str, list[SourceFrame]] = {}
    for k, frame in enumerate(placed.series.slices):
        if mask[:, :, k].any():
            by_instance.setdefault(frame.instance, []).append(frame)
    return [
        hd.sr.SourceImageForSegmentation(frames[0].sop_class, instance, _frame_numbers(frames))
        for instance, frames in by_instance.items()
    ]


def _frame_numbers(frames: Sequence[SourceFrame]) -> list[int] | None:
    numbers = [frame.number for frame in frames if frame.number is not None]
    return numbers or None


def _numbers(name: str, family: Family, adc_map: Dataset | None) -> Iterator[hd.sr.Measurement]:
    images = None
    if adc_map is not None and name in _ON_MAP:
        images = [hd.sr.SourceImageForMeasurement(adc_map.SOPClassUID, adc_map.SOPInstanceUID)]
    for column, value in family.columns().items():
        if column.endswith(INTERVAL) or isinstance(value, bool | str) or value is None:
            continue
        for number in value if isinstance(value, tuple) else (value,):
            yield _number(f"{name}.{column}", number, family.intervals.get(column), images)


def _number(
    column: str, value: float, interval: Interval | None, images: Sequence[hd.sr.SourceImageForMeasurement] | None
) -> hd.sr.Measurement:
    concept, unit = concept_of(column), unit_code(column)
    measurement = hd.sr.Measurement(concept.name, value, unit, derivation=concept.derivation, referenced_images=images)
    if interval is not None:
        ends = [
            hd.sr.NumContentItem(name, end, unit, relationship_type="HAS PROPERTIES")
            for name, end in zip((LOW, HIGH), interval, strict=True)
        ]
        item = measurement[0]
        item.ContentSequence = hd.sr.ContentSequence([*item.get("ContentSequence", ()), *ends])
    return measurement


def _words(name: str, family: Family) -> Iterator[hd.sr.QualitativeEvaluation]:
    """What is yes, no or one word of several (TID 1501); what does not apply is left out."""
    for column, value in family.columns().items():
        if isinstance(value, bool):
            yield hd.sr.QualitativeEvaluation(own_code(f"{name}.{column}"), YES if value else NO)
        elif isinstance(value, str) and column not in _SENTENCES:
            yield hd.sr.QualitativeEvaluation(own_code(f"{name}.{column}"), own_code(value[:MAX_TEXT]))


def _sentences(m: Measurements) -> list[str]:
    """What casts doubt on the numbers."""
    own = [
        f"{name}: {value}"
        for name, family in m.families().items()
        for column, value in family.columns().items()
        if column in _SENTENCES and isinstance(value, str)
    ]
    return [*own, *m.warnings]
