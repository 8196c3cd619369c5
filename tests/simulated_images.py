"""Small simulated studies without noise, and their signal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pnst.phantom import Artefacts, GridSpec, LesionSpec, Simulated, Spec, simulate
from pnst.study import Role
from pnst.typing import FloatArray

LESION = LesionSpec(radii_mm=(11, 13, 17), tilt_deg=(10, -20, 0), d_um2_per_ms=1.3)
QUIET = Spec(lesion=LESION, snr=None)
WIDE = GridSpec(spacing_mm=(2.3, 2.6, 7.0), extent_mm=(240, 245, 42))
CLOSE = GridSpec(spacing_mm=(1.2, 1.4, 4.1), extent_mm=(58, 54, 41))


def simulated(roles: tuple[Role, ...], grid: GridSpec, artefacts: Artefacts | None = None, **other: Any) -> Simulated:
    """A study of these roles, all on one grid."""
    grids = dict.fromkeys(roles, grid)
    return simulate(replace(QUIET, roles=roles, grids=grids, artefacts=artefacts or Artefacts(), **other))


def signal(study: Simulated, role: Role) -> FloatArray:
    """(ni, nj, nk, measurements) before noise."""
    return np.asarray(study.clean[role][1], dtype=np.float64)
