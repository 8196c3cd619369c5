"""Former name of `pnst.measurement.radiomics`, until version 0.3."""

from __future__ import annotations

from typing import Any
from warnings import warn

from pnst.measurement import radiomics as _radiomics


def __getattr__(name: str) -> Any:
    warn("pnst.measurement.interop is now pnst.measurement.radiomics", DeprecationWarning, stacklevel=2)
    return getattr(_radiomics, name)
