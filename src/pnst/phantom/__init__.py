"""Simulated studies with closed-form truth: test material, never clinical evidence."""

from __future__ import annotations

from pnst.phantom.acquire import GridSpec, Motion
from pnst.phantom.anatomy import SurroundSpec
from pnst.phantom.harmonics import Term
from pnst.phantom.lesion import Inclusion, LesionSpec
from pnst.phantom.presets import benign, malignant
from pnst.phantom.study import SEQUENCES, STIR, Simulated, Spec, simulate
from pnst.phantom.tissue import TISSUES, Tissue

__all__ = [
    "SEQUENCES",
    "STIR",
    "TISSUES",
    "GridSpec",
    "Inclusion",
    "LesionSpec",
    "Motion",
    "Simulated",
    "Spec",
    "SurroundSpec",
    "Term",
    "Tissue",
    "benign",
    "malignant",
    "simulate",
]
