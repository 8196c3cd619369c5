"""The unit of a DICOM ADC map, as its header writes it, and the map in um2_per_ms."""

from __future__ import annotations

from pnst.errors import AmbiguityError
from pnst.io.adc_unit import is_unit, scale_of, to_um2_per_ms
from pnst.io.dicom.stack import Stack
from pnst.typing import AnyArray, Float32Array


def mapped_unit(stack: Stack) -> str | None:
    """The unit of the real world value mapping where it is one of diffusivity, else None."""
    mapping = stack.real_world
    unit = mapping.unit if mapping is not None else ""
    return unit if scale_of(unit) is not None else None


def adc_in_um2_per_ms(values: AnyArray, stack: Stack, unit: str | None) -> tuple[Float32Array, str]:
    """Bring an ADC map to um2_per_ms, and report how. `unit` is that of the mapping by which `values` were rescaled.

    Without one, the header's Units or Rescale Type decide, else the order of magnitude of the values. Raises
    `AmbiguityError` where that fits no unit, or another unit is written: then the map may be no ADC map at all.
    """
    try:
        return to_um2_per_ms(values, _one_unit(stack) if unit is None else unit)
    except AmbiguityError as error:
        raise AmbiguityError(
            f"the unit of the ADC map {stack.key} ({stack.header.description}) cannot be told",
            got=error.got,
            expected=error.expected,
            remedy="if it is no ADC map, leave it out (--role adc=none); else convert it to NIfTI with its unit",
        ) from error


def _one_unit(stack: Stack) -> str | None:
    """The unit that the frames write, else the one of their real world value mapping, which is none of diffusivity."""
    mapping = "" if stack.real_world is None else stack.real_world.unit
    written = {frame.unit for volume in stack.volumes for frame in volume if is_unit(frame.unit)}
    units = written or ({mapping} if is_unit(mapping) else set())
    if len(units) > 1:
        raise AmbiguityError(
            "the unit of the ADC map cannot be told",
            got=f"{len(units)} units, each of some of its slices",
            expected="one unit",
            remedy="export the map again",
        )
    return next(iter(units), None)
