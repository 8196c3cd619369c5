"""b-values and gradient directions, as the standard and each vendor write them; directions in LPS."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pnst.io.dicom.csa import read_csa
from pnst.io.dicom.frame import FrameDiffusion, Vector
from pnst.io.dicom.kinds import is_trace
from pnst.io.dicom.tags import Fields, item, number, numbers, private, text

B_VALUE, ORIENTATION, DIRECTIONALITY = 0x00189087, 0x00189089, 0x00189075
MIN_WEIGHTED_B = 1.0
"""s/mm² below which an image is not diffusion-weighted: Philips numbers its b = 0 volumes 0.001, 0.002, …"""

_CSA_NAMES = frozenset({"B_value", "DiffusionGradientDirection", "DiffusionDirectionality"})
_SEQUENCE_B = re.compile(r"^\*?\w+_b(\d{1,5})(#\d+|t)?$")
"""Siemens' names of a volume's sequence: *ep_b800t (echo planar), *re_b800t (readout-segmented), *ep_b1000#12."""


def read_diffusion(ds: Fields, image_type: Sequence[str], orientation: Sequence[float] | None) -> FrameDiffusion:
    """The diffusion weighting of a classic image: the standard's elements, else the vendor's.

    `orientation` (six cosines) is needed for GE and United Imaging, which count directions along the image's own axes.
    """
    manufacturer = text(ds, 0x00080070).upper()
    vendor_diffusion = FrameDiffusion()
    for name, vendor in _VENDORS.items():
        if name in manufacturer:
            vendor_diffusion = vendor(ds, orientation)
            break
    if vendor_diffusion.b_value is None and ("SIEMENS" in manufacturer or not manufacturer):
        vendor_diffusion = _named_by_sequence(ds, vendor_diffusion)
    b_value = number(ds, B_VALUE, "FD")
    direction = _unit(numbers(ds, ORIENTATION, "FD"))
    return _without_undefined_direction(
        FrameDiffusion(
            b_value=b_value if b_value is not None and b_value >= 0 else vendor_diffusion.b_value,
            direction=direction or vendor_diffusion.direction,
            isotropic=vendor_diffusion.isotropic or is_trace(image_type) or text(ds, DIRECTIONALITY) == "ISOTROPIC",
        )
    )


def enhanced_diffusion(group: Fields, image_type: Sequence[str]) -> FrameDiffusion:
    """The diffusion weighting of a frame, from its MR Diffusion Sequence item (C.8.13.5.9 of the standard)."""
    b_value = number(group, B_VALUE, "FD")
    directionality = text(group, DIRECTIONALITY)
    if b_value is None and directionality == "NONE":
        b_value = 0.0
    return _without_undefined_direction(
        FrameDiffusion(
            b_value=b_value,
            direction=_unit(numbers(item(group, 0x00189076), ORIENTATION, "FD")),
            isotropic=directionality == "ISOTROPIC" or is_trace(image_type),
        )
    )


def _without_undefined_direction(diffusion: FrameDiffusion) -> FrameDiffusion:
    """No direction where it means nothing: below `MIN_WEIGHTED_B`, and where directions were combined."""
    if diffusion.isotropic or (diffusion.b_value is not None and diffusion.b_value < MIN_WEIGHTED_B):
        return replace(diffusion, direction=None)
    return diffusion


def _siemens(ds: Fields, _: Sequence[float] | None) -> FrameDiffusion:
    def tag(element: int) -> int:
        return private(ds, 0x0019, "SIEMENS MR HEADER", element)

    b_value = number(ds, tag(0x0C), "IS")
    direction = numbers(ds, tag(0x0E), "FD")
    directionality = text(ds, tag(0x0D))
    if b_value is None:
        element = ds.get(private(ds, 0x0029, "SIEMENS CSA HEADER", 0x10))
        csa = read_csa(element.value, _CSA_NAMES) if element is not None and isinstance(element.value, bytes) else {}
        b_value = _first(csa.get("B_value", ()))
        direction = _floats(csa.get("DiffusionGradientDirection", ()))
        directionality = next(iter(csa.get("DiffusionDirectionality", ())), directionality)
    return FrameDiffusion(b_value, _unit(direction), directionality == "ISOTROPIC")


