"""`pnst.view`: a study with its lesion and regions in NiiVue's widget."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from pnst.errors import InputError, SettingError
from pnst.image import Grid
from pnst.io.nifti.read import nifti_bytes
from pnst.measurement.measurements import Measurements
from pnst.reporting.shown_images import ShownImage, image_layer, overlay_layers
from pnst.study import Lesion, Role, Study

if TYPE_CHECKING:
    from ipyniivue import NiiVue

OPACITY, LESION_OPACITY = 0.4, 0.2
"""Of a region and of the lesion: the image is seen through them, and through the lesion best."""
CROSSHAIR = (1.0, 1.0, 1.0, 0.6)
"""White, RGBA in 0–1; thin, and open round its middle, so that what it points at is seen."""


def view(
    study: Study,
    lesion: Lesion,
    m: Measurements | None = None,
    *,
    role: Role | str | None = None,
    regions: Sequence[str] | None = None,
    margin_mm: float = 40.0,
    height_px: int = 480,
) -> NiiVue:
    """Scroll through a series in a notebook, the lesion (blue) and what was measured laid over it.

    Every overlay keeps its own voxels and lies where its affine says, oblique or not; a region that was measured on
    another series is laid over this one by their affines alone. Nothing leaves the machine: the widget is drawn by the
    browser that shows the notebook. The ADC map comes hidden, since it would cover the image: raise
    `widget.volumes[1].opacity`.

    Parameters
    ----------
    study, lesion : what is shown
    m : its measurements, for their regions; None: the lesion alone
    role : which series; None: the one that the lesion is seen best on; of diffusion the mean at the highest b-value
    regions : names of `m.regions`; None: the ADC map, oedema and the fat rim, as far as they were measured
    margin_mm : how much of the image is handed over round the lesion
    height_px : of the widget

    Raises
    ------
    InputError : the optional part `notebook` is not installed; no such series, or the lesion does not lie in it
    SettingError : a region that was not measured, or a margin below 0

    Examples
    --------
    A ball of 10 mm on T1: the image, and the lesion over it.

    >>> import pnst
    >>> i, j, k = np.ogrid[-15.5:16, -14.5:15, -7.5:8]
    >>> ball = i**2 + j**2 + (2 * k) ** 2 < 100
    >>> grid = pnst.Grid(ball.shape, np.diag([1.0, 1.0, 2.0, 1.0]))
    >>> from pnst.study import Source
    >>> t1 = pnst.Series(pnst.Role.T1, pnst.Volume(100.0 + 50 * ball, grid), Source("simulated", ""))
    >>> study = pnst.Study("A", {pnst.Role.T1: t1})
    >>> lesion = pnst.Lesion("1", pnst.Mask(ball, grid), "simulation")
    >>> [volume.name for volume in pnst.view(study, lesion).volumes]
    ['T1.nii', 'Lesion.nii']
    """
    _require_widget()
    if not margin_mm >= 0:
        raise SettingError(
            "the margin is below 0", got=f"{margin_mm}", expected="mm, 0 or more", remedy="give margin_mm"
        )
    from ipyniivue import NiiVue

    image = image_layer(study, lesion, role, margin_mm)
    layers = [image, *overlay_layers(lesion, m, regions)]
    widget = NiiVue(
        height=height_px,
        is_radiological_convention=True,
        is_slice_mm=True,
        is_nearest_interpolation=False,
        crosshair_width=0.5,
        crosshair_gap=8.0,
        crosshair_color=CROSSHAIR,
    )
    widget.scene.crosshair_pos = _crosshair(image.image.grid, lesion)
    widget.load_volumes([_volume(layer) for layer in layers])
    return widget


def _volume(layer: ShownImage) -> Any:
    """The layer as the widget takes it: the bytes of a NIfTI file, and its colours."""
    from ipyniivue import Volume as Shown

    name, data = f"{layer.title}.nii", nifti_bytes(layer.image)
    if layer.colour is not None:
        opacity = LESION_OPACITY if layer.is_lesion else OPACITY
        return Shown(name=name, data=data, opacity=opacity, colormap_label=_table(layer.colour), colorbar_visible=False)
    low, high = layer.limits or (None, None)
    colours = (
        {"colormap": "viridis", "opacity": 0.0} if layer.is_map else {"colormap": "gray", "colorbar_visible": False}
    )
    return Shown(name=name, data=data, cal_min=low, cal_max=high, **colours)


def _table(colour: str) -> Any:
    """0 is clear, 1 has the colour (#rrggbb)."""
    from ipyniivue.traits import LUT

    return LUT(lut=[0, 0, 0, 0, *bytes.fromhex(colour[1:]), 255], min=0, max=1, labels=["", ""])


def _crosshair(grid: Grid, lesion: Lesion) -> list[float]:
    """The middle of the lesion as NiiVue counts places: shares of the image's extent in closest-canonical order."""
    canonical = grid.canonical()
    vertices = lesion.mesh.vertices
    index = canonical.to_index((vertices.min(axis=0) + vertices.max(axis=0)) / 2)
    return [float(share) for share in np.clip((index + 0.5) / canonical.shape, 0, 1)]


def _require_widget() -> None:
    if find_spec("ipyniivue") is None:
        raise InputError(
            "the viewer needs a package that is not installed",
            got="no package ipyniivue",
            expected="ipyniivue 2.4 or newer, in the notebook's own environment",
            remedy="python -m pip install 'pnst[notebook]'",
        )
