"""Radiomics texture by a library that follows the Image Biomarker Standardisation Initiative: Z-Rad, optional.

Texture is not measured here (decision 0009). Z-Rad takes arrays with their spacing, gives its columns the names of the
IBSI reference, and is installed with `pip install pnst[radiomics]` (decision 0024).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pnst.errors import InputError, SettingError
from pnst.study import Lesion, Role, Series, Study
from pnst.typing import BoolArray, FloatArray

if TYPE_CHECKING:
    import pandas as pd

FAMILIES = (
    "morphology",
    "local_intensity",
    "intensity_statistics",
    "intensity_histogram",
    "glcm",
    "glrlm",
    "glszm",
    "gldzm",
    "ngtdm",
    "ngldm",
    "ivh",
)
"""IBSI's families, in Z-Rad's words."""

BINS = 32
"""Fixed bin number, which IBSI prefers where intensities have no unit."""

MARGIN_MM = 10.0
"""Image round the lesion that is handed over: IBSI's local peak averages a ball of 6.2 mm."""

Aggregation = Literal["3D", "2.5D", "2D"]


def radiomics(
    study: Study,
    lesion: Lesion,
    *,
    roles: Iterable[Role | str] | None = None,
    families: Sequence[str] = FAMILIES,
    bins: int = BINS,
    aggregation: Aggregation = "3D",
) -> pd.DataFrame:
    """Radiomics features of the lesion on each 3-D series, one row a series, by Z-Rad on the series' own voxels.

    Nothing is resampled or normalised: the texture of thick slices is that of thick slices, and `aggregation` "2.5D"
    or "2D" keeps it within them. The lesion is the mask carried onto each series' grid, not the smooth surface of our
    own columns; `morph_*` are of its raw voxels, as IBSI defines them.

    Parameters
    ----------
    roles : the series to use; None: every 3-D series of the study
    families : of `FAMILIES`
    bins : number of grey levels between the lesion's least and greatest intensity (IBSI's fixed bin number)
    aggregation : "3D", "2.5D" or "2D" texture matrices, averaged over directions

    Returns
    -------
    A table with `case_id`, `label`, `role`, `engine` (name and version), then the library's own column names.

    Raises
    ------
    SettingError : an unknown family, or fewer than two bins
    InputError : Z-Rad is not installed, the study lacks a role asked for, or a series shows no texture in the lesion
    """
    import pandas as pd

    if unknown := [family for family in families if family not in FAMILIES]:
        raise SettingError(
            "unknown radiomics family",
            got=str(unknown[0]),
            expected=", ".join(FAMILIES),
            remedy="choose among these",
        )
    if bins < 2:
        raise SettingError(
            "too few grey levels for texture", got=str(bins), expected="2 or more", remedy="leave it at 32"
        )
    _require_zrad()
    about = {"case_id": study.case_id, "label": lesion.label}
    engine = f"z-rad {version('z-rad')}"
    rows = [
        {**about, "role": str(series.role), "engine": engine}
        | features(*_cropped(series, lesion), families=families, bins=bins, aggregation=aggregation)
        for series in _chosen(study, roles)
    ]
    return pd.DataFrame(rows)


def features(
    image: FloatArray,
    mask: BoolArray,
    spacing: Sequence[float],
    *,
    families: Sequence[str] = FAMILIES,
    bins: int = BINS,
    aggregation: Aggregation = "3D",
) -> dict[str, float]:
    """Z-Rad's features of a region: `image` and `mask` (ni, nj, nk) with `spacing` (3,) in mm along those axes."""
    from zrad.image import Image
    from zrad.preprocessing import IntensityMaskBuilder, IVHIntensityDiscretizer, Pipeline, RoiData, TextureDiscretizer
    from zrad.radiomics import Radiomics

    def handed(array: FloatArray) -> Any:
        # Z-Rad's arrays run (z, y, x), its spacing (x, y, z).
        turned = np.ascontiguousarray(array.T, dtype=np.float64)
        return Image(turned, (0.0, 0.0, 0.0), np.asarray(spacing, float), tuple(np.eye(3).ravel()), array.shape)

    steps = (
        ("intensity", IntensityMaskBuilder()),
        ("texture", TextureDiscretizer(number_of_bins=bins)),
        ("ivh", IVHIntensityDiscretizer(method="fixed_bin_number", number_of_bins=1000)),
    )
    region = RoiData(image=handed(image), morphological_mask=handed(mask.astype(np.float64)))
    engine = Radiomics(aggr_dim=aggregation, aggr_method="AVER")
    features = engine.extract_features(Pipeline(steps).apply(region), families=list(families))
    return {name: float(value) for name, value in features.items()}


def _require_zrad() -> None:
    from importlib.util import find_spec

    if find_spec("zrad") is None:
        raise InputError(
            "radiomics features need a package that is not installed",
            got="no package zrad",
            expected="z-rad 26.9 or newer",
            remedy="pip install 'pnst[radiomics]'",
        )


def _chosen(study: Study, roles: Iterable[Role | str] | None) -> list[Series]:
    if roles is None:
        return [series for series in study.series.values() if series.volume.data.ndim == 3]
    return [_series(study, role) for role in roles]


def _series(study: Study, role: Role | str) -> Series:
    there = [str(known) for known, series in study.series.items() if series.volume.data.ndim == 3]
    if role not in there:
        raise InputError(
            "the study has no such 3-D series",
            got=str(role),
            expected=", ".join(there) or "a 3-D series",
            remedy="choose one of these; of diffusion, hand over the ADC map",
        )
    return study.series[Role(role)]


def _cropped(series: Series, lesion: Lesion) -> tuple[FloatArray, BoolArray, tuple[float, float, float]]:
    """Image, mask and spacing round the lesion, in closest-canonical order; `InputError` where there is no texture."""
    mask = lesion.mask_on(series.volume.grid)
    values = series.volume.data[mask.data]
    if not values.size or not np.isfinite(values).all() or np.ptp(values) == 0:
        raise InputError(
            f"the {series.role} series shows no texture in the lesion {lesion.label!r}",
            got="one intensity, or voxels without a number" if values.size else "no voxel in the lesion",
            expected="different intensities within the lesion",
            remedy="check that the mask belongs to this study, or leave this series out by `roles`",
        )
    box = mask.box(MARGIN_MM)
    image, inside = (part.canonical() for part in (series.volume.crop(box), mask.crop(box)))  # type: ignore[arg-type]
    return np.nan_to_num(image.data), inside.data, image.grid.spacing
