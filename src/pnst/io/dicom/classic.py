"""Frames of classic images: one file, one frame (mosaics are cut in `mosaic`)."""

from __future__ import annotations

from pnst.io.dicom.diffusion import read_diffusion
from pnst.io.dicom.frame import Frame, FramePlane, Kind, Pixels, RealWorldMapping
from pnst.io.dicom.kinds import kind_of
from pnst.io.dicom.tags import Fields, integer, item, items, number, numbers, private, stated_number, text, words
from pnst.io.dicom.walk import ImplausibleElementError
from pnst.io.fat_suppression import fat_suppressed
from pnst.io.series_words import keywords_of
from pnst.study import Acquisition

_NO_AGENT = frozenset(
    {"NO", "NONE", "N", "WITHOUT", "0", "-", "NIL", "NA", "N/A", "NON", "NEIN", "KEIN", "KEINE", "OHNE", "SANS", "SIN"}
    | {"SEM", "SENZA", "GEEN", "AUCUN", "NESSUNO", "NINGUNO", "UNKNOWN", "NOT GIVEN", "NONE GIVEN", "FALSE"}
)
MIN_SLOPE, MAX_SLOPE = 1e-18, 1e12
"""Of a rescale slope: an ADC map in m²/s needs 1e-12; single precision ends at 1e38."""
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


def classic_frame(ds: Fields, pixels: Pixels) -> Frame:
    """The one frame of a classic image."""
    image_type = words(ds, 0x00080008)
    orientation = numbers(ds, 0x00200037)
    place = plane(numbers(ds, 0x00200032), orientation, numbers(ds, 0x00280030), slice_step(ds))
    captured = _is_capture(ds, pixels, image_type, placed=place is not None)
    return Frame(
        name=repr(pixels.name),
        file=pixels.name,
        index=0,
        corner=(0, 0),
        size=(pixels.rows, pixels.columns),
        plane=place,
        slope=rescale(ds)[0],
        intercept=rescale(ds)[1],
        unit=text(ds, 0x00541001) or text(ds, 0x00281054),
        real_world=real_world(item(ds, 0x00409096)),
        intensity_scale=intensity_scale(ds, rescale(ds)[0], text(ds, 0x00080070)),
        kind=Kind.CAPTURE if captured else kind_of(image_type, derivation_codes(ds)),
        diffusion=read_diffusion(ds, image_type, orientation if len(orientation) == 6 else None),
        acquisition=acquisition_of(ds),
        times=times_of(ds),
        instance=(integer(ds, 0x00200013) or 0, 0),
    )


def _is_capture(ds: Fields, pixels: Pixels, image_type: tuple[str, ...], *, placed: bool) -> bool:
    """Whether an image is a picture of images: without a place and derived or captured, or of eight bits or colour."""
    captured = text(ds, 0x00080016).startswith(SECONDARY_CAPTURE)
    if not placed:
        return captured or "SECONDARY" in image_type[:2] or bool(text(ds, 0x00080064))
    return pixels.samples > 1 or (captured and pixels.bits_allocated == 8)


def times_of(ds: Fields) -> tuple[float | None, ...]:
    """What tells time points apart, strongest first: temporal position, acquisition number, trigger time, times."""
    return (
        number(ds, 0x00200100, "IS"),
        number(ds, 0x00200012, "IS"),
        number(ds, 0x00181060),
        number(ds, 0x00080032),
        number(ds, 0x00080033),
    )


def plane(
    position: tuple[float, ...], orientation: tuple[float, ...], spacing: tuple[float, ...], step_mm: float | None
) -> FramePlane | None:
    """The plane that a header's numbers describe, None where they are missing or describe none."""
    if len(position) != 3 or len(orientation) != 6 or len(spacing) != 2 or min(spacing) <= 0:
        return None
    return FramePlane((position[0], position[1], position[2]), orientation, (spacing[0], spacing[1]), step_mm)


def slice_step(ds: Fields) -> float | None:
    """Spacing between slices in mm, else slice thickness; None where neither is above 0."""
    steps = (number(ds, 0x00180088), number(ds, 0x00180050))
    return next((abs(step) for step in steps if step), None)


def rescale(ds: Fields) -> tuple[float, float]:
    """Rescale slope and intercept; 1 and 0 where none are written. A slope of 0 is a writer's way to say none.

    Raises `ImplausibleElementError` for what is no number, and for numbers that would leave no voxel its value.
    """
    slope = stated_number(ds, 0x00281053, "rescale slope") or 1.0
    intercept = stated_number(ds, 0x00281052, "rescale intercept") or 0.0
    if not MIN_SLOPE <= abs(slope) <= MAX_SLOPE or abs(intercept) > MAX_SLOPE:
        raise ImplausibleElementError(f"a rescale slope of {slope:.3g} and intercept of {intercept:.3g}")
    return slope, intercept


def intensity_scale(ds: Fields, slope: float, manufacturer: str) -> float | None:
    """Chenevert et al. 2014 (Transl Oncol 7:65): Philips' values are floating point × rescale slope × scale slope.

    Philips' it is by the manufacturer, or, where an anonymiser took that, by the creator of the private block.
    """
    if "PHILIPS" not in manufacturer.upper() and not text(ds, 0x20050010).startswith("Philips MR Imaging"):
        return None
    scale = number(ds, private(ds, 0x2005, "Philips MR Imaging DD 001", 0x0E), "FL")
    return float(f"{abs(slope * scale):.5g}") if scale else None


def real_world(mapping: Fields) -> RealWorldMapping | None:
    """A real world value mapping with a slope and a unit, None for anything less."""
    slope, intercept = number(mapping, 0x00409225, "FD"), number(mapping, 0x00409224, "FD")
    code = text(item(mapping, 0x004008EA), 0x00080100)
    if not slope or not code:
        return None
    return RealWorldMapping(slope, intercept or 0.0, code)


def derivation_codes(ds: Fields) -> list[str]:
    """Code values of the Derivation Code Sequence."""
    return [text(code, 0x00080100) for code in items(ds, 0x00089215)]


def _spectral(selected: str, options: tuple[str, ...]) -> bool | None:
    """Spectrally Selected Suppression, which some classic images carry too, else Scan Options."""
    return selected.startswith("FAT") if selected else fat_suppressed(options)


def contrast_agent(agent: str) -> bool | None:
    """Whether Contrast/Bolus Agent names an agent; None where it is empty, which many scanners always write."""
    return agent.upper() not in _NO_AGENT and "pre" not in keywords_of(agent) if agent else None


def acquisition_of(ds: Fields) -> Acquisition:
    """The facts of the acquisition as a classic image writes them."""
    return Acquisition(
        repetition_time_ms=number(ds, 0x00180080),
        echo_time_ms=number(ds, 0x00180081),
        inversion_time_ms=number(ds, 0x00180082) or None,  # GE writes 0 where there is no inversion
        flip_angle_deg=number(ds, 0x00181314),
        field_strength_t=number(ds, 0x00180087),
        fat_suppressed=_spectral(text(ds, 0x00189025), words(ds, 0x00180022)),
        contrast_agent=contrast_agent(text(ds, 0x00180010)),
        manufacturer=text(ds, 0x00080070) or None,
    )
