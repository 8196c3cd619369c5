"""Balls with spheres of other tissues, and what `adc` measures of them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from diffusing import Diffusing
from interiors import Interior, Sphere
from pnst.measurement.families.adc import Adc, measure_adc
from pnst.measurement.family import Outcome
from pnst.measurement.settings import MeasureSettings
from pnst.study import Role

PLAIN = Interior(radius=16.0)
HOLLOW = replace(PLAIN, spheres=(Sphere("cyst", 7.0, (1.0, -2.0, 3.0)),))
BLED = replace(PLAIN, spheres=(Sphere("blood", 6.0, (-2.0, 1.0, 2.0)),))
FATTY = replace(PLAIN, spheres=(Sphere("fat", 5.0, (2.0, 1.0, -3.0)),))
CONTRAST = (Role.T1, Role.T1_POST, Role.T2_FS)
BODIES = {"plain": PLAIN, "cyst": HOLLOW, "blood": BLED, "fat": FATTY}


def outcome(scene: Diffusing, *roles: Role, settings: MeasureSettings | None = None) -> Outcome:
    return measure_adc(scene.context(scene.study(*roles) if roles else scene.alone(), settings))


@cache
def measured(name: str, *roles: Role) -> Adc:
    return outcome(Diffusing(BODIES[name]), *roles).family