def _named_by_sequence(ds: Fields, diffusion: FrameDiffusion) -> FrameDiffusion:
    """The b-value in Sequence Name, all that is left where an anonymiser took the private elements."""
    named = _SEQUENCE_B.match(text(ds, 0x00180024))
    if named is None:
        return diffusion
    return replace(diffusion, b_value=float(named[1]), isotropic=diffusion.isotropic or named[2] == "t")


def _ge(ds: Fields, orientation: Sequence[float] | None) -> FrameDiffusion:
    packed = numbers(ds, private(ds, 0x0043, "GEMS_PARM_01", 0x39), "IS")
    # Newer software adds a large round number to the b-value (1000000800 is 800).
    b_value = packed[0] % 100000 if packed and packed[0] >= 0 else None
    parts = [number(ds, private(ds, 0x0019, "GEMS_ACQU_01", element)) for element in (0xBB, 0xBC, 0xBD)]
    direction = None
    if None not in parts:
        first, second, third = (float(p or 0.0) for p in parts)
        if text(ds, 0x00181312).upper().startswith("ROW"):
            first, second = second, -first
        # Verified against dcm2niix: the first and second count against the row's and column's direction.
        direction = _along_axes((-first, -second, third), orientation)
    return FrameDiffusion(b_value, direction)


def _philips(ds: Fields, _: Sequence[float] | None) -> FrameDiffusion:
    b_value = number(ds, private(ds, 0x2001, "Philips Imaging DD 001", 0x03), "FL")
    parts = [number(ds, private(ds, 0x2005, "Philips MR Imaging DD 001", e), "FL") for e in (0xB0, 0xB1, 0xB2)]
    direction = _unit(tuple(float(p or 0.0) for p in parts)) if None not in parts else None
    isotropic = text(ds, private(ds, 0x2001, "Philips Imaging DD 001", 0x04)).upper() == "I"
    return FrameDiffusion(b_value if b_value is not None and b_value >= 0 else None, direction, isotropic)


def _uih(ds: Fields, orientation: Sequence[float] | None) -> FrameDiffusion:
    """Its directions count along the image's own axes, as dcm2niix and dicm2nii read them."""
    b_value = number(ds, private(ds, 0x0065, "Image Private Header", 0x09), "FD")
    parts = numbers(ds, private(ds, 0x0065, "Image Private Header", 0x37), "FD")
    return FrameDiffusion(b_value, _along_axes(parts, orientation))


# Canon, Toshiba and Hitachi write the standard's elements; that b = 0 carries none is settled among the frames.
_VENDORS = {"SIEMENS": _siemens, "GE MEDICAL": _ge, "GE HEALTHCARE": _ge, "PHILIPS": _philips, "UIH": _uih}


def _along_axes(parts: Sequence[float], orientation: Sequence[float] | None) -> Vector | None:
    """The unit vector in LPS of parts along a row, down a column and along the normal of an image."""
    if len(parts) != 3 or orientation is None or len(orientation) != 6:
        return None
    row, column = np.asarray(orientation[:3]), np.asarray(orientation[3:])
    return _unit(tuple(parts[0] * row + parts[1] * column + parts[2] * np.cross(row, column)))


def _unit(vector: Sequence[float]) -> Vector | None:
    if len(vector) != 3:
        return None
    length = float(np.linalg.norm(vector))
    if not 0 < length < 1e6:
        return None
    x, y, z = (float(v) / length for v in vector)
    return x, y, z


def _floats(values: Sequence[str]) -> tuple[float, ...]:
    try:
        return tuple(float(v) for v in values)
    except ValueError:
        return ()


def _first(values: Sequence[str]) -> float | None:
    floats = _floats(values[:1])
    return floats[0] if floats else None
