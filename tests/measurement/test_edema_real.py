"""The oedema of a real sarcoma. Witness: the expert's contour (`GTV_Edema` less `GTV_Mass`), default settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import pnst
from pnst.measurement.context import Context
from pnst.measurement.families.edema import measure_edema
from pnst.measurement.settings import MeasureSettings


@pytest.fixture(scope="module")
def drawn(shared_data) -> tuple[pnst.Study, pnst.Lesion, pnst.Mask]:
    """The study, the mass, and the expert's oedema (with the mass) on the fat-suppressed T2."""
    folder: Path = shared_data / "sts001_raw" / "dicom"
    study = pnst.read_study(folder)
    contours = folder / "MR_T2" / "mask" / "1-1.dcm"
    mass, edema = (pnst.read_lesion(contours, study, label=label) for label in ("GTV_Mass", "GTV_Edema"))
    return study, mass, edema.mask_on(study.series[pnst.Role.T2_FS].volume.grid)


@pytest.mark.parametrize("with_t1", [True, False])
def test_the_zone_is_the_experts(drawn, with_t1):
    """Dice, volume and extent; without T1 muscle comes from the histogram, which tells it less well (volume −12 %)."""
    study, mass, edema = drawn
    seen = study if with_t1 else replace(study, series={pnst.Role.T2_FS: study.series[pnst.Role.T2_FS]})
    outcome = measure_edema(Context(seen, mass, MeasureSettings()))
    expert = measure_edema(Context(replace(study, masks={"edema": edema}), mass, MeasureSettings())).family
    found, true = outcome.regions["edema"].data, edema.data & ~mass.mask_on(edema.grid).data
    assert 2 * np.count_nonzero(found & true) / (np.count_nonzero(found) + np.count_nonzero(true)) >= 0.80
    assert outcome.family.volume_ml == pytest.approx(expert.volume_ml, rel=0.10 if with_t1 else 0.15)
    assert outcome.family.max_extent_mm == pytest.approx(expert.max_extent_mm, abs=10)
    assert outcome.family.censored is False
