"""What objects say of themselves in a notebook: `repr` in one short line, HTML in words, tables of one row an item.

Witness: the objects themselves, and text from files that would be markup.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import pnst
from classification.simulated_cohorts import QUICK, cohort
from measurement.growth.dated import BALLS, measured, motion
from plotted_ball import COARSE, FINE, plotted_ball
from pnst.classification.settings import EvaluateSettings
from pnst.measurement.growth.compare import compare_dates
from pnst.measurement.growth.settings import CompareSettings
from pnst.preprocessing.settings import AlignmentSettings

ball = plotted_ball()
HOSTILE = "<script>\n'x' & y</script>"
LONGEST = 200


@pytest.fixture(scope="module")
def objects():
    a = pnst.assess(ball.m)
    case = pnst.Case(ball.study, (ball.lesion,), (ball.m,), (a,))
    series = ball.study["dwi"]
    probability = pnst.Volume(np.zeros(FINE.shape, np.float32), FINE)
    segmented = pnst.SegmentedLesion(
        "tumour", ball.lesion.mask, "a line", probability=probability, predicted_dice=0.87, unsure=ball.lesion.mask
    )
    dates = [measured(0, {"a": BALLS["a"]}), measured(90, {"a": (BALLS["a"][0], 9.0)}, motion())]
    growth = compare_dates("limb", dates, CompareSettings(), AlignmentSettings())
    model = pnst.train(cohort(), "malignant", "patient", settings=QUICK)
    table = cohort(40, seed=3)
    evaluation = pnst.evaluate(table, "malignant", "patient", settings=EvaluateSettings(bootstrap=100))
    return {
        "Study('ball': t1, t2_fs, dwi)": ball.study,
        "Series(dwi, Volume(Grid(47 × 43 × 14": series,
        "Grid(": COARSE,
        "Volume(": series.volume,
        "Mask(": ball.lesion.mask,
        "Mesh(": ball.lesion.mesh,
        "Lesion('tumour', 9.2": ball.lesion,
        "SegmentedLesion('tumour', 9.2": segmented,
        "SurfaceMap(10–90 % width of the edge in mm": ball.m.regions["edge_width"],
        "Measurements('ball', lesion 'tumour': size, margin": ball.m,
        "Assessment('ball', lesion 'tumour': probability of malignancy": a,
        "Findings(": a.findings,
        "Evidence(": a.evidence,
        "Case('ball', lesions 'tumour', assessed)": case,
        "Burden('ball: 1 lesion": case.burden,
        "Growth('limb', lesions 'a', days 0, 90)": growth,
        "LesionGrowth('a', followed, measured on 2 of 2 dates)": growth.lesions[0],
        "DatedStudy(day 0, Study(": growth.dates[0],
        "Evaluation(40 lesions": evaluation,
        "ModelResult('evidence model', area 0.": evaluation.models[0],
        "TrainedModel(trained model, logistic": model,
        "MeasureSettings()": pnst.MeasureSettings(),
    }


def test_one_short_line_that_names_the_thing(objects):
    for begins, one in objects.items():
        line = repr(one)
        assert line.startswith(begins)
        assert "\n" not in line
        assert len(line) <= LONGEST + 80 * (begins == "Findings("), line


def test_the_html_is_in_words_and_units(objects):
    for one in objects.values():
        if not hasattr(one, "_repr_html_"):
            continue
        html = one._repr_html_()
        assert html.startswith("<table>")
        assert not any(word in html for word in ("_mm", "_ml", "um2_per_ms", "adc_mean", "mappingproxy", "array("))
    html = ball.m._repr_html_()
    assert "Mean ADC" in html
    assert f"{ball.m.adc.mean_um2_per_ms:.2f} 10⁻³ mm²/s" in html
    assert (
        "Predicted Dice" in next(one for one in objects.values() if isinstance(one, pnst.SegmentedLesion))._repr_html_()
    )


def test_text_from_files_is_text():
    """Whatever a label, a case, a mask, a reason or a note says."""
    study = pnst.Study(HOSTILE, {}, {HOSTILE: ball.lesion.mask}, (HOSTILE,))
    lesion = pnst.Lesion(HOSTILE, ball.lesion.mask, HOSTILE, (HOSTILE,))
    m = replace(ball.m, case_id=HOSTILE, label=HOSTILE, skipped={HOSTILE: HOSTILE}, warnings=(HOSTILE,))
    a = replace(pnst.assess(m), warnings=(HOSTILE,), abstained=HOSTILE)
    case = pnst.Case(study, (lesion,), (m,), (a,), {HOSTILE: HOSTILE})
    for one in (study, lesion, m, a, case, case.burden):
        assert "<script" not in one._repr_html_()
        assert "&lt;script&gt;" in one._repr_html_()
        assert "\n" not in repr(one)


def test_tables_have_one_row_an_item(objects):
    study = ball.study.to_frame()
    assert study["role"].tolist() == ["t1", "t2_fs", "dwi"]
    assert study[["ni", "nj", "nk"]].to_numpy()[2].tolist() == list(COARSE.shape)
    assert study[["spacing_i_mm", "spacing_j_mm", "spacing_k_mm"]].to_numpy()[0].tolist() == [0.9, 1.05, 3.6]
    assert study["volumes"].tolist() == [1, 1, 3]
    evaluation = next(one for one in objects.values() if isinstance(one, pnst.Evaluation))
    frame = evaluation.to_frame()
    assert len(frame) == len(evaluation.models)
    assert frame["auc"][0] == evaluation.models[0].area.value
    for one in objects.values():
        if hasattr(one, "to_frame") and not isinstance(one, pnst.Study | pnst.Evaluation | pnst.Growth):
            assert len(one.to_frame()) == 1


def test_a_case_that_is_not_assessed_shows_its_measurements():
    case = pnst.Case(ball.study, (ball.lesion,), (ball.m,))
    assert "Longest diameter" in case._repr_html_()
    assert repr(case) == "Case('ball', lesions 'tumour', measured)"


def test_a_series_is_had_by_its_role():
    assert ball.study["t2_fs"] is ball.study[pnst.Role.T2_FS] is ball.study.series[pnst.Role.T2_FS]
    with pytest.raises(KeyError, match="no adc series; it has t1, t2_fs, dwi"):
        ball.study["adc"]
