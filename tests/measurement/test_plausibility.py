"""What cannot be a lesion, said yes and said no. Witness: masks and images that are wrong by construction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.classification.assess import assess
from pnst.image import Mask, Volume
from pnst.measurement.settings import MeasureSettings, UncertaintySettings
from pnst.study import Lesion, Role, Study
from scenes import Scene, without
from without_intervals import measure

SCENE = Scene(radius=9, reach=24, spacing=(1.3, 1.5, 3.0))
QUICK = MeasureSettings(uncertainty=UncertaintySettings(repetitions=0))
STUDY = without(SCENE.study(), Role.DWI, Role.T1_POST)
BALL = SCENE.lesion()


def of(data: np.ndarray) -> Lesion:
    return replace(BALL, mask=Mask(data, BALL.mask.grid))


def flat(value: float) -> Study:
    """The images, all of one value."""
    series = {
        role: replace(one, volume=Volume(np.full_like(one.volume.data, value), one.volume.grid))
        for role, one in STUDY.series.items()
    }
    return replace(STUDY, series=series)


def single_slice() -> np.ndarray:
    data = np.zeros_like(BALL.mask.data)
    middle = data.shape[2] // 2
    data[..., middle] = BALL.mask.data[..., middle]
    return data


WRONG = {
    "an inverted mask": (STUDY, ~BALL.mask.data, "every border"),
    "the whole image": (STUDY, np.ones_like(BALL.mask.data), "every border"),
    "one slice": (STUDY, single_slice(), "single slice"),
    "black images": (flat(0), BALL.mask.data, "contrast"),
    "grey images": (flat(100), BALL.mask.data, "contrast"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_a_lesion_warns_and_abstains(case):
    study, data, reason = WRONG[case]
    m = measure(study, of(data), QUICK)
    assert reason in m.size.implausible
    assert any(reason in warning for warning in m.warnings)
    assert reason in assess(m).abstained


def test_more_lesion_than_image_is_implausible():
    data = np.zeros_like(BALL.mask.data)
    data[1:-1, 1:-1, 1:-1] = True
    assert "more than what surrounds it" in measure(STUDY, of(data), QUICK).size.implausible


def test_a_lesion_is_plausible():
    m = measure(STUDY, BALL, QUICK)
    assert m.size.implausible is None
    assert "size.implausible" not in m.columns()
    assert "border" not in (assess(m).abstained or "")


def test_a_table_abstains_by_its_row():
    import pandas as pd

    rows = [measure(STUDY, lesion, QUICK).row() for lesion in (BALL, of(~BALL.mask.data))]
    table = assess(pd.DataFrame(rows).drop(columns=["overrides"], errors="ignore"))
    assert [bool(text and "every border" in text) for text in table["abstained"]] == [False, True]
