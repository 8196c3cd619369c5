"""One reportlet a family: what it is, its pictures, its numbers and what is published of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from pnst.measurement.family import Family, Value
from pnst.measurement.measurements import Measurements
from pnst.reporting.adc_histogram import histogram_pictures
from pnst.reporting.canvas import Picture
from pnst.reporting.figures import (
    adc_pictures,
    edema_pictures,
    extent_pictures,
    lesion_pictures,
    region_pictures,
    rim_pictures,
)
from pnst.reporting.key_numbers import Row, row_of
from pnst.reporting.published_figures import PublishedFigure, predictor_families, published_figures
from pnst.reporting.skipped_parts import skipped_of
from pnst.reporting.structure_pictures import bone_pictures, contact_pictures, cord_pictures, nerve_pictures
from pnst.reporting.vocabulary import KeyColumn, family_words
from pnst.study import Lesion, Study


@dataclass(frozen=True)
class Reportlet:
    """One family: what it is, its pictures, all its numbers, and the published ones behind them."""

    name: str
    title: str
    caption: str
    pictures: tuple[Picture, ...]
    rows: tuple[Row, ...]
    weighs: bool = False
    """Whether a predictor of malignancy is read off it."""
    published: tuple[PublishedFigure, ...] = ()
    """What was counted of its predictors in malignant and benign lesions."""
    speaks: str = ""
    """What it says of a tumour, where malignancy is asked about."""
    remark: str = ""
    skipped: str = ""
    """Why a part of the family is missing."""


DrawPictures = Callable[[Study, Lesion, Measurements], list[Picture]]
PICTURES: dict[str, DrawPictures] = {
    "size": lambda study, lesion, m: extent_pictures(study, lesion),
    "margin": lesion_pictures,
    "edema": edema_pictures,
    "split_fat": partial(region_pictures, name="fat_rim"),
    "adc": lambda study, lesion, m: [*adc_pictures(study, lesion, m), *histogram_pictures(m)],
    "ivim": lambda study, lesion, m: [],
    "enhancement": partial(region_pictures, name="enhancing"),
    "cyst": partial(region_pictures, name="cyst"),
    "t1_high": partial(region_pictures, name="t1_high"),
    "target": partial(region_pictures, name="target_core"),
    "heterogeneity": lambda study, lesion, m: [],
    "cord": cord_pictures,
    "canal": partial(region_pictures, name="canal_filled"),
    "nerve": nerve_pictures,
    "bone": bone_pictures,
    "invasion": contact_pictures,
    "fascicular": partial(region_pictures, name="fascicles"),
    "rim": rim_pictures,
    "flow_voids": partial(region_pictures, name="flow_voids"),
    "haemosiderin": partial(region_pictures, name="haemosiderin"),
}
"""What draws each family; a family without an entry has no picture."""


def reportlets(study: Study, lesion: Lesion, m: Measurements) -> list[Reportlet]:
    """One reportlet for every measured family."""
    parts = []
    for name, family in m.families().items():
        words = family_words(name)
        draw = PICTURES.get(name)
        parts.append(
            Reportlet(
                name,
                words.title,
                words.lead,
                tuple(draw(study, lesion, m)) if draw else (),
                tuple(_rows(m, name, family)),
                name in predictor_families(),
                tuple(published_figures(name, m)),
                words.speaks,
                family.quality or "",
                skipped_of(name, m.skipped),
            )
        )
    return parts


def _rows(m: Measurements, name: str, family: Family) -> list[Row]:
    """Every column of a family; intervals and thresholds stand beside their column, quality has its own place."""
    columns = family.columns()
    beside = {f"{column}{suffix}" for column in columns for suffix in ("_interval", "_threshold")} | {"quality"}
    left_out = {key.sign for key in family_words(name).keys if key.column not in columns and _is_open(columns, key)}
    return [row_of(m, name, column) for column in columns if column not in beside | left_out]


def _is_open(columns: Mapping[str, Value], key: KeyColumn) -> bool:
    """Whether a sign was not told: without its number it says nothing, as of a structure that was not given."""
    return key.sign is not None and columns.get(key.sign) is None
