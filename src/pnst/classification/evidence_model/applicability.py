"""Lesions and patients that the model's sources do not speak of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pnst.classification.evidence_model.draws import sources
from pnst.classification.evidence_model.observation import PLAUSIBLE_ADC, Observation, implausible_adc
from pnst.classification.evidence_model.parameters import LogNormalParameters, Parameters
from pnst.classification.lesion_table import LesionTable
from pnst.evidence.body import Evidence
from pnst.evidence.population import Patient, mismatch_warnings
from pnst.evidence.published import predictors
from pnst.measurement.solid import WHOLE_LESION, WHOLE_LESION_WARNING
from pnst.typing import BoolArray

FAR_LOG_SD = 3.0
"""A diameter further than this beyond both class medians is not of the sources' lesions."""
MEAN_ADC = "adc_mean"
LOCATION_UNKNOWN = "the lesion's location was not given: it counts as a peripheral or extradural one"
INTRAMUSCULAR = "intramuscular"
NO_FAT_IN_MUSCLE = (
    "the absent split fat sign is of a lesion inside one muscle, where benign ones lack the rim of fat, too: it counts "
    "all the same"
)


def reasons_against(
    observations: tuple[Observation, ...], lesions: LesionTable, parameters: Parameters
) -> tuple[tuple[str, ...], ...]:
    """Why each answer (n,) should not be used: nothing but the size, or a value that no lesion of the sources has."""
    reasons: list[list[str]] = [[] for _ in range(lesions.count)]
    measured = np.zeros(lesions.count, dtype=bool)
    for observation in observations:
        if observation.predictor.group != "size":
            measured |= observation.enters
        else:
            _say_far(observation, parameters, reasons)
    for row in np.flatnonzero(~measured):
        reasons[row].insert(0, "nothing but the size was measured")
    for index, text in _implausible(lesions, (MEAN_ADC,)):
        reasons[index].append(f"{text}: it was left out; check its unit")
    return tuple(map(tuple, reasons))


def _say_far(observation: Observation, parameters: Parameters, reasons: list[list[str]]) -> None:
    p = parameters.predictors[observation.predictor.name]
    if not isinstance(p, LogNormalParameters):
        raise TypeError(f"{observation.predictor.name} has no medians")
    malignant, benign, sd = p.pooled
    low, high = min(malignant, benign) - FAR_LOG_SD * sd, max(malignant, benign) + FAR_LOG_SD * sd
    far: BoolArray = (observation.entry < low) | (observation.entry > high)  # NaN is neither
    for row in np.flatnonzero(far):
        reasons[row].append(
            f"{observation.predictor.column} = {observation.values[row]:.4g} lies more than {FAR_LOG_SD:g} log-SD "
            "beyond the medians of both classes: check its unit"
        )


def _implausible(lesions: LesionTable, names: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Rows whose ADC is none of a lesion's, and what is wrong."""
    low, high = PLAUSIBLE_ADC
    for predictor in predictors():
        if predictor.name in names:
            values, _ = lesions.numbers(predictor.column)
            for row in np.flatnonzero(implausible_adc(values)):
                yield int(row), f"{predictor.column} = {values[row]:.4g} lies outside {low:g} to {high:g} µm²/ms"


def warnings(
    observations: tuple[Observation, ...], lesions: LesionTable, patients: Sequence[Patient], evidence: Evidence
) -> list[tuple[str, ...]]:
    """What to say of each lesion: sources that do not match the patient, and measurements that are not theirs."""
    regions, censored = lesions.texts("adc.region"), lesions.flags("edema.censored")[0]
    compartments = lesions.texts("split_fat.compartment")
    left_out: dict[int, list[str]] = {}
    for row, text in _implausible(lesions, ("adc_dark", "adc_min")):
        left_out.setdefault(row, []).append(f"{text}: it was left out")
    entered = np.empty((lesions.count, len(observations)), dtype=bool)
    for index, observation in enumerate(observations):
        entered[:, index] = observation.enters
    of_sources: dict[tuple[bytes, Patient], tuple[str, ...]] = {}
    texts = []
    for row, pattern in enumerate(entered):
        present = [observations[index] for index in np.flatnonzero(pattern)]
        key = pattern.tobytes(), patients[row]
        if key not in of_sources:
            of_sources[key] = tuple(_of_sources(present, patients[row], evidence))
        of_row = (
            *left_out.get(row, ()),
            *_of_measurement(present, row, regions[row], censored[row] == 1),
            *_of_compartment(present, row, compartments[row]),
        )
        texts.append((*of_row, *of_sources[key]))
    return texts


def _of_sources(observations: list[Observation], patient: Patient, evidence: Evidence) -> Iterator[str]:
    rest_on = {o.predictor.name: sources(o.predictor, evidence) for o in observations}
    yield from mismatch_warnings(
        patient, [study for studies in rest_on.values() for study in studies], evidence.publication
    )
    if patient.location is None:
        yield LOCATION_UNKNOWN
    for name, studies in rest_on.items():
        if patient.nf1 is None and all(evidence.publication(study).nf1 == "all" for study in studies):
            words = name.replace("_", " ")
            yield f"NF1 status not given: {words} rests on patients with NF1 only ({', '.join(studies)})"


def _of_compartment(present: list[Observation], row: int, compartment: str | None) -> Iterator[str]:
    for observation in present:
        absent = observation.predictor.group == "split_fat" and observation.entry[row, -1] > observation.entry[row, 0]
        if absent and compartment == INTRAMUSCULAR and not observation.by_reader[row]:
            yield NO_FAT_IN_MUSCLE


def _of_measurement(present: list[Observation], row: int, region: str | None, censored: bool) -> Iterator[str]:
    measured = {
        observation.predictor.name: observation.predictor.group
        for observation in present
        if not observation.by_reader[row]
    }
    if region == WHOLE_LESION and "diffusion" in measured.values():
        yield WHOLE_LESION_WARNING
    if censored and "edema_present" in measured:
        yield "the oedema reaches the border of what was searched: its extent is a least value"
