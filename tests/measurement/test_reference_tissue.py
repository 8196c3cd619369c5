"""Muscle and fat against which signs are read. Witness: the levels of a scene."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pnst.image import Grid, Mask
from pnst.measurement.context import Context
from pnst.measurement.families.edema import measure_edema
from pnst.measurement.family import NotMeasurable
from pnst.measurement.settings import MeasureSettings
from pnst.study import Role, Study
from scenes import Scene
from without_intervals import measure


def test_a_given_muscle_mask_is_the_reference():
    scene = Scene(radius=13, halo=8)
    grid = scene.grid()
    r = np.linalg.norm(scene.points(grid), axis=-1)
    edema = Mask((r > 15) & (r < 19), grid)  # a reference on the oedema itself: nothing is brighter than it
    m = measure(replace(scene.study(), masks={"muscle": edema}), scene.lesion())
    assert m.edema.present is False


SCENE = Scene(radius=13, halo=8)
TRUE_ML = 4 / 3 * np.pi * ((13 + 8) ** 3 - 13**3) / 1000


@pytest.fixture(scope="module")
def study() -> Study:
    return SCENE.study()


def test_a_given_muscle_mask_may_lie_on_the_other_side(study):
    """Far from where muscle is looked for; one that lies beside the image is said."""
    grid = study.series[Role.T2_FS].volume.grid
    r = np.linalg.norm(SCENE.points(grid), axis=-1)
    near = MeasureSettings.model_validate({"tissue": {"near_mm": 12.0}})
    far = replace(study, masks={"muscle": Mask((r > 38) & (r < 48), grid)})
    context = Context(far, SCENE.lesion(), near)
    assert context.reference_tissue.muscle(study.series[Role.T2_FS]).mode == pytest.approx(110, abs=2)
    assert measure_edema(context).family.volume_ml == pytest.approx(TRUE_ML, rel=0.08)
    away = np.eye(4)
    away[:3, 3] = 900
    beside = replace(study, masks={"muscle": Mask(r < 48, Grid(grid.shape, away @ grid.affine))})
    with pytest.raises(NotMeasurable, match="given muscle mask holds too little of the t2_fs series"):
        measure_edema(Context(beside, SCENE.lesion(), near))


@pytest.mark.parametrize(
    ("middle_mm", "far_mm", "furthest"),
    [(30.0, 60.0, 30.0), (14.0, 60.0, 60.0), (80.0, 60.0, 60.0), (14.0, 15.0, None)],
)
def test_fat_is_looked_for_no_further_than_it_shows(middle_mm, far_mm, furthest):
    """A ball in 17 mm of muscle, within a limb's fat: what lies further than needed is not even cropped."""
    scene = Scene(radius=9, limb=26, reach=60, spacing=(1.3, 1.5, 3.0))
    tissue = {"near_mm": 12.0, "middle_mm": middle_mm, "far_mm": far_mm}
    context = Context(scene.study(), scene.lesion(), MeasureSettings.model_validate({"tissue": tissue}))
    t1 = context.study.series[Role.T1]
    if furthest is None:
        with pytest.raises(NotMeasurable, match="no fat shows within 15 mm"):
            context.reference_tissue.fat_scale(t1)
        return
    scale = context.reference_tissue.fat_scale(t1)
    assert scale.fat > 2 * scale.muscle
    assert max(reach for series, reach in context.views._perilesional if series is t1) == furthest
