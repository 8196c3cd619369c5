"""The scale on which the volumes of a series can be compared, and which of a diffusion series' volumes belong to it."""

from __future__ import annotations

from dataclasses import replace

from pnst.errors import InputError
from pnst.io.dicom.frame import Kind
from pnst.io.dicom.pixels import Scaling
from pnst.io.dicom.stack import Stack
from pnst.io.dicom.volume_agreement import agreeing_volumes
from pnst.study import Role
from pnst.typing import Float32Array

_SIGNALS = frozenset({Kind.MAGNITUDE, Kind.WATER, Kind.FAT, Kind.IN_PHASE, Kind.OPPOSED_PHASE})


def scaling_of(stack: Stack, role: Role, *, mapped: bool) -> tuple[Scaling, tuple[str, ...]]:
    """How the stored values of a series become comparable, and a note where that is not by the rescale slope alone.

    `mapped` says that the real world value mapping shall be used. Philips' displayed values are floating point times a
    scale of each image (Chenevert et al. 2014): where it changes within the series, it is divided out. Raises
    `InputError` where only some images of a diffusion series write it.
    """
    frames = [frame for volume in stack.volumes for frame in volume]
    scales = {frame.intensity_scale for frame in frames}
    if mapped:
        return "real world", ()
    if stack.kind not in _SIGNALS or len(scales) == 1:
        return "rescaled", _slopes_note(stack, role) if scales == {None} else ()
    if None in scales:
        if role is not Role.DWI:
            return "rescaled", ()
        raise InputError(
            f"the volumes of the diffusion series {stack.key} cannot be compared",
            got=f"Philips' private scale slope in {sum(f.intensity_scale is not None for f in frames)} of "
            f"{len(frames)} images",
            expected="it in all images, or in none",
            remedy="export the whole series again with its private elements, or go on without it: dwi=none",
        )
    return "floating point", (
        f"{len(scales)} intensity scales within the series were divided out (Philips' scale slope)",
    )


def diffusion_volumes(stack: Stack, values: Float32Array) -> tuple[Stack, Float32Array, tuple[str, ...]]:
    """A diffusion series less the volumes that by their voxels are none of it, and a note. Raises `InputError`."""
    directed = [volume[0].diffusion.direction is not None for volume in stack.volumes]
    kept, notes = agreeing_volumes(values, stack.b_values or (), directed, stack.key)
    if len(kept) == len(stack.volumes):
        return stack, values, notes
    volumes = tuple(stack.volumes[v] for v in kept)
    b_values = tuple((stack.b_values or ())[v] for v in kept)
    return replace(stack, volumes=volumes, b_values=b_values), values[..., kept], notes


def _slopes_note(stack: Stack, role: Role) -> tuple[str, ...]:
    """A note where Philips' rescale slopes change with the volume and the private scale that goes with them is gone."""
    slopes = {frame.slope for volume in stack.volumes for frame in volume}
    philips = "PHILIPS" in (stack.acquisition.manufacturer or "").upper()
    if role is not Role.DWI or not philips or len(slopes) == 1:
        return ()
    return ("its rescale slopes change within the series and Philips' private scale slope is missing: ADC may be off",)
