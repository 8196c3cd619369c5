"""Lesions and patients that the model's sources do not speak of."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pnst.classification.evidence_model.observation import Observation
from pnst.classification.evidence_model.parameters import LogNormalParameters, Parameters, sources
from pnst.classification.lesion_table import LesionTable
from pnst.evidence.population import Patient, mismatch_warnings
from pnst.evidence.published import publications
from pnst.measurement.solid import WHOLE_LESION, WHOLE_LESION_WARNING
from pnst.typing import BoolArray

FAR_LOG_SD = 3.0
"""A diameter or ADC further than this beyond both class medians is not of the sources' lesions."""


def reasons_against(
    observations: tuple[Observation, ...], count: int, parameters: Parameters
) -> tuple[tuple[str, ...], ...]:
    """Why each answer (n,) should not be used: nothing but the size, or a value that no lesion of the sources has."""
    reasons: list[list[str]] = [[] for _ in range(count)]
    measured = np.zeros(count, dtype=bool)
    for observation in observations:
        if observation.predictor.group != "size":
            measured |= ~np.isnan(observation.entry)
        if observation.predictor.kind == "lognormal":
            column = observation.predictor.column
            for row in np.flatnonzero(_far(observation, parameters)):
                reasons[row].append(
                    f"{column} = {observation.values[row]:.4g} lies more than {FAR_LOG_SD:g} log-SD "
                    "beyond the medians of both classes: check its unit"
                )
    for row in np.flatnonzero(~measured):
        reasons[row].insert(0, "nothing but the size was measured")
    return tuple(map(tuple, reasons))


def _far(observation: Observation, parameters: Parameters) -> BoolArray:
    p = parameters[observation.predictor.name]
    if not isinstance(p, LogNormalParameters):
        raise TypeError(f"{observation.predictor.name} has no medians")
    malignant, benign, sd = p.pooled
    low, high = min(malignant, benign) - FAR_LOG_SD * sd, max(malignant, benign) + FAR_LOG_SD * sd
    return (observation.entry < low) | (observation.entry > high)  # NaN is neither


def warnings(observations: tuple[Observation, ...], lesions: LesionTable, patient: Patient) -> list[tuple[str, ...]]:
    """What to say of each lesion: sources that do not match the patient, and measurements that are not theirs."""
    regions, censored = lesions.texts("adc.region"), lesions.flags("edema.censored")[0]
    entered = np.empty((lesions.count, len(observations)), dtype=bool)
    for index, observation in enumerate(observations):
        entered[:, index] = ~np.isnan(observation.entry)
    of_sources: dict[bytes, tuple[str, ...]] = {}
    texts = []
    for row, pattern in enumerate(entered):
        present = [observations[index] for index in np.flatnonzero(pattern)]
        key = pattern.tobytes()
        if key not in of_sources:
            of_sources[key] = tuple(_of_sources(present, patient))
        texts.append((*_of_measurement(present, row, regions[row], censored[row] == 1), *of_sources[key]))
    return texts


def _of_sources(observations: list[Observation], patient: Patient) -> Iterator[str]:
    studies = [study for observation in observations for study in sources(observation.predictor)]
    yield from mismatch_warnings(patient, studies)
    if patient.location == "spine":
        yield "the signs of peripheral nerve tumours do not transfer to intradural spinal lesions"
    for name, rests_on in (
        (observation.predictor.name, sources(observation.predictor)) for observation in observations
    ):
        if patient.nf1 is None and all(publications()[study].nf1 == "all" for study in rests_on):
            yield f"{name} rests on patients with NF1 only ({', '.join(rests_on)}); whether this one has was not given"


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
