"""What a header says: `Frame`, one two-dimensional image, and `Header`, one file of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pnst.errors import PnstError
from pnst.study import Acquisition

Vector = tuple[float, float, float]


class Kind(StrEnum):
    """What the numbers of an image are, by its image type and derivation code."""

    MAGNITUDE = "magnitude"
    ADC = "ADC map"
    WATER = "water image"
    FAT = "fat image"
    IN_PHASE = "in-phase image"
    OPPOSED_PHASE = "opposed-phase image"
    PHASE = "phase, real or imaginary part"
    MAP = "computed map"
    LOCALIZER = "localizer"
    PROJECTION = "projection"
    CAPTURE = "screen capture or report"
    SUBTRACTION = "subtraction"


@dataclass(frozen=True, slots=True)
class FramePlane:
    """Where a frame lies, in the patient's LPS mm as DICOM counts them."""

    position: Vector
    """Centre of the first voxel."""
    orientation: tuple[float, ...]
    """Six direction cosines: along a row (column index growing), then along a column."""
    spacing: tuple[float, float]
    """mm between rows, then between columns."""
    step_mm: float | None = None
    """Spacing between slices, else slice thickness: used only where there is a single slice."""


@dataclass(frozen=True, slots=True)
class FrameDiffusion:
    """The diffusion weighting of one frame."""

    b_value: float | None = None
    """s/mm²; None where the header says nothing."""
    direction: Vector | None = None
    """Unit vector in LPS; None where there is none (b = 0, combined directions) or none is written."""
    isotropic: bool = False
    """Whether the frame is a combination of directions (trace)."""


@dataclass(frozen=True, slots=True)
class RealWorldMapping:
    """A real world value mapping: value = slope · stored + intercept, in `unit` as written."""

    slope: float
    intercept: float
    unit: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One two-dimensional image: a classic file, a frame of an enhanced one, or a tile of a mosaic."""

    name: str
    """What messages call it: the quoted name of its file in the study's folder, and its number where there are many."""
    file: str
    """Name of the file that holds its pixels."""
    index: int
    """Place in the file's pixel data, from 0."""
    corner: tuple[int, int]
    """First row and column inside that image: (0, 0) except in a mosaic."""
    size: tuple[int, int]
    """Rows and columns."""
    plane: FramePlane | None
    slope: float
    intercept: float
    unit: str
    """Of the rescaled values, as written; "" where none is."""
    real_world: RealWorldMapping | None
    intensity_scale: float | None
    """Philips: rescale slope × scale slope, by which displayed values must be divided to be comparable."""
    kind: Kind
    diffusion: FrameDiffusion
    acquisition: Acquisition
    times: tuple[float | None, ...]
    """What tells time points apart, strongest first: temporal position, acquisition number, trigger time, time."""
    instance: tuple[int, int]
    """Instance number and frame number: the order in which the scanner wrote."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """Where and how a file keeps its pixels."""

    file: Path
    name: str
    offset: int
    """Byte at which the pixel data element starts."""
    transfer_syntax: str
    rows: int
    columns: int
    frames: int
    samples: int
    bits_allocated: int
    bits_stored: int
    signed: bool


@dataclass(frozen=True, slots=True)
class Header:
    """One file: whose it is, what its series is, its frames, and where its pixels are."""

    pixels: Pixels
    study_uid: str
    patient_id: str
    series_uid: str
    instance_uid: str
    series_number: int | None
    description: str
    """Series description, else the protocol's name."""
    modality: str
    sequence: tuple[str, ...]
    """Scanning sequence, its variant and its name, as written."""
    frame_of_reference: str
    """UID of the coordinate system that positions are counted in."""
    reformatted: bool
    """Whether its image type says that it was made from other images of the study (MPR, derived and secondary)."""
    simulated: bool
    """Whether its model is the phantom of `pnst`, whichever vendor's habits it was written by."""
    frames: tuple[Frame, ...]
    stated_images: int | None = None
    """Images in Acquisition (0020,1002)."""
    stated_slices: int | None = None
    """Philips and GE: how many slices a volume has."""
    problem: PnstError | None = None
    """Why its frames cannot be placed, where that is known from this file alone."""
