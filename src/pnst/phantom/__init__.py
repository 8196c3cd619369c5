"""Simulated studies with closed-form truth: test material, never clinical evidence."""

from __future__ import annotations

from pnst.phantom.acquire import GridSpec, PatientMotion
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.artefacts import REALISTIC, Artefacts
from pnst.phantom.contour import ContourSpec
from pnst.phantom.harmonics import Term
from pnst.phantom.inclusion import Inclusion
from pnst.phantom.lesion import LesionSpec
from pnst.phantom.presets import benign, malignant
from pnst.phantom.signs import Fascicles, FlowVoid, Septum, Shell, SignSpec
from pnst.phantom.spec import SEQUENCES, STIR, Spec
from pnst.phantom.study import Simulated, simulate
from pnst.phantom.tissue import TISSUES, Tissue

__all__ = [
    "REALISTIC",
    "SEQUENCES",
    "STIR",
    "TISSUES",
    "Artefacts",
    "ContourSpec",
    "Fascicles",
    "FlowVoid",
    "GridSpec",
    "Inclusion",
    "LesionSpec",
    "PatientMotion",
    "Septum",
    "Shell",
    "SignSpec",
    "Simulated",
    "Spec",
    "SurroundSpec",
    "Term",
    "Tissue",
    "benign",
    "malignant",
    "simulate",
]
