"""What the encoding does to the images, as one description. Everything is off by default."""

from __future__ import annotations

from dataclasses import dataclass

from pnst.phantom.check import require, require_min, require_range
from pnst.phantom.signal import FAT_RESIDUE

FAT_SHIFT_PPM = 3.5
"""How far fat resonates below water (revisemri.com, "chemical shift artefact"): 447 Hz at 3 T."""

GYROMAGNETIC_MHZ_PER_T = 42.577
"""Of the proton (CODATA)."""


@dataclass(frozen=True, kw_only=True)
class Artefacts:
    """Truncated k-space, displaced fat, a distorting main field. Rows (i) are read out, columns (j) phase encoded."""

    gibbs: bool = False
    """Truncate k-space in plane, so that edges ring; off: a voxel is the mean over its box."""
    acquired: float = 1.0
    """Acquired ÷ reconstructed matrix, in plane, with `gibbs`; the rest of k-space is filled with zeros."""
    readout_hz_per_pixel: float | None = None
    """Bandwidth of an acquired pixel along i in all series but diffusion: fat moves by its shift in Hz ÷ this many
    pixels; None: fat stays."""
    epi_hz_per_pixel: float | None = None
    """Bandwidth of an acquired pixel along j, the phase encoding of diffusion (echo-planar): fat and whatever is off
    resonance move by their shift in Hz ÷ this many pixels; None: nothing moves."""
    off_resonance_hz: float = 0.0
    """Greatest deviation of the main field in diffusion; see `Distortion`."""
    off_resonance_wavelength_mm: float = 160.0
    """Of the smooth waves that make that field."""
    jacobian: bool = True
    """Distortion keeps the signal: it is brighter where it is squeezed; off: moved only."""
    fat_residue: float = FAT_RESIDUE
    """Share of the fat signal that spectral fat suppression leaves."""

    def __post_init__(self) -> None:
        require_range("artefacts.acquired", self.acquired, 0.1, 1.0)
        require(self.gibbs or self.acquired == 1, "artefacts.acquired", f"{self.acquired}", "1 without gibbs")
        for name in ("readout_hz_per_pixel", "epi_hz_per_pixel"):
            if getattr(self, name) is not None:
                require_min(f"artefacts.{name}", getattr(self, name), 1.0)
        require_range("artefacts.off_resonance_hz", self.off_resonance_hz, 0.0, 1000.0)
        moves = self.epi_hz_per_pixel is not None or self.off_resonance_hz == 0
        require(moves, "artefacts.off_resonance_hz", f"{self.off_resonance_hz}", "epi_hz_per_pixel beside it")
        require_range("artefacts.off_resonance_wavelength_mm", self.off_resonance_wavelength_mm, 10.0, 10_000.0)
        require_range("artefacts.fat_residue", self.fat_residue, 0.0, 1.0)


REALISTIC = Artefacts(
    gibbs=True, acquired=0.8, readout_hz_per_pixel=220.0, epi_hz_per_pixel=20.0, off_resonance_hz=40.0
)
"""Everything on, in the size met in the clinic (assumed): fat moves by 2 pixels in anatomical series and by 22 in
diffusion, the tumour by up to 2."""


def fat_shift_hz(field_strength_t: float | None) -> float:
    """How far fat resonates from water in Hz; negative: below. Raises `ValueError` without a field strength."""
    if field_strength_t is None:
        raise ValueError("a simulated chemical shift needs the field strength")
    return -FAT_SHIFT_PPM * GYROMAGNETIC_MHZ_PER_T * field_strength_t
