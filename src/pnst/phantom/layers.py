"""Regions painted over each other: what a small cell round a point is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pnst.phantom.tissue import Tissue
from pnst.typing import FloatArray

TISSUE_COUNT = len(Tissue)


@dataclass(frozen=True, eq=False)
class Layer:
    """One region painted over those before it."""

    tissue: Tissue
    distance: FloatArray
    """(n,) signed distance of each point to its border in mm, negative inside."""
    sigma: FloatArray | None = None
    """(n,) σ in mm of the border's error function, 0 where it is sharp; None: sharp everywhere."""
    stroma: FloatArray | None = None
    """(n,) share of the region that is `STROMA` instead; None: nowhere."""

    def coverage(self, cell_mm: float) -> FloatArray:
        """(n,) share of a small cell round each point that lies inside, its border seen as flat."""
        sharp = np.clip(0.5 - self.distance / cell_mm, 0, 1)
        if self.sigma is None:
            return np.asarray(sharp)
        from scipy.special import erfc

        blur = np.sqrt(self.sigma**2 + cell_mm**2 / 12)
        return np.asarray(np.where(self.sigma > 0, erfc(self.distance / (np.sqrt(2) * blur)) / 2, sharp))

    def clearance(self) -> FloatArray:
        """(n,) distance in mm within which nothing changes."""
        fade = 0.0 if self.sigma is None else 4 * float(self.sigma.max(initial=0))
        apart = np.asarray(np.abs(self.distance) - fade)
        return apart if self.stroma is None else np.where(self.distance < 0, -1.0, apart)


def blend(layers: Sequence[Layer], cell_mm: float) -> FloatArray:
    """(n, tissues): the layers seen from above, air shining through where none covers; rows sum to 1."""
    uncovered = np.ones(len(layers[0].distance))
    mixture = np.zeros((TISSUE_COUNT, len(uncovered)))
    for layer in reversed(layers):
        share = layer.coverage(cell_mm)
        visible = uncovered * share
        if layer.stroma is not None:
            mixture[Tissue.STROMA] += visible * layer.stroma
            visible = visible * (1 - layer.stroma)
        mixture[layer.tissue] += visible
        uncovered *= 1 - share
    mixture[Tissue.AIR] += uncovered
    return np.asarray(mixture.T)


def clearance(layers: Sequence[Layer]) -> FloatArray:
    """(n,) distance in mm within which no layer changes."""
    return np.asarray(np.minimum.reduce([layer.clearance() for layer in layers]))
