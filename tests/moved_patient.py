"""Simulated patients who moved before diffusion, with the motion that undoes it, in closed form."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from pnst.image import FloatArray, Grid
from pnst.phantom import GridSpec, PatientMotion, Simulated, benign, malignant, simulate
from pnst.phantom.vector import rotation
from pnst.study import Role

MOTIONS = {
    "benign": PatientMotion(shift_mm=(4.0, -2.0, 6.633), turn_deg=(3.0, -3.2, 2.4)),
    "malignant": PatientMotion(shift_mm=(-3.0, 7.0, -2.45), turn_deg=(-2.0, 1.0, 4.5)),
}
"""8.0 mm and 5.04° each."""

PRESETS = {"benign": benign, "malignant": malignant}
T2_GRIDS = {
    "benign": GridSpec(spacing_mm=(1.3, 1.1, 4.0)),
    "malignant": GridSpec(spacing_mm=(1.2, 1.4, 4.5), plane="coronal"),
}


@cache
def moved_patient(kind: str) -> Simulated:
    """A preset at a signal-to-noise ratio of 20: fat-suppressed T2, diffusion by direction and its vendor's ADC map."""
    motion = MOTIONS[kind]
    spec = replace(
        PRESETS[kind](),
        roles=(Role.T2_FS, Role.DWI, Role.ADC),
        grids={Role.T2_FS: T2_GRIDS[kind]},
        b_values=(0.0, 800.0),
        directions=3,
        snr=20.0,
        motion={Role.DWI: motion, Role.ADC: motion},
    )
    return simulate(spec, seed=5)


def motion_back(made: Simulated) -> FloatArray:
    """(4, 4): from where the diffusion series says that a place is to where the patient at rest has it."""
    motion, centre = made.spec.motion[Role.DWI], made.scene.shape.centre
    back = np.eye(4)
    back[:3, :3] = rotation(motion.turn_deg).T
    back[:3, 3] = centre - back[:3, :3] @ (centre + motion.shift_mm)
    return back


def rigid_about(grid: Grid, shift_mm: FloatArray, turn: FloatArray) -> FloatArray:
    """(4, 4): a turn (3, 3) about the middle of a grid, then a shift."""
    middle = grid.to_world((np.asarray(grid.shape) - 1) / 2)
    motion = np.eye(4)
    motion[:3, :3], motion[:3, 3] = turn, middle + shift_mm - turn @ middle
    return motion
