"""The intradural differential: what was measured beside what is published of each entity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pnst.evidence.intradural_differential import ENTITIES, intradural_differential
from pnst.evidence.intradural_rows import IntraduralCounts, intradural_counts, intradural_moments
from pnst.evidence.published import publications
from pnst.measurement.measurements import Measurements
from pnst.reporting.key_numbers import Row
from pnst.reporting.reasons import seen

FEATURES: dict[str, tuple[str, ...]] = {
    "place": ("Place",),
    "longest_diameter": ("Longest diameter", "size.longest_diameter_mm"),
    "dural_tail": ("Dural tail", "reader.dural_tail", "canal.dural_tail_mm"),
    "foraminal_extension": ("Extension into the foramen", "reader.foraminal_extension", "bone.foraminal_fraction"),
    "bone_remodelling": ("Remodelled bone", "bone.remodelling"),
    "cystic_change": ("Cystic change", "cyst.present"),
    "rim_enhancement": ("Rim enhancement", "enhancement.peripheral"),
    "enhancement": ("Enhancement", "enhancement.enhancing_fraction"),
    "fluid_signal_t2": ("As bright as fluid on T2",),
    "t1_bright": ("T1-bright area", "t1_high.present"),
    "target_sign": ("Target sign", "target.present"),
    "fascicular_sign": ("Fascicular sign", "fascicular.present"),
    "flow_voids": ("Flow voids", "flow_voids.present"),
    "haemosiderin_cap": ("Haemosiderin cap", "haemosiderin.present"),
    "thoracic_level": ("Thoracic",),
    "lumbar_level": ("Lumbar",),
}
"""Feature → its title, and the columns that it may be read off."""


@dataclass(frozen=True)
class NamedSource:
    """Where a figure or a sentence was read."""

    title: str
    address: str


@dataclass(frozen=True)
class Published:
    """What one source says of one entity."""

    text: str
    source: int
    """Its number in the list of sources."""


@dataclass(frozen=True)
class FeatureRow:
    """One feature: the lesion's own, and each entity's, in the order of `ENTITIES`."""

    title: str
    measured: Row | None
    published: tuple[tuple[Published, ...], ...]


@dataclass(frozen=True)
class Differential:
    """The table, and the sources that its numbers name."""

    entities: tuple[str, ...]
    rows: tuple[FeatureRow, ...]
    sources: tuple[NamedSource, ...]


def differential(m: Measurements) -> Differential:
    """Every feature of which something is published, beside what was measured of this lesion."""
    told = [*_counted(), *_sized(), *_in_words()]
    sources = tuple(dict.fromkeys(source for *_, source in told))
    numbers = {source: number for number, source in enumerate(sources, start=1)}
    rows = []
    for feature, (title, *columns) in FEATURES.items():
        cells = tuple(
            tuple(Published(text, numbers[source]) for one, of, text, source in told if (one, of) == (entity, feature))
            for entity in ENTITIES
        )
        if any(cells):
            rows.append(FeatureRow(title, seen(m, columns), cells))
    return Differential(ENTITIES, tuple(rows), sources)


def _counted() -> Iterator[tuple[str, str, str, NamedSource]]:
    for row in intradural_counts():
        for entity, positive, total in (
            ("schwannoma", row.schwannoma_positive, row.n_schwannoma),
            ("meningioma", row.meningioma_positive, row.n_meningioma),
        ):
            if positive is not None and total is not None:
                yield entity, row.predictor, _share(row, positive, total), _source(row.study)


def _share(row: IntraduralCounts, positive: float, total: float) -> str:
    return f"{100 * positive / total:.0f} %" if "percentages" in row.mark else f"{positive:.0f} of {total:.0f}"


def _sized() -> Iterator[tuple[str, str, str, NamedSource]]:
    for row in intradural_moments():
        if row.predictor == "longest_diameter":
            for entity, mean, sd in (
                ("schwannoma", row.mean_schwannoma, row.sd_schwannoma),
                ("meningioma", row.mean_meningioma, row.sd_meningioma),
            ):
                spread = "" if sd is None else f" ± {10 * sd:.0f}"
                yield entity, row.predictor, f"{10 * mean:.0f}{spread} mm", _source(row.study)


def _in_words() -> Iterator[tuple[str, str, str, NamedSource]]:
    for row in intradural_differential():
        counted = row.source in publications()
        yield (
            row.entity,
            row.feature,
            row.text,
            _source(row.source) if counted else NamedSource(row.source, row.address),
        )


def _source(study: str) -> NamedSource:
    publication = publications()[study]
    address = f"https://doi.org/{publication.doi}" if publication.doi else ""
    return NamedSource(publication.citation, address)
