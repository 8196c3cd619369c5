"""The DICOM objects of one run."""

from __future__ import annotations

from collections.abc import Sequence

from pnst.io.dicom_results.adc_map import adc_map_object
from pnst.io.dicom_results.instance import encoded
from pnst.io.dicom_results.lesion_grid import place_lesions
from pnst.io.dicom_results.report import measurement_report
from pnst.io.dicom_results.segmentation import lesion_segmentation
from pnst.io.dicom_results.source import SourceStudy
from pnst.io.results import ADC_MAP, LESION_SEG, MEASUREMENTS_SR
from pnst.measurement.measurements import Measurements
from pnst.study import Lesion, Study


def result_objects(
    study: Study, lesions: Sequence[Lesion], measured: Sequence[Measurements], source: SourceStudy
) -> dict[str, bytes]:
    """File name → content: the lesions, the ADC map where there is one, and the report that refers to both."""
    placed = place_lesions(lesions, source)
    segmentation = lesion_segmentation(lesions, placed, source)
    adc_map = adc_map_object(study, lesions, measured, source)
    report = measurement_report(lesions, measured, placed, source, segmentation, adc_map)
    named = {LESION_SEG: segmentation, ADC_MAP: adc_map, MEASUREMENTS_SR: report}
    return {name: encoded(dataset) for name, dataset in named.items() if dataset is not None}
