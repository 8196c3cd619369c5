"""pnst measures peripheral nerve sheath tumours on MRI and scores benign against malignant.

Not a medical device. Names are imported when they are first used, so that `import pnst` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    __version__: str

    from pnst import plot
    from pnst.classification.assess import assess
    from pnst.classification.assessment import Assessment
    from pnst.classification.burden import Burden
    from pnst.classification.evaluation.evaluate import evaluate
    from pnst.classification.evaluation.evaluation import Evaluation
    from pnst.classification.sites.summarise import summarise_evidence
    from pnst.classification.training.model_folder import read_model
    from pnst.classification.training.train import train
    from pnst.classification.training.trained_model import TrainedModel
    from pnst.cohort.run_cohort import run_cohort
    from pnst.errors import AmbiguityError, GeometryError, InputError, PnstError, SettingError
    from pnst.evidence.body import SiteEvidence
    from pnst.image import Grid, Mask, Volume
    from pnst.io.masks.read import read_lesion, read_lesions
    from pnst.io.study import inspect, read_study
    from pnst.io.write import write_study
    from pnst.measurement.adc_map import adc_map
    from pnst.measurement.growth.growth import Growth
    from pnst.measurement.measure import measure
    from pnst.measurement.measurements import Measurements
    from pnst.measurement.settings import MeasureSettings
    from pnst.notebook.view import view
    from pnst.preprocessing.align import align
    from pnst.preprocessing.bias import correct_bias
    from pnst.reporting.report import report
    from pnst.segmentation.cord import segment_cord
    from pnst.segmentation.prompt import Box, Line, Point, Scribbles
    from pnst.segmentation.segment import segment
    from pnst.segmentation.segmented_lesion import SegmentedLesion
    from pnst.study import Lesion, Role, Series, Study
    from pnst.workflow.case import Case
    from pnst.workflow.comparing import compare
    from pnst.workflow.main_job import run
    from pnst.workflow.segmentation import segment_with

_HOMES = {
    "assess": "classification.assess",
    "Assessment": "classification.assessment",
    "Burden": "classification.burden",
    "train": "classification.training.train",
    "TrainedModel": "classification.training.trained_model",
    "read_model": "classification.training.model_folder",
    "evaluate": "classification.evaluation.evaluate",
    "summarise_evidence": "classification.sites.summarise",
    "SiteEvidence": "evidence.body",
    "Evaluation": "classification.evaluation.evaluation",
    "PnstError": "errors",
    "InputError": "errors",
    "GeometryError": "errors",
    "AmbiguityError": "errors",
    "SettingError": "errors",
    "Grid": "image",
    "Volume": "image",
    "Mask": "image",
    "read_lesion": "io.masks.read",
    "read_lesions": "io.masks.read",
    "inspect": "io.study",
    "read_study": "io.study",
    "write_study": "io.write",
    "adc_map": "measurement.adc_map",
    "measure": "measurement.measure",
    "Measurements": "measurement.measurements",
    "MeasureSettings": "measurement.settings",
    "align": "preprocessing.align",
    "correct_bias": "preprocessing.bias",
    "report": "reporting.report",
    "view": "notebook.view",
    "Box": "segmentation.prompt",
    "Line": "segmentation.prompt",
    "Point": "segmentation.prompt",
    "Scribbles": "segmentation.prompt",
    "SegmentedLesion": "segmentation.segmented_lesion",
    "segment": "segmentation.segment",
    "segment_cord": "segmentation.cord",
    "Lesion": "study",
    "Role": "study",
    "Series": "study",
    "Study": "study",
    "Case": "workflow.case",
    "run": "workflow.main_job",
    "compare": "workflow.comparing",
    "Growth": "measurement.growth.growth",
    "segment_with": "workflow.segmentation",
    "run_cohort": "cohort.run_cohort",
}

__all__ = [
    "run",
    "read_study",
    "inspect",
    "read_lesions",
    "read_lesion",
    "correct_bias",
    "align",
    "segment",
    "segment_with",
    "segment_cord",
    "adc_map",
    "measure",
    "assess",
    "report",
    "compare",
    "run_cohort",
    "plot",
    "view",
    "train",
    "read_model",
    "evaluate",
    "summarise_evidence",
    "write_study",
    "Role",
    "Grid",
    "Volume",
    "Mask",
    "Series",
    "Study",
    "Lesion",
    "SegmentedLesion",
    "Point",
    "Line",
    "Box",
    "Scribbles",
    "Case",
    "Measurements",
    "MeasureSettings",
    "Assessment",
    "Burden",
    "Growth",
    "TrainedModel",
    "Evaluation",
    "SiteEvidence",
    "PnstError",
    "InputError",
    "GeometryError",
    "AmbiguityError",
    "SettingError",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("pnst")
    if name == "plot":
        return import_module("pnst.plot")
    if name not in _HOMES:
        raise AttributeError(f"module 'pnst' has no attribute {name!r}")
    value = getattr(import_module(f"pnst.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, "plot"})
