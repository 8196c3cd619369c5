"""Whether numbers of two dates may be compared at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pnst.errors import InputError
from pnst.measurement.families.adc import Adc
from pnst.measurement.growth.growth import DatedStudy
from pnst.measurement.measurements import Measurements
from pnst.study import Role, Study


def refuse_same_images(dates: Sequence[tuple[int, Study]]) -> None:
    """Raise `InputError` where two dates hold the same image, voxel for voxel: one study was given twice."""
    days: dict[str, int] = {}
    for day, study in dates:
        for role, series in study.series.items():
            digest = series.source.digest
            if digest and days.setdefault(digest, day) != day:
                raise InputError(
                    "one image stands on two dates",
                    got=f"the {role} series of day {day}, which is that of day {days[digest]}",
                    expected="a study of its own for each date",
                    remedy="correct one of the paths",
                )


def refuse_other_patient(dates: Sequence[tuple[int, Study]]) -> None:
    """Raise `InputError` where files of one kind say that two dates are of two patients."""
    known: dict[str, tuple[int, str]] = {}
    for day, study in dates:
        for series in study.series.values():
            patient = series.source.patient_digest
            if patient is None:
                continue
            other, first = known.setdefault(patient.partition(" ")[0], (day, patient))
            if patient != first:
                raise InputError(
                    "these studies are of different patients",
                    got=f"another patient's ID on day {day} than on day {other}",
                    expected="studies of one patient",
                    remedy="correct the paths; where one patient has several IDs, say so with same_patient=True "
                    "(--same-patient)",
                )


def adc_differences(label: str, measured: Sequence[Measurements], dates: Sequence[DatedStudy]) -> Iterator[str]:
    """Why a lesion's ADC of two dates may differ for no reason of the tumour's."""
    families = [m.adc for m in measured if m.adc is not None]
    if len(families) < 2:
        return
    for what, values in _protocol(families).items():
        if len(set(values)) > 1:
            yield f"lesion {label!r}: the ADC of the dates is of another {what}: {' and '.join(dict.fromkeys(values))}"
    scanners = [_scanner(date.study) for date in dates]
    if len({scanner for scanner in scanners if scanner}) > 1:
        yield f"lesion {label!r}: the ADC of the dates comes from other scanners: {', '.join(filter(None, scanners))}"


def _protocol(families: Sequence[Adc]) -> dict[str, list[str]]:
    return {
        "part": [adc.region for adc in families],
        "source": [adc.map_source for adc in families],
        "set of b-values": [", ".join(f"{b:g}" for b in adc.b_values) for adc in families if adc.b_values],
    }


def _scanner(study: Study) -> str | None:
    """Vendor and field strength of the diffusion images, as far as known."""
    series = next((study.series[role] for role in (Role.DWI, Role.ADC) if role in study.series), None)
    if series is None:
        return None
    facts = series.acquisition
    strength = None if facts.field_strength_t is None else f"{facts.field_strength_t:g} T"
    return " ".join(part for part in (facts.manufacturer, strength) if part) or None
