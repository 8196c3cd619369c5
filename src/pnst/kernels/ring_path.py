"""The way along one axis through the middles of bright rings: a cord in its fluid, section by section."""

from __future__ import annotations

import numpy as np

from pnst.typing import Float32Array, FloatArray, IntArray

RAYS = 16
CORE_PIXELS = 2
"""Half width of the middle that is to be dark."""
LOW_QUARTER = 4
"""Of the rays, sorted: a ring that a quarter of the rays does not see is none."""
TURN_COST = 0.02
"""A step aside costs so much of the brightness."""


def ring_strength(image: FloatArray, radii: tuple[int, int]) -> Float32Array:
    """(n, m, k) how much brighter the ring round each pixel is than its middle, within each section `image[i]`.

    A ring is as bright as the lower quartile, over `RAYS` rays, of the brightest pixel between two `radii` in pixels.

    A bright ring of radius 5 round the middle of a dark section:

    >>> x, y = np.mgrid[-12:13, -12:13]
    >>> image = (np.abs(np.hypot(x, y) - 5) < 1.2).astype(float)[None]
    >>> strength = ring_strength(image, (3, 8))
    >>> strength[0, [12, 12, 2], [12, 18, 12]].round(1).tolist()
    [1.0, -0.5, 0.0]
    """
    from scipy.ndimage import uniform_filter

    values = np.asarray(image, dtype=np.float32)
    reach = radii[1]
    padded = np.pad(values, ((0, 0), (reach, reach), (reach, reach)), mode="edge")
    brightest = np.full((RAYS, *values.shape), -np.inf, dtype=np.float32)
    for ray, angle in enumerate(2 * np.pi * np.arange(RAYS) / RAYS):
        for radius in range(radii[0], radii[1] + 1):
            i, j = (reach + round(radius * part) for part in (np.cos(angle), np.sin(angle)))
            moved = padded[:, i : i + values.shape[1], j : j + values.shape[2]]
            np.maximum(brightest[ray], moved, out=brightest[ray])
    ring = np.partition(brightest, LOW_QUARTER, axis=0)[LOW_QUARTER]
    side = 2 * CORE_PIXELS + 1
    return np.asarray(ring - uniform_filter(values, (0, side, side)), dtype=np.float32)


def strongest_path(strength: Float32Array) -> tuple[IntArray, FloatArray]:
    """The path (n, 2) of pixels, one a section, that gathers most of `strength` (n, m, k); and what it meets (n,).

    From one section to the next it moves by one pixel at most, at a cost (dynamic programming).

    >>> strength = np.zeros((3, 5, 6), dtype=np.float32)
    >>> strength[0, 1, 1] = strength[1, 2, 1] = strength[2, 2, 2] = 1
    >>> strongest_path(strength)[0].tolist()
    [[1, 1], [2, 1], [2, 2]]
    """
    steps = [(i, j) for i in (0, -1, 1) for j in (0, -1, 1)]
    cost = np.array([TURN_COST * np.hypot(*step) for step in steps], dtype=np.float32)
    total, chosen = strength[0], []
    for section in strength[1:]:
        padded = np.pad(total, 1, constant_values=-np.inf)
        m, k = section.shape
        options = np.stack([padded[1 + i : 1 + i + m, 1 + j : 1 + j + k] for i, j in steps]) - cost[:, None, None]
        best = options.argmax(axis=0)
        chosen.append(best)
        total = section + np.take_along_axis(options, best[None], axis=0)[0]
    place = np.array(np.unravel_index(int(total.argmax()), total.shape))
    path = [place]
    for best in reversed(chosen):
        place = place + steps[int(best[tuple(place)])]
        path.append(place)
    way = np.stack(path[::-1])
    return way, strength[np.arange(len(way)), way[:, 0], way[:, 1]].astype(np.float64)
