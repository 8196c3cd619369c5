"""All lesions of one study together: how much tumour there is, where, and which of them is the most suspicious."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from pnst.html_table import html_notes, html_table
from pnst.measurement.measurements import Measurements
from pnst.measurement.spine_region import NO_VERTEBRAE, spine_region, vertebra_centres
from pnst.study import Lesion, Study

if TYPE_CHECKING:
    import pandas as pd

    from pnst.classification.assessment import Assessment

MALIGNANT = "malignant"
"""The question whose probability makes a lesion suspicious."""
ELSEWHERE = "beside no labelled vertebra"


@dataclass(frozen=True)
class LesionBurden:
    """One lesion among the others."""

    number: int
    """Its place in measurements.json, and in the names of its files: `lesion-2.nii.gz`."""
    label: str
    region: str | None
    """ "L3, left", or "left, at the height of L3" far from the spine; None where it cannot be told."""
    part: str | None
    """ "cervical" … "sacral", beside the spine."""
    longest_diameter_mm: float | None
    volume_ml: float | None
    volume_ml_interval: tuple[float, float] | None
    mean_adc_um2_per_ms: float | None
    question: str | None
    of_class: str | None
    """The class whose probability is given."""
    probability: float | None
    probability_interval: tuple[float, float] | None
    abstained: str | None

    @property
    def suspicion(self) -> tuple[int, float, float, int]:
        """Sorts the most suspicious first.

        Where malignancy was asked about and the answer may be relied on, by its probability; then where it should not
        be relied on; then other questions; last lesions without a probability; equals by volume.
        """
        asked = self.question == MALIGNANT and self.probability is not None
        rank = 0 if asked and self.abstained is None else 1 if asked else 2 if self.probability is not None else 3
        return rank, -(self.probability or 0.0) if asked else 0.0, -(self.volume_ml or 0.0), self.number


@dataclass(frozen=True)
class Burden:
    """The lesions of one study, the most suspicious first, and what they come to together."""

    case_id: str
    lesions: tuple[LesionBurden, ...]
    no_region: str | None
    """Why no region is told; None where it is."""
    unmeasured: tuple[str, ...] = ()
    """Labels of lesions that could not be measured: they are in no sum."""

    @property
    def is_several(self) -> bool:
        """Whether there is more than one lesion to tell of."""
        return len(self.lesions) + len(self.unmeasured) > 1

    @property
    def total_volume_ml(self) -> float:
        """Of all measured lesions."""
        return sum(lesion.volume_ml or 0.0 for lesion in self.lesions)

    @property
    def total_volume_ml_interval(self) -> tuple[float, float] | None:
        """The sums of the lower and of the upper ends; None where a lesion has none.

        As if every error went the same way, as those of one reader and of one blur do: wider than for errors that do
        not know of each other.
        """
        ends = [lesion.volume_ml_interval for lesion in self.lesions]
        known = [end for end in ends if end is not None]
        if not known or len(known) < len(ends):
            return None
        return sum(low for low, _ in known), sum(high for _, high in known)

    @property
    def regions(self) -> dict[str, int] | None:
        """Lesions by part of the spine; None where no region is told."""
        if self.no_region is not None:
            return None
        counts = Counter(lesion.part or ELSEWHERE for lesion in self.lesions)
        return {part: counts[part] for part in ("cervical", "thoracic", "lumbar", "sacral", ELSEWHERE) if counts[part]}

    def to_dict(self) -> dict[str, Any]:
        """The content of burden.json, but for its version."""
        interval = self.total_volume_ml_interval
        return {
            "case_id": self.case_id,
            "lesion_count": len(self.lesions),
            "total_volume_ml": self.total_volume_ml,
            "total_volume_ml_interval": None if interval is None else list(interval),
            "regions": self.regions,
            "no_region": self.no_region,
            "unmeasured": list(self.unmeasured),
            "lesions": [_entry(lesion) for lesion in self.lesions],
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Burden:
        """The inverse of `to_dict`. Raises `TypeError`, `KeyError`, `ValueError` for what it cannot have given."""
        lesions = tuple(LesionBurden(**{**entry, **_pairs(entry)}) for entry in content["lesions"])
        return cls(content["case_id"], lesions, content["no_region"], tuple(content["unmeasured"]))

    def rescored(self, assessments: Sequence[Assessment]) -> Burden:
        """The same lesions with other assessments, one a lesion by its number, and in their order.

        Raises `ValueError` where these are not its lesions.
        """
        by_number = dict(enumerate(assessments, start=1))
        if {(one.number, one.label) for one in self.lesions} != {(n, a.label) for n, a in by_number.items()}:
            raise ValueError("assessments of other lesions")
        rows = [scored(lesion, by_number[lesion.number]) for lesion in self.lesions]
        return replace(self, lesions=most_suspicious_first(rows))

    def to_frame(self) -> pd.DataFrame:
        """One row a lesion, the most suspicious first."""
        import pandas as pd

        return pd.DataFrame([{"case_id": self.case_id, **asdict(lesion)} for lesion in self.lesions])

    def _repr_html_(self) -> str:
        rows = [
            (
                str(lesion.number),
                lesion.label,
                lesion.region or "–",
                _shown(lesion.longest_diameter_mm, ".1f"),
                _shown(lesion.volume_ml, ".3g"),
                _shown(lesion.probability, ".2f"),
            )
            for lesion in self.lesions
        ]
        head = ("Number", "Lesion", "Region", "Longest diameter (mm)", "Volume (ml)", "Probability")
        unmeasured = [f"Not measured: {', '.join(self.unmeasured)}"] if self.unmeasured else []
        return html_table(self._total, head, rows) + html_notes(unmeasured)

    def __repr__(self) -> str:
        return f"Burden({self._total!r})"

    @property
    def _total(self) -> str:
        count = len(self.lesions)
        return f"{self.case_id}: {count} lesion{'' if count == 1 else 's'}, {self.total_volume_ml:.3g} ml"


def burden(
    study: Study,
    lesions: Sequence[Lesion],
    measurements: Sequence[Measurements],
    assessments: Sequence[Assessment] = (),
    unmeasured: Sequence[str] = (),
) -> Burden:
    """What the measured lesions of a study come to. `assessments` may be empty: nothing is suspicious then."""
    centres = vertebra_centres(study.masks)
    rows = []
    for n, (lesion, m) in enumerate(zip(lesions, measurements, strict=True)):
        region = spine_region(lesion, centres)
        row = scored(_measured(n + 1, m), assessments[n] if assessments else None)
        where = None if region is None else str(region)
        rows.append(replace(row, region=where, part=region.part if region is not None and region.beside else None))
    return Burden(study.case_id, most_suspicious_first(rows), None if centres else NO_VERTEBRAE, tuple(unmeasured))


def most_suspicious_first(lesions: Sequence[LesionBurden]) -> tuple[LesionBurden, ...]:
    """The order of every table of lesions."""
    return tuple(sorted(lesions, key=lambda lesion: lesion.suspicion))


def scored(lesion: LesionBurden, a: Assessment | None) -> LesionBurden:
    """The lesion with what an assessment says of it."""
    if a is None:
        return lesion
    return replace(
        lesion,
        question=a.question,
        of_class=a.of_class,
        probability=a.probability,
        probability_interval=a.interval,
        abstained=a.abstained,
    )


def _measured(number: int, m: Measurements) -> LesionBurden:
    columns: Mapping[str, Any] = m.columns()
    return LesionBurden(
        number=number,
        label=m.label,
        region=None,
        part=None,
        longest_diameter_mm=columns.get("size.longest_diameter_mm"),
        volume_ml=columns.get("size.volume_ml"),
        volume_ml_interval=columns.get("size.volume_ml_interval"),
        mean_adc_um2_per_ms=columns.get("adc.mean_um2_per_ms"),
        question=None,
        of_class=None,
        probability=None,
        probability_interval=None,
        abstained=None,
    )


def _entry(lesion: LesionBurden) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(lesion).items()}


def _pairs(entry: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """The intervals of an entry, as they were before it was JSON."""
    ends = {name: entry[name] for name in ("volume_ml_interval", "probability_interval") if entry[name] is not None}
    return {name: (float(low), float(high)) for name, (low, high) in ends.items()}


def _shown(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
